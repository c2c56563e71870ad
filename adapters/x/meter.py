"""What reading X costs, and the caps that end it.

A unit is one post that X hands over; an account that is looked up counts twice, as its price does. The counters stand
in the cursor, so that they survive a restart; days and months are those of UTC, as on X's bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.errors import Limited

POST, ACCOUNT = 1, 2


@dataclass(slots=True, kw_only=True)
class Meter:
    """The units spent today and this month, and what may be spent; ``cost`` is what this fetch spent."""

    now: datetime
    cap_day: int
    cap_month: int
    day: int = 0
    month: int = 0
    cost: int = 0

    @property
    def left(self) -> int:
        """Units that may still be spent now."""
        return max(0, min(self.cap_day - self.day, self.cap_month - self.month))

    def spend(self, units: int) -> None:
        """Count what X handed over."""
        self.day += units
        self.month += units
        self.cost += units

    def need(self, units: int) -> None:
        """Raise ``Limited`` (``x.cap-day``, ``x.cap-month``) where fewer are left: until the next day or month begins."""
        if self.cap_month - self.month < units:
            raise self._capped("x.cap-month", "month", self.month, self.cap_month, next_month(self.now))
        if self.cap_day - self.day < units:
            raise self._capped("x.cap-day", "day", self.day, self.cap_day, next_day(self.now))

    def _capped(self, code: str, period: str, spent: int, cap: int, until: datetime) -> Limited:
        return Limited(
            f"Reading X has cost {spent} of the {cap} units that this source may spend in a {period}; it goes on at"
            f" {until:%Y-%m-%dT%H:%MZ}.",
            code=code,
            remedy=f"Wait, poll less often, or raise cap_{period} if the bill allows it.",
            until=until,
        )

    def as_json(self) -> dict[str, Any]:
        """Give the counters for a cursor."""
        return {"day": f"{self.now:%Y-%m-%d}", "today": self.day, "this_month": self.month}


def metered(kept: Mapping[str, Any], now: datetime, *, cap_day: int, cap_month: int) -> Meter:
    """Go on from the counters of a cursor; those of another day or month count no more."""
    then = str(kept.get("day", ""))
    same_day, same_month = then == f"{now:%Y-%m-%d}", then[:7] == f"{now:%Y-%m}"
    return Meter(
        now=now,
        cap_day=cap_day,
        cap_month=cap_month,
        day=kept["today"] if same_day else 0,
        month=kept["this_month"] if same_month else 0,
    )


def next_day(now: datetime) -> datetime:
    """Give the midnight (UTC) that ends a day."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def next_month(now: datetime) -> datetime:
    """Give the midnight (UTC) that ends a month."""
    return (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)

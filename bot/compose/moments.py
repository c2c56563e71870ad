"""Days and times as posts say them, on the account's own clock. Pure: nothing in here knows what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

Phrase = Callable[..., str]
"""Gives a phrase by its name, filled in."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Writes days and times in one language and zone."""

    phrase: Phrase
    zone: ZoneInfo

    def local(self, moment: datetime) -> datetime:
        """Give a moment on the local clock."""
        return moment.astimezone(self.zone)

    def day(self, day: date, seen_from: date) -> str:
        """Write a day, with its year where that is another than the one it is seen from."""
        month = self.phrase("months").split()[day.month - 1 : day.month]
        values = {"day": str(day.day), "month": "".join(month) or str(day.month), "year": str(day.year)}
        if day.year == seen_from.year:
            return self.phrase("day", day=values["day"], month=values["month"])
        return self.phrase("day-of-year", **values)

    def time(self, moment: datetime) -> str:
        """Write the time of a moment."""
        local = self.local(moment)
        return self.phrase("time", hour=f"{local.hour:02}", minute=f"{local.minute:02}")

"""Lengths and daily windows of time as operators write them: ``30s``, ``15m``, ``6h``, ``2d``, ``22:00-07:00``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

LONGEST = timedelta(days=3650)
"""What no configured length may exceed: ten years, so that adding one to a moment can never overflow."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LENGTH = re.compile(r"([0-9]{1,9})([smhd])")
_WINDOW = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


def parse(text: str) -> timedelta:
    """Read ``30s``, ``15m``, ``6h`` or ``2d``. Raises ``ValueError`` for anything else and beyond ``LONGEST``."""
    found = _LENGTH.fullmatch(text)
    if not found:
        raise ValueError(f"not a duration: {text!r}")
    length = timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
    if length > LONGEST:
        raise ValueError(f"longer than {spell(LONGEST)}: {text!r}")
    return length


def spell(length: timedelta) -> str:
    """Write a length in the largest unit that fits exactly, so that ``parse`` gives it back (whole seconds)."""
    seconds = int(length.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A daily window on the local clock, from ``start`` up to but not including ``end``; it may cross midnight."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def covers(self, local: time) -> bool:
        """Whether a moment on the local clock lies inside."""
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def end_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """When the window that covers ``moment`` ends (aware UTC); None where the moment lies outside."""
        local = moment.astimezone(zone)
        if not self.covers(local.time()):
            return None
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        # In the hour that the clock shows twice, the end of the same pass is meant: the other one may lie behind us.
        return datetime.combine(day, self.end, zone).replace(fold=local.fold).astimezone(UTC)


def parse_quiet_hours(text: str) -> QuietHours:
    """Read ``22:00-07:00``. Raises ``ValueError`` for anything else and for a window without length."""
    found = _WINDOW.fullmatch(text)
    if not found:
        raise ValueError(f"not a window of time: {text!r}")
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start == end:
        raise ValueError(f"a window without length: {text!r}")
    return QuietHours(start=start, end=end)

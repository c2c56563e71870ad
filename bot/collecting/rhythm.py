"""When a source is asked again. Pure; the answer is kept in memory, so that a restart is no stampede.

The next poll is the latest of what everybody asks for: the operator's interval, the source's own hints, a host's
``Retry-After``, the hours and days in which it wants to be left alone, and the backoff after failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from adapters.contract import Hints

LONGEST = timedelta(hours=24)
"""No source is left alone for longer, whatever hints or failures say. An operator's own interval may be longer."""

LONGEST_URGENT = timedelta(minutes=5)
"""The same for alerts."""

LONGEST_SKIP = timedelta(days=7)
"""As far as a poll is moved out of the hours and days that a source wants to be left alone in."""

JITTER = 0.1
_HOURS_IN_WEEK = 168
_SLOWER = ((timedelta(days=60), 4), (timedelta(days=14), 2))
"""After how long a quiet a source that may be asked less often is, and by how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What decides a source's next poll: its own interval, and whether it shows alerts.

    ``adaptive``: the operator set no interval, so that a source that hardly ever changes is asked less often.
    """

    id: str
    every: timedelta
    urgent: bool = False
    adaptive: bool = False

    def interval(self, quiet: timedelta) -> timedelta:
        """Give the least time between two polls of a source that has shown nothing new for so long."""
        if self.adaptive and not self.urgent:
            for long, times in _SLOWER:
                if quiet >= long:
                    return min(self.every * times, max(self.every, LONGEST))
        return self.every


def next_due(
    now: datetime,
    rhythm: Rhythm,
    hints: Hints,
    *,
    failures: int = 0,
    retry_after: datetime | None = None,
    quiet: timedelta = timedelta(),
) -> datetime:
    """Give the moment of the next poll, a little later for each source so that they spread, and never sooner.

    Alert sources ignore a feed's own hints, never a host's ``Retry-After``. From the second failure in a row on, the
    interval doubles with each.
    """
    pause = rhythm.interval(quiet).total_seconds()  # in seconds, because this is reckoned at every poll
    if hints.interval is not None and not rhythm.urgent:
        pause = max(pause, min(hints.interval, LONGEST.total_seconds()))
    if failures > 1:
        longest = max((LONGEST_URGENT if rhythm.urgent else LONGEST).total_seconds(), pause)
        pause = min(pause * 2 ** min(failures - 1, 12), longest)
    due = now + timedelta(0, pause * (1 + JITTER * phase(rhythm.id, now)))
    if retry_after is not None:
        due = max(due, min(retry_after, now + LONGEST))
    if rhythm.urgent or not (hints.skip_hours or hints.skip_days):
        return due
    return skip(due, hints)


def phase(source: str, now: datetime) -> float:
    """Give a source's own fraction, 0 to 1: the same for the same source and hour, spread over sources."""
    return crc32(f"{source}\n{now.timestamp() // 3600}".encode()) / 0xFFFFFFFF


def skip(due: datetime, hints: Hints) -> datetime:
    """Move a poll out of the hours and days (UTC) that the source asks to be left alone in."""
    for _ in range(_HOURS_IN_WEEK):
        if due.hour not in hints.skip_hours and due.weekday() not in hints.skip_days:
            return due
        due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return due  # it forbids every hour of the week: that is no hint

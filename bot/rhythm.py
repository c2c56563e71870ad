"""When a source is asked again. Pure; the answer is kept in memory, so that a restart is no stampede."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from adapters.contract import Hints

LONGEST = timedelta(hours=24)
"""No source is left alone for longer, whatever it asks for; a due time beyond it reads as now + this."""

LONGEST_URGENT = timedelta(minutes=5)
JITTER = 0.1
_HOURS_IN_WEEK = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What decides a source's next poll: its own interval, and whether it shows alerts."""

    id: str
    every: timedelta
    urgent: bool = False


def next_due(
    now: datetime, rhythm: Rhythm, hints: Hints, *, failures: int = 0, retry_after: datetime | None = None
) -> datetime:
    """Give the moment of the next poll: the longest of what everyone asks for, a little later for each source.

    Alert sources ignore a feed's own hints, never a host's Retry-After. After failures the interval doubles.
    """
    interval = rhythm.every
    if hints.interval is not None and not rhythm.urgent:
        interval = max(interval, timedelta(seconds=hints.interval))
    if failures:
        interval *= 2 ** min(failures, 12)
    interval = min(interval, max(LONGEST_URGENT if rhythm.urgent and failures else LONGEST, rhythm.every))
    due = now + interval * (1 + JITTER * phase(rhythm.id, now))
    if retry_after is not None:
        due = max(due, min(retry_after, now + LONGEST))
    return due if rhythm.urgent else skip(due, hints)


def phase(source: str, now: datetime) -> float:
    """Give a source's own fraction of a jitter, 0 to 1: the same for the same source and hour, spread over sources."""
    seed = blake2b(f"{source}\n{now:%Y%m%d%H}".encode(), digest_size=4).digest()
    return int.from_bytes(seed) / 0xFFFFFFFF


def skip(due: datetime, hints: Hints) -> datetime:
    """Move a poll out of the hours and days (UTC) that the source asks to be left alone in."""
    for _ in range(_HOURS_IN_WEEK):
        if due.hour not in hints.skip_hours and due.weekday() not in hints.skip_days:
            return due
        due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return due  # it forbids every hour of the week: that is no hint

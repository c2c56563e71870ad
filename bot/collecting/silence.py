"""Whether a source that answers well has fallen silent, measured by its own rhythm. Pure.

A pause is the time between two announcements. What a source shows at first contact tells its past pauses by the dates
of its items; from then on our own clock does, for dates may be anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_PAUSES = 30
ENOUGH_PAUSES = 8
"""With fewer, nothing is known of a source's rhythm."""

SHORTEST_PAUSE = timedelta(hours=1)
"""What comes closer together is one announcement in several items."""

SHORTEST_SILENCE = timedelta(days=3)
CERTAIN_SILENCE = timedelta(days=21)
FROZEN = timedelta(days=180)
"""How old the newest item of a source may be, where its own dates say so."""

WATCHED = timedelta(days=7)
"""How long we must have seen nothing new ourselves before a source counts as frozen."""

UNCHANGED = timedelta(days=90)
"""How long a source without a known rhythm may show nothing new."""

NO_ALERT = timedelta(days=400)
"""The same for alerts, where silence is what everybody hopes for."""

_TIMES, _CERTAIN_TIMES = 3, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a source's announcements.

    ``pauses`` in seconds, oldest first; ``newest`` is the newest date in it, ``last_new`` when it last showed us something
    that we did not know.
    """

    pauses: Sequence[int] = ()
    newest: datetime | None = None
    last_new: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """That a source is silent: a stable code, a sentence, and whether there is hardly a doubt that something is wrong."""

    code: str
    sentence: str
    certain: bool


def silence(now: datetime, past: Past) -> Silence | None:
    """Say whether a source is silent; None where it is not, or nobody can tell."""
    if past.last_new is None:
        return None
    quiet = now - past.last_new
    if past.urgent:
        return _unchanged(quiet) if quiet > NO_ALERT else None
    if past.newest and now - past.newest > FROZEN and quiet > WATCHED:
        sentence = f"It answers, but its newest item is of {past.newest:%Y-%m-%d}."
        return Silence(code="source.frozen", sentence=sentence, certain=True)
    if len(past.pauses) < ENOUGH_PAUSES:
        return _unchanged(quiet) if quiet > UNCHANGED else None
    longest = timedelta(seconds=max(past.pauses))
    if quiet <= max(_TIMES * longest, SHORTEST_SILENCE):
        return None
    sentence = f"Nothing new for {_days(quiet)}; its longest pause of late was {_days(longest)}."
    certain = quiet > max(_CERTAIN_TIMES * longest, CERTAIN_SILENCE)
    return Silence(code="source.silent", sentence=sentence, certain=certain)


def first_pauses(dates: Iterable[datetime]) -> tuple[int, ...]:
    """Give the pauses that the dates of a first document tell."""
    found: list[int] = []
    before: datetime | None = None
    for moment in sorted(dates):
        if before is None or moment - before >= SHORTEST_PAUSE:
            if before is not None:
                found.append(int((moment - before).total_seconds()))
            before = moment
    return tuple(found[-MOST_PAUSES:])


def with_pause(pauses: Sequence[int], last_new: datetime, now: datetime) -> tuple[int, ...]:
    """Add the pause that ends now."""
    pause = now - last_new
    if pause < SHORTEST_PAUSE:
        return tuple(pauses)
    return (*pauses, int(pause.total_seconds()))[-MOST_PAUSES:]


def _unchanged(quiet: timedelta) -> Silence:
    sentence = f"It answers, and has shown nothing new for {_days(quiet)}."
    return Silence(code="source.unchanged", sentence=sentence, certain=quiet > 2 * UNCHANGED)


def _days(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} hours" if hours < 72 else f"{span.days} days"  # noqa: PLR2004 - three days read better as hours

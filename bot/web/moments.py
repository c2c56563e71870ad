"""Times as citizens read them: in Amsterdam, in words, and beside that as machines do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.web.texts import Voice

HERE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment for ``<time>``: ``iso`` for machines; the whole in words, and the hour alone."""

    iso: str
    words: str
    hour: str


def stamp(moment: datetime, voice: Voice) -> Stamp:
    """Give a moment as people in the Netherlands read it."""
    here = moment.astimezone(HERE)
    hour = voice("time", hour=f"{here.hour:02}", minute=f"{here.minute:02}")
    words = voice("date_and_time", date=day_words(here.date(), voice), time=hour)
    return Stamp(iso=here.isoformat(timespec="seconds"), words=words, hour=hour)


def day(moment: datetime) -> date:
    """Give the day on which a moment falls here."""
    return moment.astimezone(HERE).date()


def day_words(value: date, voice: Voice) -> str:
    """Write a day in full."""
    return voice(
        "date",
        weekday=voice("weekdays").split()[value.weekday()],
        day=value.day,
        month=voice("months").split()[value.month - 1],
        year=value.year,
    )


def rfc3339(moment: datetime) -> str:
    """Write a moment as feeds do: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Whether a source has fallen silent, by its own rhythm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.collecting.silence import Past, first_pauses, silence, with_pause

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def past(quiet: timedelta, *pauses: timedelta, newest: timedelta | None = None, urgent: bool = False) -> Past:
    """Give a source's past: how long it has been quiet, its pauses before, and how old its newest item is."""
    return Past(
        pauses=[int(one.total_seconds()) for one in pauses],
        newest=NOW - newest if newest is not None else None,
        last_new=NOW - quiet,
        urgent=urgent,
    )


def code(one: Past) -> str | None:
    """Give what is found."""
    found = silence(NOW, one)
    return found.code if found else None


@pytest.mark.parametrize(
    ("pause", "quiet", "expected"),
    [
        (2 * HOUR, 2 * DAY, None),  # a busy source may have a long weekend
        (2 * HOUR, 4 * DAY, "source.silent"),
        (7 * DAY, 20 * DAY, None),
        (7 * DAY, 22 * DAY, "source.silent"),
        (30 * DAY, 80 * DAY, None),
        (30 * DAY, 91 * DAY, "source.silent"),
    ],
)
def test_measured_by_its_own_rhythm(pause: timedelta, quiet: timedelta, expected: str | None) -> None:
    """Three times its longest pause of late is silence, for a daily source as for a monthly one."""
    assert code(past(quiet, *[pause] * 10)) == expected


def test_without_a_rhythm_only_a_long_time_tells() -> None:
    """Of a source with too few announcements nothing is said for three months."""
    assert code(past(89 * DAY, DAY, DAY)) is None
    assert code(past(91 * DAY, DAY, DAY)) == "source.unchanged"


def test_a_newest_item_of_half_a_year_ago_is_a_frozen_feed() -> None:
    """A feed whose newest item is old, and which showed nothing for a week that we watched, is frozen; at first sight it may not be."""
    assert code(past(2 * DAY, newest=200 * DAY)) is None
    assert code(past(8 * DAY, newest=200 * DAY)) == "source.frozen"
    assert code(past(8 * DAY, newest=170 * DAY)) is None


def test_alerts_may_be_silent_for_long() -> None:
    """Nobody misses an alert for a year; after that the source is looked at."""
    rhythm = [DAY] * 10
    assert code(past(399 * DAY, *rhythm, newest=500 * DAY, urgent=True)) is None
    assert code(past(401 * DAY, *rhythm, urgent=True)) == "source.unchanged"


def test_certainty_grows() -> None:
    """What is merely odd turns into an alarm when hardly a doubt is left."""
    busy = [2 * HOUR] * 10
    doubtful, certain = silence(NOW, past(4 * DAY, *busy)), silence(NOW, past(22 * DAY, *busy))
    assert doubtful
    assert certain
    assert (doubtful.certain, certain.certain) == (False, True)


def test_pauses_are_those_between_announcements() -> None:
    """Items of one announcement that come minutes apart are one; only the last thirty pauses count."""
    days = [NOW - DAY * n for n in range(50)]
    assert first_pauses([*days, *(one + HOUR / 2 for one in days)]) == (86_400,) * 30
    assert first_pauses([]) == first_pauses([NOW]) == ()
    assert with_pause([1], NOW - HOUR / 2, NOW) == (1,)
    assert with_pause([1] * 30, NOW - DAY, NOW) == (*[1] * 29, 86_400)

"""When a source is asked again: the latest of what everybody asks for, a little later for each, and never at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Hints
from bot.collecting.rhythm import JITTER, LONGEST, LONGEST_SKIP, Rhythm, next_due, phase, skip

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = Rhythm(id="stad", every=HOUR)
ALERTS = Rhythm(id="alarm", every=timedelta(seconds=60), urgent=True)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware
hints = st.builds(
    Hints,
    interval=st.none() | st.floats(0, 2**31),
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)


@settings(max_examples=200)
@given(moments, hints, st.integers(0, 40), st.sampled_from([SOURCE, ALERTS, Rhythm(id="traag", every=3 * DAY)]))
def test_never_sooner_than_the_interval_and_never_lost(
    now: datetime, asked: Hints, failures: int, rhythm: Rhythm
) -> None:
    """Whatever a source says of itself, it is asked again: not before its interval, and not later than any rule allows."""
    due = next_due(now, rhythm, asked, failures=failures)
    longest = max(LONGEST, rhythm.every) * (1 + JITTER) + LONGEST_SKIP
    assert now + rhythm.every <= due <= now + longest
    assert due == next_due(now, rhythm, asked, failures=failures)


@pytest.mark.parametrize("seconds", [1, 3600, 7200, 86_400, 2**31])
def test_the_largest_of_interval_and_hint_counts(seconds: float) -> None:
    """A ttl, max-age or Expires longer than the interval is obeyed, up to a day; a shorter one changes nothing."""
    wait = next_due(NOW, SOURCE, Hints(interval=seconds)) - NOW
    least = max(HOUR, min(timedelta(seconds=seconds), LONGEST))
    assert least <= wait <= least * (1 + JITTER)


def test_alerts_ignore_hints_but_not_a_request_for_rest() -> None:
    """A feed of alerts that calls itself fresh for a day is asked each minute; one that asks for a pause is left alone."""
    stubborn = Hints(interval=86_400.0, skip_hours=frozenset(range(24)) - {3}, skip_days=frozenset({0}))
    assert next_due(NOW, ALERTS, stubborn) - NOW <= timedelta(seconds=66)
    until = NOW + timedelta(minutes=30)
    assert next_due(NOW, ALERTS, Hints(), failures=1, retry_after=until) == until


def test_a_request_for_rest_is_kept_to_the_second_and_bounded() -> None:
    """What a host asks for counts from the moment it names; no host is left alone for more than a day."""
    until = NOW + timedelta(hours=7, seconds=1)
    assert next_due(NOW, SOURCE, Hints(), failures=1, retry_after=until) == until
    assert next_due(NOW, SOURCE, Hints(), failures=1, retry_after=NOW + 400 * DAY) == NOW + LONGEST


def test_failures_double_the_wait_up_to_a_day() -> None:
    """The first failure changes nothing; from the second on the wait doubles with each, and ends at a day."""
    waits = [next_due(NOW, SOURCE, Hints(), failures=n) - NOW for n in range(1, 9)]
    hours = [round(wait / HOUR / (1 + JITTER * phase("stad", NOW)), 3) for wait in waits]
    assert hours == [1, 2, 4, 8, 16, 24, 24, 24]
    assert next_due(NOW, ALERTS, Hints(), failures=20) - NOW <= timedelta(minutes=5.5)


@settings(max_examples=100)
@given(moments, st.frozensets(st.integers(0, 23), max_size=20), st.frozensets(st.integers(0, 6), max_size=6))
def test_hours_and_days_of_rest_are_kept(now: datetime, hours: frozenset[int], days: frozenset[int]) -> None:
    """A poll is moved out of the hours and days that a source keeps for itself, to the first hour that it does not."""
    due = skip(now, Hints(skip_hours=hours, skip_days=days))
    assert due.hour not in hours
    assert due.weekday() not in days
    assert now <= due <= now + LONGEST_SKIP


def test_sources_are_spread_and_each_keeps_its_own_phase() -> None:
    """A thousand sources with the same interval are not due together, and each at the same moment as in another process."""
    waits = sorted(next_due(NOW, Rhythm(id=f"s{n}", every=HOUR), Hints()) - NOW for n in range(1000))
    assert waits[0] < timedelta(minutes=60.1)
    assert waits[-1] > timedelta(minutes=65.9)
    most = max(
        sum(1 for wait in waits if start <= wait / timedelta(minutes=1) < start + 0.5) for start in range(60, 66)
    )
    assert most < 150  # of 1000 in half a minute out of six
    assert phase("politie-nieuws", NOW) == phase("politie-nieuws", NOW + timedelta(minutes=59))
    assert round(phase("politie-nieuws", NOW), 6) == 0.186417


@pytest.mark.parametrize(("quiet", "times"), [(0, 1), (13, 1), (14, 2), (59, 2), (60, 4), (400, 4)])
def test_what_hardly_ever_changes_is_asked_less_often(quiet: int, times: int) -> None:
    """Without an interval of the operator's own, a source that has been quiet for weeks is asked at twice or four times it."""
    adaptive = Rhythm(id="stil", every=HOUR, adaptive=True)
    assert adaptive.interval(timedelta(days=quiet)) == times * HOUR
    assert SOURCE.interval(timedelta(days=quiet)) == HOUR
    assert Rhythm(id="alarm", every=HOUR, adaptive=True, urgent=True).interval(timedelta(days=quiet)) == HOUR

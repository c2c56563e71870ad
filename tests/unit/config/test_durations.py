from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.durations import LONGEST, QuietHours, parse, parse_quiet_hours, spell

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("6h", timedelta(hours=6)),
        ("2d", timedelta(days=2)),
        ("0s", timedelta(0)),
        ("3650d", LONGEST),
    ],
)
def test_durations_of_the_contract_are_read(text: str, length: timedelta) -> None:
    """The four units mean what the documentation says."""
    assert parse(text) == length


@pytest.mark.parametrize(
    "text", ["", "15", "m", "15 m", "1.5h", "-5m", "5M", "1h30m", "15m ", "٣m", "3651d", "999999999d", "PT5M"]
)
def test_anything_else_is_refused(text: str) -> None:
    """Nothing is guessed: a duration in another form is a mistake, and none is long enough to overflow a date."""
    with pytest.raises(ValueError):
        parse(text)


@given(st.integers(0, int(LONGEST.total_seconds())))
def test_spelling_gives_the_same_length_back(seconds: int) -> None:
    """What a message or schema writes is what the configuration would read."""
    assert parse(spell(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_spelling_takes_the_largest_unit() -> None:
    """People see 2d and 90m, not 172800s."""
    assert [spell(timedelta(minutes=minutes)) for minutes in (0, 1, 60, 90, 2880)] == ["0s", "1m", "1h", "90m", "2d"]


def test_windows_are_read() -> None:
    """A daily window may cross midnight; one without length would be always or never, so it is refused."""
    night = parse_quiet_hours("22:00-07:30")
    assert (night, str(night)) == (QuietHours(start=time(22), end=time(7, 30)), "22:00-07:30")
    for wrong in ("", "22:00", "22-7", "24:00-07:00", "22:60-07:00", "07:00-07:00", "22:00 - 07:00"):
        with pytest.raises(ValueError):
            parse_quiet_hours(wrong)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-11-23T20:59", None),
        ("2026-11-23T21:00", "2026-11-24T06:00"),
        ("2026-11-24T05:59", "2026-11-24T06:00"),
        ("2026-11-24T06:00", None),
        ("2026-03-28T22:00", "2026-03-29T05:00"),  # the night that the clock goes forward
        ("2026-10-24T22:00", "2026-10-25T06:00"),  # and the one that it goes back
    ],
)
def test_quiet_hours_end_on_the_local_clock(moment: str, end: str | None) -> None:
    """Quiet hours follow the clock on the wall, also in the nights that it is changed."""
    found = parse_quiet_hours("22:00-07:00").end_after(datetime.fromisoformat(f"{moment}+00:00"), AMSTERDAM)
    assert found == (datetime.fromisoformat(f"{end}+00:00") if end else None)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds are bare
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
def test_quiet_hours_always_end(moment: datetime, start: time, end: time) -> None:
    """Whatever the window, whatever the clock does: a post that waits for its end does not wait for ever."""
    if start == end:
        return
    found = QuietHours(start=start, end=end).end_after(moment, AMSTERDAM)
    assert found is None or moment < found <= moment + timedelta(hours=26)

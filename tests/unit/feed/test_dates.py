from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.feed.dates import Moment, read_date

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EIGHT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
"""20 November 2026, 08:00 in Amsterdam."""


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 20 Nov 2026 08:00:00 +0100",
        "Fri, 20 Nov 26 07:00:00 GMT",
        "20 Nov 2026 08:00 CET",
        "vr, 20 nov 2026 08:00:00 CET",
        "vrijdag 20 november 2026 08.00 uur MEZ",
        "Fr., 20. November 2026, 08:00 MEZ",
        "ven. 20 nov. 2026 08h00 MET",
        "Fri, 20 Nov 2026 07:00:00 GMT+0",
        "Fri, 20 Nov 2026 08:00:00 UTC+01:00",
        "Fri, 20 Nov 2026 08:00:00 +0100 (CET)",
        "Nov 20, 2026 2:00 AM EST",
        "20-11-2026 08:00 +0100",
        "20.11.26 08:00:00 +01:00",
        "2026-11-20T07:00:00Z",
        "2026-11-20 08:00+01",
        "2026-11-20T08:00:00.000000+0100",
        "20261120T070000Z",
        "  2026-11-20T07:00Z\n",
    ],
)
def test_a_date_with_a_zone_is_that_moment(text: str) -> None:
    """Dutch, German, French, numeric and zone-named dates mean the moment that their writer meant."""
    assert read_date(text, ZoneInfo("America/New_York")) == Moment(at=EIGHT, zoned=True)


@pytest.mark.parametrize(
    "text",
    [
        "20 november 2026 08:00",
        "Fri, 20 Nov 2026 08:00:00",
        "Fri Nov 20 08:00:00 2026",
        "20-11-2026 08:00",
        "20/11/2026 8:00",
        "11/20/2026 8:00 AM",
        "2026-11-20 08:00:00",
        "2026-11-20T08:00 XYZ",
        "vrijdag 20 november 2026 om 8.00 uur",
    ],
)
def test_a_date_without_a_zone_is_local_and_says_so(text: str) -> None:
    """A zone-less time is read in the zone of the source, never in UTC, and is marked as such."""
    assert read_date(text, AMSTERDAM) == Moment(at=EIGHT, zoned=False)


def test_zone_names_differ_in_summer_and_winter() -> None:
    """CEST, MESZ and MEST are an hour ahead of CET, MEZ and MET."""
    moments = {read_date(f"5 juli 2026 14:00 {name}", UTC) for name in ("CEST", "MESZ", "MEST")}
    assert moments == {Moment(at=datetime(2026, 7, 5, 12, tzinfo=UTC), zoned=True)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gisteren",
        "32 nov 2026",
        "31 jun 2026 08:00",
        "2026-13-01",
        "01/02/2026",
        "20 nov 2026 25:00",
        "2026-11-20T08:61Z",
        "9999-12-31T23:59:59-12:00",
        "20 nov 2026 08:00 +99:00",
        "1 2 3",
        "20",
        "x" * 500,
        "1" * 100,
        "2026-11-20T08:00:00Europe",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Nonsense, impossible days and dates whose order cannot be told give nothing instead of a guess."""
    assert read_date(text, AMSTERDAM) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 nov 2026 24:00:00 GMT", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-12-31T23:59:60Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-11Z", datetime(2026, 11, 1, tzinfo=UTC)),
        ("1 jan 49 00:00 GMT", datetime(2049, 1, 1, tzinfo=UTC)),
        ("1 jan 50 00:00 GMT", datetime(1950, 1, 1, tzinfo=UTC)),
        ("1 jan 126 00:00 GMT", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_corners_of_the_standards(text: str, expected: datetime) -> None:
    """Leap seconds, 24:00 and short years are read as RFC 3339, ISO 8601 and RFC 5322 say."""
    found = read_date(text, UTC)
    assert found
    assert found.at == expected


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2049, 12, 31)),  # noqa: DTZ001 (the zone is drawn below)
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_every_moment_survives_being_written(moment: datetime, minutes: int) -> None:
    """Whatever moment and offset, RFC 5322 and RFC 3339 are read back to the second."""
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    written = [
        local.isoformat(),
        local.isoformat(" "),
        local.strftime("%a, %d %b %Y %H:%M:%S %z"),
        local.strftime("%d-%b-%y %H:%M:%S %z"),
    ]
    assert {read_date(text, AMSTERDAM) for text in written} == {Moment(at=local.astimezone(UTC), zoned=True)}


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789:-+/., TZanovjfebCETuurm ", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever stands in a date element, reading it gives a time in UTC or nothing."""
    found = read_date(text, AMSTERDAM)
    assert found is None or found.at.tzinfo is UTC

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from adapters.http.freshness import LONGEST, fresh_for, http_date, retry_after

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = "Mon, 23 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 23 Nov 2026 09:00:00 GMT",
        "Monday, 23-Nov-26 09:00:00 GMT",
        "Mon Nov 23 09:00:00 2026",
        "Mon, 23 Nov 2026 10:00:00 +0100",
    ],
)
def test_dates_are_read_in_every_form_of_the_standard(text: str) -> None:
    """The preferred form, the two old ones, and a zone that should not be there."""
    assert http_date(text) == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, "", "straks", "0", "-1", "Mon, 99 Nov 2026 09:00:00 GMT", "x" * 500])
def test_what_is_no_date_is_none(text: str | None) -> None:
    """A date that cannot be read is not guessed."""
    assert http_date(text) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": LATER}, 3600.0),
        ({"Retry-After": LATER, "Date": "Mon, 23 Nov 2026 08:50:00 GMT"}, 600.0),
        ({"Retry-After": "Mon, 23 Nov 2020 09:00:00 GMT"}, 0.0),
        ({"Retry-After": "99999999999999999999"}, LONGEST),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "١٢"}, None),
    ],
)
def test_retry_after_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds or a date, the date against the server's own clock; nothing that overflows, nothing negative."""
    assert retry_after(CIMultiDict(headers), NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        ([("Cache-Control", "max-age=900")], 900.0),
        ([("Cache-Control", 'public, MAX-AGE="900"')], 900.0),
        ([("Cache-Control", "public"), ("Cache-Control", "max-age=900")], 900.0),
        ([("Cache-Control", "max-age=900"), ("Age", "100")], 800.0),
        ([("Cache-Control", "max-age=900"), ("Age", "9000")], 0.0),
        ([("Cache-Control", "max-age=900"), ("Age", "oud")], 900.0),
        ([("Cache-Control", "max-age=900"), ("Expires", LATER)], 900.0),
        ([("Cache-Control", "s-maxage=900")], None),
        ([("Cache-Control", "max-age=900, no-cache")], None),
        ([("Cache-Control", "no-store"), ("Expires", LATER)], None),
        ([("Cache-Control", "max-age=veel")], None),
        ([("Expires", LATER)], 3600.0),
        ([("Expires", LATER), ("Date", "Mon, 23 Nov 2026 08:59:00 GMT")], 60.0),
        ([("Expires", "0")], 0.0),
        ([("Expires", "Thu, 01 Jan 1970 00:00:00 GMT")], 0.0),
    ],
)
def test_freshness_as_the_standard_counts_it(headers: list[tuple[str, str]], seconds: float | None) -> None:
    """max-age before Expires, less the age, against the server's clock; no-cache says nothing about when."""
    assert fresh_for(CIMultiDict(headers), NOW) == seconds


@settings(max_examples=200)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_header_overflows_or_explodes(first: str, second: str, third: str) -> None:
    """Whatever a server writes, the answer is None or seconds that can be added to a date."""
    headers = CIMultiDict(
        {"Retry-After": first, "Cache-Control": second, "Expires": third, "Date": first, "Age": third}
    )
    for seconds in (retry_after(headers, NOW), fresh_for(headers, NOW)):
        assert seconds is None or seconds >= 0
        assert NOW + timedelta(seconds=seconds or 0) >= NOW

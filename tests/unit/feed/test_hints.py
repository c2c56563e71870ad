from __future__ import annotations

import pytest

from adapters.contract import Hints
from adapters.feed.answer import recalled, remembered
from tests.unit.feed.documents import read, rss

SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def hints(inside: str) -> Hints:
    """Give the hints of a feed with these elements."""
    return read(rss(inside, declarations=SY)).hints


@pytest.mark.parametrize(
    ("inside", "seconds"),
    [
        ("<ttl>60</ttl>", 3600.0),
        ("<ttl> 5 </ttl><ttl>60</ttl>", 300.0),
        ("<ttl>0</ttl>", None),
        ("<ttl>een uur</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 3600.0),
        ("<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600.0),
        ("<sy:updateFrequency>2</sy:updateFrequency>", 43_200.0),
        ("<sy:updatePeriod>soms</sy:updatePeriod>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3600.0),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3600.0),
        ("", None),
    ],
)
def test_the_pause_that_a_feed_asks_for(inside: str, seconds: float | None) -> None:
    """Ttl counts minutes, the syndication module times per period, and the longer of the two holds."""
    assert hints(inside).interval == seconds


def test_hours_and_days_to_skip() -> None:
    """Hours from 0 and from 1 are both understood, days are counted from Monday, nonsense is ignored."""
    found = hints(
        "<skipHours><hour>24</hour><hour>7</hour><hour>25</hour><hour>x</hour></skipHours>"
        "<skipDays><day>Monday</day><day>SUNDAY</day><day>Zondag</day></skipDays>"
    )
    assert (sorted(found.skip_hours), sorted(found.skip_days)) == ([0, 7], [0, 6])


def test_a_feed_that_is_never_to_be_read_is_read() -> None:
    """Skipping all hours or all days is a mistake, not a wish."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert hints(f"<skipHours>{hours}</skipHours>").skip_hours == frozenset()


def test_hints_survive_in_a_cursor() -> None:
    """What a document asked for is still known when the next answer has no body."""
    found = Hints(
        interval=60.0,
        skip_hours=frozenset({3}),
        skip_days=frozenset({6}),
        hub="https://h.example",
        topic="https://t.example",
    )
    assert recalled({"hints": remembered(found)}) == found
    assert recalled({}) == Hints()

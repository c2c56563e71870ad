"""Rijksoverheid: windows of time that are cut where an answer is full, and nothing lost between them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Document, SourceConfig
from adapters.rijksoverheid.query import Options, Window, address, first_window, next_window, overlapping, questions
from adapters.rijksoverheid.source import RijksoverheidSource
from tests.contract.rigs.rijksoverheid import NOW, at, rss, search
from tests.unit.sources.conftest import Place

KIND = "rijksoverheid"
URL = "https://www.rijksoverheid.nl/api/rss"
NOON = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)


def asked(url: str) -> dict[str, object]:
    """Give the query inside an address."""
    found: dict[str, object] = json.loads(parse_qs(urlsplit(url).query)["query"][0])
    return found


def test_the_query_is_the_sites_own() -> None:
    """Type, topic and period are filters as the site writes them, with full instants, since bare dates get a 500."""
    (question,) = questions(URL, Options(topics=("Duurzame energie",), search="Zaanstad"))
    url = address(URL, question, Window(start=NOON, end=NOON + timedelta(hours=1)))
    assert urlsplit(url).path == "/api/rss"
    assert asked(url) == {
        "filters": [
            {"field": "content_type", "values": ["pro:newsDocument"], "type": "all"},
            {"field": "topic", "values": ["Duurzame energie"], "type": "all"},
            {
                "field": "sort_date",
                "values": [
                    {"name": "specificPeriod", "from": "2026-11-23T12:34:56.000Z", "to": "2026-11-23T13:34:56.000Z"}
                ],
                "type": "all",
            },
        ],
        "resultSearchTerm": "Zaanstad",
        "pageTitle": "Nieuws",
    }


def test_an_address_copied_from_the_site_keeps_its_filters() -> None:
    """What a pasted address asks for is kept, all but its period; the options narrow it."""
    kept = {"field": "content_type", "values": ["pro:speech"], "type": "all"}
    pasted = json.dumps({"filters": [kept, {"field": "sort_date", "values": []}], "resultSearchTerm": "water"})
    (question,) = questions(f"{URL}?query={quote(pasted)}", Options(topics=("Deltaplan",)))
    assert question["filters"] == [kept, {"field": "topic", "values": ["Deltaplan"], "type": "all"}]
    assert question["resultSearchTerm"] == "water"
    assert len(list(questions(f"{URL}?query=%7Bkapot", Options()))) == 1


@pytest.mark.parametrize(
    "wrong", [{"types": ("nieuws",)}, {"types": ()}, {"topics": ("",)}, {"topics": tuple("abcdefg")}]
)
def test_options_that_cannot_work_are_refused(wrong: dict[str, tuple[str, ...]]) -> None:
    """A type that the site does not have, nothing at all, and more topics than a fetch can ask are told at once."""
    with pytest.raises(ValueError, match=r"types|topic"):
        Options(**wrong)  # type: ignore[arg-type]  # the names are those of Options


@settings(max_examples=60)
@given(start=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), hours=st.integers(0, 2000))  # noqa: DTZ001
def test_halves_leave_no_gap(start: datetime, hours: int) -> None:
    """Both halves together are the window, they meet in one instant, and cutting comes to an end."""
    window = Window(start=start.replace(tzinfo=UTC), end=start.replace(tzinfo=UTC) + timedelta(hours=hours))
    halves = window.halves()
    if halves is None:
        assert hours <= 1
        return
    older, newer = halves
    assert (older.start, older.end, newer.end) == (window.start, newer.start, window.end)
    assert older.start < older.end < newer.end


def test_windows_overlap_and_stand_still() -> None:
    """A window reaches a day and a half back and some hours ahead; within six hours its ends do not move."""
    window = next_window(overlapping(NOON), NOON)
    assert NOON - window.start >= timedelta(hours=36)
    assert window.end > NOON
    assert next_window(overlapping(NOON + timedelta(hours=5)), NOON + timedelta(hours=5)) == window
    assert first_window(NOON).start < window.start


@pytest.mark.parametrize(
    ("published", "day"),
    [("Sun, 05 Mar 2023 23:00:00 GMT", "2023-03-06"), ("Tue, 30 Jun 2026 22:00:00 GMT", "2026-07-01")],
)
def test_a_day_is_never_off_by_one(published: str, day: str) -> None:
    """Local midnight, written in GMT, is the day that the site shows, in winter and in summer."""
    body = f"<rss><channel><item><title>t</title><pubDate>{published}</pubDate></item></channel></rss>".encode()
    (item,) = RijksoverheidSource.read(Document(body=body), SourceConfig(id="x", url=URL)).items
    assert item.published
    assert item.published.astimezone(ZoneInfo("Europe/Amsterdam")).date().isoformat() == day


async def test_a_full_answer_is_cut_until_nothing_is_hidden(place: Place) -> None:
    """Twenty items mean that there may be more: all forty of a day are found, each once."""
    await place.says(search([])).fetch()
    documents = [(f"energie-{n}", at(n / 2)) for n in range(40)]
    batch = await place.says(search(documents)).fetch({"rule": 1, "since": at(30).isoformat(), "seen": []})
    assert sorted(item.native_id or "" for item in batch.items) == sorted(name for name, _ in documents)
    assert batch.problems == ()


async def test_one_hour_with_too_much_is_told(place: Place) -> None:
    """More than twenty items with the same instant cannot be told apart by time: the batch says so and comes to an end."""
    documents = [(f"energie-{n}", NOW - timedelta(hours=3)) for n in range(30)]
    batch = await place.says(search(documents)).fetch({"rule": 1, "since": at(12).isoformat(), "seen": []})
    assert len(batch.items) == 20
    assert [one.partition(":")[0] for one in batch.problems] == ["rijksoverheid.truncated"]


async def test_a_long_gap_is_made_up_in_order(place: Place) -> None:
    """After an outage every fetch makes at most twelve requests, goes on where the last one stopped, and ends."""
    documents = [(f"energie-{n}", at(n)) for n in range(24 * 8)]
    cursor: dict[str, object] = {"rule": 1, "since": at(24 * 8).isoformat(), "seen": []}
    shown: list[str] = []
    for _ in range(12):
        batch = await place.says(search(documents)).fetch(cursor)
        assert len(place.asked) <= 12
        shown += [item.native_id or "" for item in batch.items]
        cursor = dict(batch.cursor)
        if batch.whole:
            break
    assert sorted(shown) == sorted(name for name, _ in documents)


async def test_a_crowded_day_comes_to_an_end(place: Place) -> None:
    """More within the overlap than twelve requests can show is shown by the next fetch, which does not begin anew."""
    documents = [(f"energie-{n}", at(n / 6)) for n in range(200)]
    cursor: dict[str, object] = {}
    shown: set[str] = set()
    for _ in range(6):
        batch = await place.says(search(documents)).fetch(cursor)
        assert len(place.asked) <= 13
        shown |= {item.native_id or "" for item in batch.items}
        cursor = dict(batch.cursor)
        if batch.whole:
            break
    assert batch.whole
    assert shown == {name for name, _ in documents}


async def test_crowded_topics_come_to_an_end_too(place: Place) -> None:
    """Where each of several topics has more than an answer shows, all of them are read to the end within a few fetches."""
    topics = tuple(f"thema{n}" for n in range(6))
    documents = [(f"{topic}-{n}", at(n / 2)) for topic in topics for n in range(50)]
    cursor: dict[str, object] = {}
    shown: set[str] = set()
    for _ in range(6):
        batch = await place.says(search(documents), topics=topics).fetch(cursor)
        shown |= {item.native_id or "" for item in batch.items}
        cursor = dict(batch.cursor)
        if batch.whole:
            break
    assert batch.whole
    assert shown == {name for name, _ in documents}


async def test_each_topic_is_asked_by_itself(place: Place) -> None:
    """Two topics are two questions; an item of either is found, one of neither is not."""
    documents = [("energie-1", at(1)), ("water-1", at(2)), ("wonen-1", at(3))]
    batch = await place.says(search(documents), topics=("energie", "water")).fetch()
    assert [item.native_id for item in batch.items] == ["energie-1", "water-1"]


async def test_the_same_answer_is_not_read_again(place: Place) -> None:
    """Where one answer is enough, an unchanged one costs no parsing, even without validators."""
    documents = [("energie-1", at(1))]
    first = await place.says(search(documents)).fetch()
    second = await place.fetch(first.cursor)
    third = await place.fetch(second.cursor)
    assert (second.items, second.whole) == ((), True)
    assert third.not_modified
    assert third.cursor == second.cursor


async def test_a_revised_document_is_a_new_version(place: Place) -> None:
    """A revised document keeps id and address and gets a new date: it comes again, under the same id."""
    first = await place.says(search([("energie-1", at(30))])).fetch()
    again = await place.says(search([("energie-1", at(1))])).fetch(first.cursor)
    assert [item.native_id for item in again.items] == ["energie-1"]
    assert again.items[0].digest != first.items[0].digest


def test_an_empty_window_is_no_problem() -> None:
    """That nothing was published in a window is an ordinary day, unlike a feed that is suddenly empty."""
    assert RijksoverheidSource.read(Document(body=rss([])), SourceConfig(id="x", url=URL)).problems == ()

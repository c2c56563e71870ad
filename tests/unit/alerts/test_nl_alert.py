"""NL-Alert: its alerts as items, what ends them, and the list over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.contract import Area, Batch, Document, SourceConfig, Text
from adapters.errors import AuthFailed, Gone, Limited, Malformed, Temporary
from adapters.nl_alert.source import MOST_PAGES, NlAlertSource
from tests.unit.alerts.documents import codes, ids, of, reasons
from tests.unit.alerts.place import Place, Reader, Says, reading

HERE = "52.10,5.10 52.10,5.20 52.20,5.20 52.20,5.10 52.10,5.10"
BESIDE = "52.15,5.15 52.15,5.30 52.30,5.30 52.30,5.15"
AWAY = "51.10,4.10 51.10,4.20 51.20,4.20 51.20,4.10"
FIRE = "Grote brand in Voorbeeldstad. Sluit ramen en deuren."
BOTH = f"{FIRE} *** Dutch Public Warning System. Large fire in Voorbeeldstad. Keep the windows closed."


def entry(number: int = 1, message: str = FIRE, hour: int = 8, **changed: Any) -> dict[str, Any]:
    """Write an alert."""
    usual = {
        "id": f"a{number}",
        "message": message,
        "type": "nl-alert",
        "start_at": f"2026-11-23T{hour:02}:00:00Z",
        "stop_at": None,
        "area": [HERE],
        "resource_uri": f"/alerts/a{number}",
    }
    return usual | changed


def page(*entries: Any) -> str:
    """Write a page."""
    return json.dumps({"data": list(entries)})


def read(*entries: Any) -> Batch:
    """Read a page."""
    config = SourceConfig(id="proef", url="https://api.nl-alert.example/alerts")
    return NlAlertSource.read(Document(body=page(*entries).encode()), config)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_alert_is_told_in_dutch_and_in_english() -> None:
    """One message with stars becomes two items with ids of their own and one group, each with its own text and title."""
    dutch, english = read(entry(message=BOTH, resource_uri="https://nl-alert.example/a1")).items
    assert (dutch.native_id, dutch.language, english.native_id, english.language) == ("a1", "nl", "a1,en", "en")
    assert dutch.group == english.group == "a1"
    assert (dutch.summary, dutch.title) == (Text(value=FIRE), Text(value="Grote brand in Voorbeeldstad."))
    assert english.summary == Text(
        value="Dutch Public Warning System. Large fire in Voorbeeldstad. Keep the windows closed."
    )
    assert dutch.url == english.url == "https://nl-alert.example/a1"
    assert dutch.published == of(dutch).sent == of(dutch).onset == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert (of(dutch).status, of(dutch).message, of(dutch).event) == ("actual", "alert", "NL-Alert")
    assert (of(dutch).urgency, of(dutch).severity, of(dutch).certainty) == ("immediate", "severe", "likely")
    assert of(dutch).areas == of(english).areas == (Area(name="Voorbeeldstad", polygons=(HERE,)),)
    assert (of(dutch).expires, of(dutch).ended, of(dutch).references) == (None, None, ())


def test_the_service_itself_is_no_page() -> None:
    """An address of the interface is none that people can read."""
    for address in ("/alerts/a1", "https://api.nl-alert.example/a1", "https://nl-alert.example/api/v1/a1", ""):
        assert read(entry(resource_uri=address)).items[0].url is None


def test_a_change_in_one_language_is_none_in_the_other() -> None:
    """A corrected English text leaves the Dutch item unchanged; a new area changes both."""
    first, english, area = (
        [item.digest for item in read(one).items]
        for one in (entry(message=BOTH), entry(message=BOTH.replace("Large", "Big")), entry(message=BOTH, area=[AWAY]))
    )
    assert [one == other for one, other in zip(first, english, strict=True)] == [True, False]
    assert not set(first) & set(area)


@pytest.mark.parametrize(
    "changed",
    [{"type": "test"}, {"message": "TESTBERICHT. U hoeft niets te doen. *** Test message. No action needed by you."}],
)
def test_a_test_is_a_test_in_every_language(changed: dict[str, Any]) -> None:
    """A test is recognised by its type or by its text, and its English sibling with it."""
    batch = read(entry(**{"message": BOTH} | changed))
    assert [of(item).status for item in batch.items] == ["test", "test"]


def test_a_set_end_is_an_end() -> None:
    """``stop_at`` says when the alert ended."""
    (item,) = read(entry(stop_at="2026-11-23T09:30:00Z")).items
    assert (of(item).ended, of(item).expires) == (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), None)


def test_a_withdrawal_cancels_the_newest_alert_on_the_same_ground() -> None:
    """Of the alerts that hold, the newest that has ground in common is meant, each language by its own."""
    withdrawal = entry(
        9, "NL-Alert ingetrokken. *** NL-Alert withdrawn. You can go outside with your children.", 10, area=[BESIDE]
    )
    batch = read(withdrawal, entry(3, hour=9, area=[AWAY]), entry(2, BOTH, 9), entry(1, hour=8))
    dutch, english = batch.items[:2]
    assert (of(dutch).message, of(english).message) == ("cancel", "cancel")
    assert (of(dutch).references, of(english).references) == (("a2",), ("a2,en",))
    assert of(dutch).urgency == "past"


def test_without_ground_the_place_tells_which_alert_is_meant() -> None:
    """A withdrawal that shows no area is about the alert that names the same place."""
    withdrawal = entry(9, "NL-Alert ingetrokken voor brand in Voorbeeldstad.", 10, area=[])
    batch = read(withdrawal, entry(2, "Storm in Voorbeelddelta.", 9), entry(1, hour=8))
    assert of(batch.items[0]).references == ("a1",)


@pytest.mark.parametrize(
    "other",
    [
        entry(1, hour=8, area=[AWAY]),
        entry(1, hour=8, stop_at="2026-11-23T08:30:00Z"),
        entry(1, hour=11),
        entry(1, start_at="2026-11-20T08:00:00Z"),
        entry(1, type="test"),
        entry(1, "NL-Alert ingetrokken.", 9),
        entry(1, start_at=None),
    ],
    ids=["elsewhere", "over", "later", "days ago", "a test", "a withdrawal", "undated"],
)
def test_where_it_cannot_be_told_nothing_is_meant(other: dict[str, Any]) -> None:
    """A wrong end is worse than none: what could not be meant is not."""
    batch = read(entry(9, "NL-Alert ingetrokken.", 10), other)
    assert of(batch.items[0]).references == ()


def test_an_english_withdrawal_of_a_dutch_alert_stands_alone() -> None:
    """Where there is no English item to end, none is named."""
    batch = read(entry(9, "NL-Alert ingetrokken. *** NL-Alert withdrawn. Stay where you are.", 10), entry(1))
    assert [of(item).references for item in batch.items[:2]] == [("a1",), ()]


def test_an_end_is_not_told_twice() -> None:
    """Where a withdrawal has told the end, the ``stop_at`` that follows on the alert itself says nothing new."""
    batch = read(entry(9, "NL-Alert ingetrokken.", 10), entry(1, stop_at="2026-11-23T10:01:00Z"))
    assert of(batch.items[0]).references == ("a1",)
    assert (of(batch.items[1]).ended, of(batch.items[1]).expires) == (None, None)


def test_what_cannot_be_read_spoils_nothing_else() -> None:
    """Entries of another shape are broken beside the others, and odd values are noted or left out."""
    odd = entry(2, start_at="gisteren", stop_at=5, area="52,5", type=None, resource_uri=7)
    batch = read(entry(1), "x", {"id": "b"}, entry(3, "  "), odd, entry(4, start_at="2026-11-23T09:00:00"))
    assert (ids(batch), reasons(batch)) == (
        ["a1", "a2", "a4"],
        ["the entry is no JSON object", "the alert has no text", "the alert has no text"],
    )
    assert codes(batch) == {"nl-alert.broken", "date-unreadable", "date-without-zone"}
    assert of(batch.items[1]).areas == (Area(name="Voorbeeldstad"),)


def test_an_alert_without_id_is_told() -> None:
    """An alert is told even where the service forgot its id."""
    batch = read(entry(id=None, message=BOTH))
    assert ids(batch) == [None, None]


def test_a_part_in_another_language_is_an_item_too() -> None:
    """A language that is not known is told without a name for it, under an id of its own."""
    batch = read(entry(message=f"{BOTH} *** حريق كبير"))
    assert [item.language for item in batch.items] == ["nl", "en", None]
    assert len(set(ids(batch))) == 3
    assert codes(batch) == {"nl-alert.languages"}


def test_polygons_are_bounded() -> None:
    """An area of megabytes is left out, the alert is not."""
    batch = read(entry(area=["52.1,5.1 " * 20_000, *[HERE] * 300]))
    assert len(of(batch.items[0]).areas[0].polygons) == 200
    assert codes(batch) == {"nl-alert.areas-left-out"}
    assert len(batch.items[0].raw) <= 64 * 1024


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def stage() -> AsyncIterator[tuple[Place, Reader]]:
    """Serve the list and read it."""
    async with reading("nl_alert") as both:
        yield both


def show(place: Place, *entries: dict[str, Any], after: str = "", **headers: str) -> None:
    """Let a page of the list be this."""
    path = f"/index?after={after}" if after else "/index"
    place.pages[path] = Says(body=page(*entries), headers=headers)


async def test_older_pages_are_asked_for_until_something_is_known(stage: tuple[Place, Reader]) -> None:
    """At first contact the list is followed to its end; later the first page is enough, unless nothing in it is known."""
    place, reader = stage
    show(place, entry(4), entry(3))
    show(place, entry(2), entry(1), after="a3")
    show(place, after="a1")
    first = await reader.fetch()
    assert (ids(first), first.whole) == (["a4", "a3", "a2", "a1"], True)
    assert place.asked == ["/index", "/index?after=a3", "/index?after=a1"]
    show(place, entry(5), entry(4))
    second = await reader.fetch()
    assert (ids(second), len(second.unchanged), place.asked[3:]) == (["a5"], 1, ["/index"])
    show(place, entry(7), entry(6))
    show(place, entry(5), entry(4), after="a6")
    assert ids(await reader.fetch()) == ["a7", "a6"]
    assert place.asked[4:] == ["/index", "/index?after=a6"]


async def test_the_list_is_followed_within_bounds(stage: tuple[Place, Reader]) -> None:
    """An archive without end is followed for some pages; what is older was over long ago."""
    place, reader = stage
    for number in range(20, 0, -1):
        show(place, entry(number), after=f"a{number + 1}")
    show(place, entry(20))
    first = await reader.fetch()
    assert (len(first.items), first.whole, len(place.asked)) == (MOST_PAGES, False, MOST_PAGES)
    show(place, entry(21), entry(20))
    assert (await reader.fetch()).whole


@pytest.mark.parametrize("says", [Says(status=404), Says(status=500), Says(body="<html>Site Unavailable</html>")])
async def test_the_newest_alerts_do_not_wait_for_older_ones(stage: tuple[Place, Reader], says: Says) -> None:
    """Where the list cannot be followed the first page is told all the same, and people hear of it."""
    place, reader = stage
    show(place, entry(2), entry(1), ETag='"a"')
    place.pages["/index?after=a1"] = says
    first = await reader.fetch()
    assert (ids(first), first.whole, codes(first)) == (["a2", "a1"], True, {"nl-alert.older"})
    assert (await reader.fetch()).not_modified


async def test_a_pause_that_an_older_page_asks_for_is_kept(stage: tuple[Place, Reader]) -> None:
    """What the first page showed is told; until the moment that the host named, nobody is asked at all."""
    place, reader = stage
    show(place, entry(2), entry(1))
    place.pages["/index?after=a1"] = Says(status=429, headers={"Retry-After": "300"})
    assert ids(await reader.fetch()) == ["a2", "a1"]
    with pytest.raises(Limited) as caught:
        await reader.fetch()
    assert (caught.value.code, len(place.asked)) == ("alert.paused", 2)
    reader.cursor["pause"] = "2026-01-01T00:00:00+00:00"
    assert (await reader.fetch()).not_modified


async def test_a_list_that_was_empty_has_no_older_pages(stage: tuple[Place, Reader]) -> None:
    """The first alert after a quiet time costs one request, not two."""
    place, reader = stage
    show(place)
    await reader.fetch()
    show(place, entry(1))
    assert ids(await reader.fetch()) == ["a1"]
    assert place.asked == ["/index", "/index"]


async def test_a_service_that_ignores_the_cursor_is_asked_no_further(stage: tuple[Place, Reader]) -> None:
    """The same page again is the end of the list, and each alert is given once."""
    place, reader = stage
    show(place, entry(2), entry(1))
    show(place, entry(2), entry(1), after="a1")
    assert ids(await reader.fetch()) == ["a2", "a1"]
    assert len(place.asked) == 2


async def test_a_quiet_service_costs_a_conditional_request(stage: tuple[Place, Reader]) -> None:
    """Validators go back byte for byte; a server without any costs a hash."""
    place, reader = stage
    show(place, ETag='W/"x"')
    assert (await reader.fetch()).items == ()
    assert (await reader.fetch()).not_modified
    assert place.headers[-1]["if-none-match"] == 'W/"x"'
    show(place)
    assert (await reader.fetch()).not_modified


async def test_a_changed_alert_has_the_same_id(stage: tuple[Place, Reader]) -> None:
    """A new text or an end on a known alert is the same item in another version; the others are unchanged."""
    place, reader = stage
    show(place, entry(2), entry(1))
    show(place, after="a1")
    before = await reader.fetch()
    ended = entry(1, stop_at="2026-11-23T09:00:00Z")
    show(place, entry(2, "Brand meester in Voorbeeldstad."), ended, Date="Mon, 23 Nov 2026 09:00:20 GMT")
    after = await reader.fetch()
    assert ids(after) == ids(before) == ["a2", "a1"]
    assert of(after.items[1]).ended == datetime(2026, 11, 23, 9, tzinfo=UTC)


async def test_an_end_that_lies_ahead_is_when_it_expires(stage: tuple[Place, Reader]) -> None:
    """By the server's own clock an end in the future is no end yet."""
    place, reader = stage
    alert = entry(1, stop_at="2026-11-23T12:00:00Z")
    show(place, alert, Date="Mon, 23 Nov 2026 11:00:00 GMT")
    show(place, after="a1")
    (item,) = (await reader.fetch()).items
    assert (of(item).ended, of(item).expires) == (None, datetime(2026, 11, 23, 12, tzinfo=UTC))
    reader.cursor = {}
    show(place, alert, Date="Mon, 23 Nov 2026 13:00:00 GMT")
    (item,) = (await reader.fetch()).items
    assert (of(item).ended, of(item).expires) == (datetime(2026, 11, 23, 12, tzinfo=UTC), None)


async def test_a_lost_transaction_finds_the_same_again(stage: tuple[Place, Reader]) -> None:
    """Fetching twice from one cursor gives the same items twice."""
    place, reader = stage
    show(place, entry(2, BOTH), entry(1))
    show(place, after="a1")
    first, reader.cursor = await reader.fetch(), {}
    assert (await reader.fetch()).items == first.items


@pytest.mark.parametrize(
    ("says", "error", "code"),
    [
        (Says(body="<html><title>Site Unavailable</title></html>"), Temporary, "nl-alert.unavailable"),
        (Says(status=503, headers={"Retry-After": "30"}), Limited, "http.limited"),
        (Says(status=429, headers={"Retry-After": "30"}), Limited, "http.limited"),
        (Says(status=403), AuthFailed, "http.unauthorised"),
        (Says(status=401), AuthFailed, "http.unauthorised"),
        (Says(status=404), Gone, "http.not-found"),
        (Says(status=410), Gone, "http.gone"),
        (Says(body='{"data": [{"id": "a1", "mess'), Malformed, "nl-alert.bad-json"),
        (Says(body='{"alerts": []}'), Malformed, "nl-alert.changed-shape"),
        (Says(body='{"data": {}}'), Malformed, "nl-alert.changed-shape"),
        (Says(body="[" * 100_000), Malformed, "nl-alert.too-deep"),
        (Says(body=""), Malformed, "nl-alert.empty"),
    ],
)
async def test_failures_are_named_and_forget_nothing(
    stage: tuple[Place, Reader], says: Says, error: type[Exception], code: str
) -> None:
    """Each way to fail has its own error, "Site Unavailable" is one that passes, and nothing known is forgotten."""
    place, reader = stage
    show(place, entry(1))
    show(place, after="a1")
    await reader.fetch()
    place.pages["/index"] = says
    with pytest.raises(error) as caught:
        await reader.fetch()
    assert getattr(caught.value, "code", "") == code
    show(place, entry(2), entry(1))
    assert ids(await reader.fetch()) == ["a2"]

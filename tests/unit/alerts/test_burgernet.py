"""Burgernet: alerts about children, what tells their messages apart, and the list over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.alerts.burgernet import BurgernetSource
from adapters.contract import Area, Batch, Document, SourceConfig, Text
from adapters.errors import AuthFailed, Gone, Limited, Malformed
from tests.unit.alerts.documents import codes, ids, of, reasons
from tests.unit.alerts.place import Place, Reader, Says, reading

PAGE = "https://www.politie.example/amberalert"
LIVE = "https://diensten.burgernet.example/landactiehost/api/v1/alerts"


def entry(
    kind: str = "Alert", level: str = "10", message: str = "7", alert: str = "1001", **changed: Any
) -> dict[str, Any]:
    """Write a message about a child that does not exist."""
    closes = kind == "Cancel"
    usual = {
        "AlertId": alert,
        "MessageId": message,
        "Sender": "Proefportaal",
        "Sent": "1795420800",
        "State": "Actual",
        "Type": kind,
        "Scope": "Public",
        "AlertLevel": level,
        "Message": {
            "Title": None if closes else "Robin (9)",
            "Description": "Sluitbericht AMBER Alert" if closes else "Laatst gezien in Voorbeeldstad.",
            "DescriptionExt": None if closes else "Vermist",
            "Readmore_URL": PAGE,
            "Media": {"Image": "https://foto.politie.example/1.jpg", "SmallImage": None},
        },
        "Area": {"Description": None, "Circle": None, "CircleKM": None},
    }
    return usual | changed


def read(*entries: Any, url: str = LIVE) -> Batch:
    """Read a list."""
    return BurgernetSource.read(Document(body=json.dumps(list(entries)).encode()), SourceConfig(id="x", url=url))


def test_an_alert_is_told_without_its_photograph() -> None:
    """Name, text, page, time and level come out; a picture of a child never does."""
    (item,) = read(entry()).items
    assert (item.native_id, item.url, item.language) == ("1001-7-10-alert", PAGE, "nl")
    assert (item.title, item.summary) == (Text(value="Robin (9)"), Text(value="Laatst gezien in Voorbeeldstad."))
    assert (item.media, item.links, item.categories) == ((), (), ("Vermist",))
    assert item.published == of(item).sent == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert (of(item).event, of(item).status, of(item).scope, of(item).message) == (
        "AMBER Alert",
        "actual",
        "public",
        "alert",
    )
    assert (of(item).urgency, of(item).severity, of(item).certainty) == ("immediate", "severe", "likely")
    assert of(item).areas == (Area(name="Nederland"),)


def test_a_regional_alert_holds_in_its_circle() -> None:
    """Level 5 is a Vermist Kind Alert around a place; its circle is a code, as CAP's circles are here."""
    area = {"Description": "Voorbeeldstad", "Circle": "52.1,5.1 5000", "CircleKM": "52.1,5.1 5"}
    (item,) = read(entry(level="5", Area=area)).items
    assert (item.native_id, of(item).event) == ("1001-7-5-alert", "Vermist Kind Alert")
    assert of(item).areas == (Area(name="Voorbeeldstad", codes=(("circle", "52.1,5.1 5"),)),)


def test_a_cancel_has_an_id_of_its_own_and_ends_its_alert() -> None:
    """Alert, update and cancel may share both numbers: the type tells them apart, and each is about what came before."""
    batch = read(entry("Cancel"), entry("Update"), entry())
    assert ids(batch) == ["1001-7-10-cancel", "1001-7-10-update", "1001-7-10-alert"]
    cancel, update, alert = batch.items
    assert of(alert).references == ()
    assert of(update).references == ("1001-7-10-alert",)
    assert of(cancel).references == ("1001-7-10-update", "1001-7-10-alert")
    assert (of(cancel).message, of(cancel).urgency, cancel.title) == ("cancel", "past", None)


def test_two_levels_under_one_number_are_two_alerts() -> None:
    """A national and a regional alert may share both numbers; each cancel ends its own."""
    batch = read(entry(), entry("Cancel"), entry(level="5"), entry("Cancel", "5"))
    assert len(set(ids(batch))) == 4
    assert [of(item).references for item in batch.items] == [(), ("1001-7-10-alert",), (), ("1001-7-5-alert",)]


def test_a_cancel_with_another_number_or_level_finds_its_alert() -> None:
    """Where the numbers do not fit exactly, the alert's own number decides."""
    assert of(read(entry(), entry("Cancel", message="8")).items[1]).references == ("1001-7-10-alert",)
    assert of(read(entry(), entry("Cancel", "5")).items[1]).references == ("1001-7-10-alert",)
    assert of(read(entry(alert="1002"), entry("Cancel")).items[1]).references == ("1001-7-10-alert",)


@pytest.mark.parametrize(
    ("url", "state", "status"),
    [
        (LIVE, "Actual", "actual"),
        (LIVE, "Test", "test"),
        (LIVE, "Exercise", "exercise"),
        ("https://diensten.burgernet.example/landactiehost/api/test/alerts", "Actual", "test"),
        ("https://test.burgernet.example/alerts", "Actual", "actual"),
    ],
)
def test_the_test_list_is_a_test(url: str, state: str, status: str) -> None:
    """What the service's own test list shows is never real, though it says that it is."""
    assert of(read(entry(State=state), url=url).items[0]).status == status


def test_what_cannot_be_read_spoils_nothing_else() -> None:
    """Entries of another shape, or with words that nobody knows, are broken beside the others."""
    batch = read(
        entry(),
        entry(Type="Bericht"),
        entry(State="Echt"),
        entry(Scope="Iedereen"),
        entry(Message=None),
        entry(alert=""),
        7,
        entry(level="7", Sent="nu", alert="1003"),
    )
    assert ids(batch) == ["1001-7-10-alert", "1003-7-7-alert"]
    assert reasons(batch) == [
        "its Type is 'Bericht', which is not known",
        "its State is 'Echt', which is not known",
        "its Scope is 'Iedereen', which is not known",
        "the alert has no text",
        "the alert has no AlertId",
        "the alert has no AlertId",
    ]
    assert codes(batch) == {"burgernet.broken", "burgernet.unknown-values", "date-unreadable"}
    assert of(batch.items[1]).event == "Burgernet"


def test_the_list_that_the_police_really_gave_is_read(captures: Path) -> None:
    """The service's test list: four messages under one pair of numbers are four items, and both cancels find their alert."""
    body = (captures / "feeds" / "nl" / "burgernet-test-alerts.json").read_bytes()
    document = Document(body=body, url="https://services.burgernet.nl/landactiehost/api/test/alerts")
    batch = BurgernetSource.read(document, SourceConfig(id="x", url=document.url))
    assert len(set(ids(batch))) == 4
    assert (batch.broken, batch.problems) == ((), ())
    assert all(of(item).status == "test" and not item.media for item in batch.items)
    references = [one for item in batch.items for one in of(item).references]
    assert references == [batch.items[0].native_id, batch.items[2].native_id]


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def stage() -> AsyncIterator[tuple[Place, Reader]]:
    """Serve the list and read it."""
    async with reading("burgernet") as both:
        yield both


def show(place: Place, *entries: dict[str, Any], **headers: str) -> None:
    """Let the list be this."""
    place.pages["/index"] = Says(body=json.dumps(list(entries)), headers=headers)


async def test_a_cancel_finds_what_has_left_the_list(stage: tuple[Place, Reader]) -> None:
    """An alert is told once; its cancel, alone in the list hours later and under another number, still ends it."""
    place, reader = stage
    show(place, entry())
    assert ids(await reader.fetch()) == ["1001-7-10-alert"]
    show(place)
    assert (await reader.fetch()).items == ()
    show(place, entry("Cancel", message="9"))
    (cancel,) = (await reader.fetch()).items
    assert of(cancel).references == ("1001-7-10-alert",)


async def test_only_what_is_new_or_edited_is_given(stage: tuple[Place, Reader]) -> None:
    """A known alert is unchanged; one with other words is the same item in another version."""
    place, reader = stage
    show(place, entry(), ETag='"a"')
    first = await reader.fetch()
    assert (await reader.fetch()).not_modified
    show(place, entry(), entry(alert="1002"))
    second = await reader.fetch()
    assert (ids(second), second.unchanged) == (["1002-7-10-alert"], frozenset({first.items[0].digest}))
    show(place, entry(Sent="1795420900"), entry(alert="1002"))
    assert ids(await reader.fetch()) == ["1001-7-10-alert"]
    assert (await reader.fetch()).not_modified


@pytest.mark.parametrize(
    ("says", "error", "code"),
    [
        (Says(body="<!doctype html><title>Storing</title>"), Malformed, "burgernet.html"),
        (Says(body='[{"AlertId": "1", "Mes'), Malformed, "burgernet.bad-json"),
        (Says(body='{"alerts": []}'), Malformed, "burgernet.changed-shape"),
        (Says(body='[{"id": 1}]'), Malformed, "burgernet.changed-shape"),
        (Says(body=""), Malformed, "burgernet.empty"),
        (Says(status=429, headers={"Retry-After": "30"}), Limited, "http.limited"),
        (Says(status=403), AuthFailed, "http.unauthorised"),
        (Says(status=404), Gone, "http.not-found"),
        (Says(status=410), Gone, "http.gone"),
    ],
)
async def test_failures_are_named_and_forget_nothing(
    stage: tuple[Place, Reader], says: Says, error: type[Exception], code: str
) -> None:
    """Each way to fail has its own error, and nothing known is told again after it."""
    place, reader = stage
    show(place, entry())
    await reader.fetch()
    place.pages["/index"] = says
    with pytest.raises(error) as caught:
        await reader.fetch()
    assert getattr(caught.value, "code", "") == code
    show(place, entry("Cancel"), entry())
    assert ids(await reader.fetch()) == ["1001-7-10-cancel"]

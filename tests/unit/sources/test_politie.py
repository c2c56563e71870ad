"""The police: which address shows what, refusals that say what to do, and pages until something known is met."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.contract import Document, SourceConfig
from adapters.errors import AuthFailed, Malformed
from adapters.politie.api import about, is_api, page_address
from adapters.politie.source import PolitieSource
from tests.contract.rigs import Reply
from tests.contract.rigs.politie import api
from tests.unit.sources.conftest import Place

KIND = "politie"
CONFIG = SourceConfig(id="politie", url="https://api.politie.nl/v4/nieuws")


def test_an_address_of_the_api_is_known_from_a_feeds() -> None:
    """The version in the path tells the API; feeds have none."""
    assert is_api("https://api.politie.nl/v4/nieuws?language=nl")
    assert is_api("https://api.politie.nl/v5/vermist")
    assert not is_api("https://rss.politie.nl/rss/algemeen/nb/alle-nieuwsberichten.xml")


def test_pages_keep_what_the_address_asks_for() -> None:
    """Place and words of the address are kept; size and offset are ours."""
    url = page_address("https://api.politie.nl/v4/nieuws/lokaal?lat=52.1&lon=5.1&maxnumberofitems=10&offset=3", 50)
    assert url == ("https://api.politie.nl/v4/nieuws/lokaal?language=nl&lat=52.1&lon=5.1&maxnumberofitems=25&offset=50")


@pytest.mark.parametrize(
    ("url", "people"),
    [
        ("https://rss.politie.nl/rss/algemeen/ab/algemeen.xml", True),
        ("https://rss.politie.nl/rss/ab/gemeenten/utrecht/utrecht.xml", True),
        ("https://rss.politie.nl/rss/algemeen/nb/alle-nieuwsberichten.xml", False),
        ("https://rss.politie.nl/rss/nb/provincies/drenthe.xml", False),
        ("https://api.politie.nl/v4/gezocht", True),
        ("https://api.politie.nl/v5/vermist/vermistekinderen", True),
        ("https://api.politie.nl/v4/nieuws", False),
        ("http://[kapot", False),
    ],
)
def test_it_is_known_which_addresses_show_people(url: str, people: bool) -> None:
    """``ab`` is news with wanted and missing people, ``nb`` is news alone."""
    assert PolitieSource.shows_people(url) is people


@pytest.mark.parametrize(
    ("url", "title", "subject"),
    [
        ("https://www.politie.nl/gezocht-en-vermist/vermiste-kinderen/2026/x.html", "Kind", "vermist"),
        ("https://www.politie.nl/gezocht-en-vermist/gezochte-personen/x.html", "Man", "gezocht"),
        ("https://www.politie.nl/nieuws/2026/x.html", "Vermist: Jan", "vermist"),
        ("https://www.politie.nl/nieuws/2026/x.html", "Getuigen gezocht", None),
        ("https://www.politie.nl/nieuws/2026/x.html", "Gezochte auto gevonden", None),
        (None, "", None),
        ("http://[kapot", "Gezocht", "gezocht"),
    ],
)
def test_messages_about_people_are_marked(url: str | None, title: str, subject: str | None) -> None:
    """Address or first word of the title tell whom a message is about, so that filters can keep it out."""
    assert about(url, title) == subject


def test_feeds_are_marked_too() -> None:
    """An item of the RSS bears the same category as one of the API."""
    body = b"<rss><channel><item><title>Vermist: Jan</title><category>Zoeken</category></item></channel></rss>"
    (item,) = PolitieSource.read(Document(body=body), CONFIG).items
    assert item.categories == ("Zoeken", "vermist")


async def test_a_refusal_says_what_can_be_done(place: Place) -> None:
    """403 from the API means a data centre, and the remedy names the feed that does answer."""
    with pytest.raises(AuthFailed) as caught:
        await place.says([Reply(status=403)]).fetch()
    assert caught.value.code == "politie.refused"
    assert "rss.politie.nl" in caught.value.remedy


async def test_it_goes_on_until_something_known_is_met(place: Place) -> None:
    """After thirty new messages two pages are asked for, not four."""
    first = await place.says(api(range(10, 0, -1))).fetch()
    again = await place.says(api(range(40, 0, -1))).fetch(first.cursor)
    assert len(again.items) == 30
    assert place.asked == ["/v4/nieuws"] * 2
    assert len(again.unchanged) == 10


async def test_four_pages_are_the_most(place: Place) -> None:
    """An endless archive ends: at first contact a hundred messages are plenty."""
    batch = await place.says(api(range(500, 0, -1))).fetch()
    assert len(batch.items) == 100
    assert len(place.asked) == 4


async def test_the_same_answer_is_not_read_again(place: Place) -> None:
    """An unchanged first page is nothing new, and costs one request."""
    first = await place.says(api([2, 1])).fetch()
    again = await place.fetch(first.cursor)
    assert again.not_modified
    assert len(place.asked) == 1


async def test_a_broken_message_is_tried_again(place: Place) -> None:
    """What could not be read is not hidden behind an unchanged answer."""
    body = b'{"nieuwsberichten": [null]}'
    first = await place.says([Reply(body=body), Reply(status=204)]).fetch()
    again = await place.says([Reply(body=body), Reply(status=204)]).fetch(first.cursor)
    assert len(first.broken) == len(again.broken) == 1


@pytest.mark.parametrize(("body", "code"), [(b'{"nieuws": []}', "politie.shape"), (b"{kapot", "politie.not-json")])
def test_another_shape_is_malformed(body: bytes, code: str) -> None:
    """An API that changed is an error that says so, never an empty day."""
    with pytest.raises(Malformed) as caught:
        PolitieSource.read(Document(body=body), CONFIG)
    assert caught.value.code == code


def test_the_real_answer_is_read(captures: Path) -> None:
    """A captured answer of 2022 comes out whole: ten messages, local times, areas, pictures with their description."""
    body = (captures / "feeds" / "nl" / "politie_api_v4_nieuws_20220403.json").read_bytes()
    batch = PolitieSource.read(Document(body=body), CONFIG)
    assert len(batch.items) == 10
    assert batch.items[0].published == datetime(2022, 4, 2, 18, 46, tzinfo=UTC)
    assert batch.items[4].categories == ("Tilburg", "Waalwijk", "Waspik")
    assert all(item.url and item.content and item.summary for item in batch.items)
    assert any(item.media and item.media[0].alt for item in batch.items)
    assert [problem.partition(":")[0] for problem in batch.problems] == ["date-without-zone"]

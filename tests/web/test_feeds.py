"""Atom and JSON Feed: valid, complete, and with ids that stay."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest

from tests.web.conftest import Town
from tests.web.served import serving
from tests.web.world import NOW, World

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("path", ["/feed.atom", "/accounts/stadsnieuws/feed.atom", "/agencies/haven/feed.atom"])
def test_atom_has_what_the_standard_asks(town: Town, path: str) -> None:
    """Feed and entries have each element that RFC 4287 demands, once; dates are RFC 3339 and ids are unique."""
    answer = town.site.get(path)
    root = ET.fromstring(answer.body)
    assert (answer.headers["content-type"], root.tag) == ("application/atom+xml; charset=utf-8", f"{ATOM}feed")
    ids = []
    for element in (root, *root.iter(f"{ATOM}entry")):
        for needed in ("id", "title", "updated"):
            found = element.findall(f"{ATOM}{needed}")
            assert len(found) == 1
            assert found[0].text
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo == UTC
        assert [one for one in element.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        ids.append(element.findtext(f"{ATOM}id"))
    assert len(ids) == len(set(ids)) > 1
    for entry in root.iter(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        assert entry.find(f"{ATOM}content").get("type") == "html"  # type: ignore[union-attr]  # its absence is a failure too
    assert [one.get("href") for one in root.findall(f"{ATOM}link") if one.get("rel") == "self"] == [
        f"{town.site.url}{path}"
    ]


def test_atom_says_to_a_feed_reader_what_the_page_says(town: Town) -> None:
    """A parser that nobody here wrote reads title, agency, language, times, both links, text and picture of an entry."""
    parsed = feedparser.parse(town.site.get("/feed.atom").body)
    entries = {one.title: one for one in parsed.entries}
    assert not parsed.bozo
    assert len(entries) == 8
    one = entries["Inloopavond over de herinrichting van het Marktplein"]
    assert one.id == f"urn:uuid:{town.told['long']}"
    assert one.author == "Gemeente Voorbeeldstad"
    assert one.link == "https://www.voorbeeldstad.example/nieuws/marktplein"
    assert [each.href for each in one.links if each.rel == "related"] == [
        f"{town.site.url}/announcements/{town.told['long']}"
    ]
    assert (one.content[0].type, one.content[0].language) == ("text/html", "nl")
    assert one.content[0].value.count("<p>") == 10
    picture = next(each for each in one.links if each.rel == "enclosure")
    assert (picture.type, picture.length, picture.title[:6]) == ("image/jpeg", "120000", "Schets")
    assert entries["Swimming pool closed until Friday"].content[0].language == "en"
    corrected = entries["Dorpsstraat maandag dicht voor werk aan het riool"]
    assert (corrected.published, corrected.updated) == ("2026-11-03T10:00:00Z", "2026-11-03T11:00:00Z")


def test_json_feed_has_what_the_standard_asks(town: Town) -> None:
    """Every member of JSON Feed 1.1 that is there has the type that the standard gives it."""
    answer = town.site.get("/feed.json")
    found = json.loads(answer.body)
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == f"{town.site.url}/feed.json"
    assert len(found["items"]) == 8
    for item in found["items"]:
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", item["id"])
        assert item["url"].startswith(f"{town.site.url}/announcements/")
        assert {"content_html", "content_text", "title", "authors", "language"} <= set(item)
        assert datetime.fromisoformat(item["date_published"]) <= datetime.fromisoformat(item["date_modified"])
        assert all(isinstance(each["url"], str) and "/" in each["mime_type"] for each in item.get("attachments", []))
        assert None not in item.values()
    external = {item["external_url"] for item in found["items"] if "external_url" in item}
    assert "https://www.voorbeeldstad.example/nieuws/afval" in external


def test_what_is_older_follows(world: World) -> None:
    """A feed leads to what is older than it holds, in both formats, until everything was read once."""
    for number in range(60):
        world.tell(f"Bericht {number}", "Tekst")
    with serving(world.site()) as site:
        first = json.loads(site.get("/feed.json").body)
        rest = json.loads(site.get(_path(first["next_url"])).body)
        atom = ET.fromstring(site.get("/feed.atom").body)
        following = next(one.get("href") for one in atom.findall(f"{ATOM}link") if one.get("rel") == "next")
        second = ET.fromstring(site.get(_path(following)).body)
    titles = [item["title"] for item in (*first["items"], *rest["items"])]
    assert titles == [f"Bericht {number}" for number in reversed(range(60))]
    assert len(second.findall(f"{ATOM}entry")) == 10
    assert "next_url" not in rest


def test_an_edit_moves_the_date_and_nothing_else_does(world: World) -> None:
    """An entry's date changes when its post does; another account that shows it later is no news."""
    told = world.tell("Iets", "Iets", sent=NOW - timedelta(hours=9))
    with serving(world.site()) as site:
        world.post(told, "stadsnieuws", "Iets", by="stad-nieuws", sent=NOW - timedelta(hours=5), language="nl")
        assert _item(site.get("/feed.json").body)["date_modified"] == "2026-11-03T05:00:00Z"
        world.edit(told, NOW - timedelta(hours=1))
        assert _item(site.get("/feed.json").body)["date_modified"] == "2026-11-03T13:00:00Z"


def test_a_reader_that_has_it_gets_nothing(world: World) -> None:
    """A feed or page that did not change is answered 304 without a body; one that did, whole, also where something went."""
    told = world.tell("Eerste", "Eerste")
    world.tell("Tweede", "Tweede")
    with serving(world.site()) as site:
        for path in ("/feed.atom", "/feed.json", "/", "/static/omroeper.css"):
            etag = site.get(path).headers["etag"]
            again = site.get(path, If_None_Match=f'"x", W/{etag}')
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
        before = site.get("/feed.atom").headers["etag"]
        world.change(told, wanted=0, seen=0)
        assert site.get("/feed.atom", If_None_Match=before).status == 200


def test_feeds_are_open_to_other_sites_and_the_same_for_all(town: Town) -> None:
    """Other sites may read a feed, and its language follows the site and its address, never the reader's browser."""
    feed = town.site.get("/feed.atom", Accept_Language="en")
    assert feed.headers["access-control-allow-origin"] == "*"
    assert "vary" not in feed.headers
    assert "<title>Alle berichten – Omroeper Voorbeeldland</title>" in feed.text
    assert "<title>All messages – Omroeper Voorbeeldland</title>" in town.site.get("/feed.atom?lang=en").text
    assert "access-control-allow-origin" not in town.site.get("/").headers


def test_pages_lead_to_their_feeds(town: Town) -> None:
    """A feed reader that is given a page finds its feeds, in both formats."""
    page = town.site.get("/agencies/haven").page
    found = {one.get("type"): one.get("href") for one in page.cssselect("head link[rel=alternate]")}
    assert found == {
        "application/atom+xml": "/agencies/haven/feed.atom",
        "application/feed+json": "/agencies/haven/feed.json",
    }


def test_public_address_stands_in_feeds(world: World) -> None:
    """Where the public address is known, feeds use it whatever name they were asked by, and pages name it as theirs."""
    told = world.tell("Iets", "Iets")
    with serving(world.site(public_url="https://omroeper.voorbeeldland.example")) as site:
        feed, page = site.get("/feed.atom").text, site.get(f"/announcements/{told}?lang=en").page
    assert "127.0.0.1" not in feed
    assert f"https://omroeper.voorbeeldland.example/announcements/{told}" in feed
    canonical = page.cssselect("link[rel=canonical]")[0].get("href")
    assert canonical == f"https://omroeper.voorbeeldland.example/announcements/{told}"


def _path(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{parts.path}?{parts.query}"


def _item(body: bytes) -> Any:
    return json.loads(body)["items"][0]

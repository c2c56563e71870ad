"""Captured feeds as other parsers read them.

Three independent readings: what feed-rs (a parser in another language) expects of its own samples, feedparser, and a
few lines over ElementTree. Every difference was looked at; those that stay are in the tables below, with the reason.
"""

from __future__ import annotations

import calendar
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest

from adapters.contract import Document, SourceConfig, Text
from adapters.errors import Malformed
from adapters.feed.source import FeedSource
from tests.unit.feed.documents import captures

CONFIG = SourceConfig(id="proef", url="", time_zone="UTC")

ORIGINAL = "feedburner:origLink is the page itself, the link only leads there through a service that has ended"
RESOLVED = "the link is relative, and the document says where it starts"
PERMALINK = "the guid is the link (RSS 2.0: isPermaLink is true unless denied)"

FEED_RS = {
    ("atom_example_3", "links"): ORIGINAL,
    ("rss_2.0_rps", "links"): ORIGINAL,
    ("atom_relative", "links"): RESOLVED,
    ("rss_1.0_example_1", "links"): RESOLVED,
    ("rss_2.0_spec_1", "links"): PERMALINK,
    ("rss_1.0_example_1", "times"): "the zone is cut off: +00:0",
    ("rss_2.0_nbcny", "times"): "a time with PM, which feed-rs does not read",
}
FEEDPARSER = {
    ("atom_example_3", "links"): ORIGINAL,
    ("rss_2.0_rps", "links"): ORIGINAL,
    ("atom_relative", "links"): RESOLVED,
    ("rss_1.0_example_1", "links"): RESOLVED,
    ("rss_2.0_ilmessaggero", "times"): "a date that feedparser does not read",
    ("rss_2.0_nbcny", "times"): "a time with PM, which feedparser takes for the morning",
}


@dataclass(frozen=True)
class Entry:
    """What every parser says about an entry. ``links`` are all that it offers as the page, best first."""

    id: str | None
    title: str
    links: tuple[str, ...]
    times: frozenset[datetime]


def bare(text: str, *, markup: bool) -> str:
    """Give a text without markup and white space: what parsers can agree on."""
    return "".join(unescape(re.sub(r"<[^<>]*>", "", text) if markup else text).split())


def same_address(one: str, other: str) -> bool:
    """Compare addresses as feed-rs writes them: host in lower case, never without a path."""
    first, second = urlsplit(one), urlsplit(other)
    return (
        first.netloc.lower() == second.netloc.lower()
        and (first.path or "/") == (second.path or "/")
        and first.query == second.query
    )


def ours(path: Path) -> list[Entry]:
    """Read a capture with the adapter."""

    def title(text: Text | None) -> str:
        return bare(text.value, markup=text.markup) if text else ""

    batch = FeedSource.read(Document(body=path.read_bytes()), CONFIG)
    return [
        Entry(
            found.native_id,
            title(found.title),
            (found.url,) if found.url else (),
            frozenset(time.replace(microsecond=0) for time in (found.published, found.updated) if time),
        )
        for found in batch.items
    ]


def of_feed_rs(path: Path) -> list[Entry]:
    """Read what feed-rs expects of a sample."""

    def title(value: dict[str, Any] | None) -> str:
        return bare(value["content"], markup=value["content_type"] != "text/plain") if value else ""

    def times(entry: dict[str, Any]) -> Iterator[datetime]:
        for name in ("published", "updated"):
            if entry[name]:
                yield datetime.fromisoformat(entry[name]).replace(microsecond=0)

    return [
        Entry(
            entry["id"], title(entry["title"]), tuple(link["href"] for link in entry["links"]), frozenset(times(entry))
        )
        for entry in json.loads(path.read_text(encoding="utf-8"))["entries"]
    ]


def of_feedparser(path: Path) -> list[Entry]:
    """Read a capture with feedparser."""

    def title(entry: Any) -> str:
        detail = entry.get("title_detail")
        return bare(detail["value"], markup=detail["type"] != "text/plain") if detail else ""

    def times(entry: Any) -> Iterator[datetime]:
        for name in ("published_parsed", "updated_parsed"):
            if name in entry and entry[name]:  # noqa: RUF019 (`get` gives the other date instead, with a warning)
                yield datetime.fromtimestamp(calendar.timegm(entry[name]), UTC)

    found = feedparser.parse(io.BytesIO(path.read_bytes()), sanitize_html=False, resolve_relative_uris=False)
    return [
        Entry(entry.get("id"), title(entry), (entry["link"],) if "link" in entry else (), frozenset(times(entry)))
        for entry in found.entries
    ]


def differences(mine: Entry, theirs: Entry) -> set[str]:
    """Name the fields in which two readings differ."""
    found = {name for name in ("id", "title", "times") if getattr(mine, name) != getattr(theirs, name)}
    linked = any(same_address(mine.links[0], link) for link in theirs.links) if mine.links else not theirs.links
    return found if linked else found | {"links"}


def invented(identifier: str | None) -> bool:
    """Whether feed-rs made an id up: a hash of the entry, or a random UUID."""
    return bool(re.fullmatch(r"[0-9a-f]{31,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identifier or ""))


def test_the_samples_of_feed_rs_are_read_as_it_expects() -> None:
    """Ids, titles, links and times of some sixty feeds of every format equal those of a parser in another language."""
    found: set[tuple[str, str]] = set()
    expectations = sorted((captures() / "general" / "formats").rglob("*.serde.json"))
    for expected in expectations:
        stem = expected.name.removesuffix(".serde.json")
        (path,) = (one for one in expected.parent.glob(f"{stem}.*") if one != expected)
        mine, theirs = ours(path), of_feed_rs(expected)
        assert len(mine) == len(theirs), stem
        for one, other in zip(mine, theirs, strict=True):
            named = differences(one, other)
            if "id" in named and invented(other.id):
                named.remove("id")
                # It does not read rdf:about, which is what RSS 1.0 has for an id.
                assert one.id is None or stem.startswith("rss_1.0"), stem
            found |= {(stem, name) for name in named}
    assert len(expectations) > 55
    assert found == set(FEED_RS)


def test_captures_are_read_as_feedparser_reads_them() -> None:
    """Every captured XML document has the entries, ids, titles, links and times that feedparser finds in it."""
    found: set[tuple[str, str]] = set()
    compared = 0
    for path in sorted(path for path in captures().rglob("*") if path.suffix in {".xml", ".atom", ".rss", ".cap"}):
        theirs = of_feedparser(path)
        try:
            mine = ours(path)
        except Malformed:
            assert not theirs, path
            continue
        assert len(mine) == len(theirs), path
        for one, other in zip(mine, theirs, strict=True):
            named = differences(one, other)
            if "links" in named and other.links == (other.id,) and not one.links:
                named.remove("links")  # an Atom id is a name, even where it looks like an address (RFC 4287, 4.2.6)
            found |= {(path.stem, name) for name in named}
        compared += len(mine)
    assert compared > 600
    assert found == set(FEEDPARSER)


def test_captures_are_read_as_a_few_lines_read_them() -> None:
    """Counts, ids, links and zoned times of well-formed captures equal what a reader of twenty lines sees."""
    atom = "{http://www.w3.org/2005/Atom}"
    compared = 0
    for path in sorted(path for path in captures().rglob("*") if path.suffix in {".xml", ".atom"}):
        try:
            root = ET.fromstring(path.read_bytes())
            mine = ours(path)
        except (ET.ParseError, LookupError, Malformed):
            continue
        elements = [*root.iter("item"), *root.iter(f"{atom}entry")]
        if not elements:
            continue
        assert len(mine) == len(elements), path
        for one, element in zip(mine, elements, strict=True):
            identifier = element.findtext("guid") or element.findtext(f"{atom}id") or ""
            assert (one.id or "") == identifier.strip(), path
            link = element.findtext("link")
            if link and link.startswith("http") and (path.stem, "links") not in FEED_RS:
                assert one.links == (link.strip(),), path
            date = element.findtext("pubDate")
            if date and re.search(r"[+-]\d*[1-9]\d*$", date):
                assert parsedate_to_datetime(date) in one.times, path
            compared += 1
    assert compared > 600


def test_encodings_leave_no_mojibake() -> None:
    """Documents under wrong, missing and invalid names of encodings give the words that were written."""
    titles = {}
    for path in sorted((captures() / "general" / "encodings").glob("*.xml")):
        batch = FeedSource.read(Document(body=path.read_bytes()), CONFIG)
        titles[path.stem] = (batch.title, [found.title.value for found in batch.items if found.title])
    korean = ("테스트 피드", ["Café"])
    assert titles == {
        "invalid-prolog": korean,
        "utf8": korean,
        "utf8-incorrect-prolog": korean,
        "iso-8859-1": ("Café", []),
        "koi8r": ("Пример RSS ленты", ["Первая новость", "Вторая новость"]),
        "windows-1252": ("Euro €", []),
        "windows-1252-incorrect-prolog": ("Euro €", []),
    }


@pytest.mark.parametrize(("folder", "least"), [("nl", 36), ("us", 179), ("eu", 281), ("ca", 12), ("au", 53), ("uk", 2)])
def test_real_agencies_are_read(folder: str, least: int) -> None:
    """Each country's captures give their entries, every one with a title and with an id or an address."""
    count = 0
    for path in sorted(path for path in (captures() / folder).iterdir() if path.suffix in {".xml", ".atom", ".rss"}):
        if not FeedSource.recognises(Document(body=path.read_bytes())):
            continue
        for found in ours(path):
            assert found.title, path
            assert found.id or found.links, path
            count += 1
    assert count >= least

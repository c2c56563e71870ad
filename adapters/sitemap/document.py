"""Sitemaps (sitemaps.org 0.9), with what Google News and its pictures add, and indexes of sitemaps.

An entry has no id: its address is what it is. A news sitemap says title, date and language of each page; a plain one says
nothing but the address and, sometimes, when the page last changed.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from lxml import etree
from lxml.etree import _Element

from adapters.contract import Broken, Document, Item, Media, Text
from adapters.digest import digest_of
from adapters.errors import Malformed
from adapters.feed.address import absolute, is_web
from adapters.feed.charset import decode
from adapters.feed.dates import read_date
from adapters.feed.entry import RAW_LIMIT, language_tag
from adapters.feed.names import local_name, namespace_of
from adapters.feed.page import is_page
from adapters.feed.text import plain_text
from adapters.plainxml import parse_xml

MOST_ENTRIES = 50_000
"""What the protocol allows in one file."""
_MOST_BYTES = 20 * 1024 * 1024
"""Unpacked. The protocol allows 50 MiB; 50,000 addresses with their dates take ten."""
_MOST_TAGS = 600_000
"""Tags and attributes: 130 MiB while they are parsed. 50,000 entries of four elements have 500,000."""
_GZIP = b"\x1f\x8b"
_NEWS = "sitemap-news"
_IMAGE = "sitemap-image"
_PROBLEMS = {
    "sitemap.no-entries": "the sitemap has no entries",
    "sitemap.broken-entries": "entries without an address: {count}",
    "sitemap.too-many-entries": "entries left out because the sitemap has too many: {count}",
    "sitemap.too-many-pages": "there are more pages than can be remembered, so that only dated ones are found; narrow it with only",
    "sitemap.nested": "indexes inside an index, which are not followed: {count}",
    "sitemap.other-site": "pages left out because they are on another site than the sitemap: {count}",
    "date-without-zone": "times that name no zone and were read as {zone}: {count}",
    "date-unreadable": "dates that cannot be read: {count}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A sitemap that an index names, and when it last changed, as written ("" where unsaid)."""

    url: str
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a document holds: entries, or further sitemaps (``index``)."""

    index: bool
    children: tuple[Child, ...] = ()
    entries: tuple[Item | Broken, ...] = ()
    notes: Counter[str] = field(default_factory=Counter)


def read_sitemap(document: Document, zone: tzinfo) -> Sitemap:
    """Read a sitemap or an index, packed or not.

    Raises ``Malformed``: ``sitemap.html``, ``sitemap.not-a-sitemap``, ``sitemap.bad-gzip``, ``sitemap.too-large``.
    """
    body = unpacked(document.body)
    text = decode(body, document.charset)
    root = parse_xml(text, most_tags=_MOST_TAGS)
    name = local_name(root).lower() if root is not None else ""
    if root is None or name not in {"urlset", "sitemapindex"}:
        raise _no_sitemap(text)
    notes: Counter[str] = Counter()
    found = [child for child in root.iterchildren("*") if local_name(child) in {"url", "sitemap"}]
    notes["sitemap.no-entries"] = not found
    notes["sitemap.too-many-entries"] = max(0, len(found) - MOST_ENTRIES)
    if name == "sitemapindex":
        return Sitemap(index=True, children=tuple(_children(found[:MOST_ENTRIES], document.url)), notes=notes)
    entries = tuple(_entry(one, document.url, zone, notes) for one in found[:MOST_ENTRIES])
    notes["sitemap.broken-entries"] = sum(isinstance(one, Broken) for one in entries)
    return Sitemap(index=False, entries=entries, notes=notes)


def unpacked(body: bytes) -> bytes:
    """Unpack what is gzip by its first bytes; anything else is given as it is. Bounded, and no bomb goes off."""
    if not body.startswith(_GZIP):
        return body
    stream = zlib.decompressobj(wbits=31)
    try:
        found = stream.decompress(body, _MOST_BYTES)
    except zlib.error as error:
        raise Malformed(
            "the sitemap is packed, and cannot be unpacked",
            code="sitemap.bad-gzip",
            remedy="If this lasts, tell whoever runs the site.",
        ) from error
    if stream.unconsumed_tail or not stream.eof:
        too_large = bool(stream.unconsumed_tail)
        raise Malformed(
            "the sitemap unpacks to more than 50 MiB" if too_large else "the end of the packed sitemap is missing",
            code="sitemap.too-large" if too_large else "sitemap.bad-gzip",
            remedy="Name one of the sitemaps that it consists of." if too_large else "It is asked for again.",
        )
    return found


def problems(notes: Counter[str], zone: str) -> tuple[str, ...]:
    """Put what was odd into sentences."""
    return tuple(
        f"{code}: {sentence.format(count=notes[code], zone=zone)}"
        for code, sentence in _PROBLEMS.items()
        if notes[code]
    )


def _no_sitemap(text: str) -> Malformed:
    if is_page(text):
        return Malformed(
            "a web page (HTML) stands where a sitemap should be",
            code="sitemap.html",
            remedy="The address of the sitemap usually stands in the site's robots.txt.",
        )
    return Malformed(
        "the document is no sitemap",
        code="sitemap.not-a-sitemap",
        remedy="Look at the address in a browser; for a feed, use kind feed.",
    )


def _children(found: list[_Element], base: str) -> Iterator[Child]:
    for element in found:
        url = absolute(_text(element, "loc"), base)
        if is_web(url):
            yield Child(url=url, changed=_text(element, "lastmod")[:40])


def _entry(element: _Element, base: str, zone: tzinfo, notes: Counter[str]) -> Item | Broken:
    raw = etree.tostring(element, encoding="utf-8", with_tail=False)
    url = absolute(_text(element, "loc"), base)
    if not url:
        return Broken(digest=digest_of(raw), raw=raw[:RAW_LIMIT], reason="the entry names no address")
    news = next((one for one in element.iterchildren("*") if _NEWS in namespace_of(one)), None)
    title = _text(news, "title") if news is not None else ""
    return Item(
        native_id=None,
        url=url,
        digest=digest_of(raw),
        title=Text(value=title) if title else None,
        published=_moment(_text(news, "publication_date"), zone, notes) if news is not None else None,
        updated=_moment(_text(element, "lastmod"), zone, notes),
        language=_language(news),
        media=tuple(_pictures(element, base)),
        categories=_keywords(news),
        raw=raw[:RAW_LIMIT],
    )


def _text(element: _Element, name: str) -> str:
    found = next(element.iterchildren(f"{{*}}{name}"), None)
    return plain_text(found) if found is not None else ""


def _moment(written: str, zone: tzinfo, notes: Counter[str]) -> datetime | None:
    found = read_date(written, zone)
    notes["date-unreadable"] += bool(written) and found is None
    # A day alone (W3C: "complete date") names no time, and so misses no zone.
    notes["date-without-zone"] += found is not None and not found.zoned and len(written) > len("2026-11-23")
    return found.at if found else None


def _language(news: _Element | None) -> str | None:
    publication = next(news.iterchildren("{*}publication"), None) if news is not None else None
    return language_tag(_text(publication, "language")) if publication is not None else None


def _keywords(news: _Element | None) -> tuple[str, ...]:
    written = _text(news, "keywords") if news is not None else ""
    return tuple(dict.fromkeys(filter(None, (word.strip() for word in written.split(",")))))


def _pictures(element: _Element, base: str) -> Iterator[Media]:
    for image in element.iterchildren("{*}image"):
        url = absolute(_text(image, "loc"), base)
        if _IMAGE in namespace_of(image) and url:
            yield Media(
                url=url,
                mime="image/*",
                alt=_text(image, "caption") or _text(image, "title") or None,
                credit=_text(image, "license") or None,
            )

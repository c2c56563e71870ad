"""One entry of a feed as an ``Item``: every field from its own elements, in the order in which they are to be believed.

Only the children of the entry count. What stands deeper (the title of a picture, the summary of the feed that an entry
was taken from) describes something else; general parsers mix these up, and then "Foto van de brand" is the news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import chain

from lxml.etree import _Element

from adapters.contract import Item, Text
from adapters.feed.address import absolute, is_web
from adapters.feed.dates import read_date
from adapters.feed.html import all_images, all_links, pointers
from adapters.feed.media import read_media
from adapters.feed.names import RDF, XML, Children, Names
from adapters.feed.text import clean, plain_text, text_of

# The older the name, the further back; `dc:date` is the date of an item in RSS 1.0, which has no other.
_PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "created", "dcterms:created")
_UPDATED = ("updated", "modified", "dcterms:modified", "lastbuilddate")
_TITLES = ("title", "dc:title")
_SUMMARIES = ("description", "summary", "dc:description", "itunes:summary", "abstract", "dcterms:abstract")
_CONTENTS = ("content:encoded", "content", "xhtml:body", "body", "fullitem")
_HTML_BY_RULE = {"content:encoded", "fullitem"}

_LONGEST_LANGUAGE = 35
"""Characters that every language tag in use fits into (RFC 5646, section 4.4.1)."""
RAW_LIMIT = 64 * 1024
"""Bytes of an entry that are kept as published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an entry is read against.

    ``base`` is where relative addresses start and ``zone`` what a time without a zone means; ``atom`` says that texts
    without a type are plain, as Atom has it; ``notes`` counts what people should hear of.
    """

    base: str
    zone: tzinfo
    atom: bool = False
    names: Names = field(default_factory=Names)
    notes: Counter[str] = field(default_factory=Counter)


def read_entry(entry: _Element, digest: str, raw: bytes, setting: Setting) -> Item:
    """Read an entry of any RSS or Atom, or the tombstone of one (RFC 6721)."""
    if setting.names.of(entry) == "at:deleted-entry":
        return _tombstone(entry, digest, raw, setting)
    children = setting.names.children(entry)
    base = base_of(entry, setting.base)
    title, summary, content = (_first_text(children, names, setting) for names in (_TITLES, _SUMMARIES, _CONTENTS))
    found = [
        pointers(text, _own_base(chain.from_iterable(children.get(name, ()) for name in names), base))
        for text, names in ((summary, _SUMMARIES), (content, _CONTENTS))
    ]
    return Item(
        native_id=_native_id(entry, children),
        url=_url(children, base),
        digest=digest,
        title=title,
        summary=summary,
        content=content,
        published=_date(children, _PUBLISHED, setting),
        updated=_date(children, _UPDATED, setting),
        language=_language(entry, children),
        media=read_media(children, base, setting.names, all_images(found)),
        categories=_categories(children),
        links=all_links(found),
        raw=raw[:RAW_LIMIT],
    )


def base_of(element: _Element, outer: str) -> str:
    """Give where relative addresses inside an element start: xml:base, each relative to the one around it."""
    bases = [ancestor.get(f"{{{XML}}}base") for ancestor in (element, *element.iterancestors())]
    for base in reversed(bases):
        if base:
            outer = absolute(base, outer)
    return outer


def dated(value: str, setting: Setting) -> datetime | None:
    """Read a date, and note what was wrong with it."""
    moment = read_date(value, setting.zone)
    setting.notes["date-unreadable"] += bool(value.strip()) and moment is None
    setting.notes["date-without-zone"] += moment is not None and not moment.zoned
    return moment.at if moment else None


def language_of(element: _Element, children: Children) -> str | None:
    """Give the language that an element itself names, as a tag (``nl-NL``)."""
    named = element.get(f"{{{XML}}}lang")
    for child in (*children.get("language", ()), *children.get("dc:language", ())):
        named = named or plain_text(child)
    return language_tag(named or "")


def language_tag(named: str) -> str | None:
    """Write a language as a tag; None where none is named."""
    return clean(named).replace("_", "-")[:_LONGEST_LANGUAGE] or None


def _language(entry: _Element, children: Children) -> str | None:
    inside = (child.get(f"{{{XML}}}lang") for name in ("title", "content") for child in children.get(name, ()))
    return language_of(entry, children) or language_tag(next(filter(None, inside), ""))


def _tombstone(entry: _Element, digest: str, raw: bytes, setting: Setting) -> Item:
    children = setting.names.children(entry)
    return Item(
        native_id=clean(entry.get("ref") or "") or None,
        url=_url(children, base_of(entry, setting.base)),
        digest=digest,
        summary=_first_text(children, ("at:comment",), setting),
        updated=dated(entry.get("when") or "", setting),
        withdrawn=True,
        raw=raw[:RAW_LIMIT],
    )


def _first_text(children: Children, names: tuple[str, ...], setting: Setting) -> Text | None:
    """Give the first text that is not empty, by the order of the names."""
    texts = (
        text_of(element, atom=setting.atom, html=name in _HTML_BY_RULE, surely=name in _TITLES)
        for name in names
        for element in children.get(name, ())
    )
    return next((text for text in texts if text and text.value), None)


def _native_id(entry: _Element, children: Children) -> str | None:
    found = (plain_text(element) for name in ("guid", "id") for element in children.get(name, ()))
    return next(filter(None, found), None) or clean(entry.get(f"{{{RDF}}}about") or "") or None


def _url(children: Children, base: str) -> str | None:
    """Give the page of an entry: what FeedBurner says it was, else the link, else a guid that claims to be one."""
    candidates = chain(
        (plain_text(element) for element in children.get("feedburner:origlink", ())),
        _alternates(children, base),
        (guid for guid in _permalinks(children) if is_web(guid)),
    )
    return next((address for one in candidates if (address := absolute(clean(one), base))), None)


def _alternates(children: Children, base: str) -> Iterator[str]:
    """Give the links of an entry to its own page, those to HTML first (RFC 4287, section 4.2.7)."""
    other = []
    for link in children.get("link", ()):
        address = link.get("href") or plain_text(link)
        if not address or (link.get("rel") or "alternate").lower() != "alternate":
            continue
        if (link.get("type") or "text/html").lower() in {"text/html", "html", "application/xhtml+xml"}:
            yield absolute(address, _own_base([link], base))
        else:
            other.append(address)
    yield from other


def _permalinks(children: Children) -> Iterator[str]:
    """Give the guids that are links: all that do not deny it (RSS 2.0, "guid")."""
    for guid in children.get("guid", ()):
        claim = guid.get("isPermaLink") or guid.get("ispermalink") or "true"
        if claim.strip().lower() == "true":
            yield plain_text(guid)


def _date(children: Children, names: tuple[str, ...], setting: Setting) -> datetime | None:
    for name in names:
        for element in children.get(name, ()):
            found = dated(plain_text(element), setting)
            if found:
                return found
    return None


def _categories(children: Children) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for element in (*children.get("category", ()), *children.get("dc:subject", ())):
        text = plain_text(element) or clean(element.get("label") or element.get("term") or "")
        if text:
            found.setdefault(text)
    return tuple(found)


def _own_base(elements: Iterable[_Element], base: str) -> str:
    """Give the base of a link or a text, which may have one of its own."""
    return next((absolute(own, base) for element in elements if (own := element.get(f"{{{XML}}}base"))), base)

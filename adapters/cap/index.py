"""Indexes in Atom and RSS.

An entry tells of its message in one of three ways: the message stands inside it; CAP's elements stand beside Atom's
own (MeteoAlarm, the national weather service of the United States); or it only links to the message. In the last two
the message itself lies behind a link, and is what should be read where that is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import cast

from lxml.etree import _Element

from adapters.cap.elements import Fields, fields_of, text, word
from adapters.cap.message import (
    CERTAINTIES,
    SEVERITIES,
    URGENCIES,
    Bounds,
    Scope,
    Status,
    area_fields,
    is_message,
    known_type,
    known_word,
    read_areas,
    unknowable,
)
from adapters.cap.survey import Context, Listed, Survey, believed, take_all
from adapters.contract import Alert, Broken, Item
from adapters.feed.address import absolute, is_web
from adapters.feed.channel import read_channel
from adapters.feed.entry import RAW_LIMIT, Setting, base_of, dated, read_entry
from adapters.feed.hints import channel_hints
from adapters.feed.names import Children
from adapters.feed.prune import Entry, Feed
from adapters.feed.text import clean, plain_text

_MESSAGE_TYPES = {"application/cap+xml", "application/common-alerting-protocol+xml"}
_XML_TYPES = {"application/xml", "text/xml"}
TypeTest = Callable[[str], bool]
_RELATIONS = {"alternate", "related", "enclosure", "via"}
_STAMPS = ("updated", "modified", "pubdate", "published", "dc:date", "issued")


def survey_feed(feed: Feed, url: str, context: Context) -> Survey:
    """List the entries of a feed. ``url`` is where it came from, "" where unknown."""
    channel = read_channel(feed.root, feed.names, url)
    here = context.at(channel.base, atom=channel.atom)
    setting = replace(here.setting, names=feed.names)
    here = replace(here, setting=setting)
    notes = setting.notes
    notes["cap.mended"] += feed.mended and not feed.truncated
    notes["cap.truncated"] += feed.truncated
    notes["cap.too-many"] += feed.beyond
    return Survey(
        listed=tuple(_listed(entry, here) for entry in feed.entries),
        title=channel.title,
        language=channel.language,
        hints=channel_hints(channel),
        whole=not feed.truncated,
        notes=notes,
    )


def _listed(entry: Entry, context: Context) -> Listed:
    element = entry.element
    if element is None:
        reason = "the entry of the index is no well-formed XML"
        return Listed(told=Broken(digest=entry.digest, raw=entry.raw[:RAW_LIMIT], reason=reason))
    setting = context.setting
    children = setting.names.children(element)
    base = base_of(element, setting.base)
    inside = [found for found in element.iter("{*}alert") if is_message(found)]
    if inside:
        page = next(_links(children, base, typed=_is_page), None)
        return Listed(messages=take_all(inside, context.at(base), page))
    borrowed = fields_of(element, borrowed=True)
    return Listed(
        told=believed(_told(entry, element, borrowed, setting), context),
        detail=_detail(children, base, inline=bool(borrowed)),
        stamp=next((plain_text(one) for name in _STAMPS for one in children.get(name, ())), ""),
    )


# ── what an entry tells by itself ────────────────────────────────────────────────────────────────────────────────────


def _told(entry: Entry, element: _Element, borrowed: Fields, setting: Setting) -> Item | Broken:
    """Read an entry as a feed's, with what CAP's elements beside Atom's add to it."""
    status, scope = word(borrowed, "status").lower(), word(borrowed, "scope").lower()
    reason = unknowable(status, scope)
    if reason:
        return Broken(digest=entry.digest, raw=entry.raw[:RAW_LIMIT], reason=reason)
    item = read_entry(element, entry.digest, entry.raw, setting)
    if not (borrowed or item.native_id or item.url or item.title):
        reason = "the entry of the index has no id, no link and no title"
        return Broken(digest=entry.digest, raw=entry.raw[:RAW_LIMIT], reason=reason)
    children = setting.names.children(element)
    detail = _detail(children, base_of(element, setting.base), inline=bool(borrowed))
    page = next(_links(children, base_of(element, setting.base), typed=_is_page), None)
    event, category = word(borrowed, "event"), word(borrowed, "category")
    return replace(
        item,
        url=page or item.url or detail or None,
        categories=tuple(dict.fromkeys(filter(None, (*item.categories, category, event)))),
        alert=_alert(borrowed, item, setting, status=status, scope=scope),
    )


def _alert(fields: Fields, item: Item, setting: Setting, *, status: str, scope: str) -> Alert:
    notes = setting.notes
    kind = word(fields, "msgtype")
    return Alert(
        status=cast("Status", status or "actual"),
        message=known_type(kind, notes) if kind else "alert",
        scope=cast("Scope", scope or "public"),
        sent=dated(text(fields, "sent"), setting) or item.published or item.updated,
        onset=dated(text(fields, "onset") or text(fields, "effective"), setting),
        expires=dated(text(fields, "expires"), setting),
        event=word(fields, "event"),
        urgency=known_word(word(fields, "urgency"), URGENCIES, notes),
        severity=known_word(word(fields, "severity"), SEVERITIES, notes),
        certainty=known_word(word(fields, "certainty"), CERTAINTIES, notes),
        areas=read_areas([area_fields(fields)], Bounds(notes=notes)) if "areadesc" in fields else (),
        sender=word(fields, "sendername") or word(fields, "sender"),
    )


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _detail(children: Children, base: str, *, inline: bool) -> str:
    """Give the address of the message behind an entry, "" where there is none.

    A link that says it is CAP is believed first, then one that says it is XML. One that says nothing is taken to lead
    to the message as well: in an index of messages that is what links are for. In Atom that holds only beside CAP's
    elements; another link without a type leads to a page there.
    """
    candidates = chain(
        _links(children, base, typed=lambda kind: kind in _MESSAGE_TYPES),
        _links(children, base, typed=lambda kind: kind in _XML_TYPES),
        _links(children, base, typed=lambda kind: kind == "") if inline or _is_rss(children) else (),
    )
    return next((address for address in candidates if is_web(address)), "")


def _is_rss(children: Children) -> bool:
    """Whether an entry is of RSS, whose links are texts."""
    return any(not link.get("href") and plain_text(link) for link in children.get("link", ()))


def _is_page(kind: str) -> bool:
    return kind in {"text/html", "application/xhtml+xml"}


def _links(children: Children, base: str, *, typed: TypeTest) -> Iterator[str]:
    """Give the links of an entry whose type passes, in order; links to an index or to a hub are none of these."""
    for link, address in _pointers(children):
        relation = (link.get("rel") or "alternate").lower()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if address and relation in _RELATIONS and typed(kind):
            yield absolute(clean(address), base)


def _pointers(children: Children) -> Iterator[tuple[_Element, str]]:
    for link in children.get("link", ()):
        yield link, link.get("href") or plain_text(link)
    for enclosure in children.get("enclosure", ()):
        yield enclosure, enclosure.get("url") or ""
    for content in children.get("content", ()):
        yield content, content.get("src") or ""

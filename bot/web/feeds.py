"""Timelines as Atom (RFC 4287) and JSON Feed 1.1, so that nobody needs an account. Pure.

An entry's id is made of its announcement's id, which survives restores and moves. Its link leads to the agency's own page
where there is one, and beside it to ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from xml.etree import ElementTree as ET

from markupsafe import Markup

from adapters.contract import Media
from bot.store.pages import Told
from bot.web.cards import agency_name, notice, title
from bot.web.moments import rfc3339
from bot.web.prose import as_html, clean, one_line, paragraphs, safe_link
from bot.web.site import Site
from bot.web.visit import Visit

ATOM = "application/atom+xml; charset=utf-8"
JSON = "application/feed+json; charset=utf-8"

FeedKind = Literal["atom", "json"]
FEED_KINDS: tuple[FeedKind, ...] = ("atom", "json")

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A timeline to be written. ``path``: the page it belongs to; ``next``: the address of what is older, if any."""

    title: str
    path: str
    own: str
    next: str | None
    told: Sequence[Told]
    site: Site
    visit: Visit

    @property
    def updated(self) -> datetime:
        """When the newest change in it happened; the epoch of the pages where it is empty."""
        return max((one.changed for one in self.told), default=_NEVER)

    def here(self, told: Told) -> str:
        """Give the address of an announcement's page."""
        return self.visit.absolute(f"/announcements/{told.id}")


_NEVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def atom(feed: Feed) -> bytes:
    """Write a feed as Atom."""
    voice, visit = feed.visit.voice, feed.visit
    # plain tags under one declared namespace: ElementTree's own handling would prefix every one of them
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": visit.language})
    _text(root, "id", visit.absolute(feed.own))
    _text(root, "title", feed.title)
    _text(root, "subtitle", voice("feed_subtitle"))
    _text(root, "updated", rfc3339(feed.updated))
    _text(root, "generator", "Omroeper", version=feed.site.version)
    _link(root, rel="self", type="application/atom+xml", href=visit.absolute(feed.own))
    _link(root, rel="alternate", type="text/html", href=visit.absolute(feed.path))
    if feed.next:
        _link(root, rel="next", type="application/atom+xml", href=feed.next)
    for told in feed.told:
        _entry(root, feed, told)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def json_feed(feed: Feed) -> str:
    """Write a feed as JSON Feed 1.1."""
    visit = feed.visit
    found: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": visit.voice("feed_subtitle"),
        "home_page_url": visit.absolute(feed.path),
        "feed_url": visit.absolute(feed.own),
        "language": visit.language,
        "items": [_item(feed, one) for one in feed.told],
    }
    if feed.next:
        found["next_url"] = feed.next
    return json.dumps(found, ensure_ascii=False, indent=1)


def content(feed: Feed, told: Told) -> str:
    """Give what an entry says, as HTML: what to know first, the text as it went out, and where more is found."""
    post, voice = told.posts[0], feed.visit.voice
    first = [notice(told, feed.site.now(), feed.visit)]
    if post.spoiler_text:
        first.append(voice("content_warning", warning=one_line(post.spoiler_text)))
    said = [as_html(one) for part in post.parts for one in paragraphs(part)]
    body = [Markup("<p>{}</p>").format(one) for one in (*filter(None, first), *said)]
    more = Markup('<p><a href="{}">{}</a></p>').format(feed.here(told), voice("feed_page", site=feed.site.title))
    return str(Markup("\n").join([*body, more]))


def language_of(told: Told, fallback: str) -> str:
    """Give an entry's language as a tag; what is none is not passed on."""
    found = (told.posts[0].language if told.posts else "") or told.language
    return found if _LANGUAGE.fullmatch(found) else fallback


def _entry(root: ET.Element, feed: Feed, told: Told) -> None:
    entry = ET.SubElement(root, "entry", {"xml:lang": language_of(told, feed.site.language)})
    own_page = safe_link(feed.site.leads(told))
    _text(entry, "id", f"urn:uuid:{told.id}")
    _text(entry, "title", title(told, feed.visit))
    _text(entry, "published", rfc3339(told.sent))
    _text(entry, "updated", rfc3339(told.changed))
    author = ET.SubElement(entry, "author")
    _text(author, "name", clean(agency_name(told, feed.site)))
    agency = feed.site.agencies.get(told.agency)
    if agency and (url := safe_link(agency.url)):
        _text(author, "uri", url)
    _link(entry, rel="alternate", type="text/html", href=own_page or feed.here(told))
    if own_page:
        _link(entry, rel="related", type="text/html", href=feed.here(told))
    for media in told.content.media:
        _enclosure(entry, media)
    for category in dict.fromkeys(clean(one) for one in told.content.categories):
        ET.SubElement(entry, "category", {"term": category})
    _text(entry, "content", content(feed, told), type="html")


def _enclosure(entry: ET.Element, media: Media) -> None:
    href = safe_link(media.url)
    if href:
        known = {"type": media.mime, "length": str(media.length) if media.length else None, "title": media.alt}
        _link(entry, rel="enclosure", href=href, **{name: clean(value) for name, value in known.items() if value})


def _item(feed: Feed, told: Told) -> dict[str, Any]:
    agency = feed.site.agencies.get(told.agency)
    found = {
        "id": f"urn:uuid:{told.id}",
        "url": feed.here(told),
        "external_url": safe_link(feed.site.leads(told)),
        "title": title(told, feed.visit),
        "content_html": content(feed, told),
        "content_text": "\n\n".join(clean(one) for one in told.posts[0].parts),
        "date_published": rfc3339(told.sent),
        "date_modified": rfc3339(told.changed),
        "authors": [_known({"name": agency_name(told, feed.site), "url": safe_link(agency.url) if agency else None})],
        "tags": list(dict.fromkeys(clean(one) for one in told.content.categories)) or None,
        "language": language_of(told, feed.site.language),
        "attachments": [one for media in told.content.media if (one := _attachment(media))] or None,
    }
    return _known(found)


def _attachment(media: Media) -> dict[str, Any] | None:
    """Give an attachment; the format wants a media type for each, so one without is left out."""
    href = safe_link(media.url)
    if not href or not media.mime:
        return None
    return _known({"url": href, "mime_type": media.mime, "title": media.alt, "size_in_bytes": media.length})


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text


def _link(parent: ET.Element, **attributes: str) -> None:
    ET.SubElement(parent, "link", attributes)

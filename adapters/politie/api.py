"""What the API of the police shows: news, and people who are wanted or missing, as items.

Version 4 answers with a list under a name of its own per kind of message, 25 at a time, and with 204 behind the last.
Times bear no zone. Whose picture or name a message holds is told by ``categories``: ``gezocht`` and ``vermist``, so that
filters can keep such messages out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from adapters.contract import Broken, Item, Media, Text
from adapters.errors import Malformed
from adapters.feed.dates import read_date
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.html import pointers
from adapters.feed.json import serialise
from adapters.feed.text import clean, guessed
from adapters.plainjson import load_json

PAGE = 25
LISTS = {"nieuwsberichten": "", "opsporingsberichten": "gezocht", "vermisten": "vermist"}
"""The lists that the API has, and what their messages are about."""

_API = re.compile(r"/v[0-9]{1,2}/")
_PEOPLE = re.compile(r"/(?:ab|gezocht|vermist|opsporing)(?:[/.-]|$)", re.IGNORECASE)
_ABOUT = {
    "vermist": re.compile(r"/vermist", re.IGNORECASE),
    "gezocht": re.compile(r"/(?:gezocht|opsporing)(?!-en-vermist)", re.IGNORECASE),
}
_TITLE = re.compile(r"(vermist|gezocht)(?!\w)", re.IGNORECASE)
_PROBLEMS = {
    "date-without-zone": "times that name no zone and were read as {zone}: {count}",
    "date-unreadable": "dates that cannot be read: {count}",
    "politie.broken-messages": "messages that cannot be read: {count}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of the API: its messages in order, whether it said that it is the last, and what was odd in it."""

    messages: tuple[Item | Broken, ...]
    last: bool
    notes: Counter[str] = field(default_factory=Counter)


def is_api(url: str) -> bool:
    """Whether an address is one of the API, and not of a feed."""
    return _API.match(_path(url)) is not None


def shows_people(url: str) -> bool:
    """Whether an address also shows people who are wanted or missing (``ab`` is news, wanted and missing together)."""
    return _PEOPLE.search(_path(url)) is not None


def page_address(url: str, offset: int) -> str:
    """Give the address of the page that starts at an offset. What else the address asks for is kept."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    asked = {"language": "nl", **given, "maxnumberofitems": str(PAGE), "offset": str(offset)}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(asked), ""))


def about(url: str | None, title: str) -> str | None:
    """Say whether a message is about somebody who is ``vermist`` or ``gezocht``, by its address or the start of its title."""
    path = _path(url or "")
    found = _TITLE.match(title)
    return next((name for name, place in _ABOUT.items() if place.search(path)), None) or (found and found[1].lower())


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def read_page(body: bytes, zone: tzinfo) -> Page:
    """Read an answer. Raises ``Malformed``: ``politie.not-json``, ``politie.shape``."""
    try:
        document = load_json(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(
            "the API answers with something that is no JSON",
            code="politie.not-json",
            remedy="Open the address in a browser; if a page comes, the API moved or refuses programs.",
        ) from error
    name = next((one for one in LISTS if isinstance(document, dict) and isinstance(document.get(one), list)), None)
    if name is None:
        raise Malformed(
            "the API answers without a list of messages",
            code="politie.shape",
            remedy="The API changed its shape: please report it. The RSS of rss.politie.nl may still do.",
        )
    notes: Counter[str] = Counter()
    iterator = document.get("iterator")
    return Page(
        messages=tuple(_message(value, LISTS[name], zone, notes) for value in document[name]),
        last=not isinstance(iterator, dict) or iterator.get("last") is not False,
        notes=notes,
    )


def problems(notes: Counter[str], zone: str) -> tuple[str, ...]:
    """Put what was odd into sentences."""
    return tuple(
        f"{code}: {sentence.format(zone=zone, count=notes[code])}"
        for code, sentence in _PROBLEMS.items()
        if notes[code]
    )


def _message(value: Any, subject: str, zone: tzinfo, notes: Counter[str]) -> Item | Broken:
    digest, raw = serialise(value)
    if not isinstance(value, dict) or not (_string(value, "titel") or _string(value, "uid")):
        notes["politie.broken-messages"] += 1
        return Broken(digest=digest, raw=raw[:RAW_LIMIT], reason="the message has neither a title nor an id")
    title, url = _string(value, "titel"), _string(value, "url") or None
    summary, content = _string(value, "introductie") or _string(value, "omschrijving"), "".join(_paragraphs(value))
    found = pointers(Text(value=content, markup=True), url or "")
    return Item(
        native_id=_string(value, "uid") or None,
        url=url,
        digest=digest,
        title=Text(value=title) if title else None,
        summary=guessed(summary) if summary else None,
        content=Text(value=content, markup=True) if content else None,
        published=_moment(value, zone, notes),
        media=tuple(_pictures(value)),
        categories=tuple(dict.fromkeys(filter(None, (subject or about(url, title), *_places(value), *_tags(value))))),
        links=found.links,
        raw=raw[:RAW_LIMIT],
    )


def _moment(value: dict[str, Any], zone: tzinfo, notes: Counter[str]) -> datetime | None:
    written = _string(value, "publicatiedatum") or _string(value, "publicatieDatum")
    found = read_date(written, zone)
    notes["date-unreadable"] += bool(written) and found is None
    notes["date-without-zone"] += found is not None and not found.zoned
    return found.at if found else None


def _paragraphs(value: dict[str, Any]) -> Iterator[str]:
    for one in _objects(value, "alineas"):
        if heading := _string(one, "titel"):
            yield f"<h3>{escape(heading)}</h3>\n"
        if text := _string(one, "opgemaaktetekst"):
            yield f"{text}\n"


def _pictures(value: dict[str, Any]) -> Iterator[Media]:
    single = value.get("afbeelding")
    every = [
        *([single] if isinstance(single, dict) else []),
        *_objects(value, "afbeeldingen"),
        *_objects(value, "meerafbeeldingen"),
    ]
    seen: set[str] = set()
    for one in every:
        url = _string(one, "url")
        if url and url not in seen:
            seen.add(url)
            yield Media(url=url, mime="image/*", alt=_string(one, "alttext") or None)


def _places(value: dict[str, Any]) -> list[str]:
    return [place.strip() for place in _string(value, "gebied").split(",")]


def _tags(value: dict[str, Any]) -> Iterator[str]:
    found = value.get("tags")
    return (clean(one) for one in found if isinstance(one, str)) if isinstance(found, list) else iter(())


def _objects(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = value.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _string(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    return clean(found) if isinstance(found, str) else ""

"""JSON Feed 1.0 and 1.1 (jsonfeed.org): read item by item, so that one bad value spoils one field at most."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from adapters.contract import Broken, Hints, Item, Media, Text
from adapters.digest import digest_of
from adapters.errors import Malformed
from adapters.feed.address import absolute, first_web
from adapters.feed.entry import RAW_LIMIT, Setting, dated, language_tag
from adapters.feed.html import all_images, all_links, pointers
from adapters.feed.media import described_by, media_in_text, without_copies
from adapters.feed.prune import MOST_ENTRIES
from adapters.feed.text import clean
from adapters.plainjson import load_json

_PETABYTE = 1e15
_Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFeed:
    """A document of JSON Feed: what it says of itself, and its items as published."""

    title: str | None
    language: str | None
    base: str
    hints: Hints
    items: tuple[Any, ...]
    beyond: int = 0


def parse_json_feed(text: str, url: str) -> JsonFeed | None:
    """Read the document. None where it is JSON of another kind. Raises ``Malformed`` where it is no JSON."""
    try:
        document = load_json(text)
    except RecursionError as error:
        raise Malformed("the JSON is nested too deeply to be a feed", code="feed.too-deep") from error
    except ValueError as error:
        raise Malformed(
            f"the document begins like JSON and is none: {error}",
            code="feed.bad-json",
            remedy="If this lasts, tell the publisher; a document cut off on the way is read again at the next poll.",
        ) from error
    if not isinstance(document, dict) or "jsonfeed.org/version/" not in str(document.get("version", ""))[:100]:
        return None
    return _feed(document, url)


def read_json_item(value: Any, digest: str, raw: bytes, setting: Setting) -> Item | Broken:
    """Read one item. Whatever has a wrong type is taken for absent; what is no object is ``Broken``."""
    if not isinstance(value, dict):
        return Broken(
            digest=digest, raw=raw[:RAW_LIMIT], reason=f"a JSON {_kind(value)} stands where an item should be"
        )
    content, summary = _content(value), _plain(value, "summary")
    found = [pointers(text, setting.base) for text in (summary, content)]
    images = all_images(found)
    announced = without_copies([*_attachments(value, setting.base), *_pictures(value, setting.base)])
    return Item(
        native_id=_identifier(value.get("id")),
        url=_address(value, setting.base),
        digest=digest,
        title=_plain(value, "title"),
        summary=summary,
        content=content,
        published=dated(_string(value, "date_published"), setting),
        updated=dated(_string(value, "date_modified"), setting),
        language=_language(value),
        media=described_by(media_in_text(announced, images), images),
        categories=tuple(dict.fromkeys(tag for one in _list(value, "tags") if (tag := _as_text(one)))),
        links=all_links(found),
        raw=raw[:RAW_LIMIT],
    )


def serialise(value: Any) -> tuple[str, bytes]:
    """Give the digest of an item and its raw bytes. The order of the keys means nothing in JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        # Deep enough to be parsed and too deep to be written: told apart by what can still be seen of it.
        text = repr(sorted(value)) if isinstance(value, dict) else _kind(value)
    raw = text.encode("utf-8", "backslashreplace")
    return digest_of(raw), raw


def _feed(document: _Object, url: str) -> JsonFeed:
    topic = first_web(_string(document, "feed_url"))
    items = _list(document, "items")
    hubs = (_string(hub, "url") for hub in _list(document, "hubs") if isinstance(hub, dict))
    return JsonFeed(
        title=_string(document, "title") or None,
        language=_language(document),
        base=first_web(_string(document, "home_page_url"), topic, url),
        hints=Hints(hub=first_web(*hubs) or None, topic=topic or None),
        items=tuple(items[:MOST_ENTRIES]),
        beyond=max(0, len(items) - MOST_ENTRIES),
    )


def _language(value: _Object) -> str | None:
    return language_tag(_string(value, "language"))


def _content(value: _Object) -> Text | None:
    markup = _string(value, "content_html")
    return Text(value=markup, markup=True) if markup else _plain(value, "content_text")


def _plain(value: _Object, key: str) -> Text | None:
    text = _string(value, key)
    return Text(value=text) if text else None


def _address(value: _Object, base: str) -> str | None:
    addresses = (absolute(_string(value, key), base) for key in ("url", "external_url"))
    return next(filter(None, addresses), None)


def _attachments(value: _Object, base: str) -> Iterator[Media]:
    for one in _list(value, "attachments"):
        if isinstance(one, dict):
            size = one.get("size_in_bytes")
            yield Media(
                url=absolute(_string(one, "url"), base),
                mime=_string(one, "mime_type").lower() or None,
                length=int(size) if isinstance(size, int | float) and 0 < size < _PETABYTE else None,
            )


def _pictures(value: _Object, base: str) -> Iterator[Media]:
    for address in chain((_string(value, "image"),), (_string(value, "banner_image"),)):
        if address:
            yield Media(url=absolute(address, base), mime="image/*")
            return


def _identifier(value: Any) -> str | None:
    """Give the id: a string, or a number, which version 1.0 saw too often to forbid."""
    return _as_text(value) or None


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _string(value: _Object, key: str) -> str:
    found = value.get(key)
    return clean(found) if isinstance(found, str) else ""


def _list(value: _Object, key: str) -> list[Any]:
    found = value.get(key)
    return found if isinstance(found, list) else []


def _kind(value: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}
    return names.get(type(value), "object")

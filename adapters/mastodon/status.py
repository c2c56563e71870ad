"""A status, as the Mastodon API shows it to everybody, as an item that is to be boosted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.contract import Broken, Item, Media, Text
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT
from adapters.mastodon.shapes import remote_post
from adapters.reply import language, listed, mapping, moment, number, string, unexpected, words
from adapters.window import Entry, Shape

PAGE = 40
"""Statuses in one answer: the most that servers give."""
_MIMES = {"image": "image/*", "gifv": "video/*", "video": "video/*", "audio": "audio/*"}


def statuses(*, replies: bool = False, boosts: bool = False) -> Shape:
    """Give how a list of statuses is read."""
    return Shape(
        entries=_entries,
        item=lambda entry: _read(entry, replies=replies, boosts=boosts),
        essence=_essence,
        older=lambda reply: string(mapping(reply[-1]).get("id")) or None if reply else None,
        about=lambda reply: mapping(mapping(reply[0]).get("account")) if reply else {},
    )


def looks_like_statuses(body: bytes) -> bool:
    """Whether a body begins like a list of statuses."""
    head = body[:8192]
    return head.lstrip().startswith(b"[") and b'"spoiler_text"' in head and b'"visibility"' in head


def _entries(reply: Any) -> list[Any]:
    if not isinstance(reply, list):
        raise unexpected("it is no list of statuses")
    return reply


def _essence(status: Mapping[str, Any]) -> Any:
    """Leave out counters, and what is said of the account."""
    said = mapping(status.get("reblog")) or status
    keys = ("uri", "url", "created_at", "edited_at", "visibility", "language", "spoiler_text", "content")
    described = [mapping(one).get("description") for one in listed(said.get("media_attachments"))]
    return [status.get("uri"), [said.get(key) for key in keys], described]


def _read(entry: Entry, *, replies: bool, boosts: bool) -> Item | Broken | None:
    status, boosted = entry.value, mapping(entry.value.get("reblog"))
    if status.get("visibility") not in ("public", "unlisted") or (boosted and not boosts):
        return None
    if status.get("in_reply_to_id") and not replies:
        return None  # what goes on under a status is read there by whoever reads the boost
    said = boosted or status
    uri = string(said.get("uri"))
    if not is_web(uri) or not string(status.get("uri")):
        return entry.broken("the status has no ActivityPub id")
    text, address = string(said.get("content")), string(said.get("url"))
    return Item(
        native_id=string(status.get("uri")),
        url=address if is_web(address) else uri,
        digest=entry.digest,
        title=words(said.get("spoiler_text")),
        content=Text(value=text, markup=True) if text else None,
        published=moment(status.get("created_at")),
        updated=moment(said.get("edited_at")),
        language=language(said.get("language")),
        media=tuple(_media(said)),
        # The same rule as for our own posts: addresses count, the people and tags that are named do not.
        links=tuple(filter(None, remote_post({"id": uri, "content": text}).links)),
        boost=uri,
        raw=entry.raw[:RAW_LIMIT],
    )


def _media(status: Mapping[str, Any]) -> Iterator[Media]:
    for one in map(mapping, listed(status.get("media_attachments"))):
        address = string(one.get("url")) or string(one.get("remote_url"))
        size = mapping(mapping(one.get("meta")).get("original"))
        if is_web(address):
            yield Media(
                url=address,
                mime=_MIMES.get(string(one.get("type"))),
                alt=string(one.get("description")) or None,
                width=number(size.get("width")),
                height=number(size.get("height")),
            )

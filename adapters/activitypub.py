"""ActivityPub, as much of it as reading needs: an actor, and the public notes in its outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.contract import Broken, Item, Media, Text
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.html import pointers
from adapters.reply import language, listed, mapping, moment, number, string, unexpected, words
from adapters.window import Entry, Shape

TYPES = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_ACTORS = frozenset({"Application", "Group", "Organization", "Person", "Service"})
_POSTS = frozenset({"Note", "Article", "Page", "Question", "Event", "Image", "Video"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who has the outbox: its id, its name, and what it says of itself as HTML."""

    id: str
    outbox: str
    name: str
    summary: str


def read_actor(reply: Any) -> Actor:
    """Read an actor. Raises ``Malformed``."""
    actor = mapping(reply)
    found = Actor(
        id=string(actor.get("id")),
        outbox=string(actor.get("outbox")),
        name=string(actor.get("name")) or string(actor.get("preferredUsername")),
        summary=string(actor.get("summary")),
    )
    if string(actor.get("type")) not in _ACTORS or not is_web(found.id) or not is_web(found.outbox):
        raise unexpected("it is no actor with an outbox")
    return found


def first_page(reply: Any) -> str | None:
    """Give where the entries of a collection begin; None where they stand in this very reply."""
    collection = mapping(reply)
    first = string(collection.get("first"))
    return first if first and "orderedItems" not in collection else None


def looks_like_outbox(body: bytes) -> bool:
    """Whether a body begins like an ordered collection of ActivityStreams."""
    head = body[:2048]
    return head.lstrip().startswith(b"{") and b'"OrderedCollection' in head and b"activitystreams" in head


def outbox(actor: str = "", *, replies: bool = False, boosts: bool = False) -> Shape:
    """Give how an outbox is read. Of ``actor``, where it is given, nothing that others wrote is taken."""
    return Shape(
        entries=_entries,
        item=lambda entry: _read(entry, actor=actor, replies=replies, boosts=boosts),
        essence=_essence,
        older=lambda reply: string(mapping(reply).get("next")) or None,
    )


def _entries(reply: Any) -> list[Any]:
    collection = mapping(reply)
    if isinstance(collection.get("first"), dict) and "orderedItems" not in collection:
        collection = mapping(collection.get("first"))
    found = collection.get("orderedItems", [])
    if not str(collection.get("type")).startswith("OrderedCollection") or not isinstance(found, list):
        raise unexpected("it is no ordered collection")
    return found


def _essence(activity: Mapping[str, Any]) -> Any:
    """Leave out the collections of replies, likes and shares, in which counts stand."""
    said = activity.get("object")
    if not isinstance(said, dict):
        return [activity.get("type"), activity.get("id"), said]
    keys = ("id", "type", "url", "name", "summary", "content", "contentMap", "published", "updated", "attachment")
    return [activity.get("type"), activity.get("actor"), [said.get(key) for key in keys]]


def _read(entry: Entry, *, actor: str, replies: bool, boosts: bool) -> Item | Broken | None:
    activity = entry.value
    if activity.get("type") == "Announce":
        return _announced(entry) if boosts else None
    said = mapping(activity.get("object"))
    if activity.get("type") != "Create" or string(said.get("type")) not in _POSTS or not _is_public(activity, said):
        return None
    if (said.get("inReplyTo") and not replies) or (actor and said.get("attributedTo") != actor):
        return None
    native_id = string(said.get("id"))
    if not is_web(native_id):
        return entry.broken("the post has no address as id")
    text = string(said.get("content"))
    content = Text(value=text, markup=True) if text else None
    return Item(
        native_id=native_id,
        url=_page(said) or native_id,
        digest=entry.digest,
        title=words(said.get("name")) or words(said.get("summary")),
        content=content,
        published=moment(said.get("published")),
        updated=moment(said.get("updated")),
        language=next(map(language, mapping(said.get("contentMap"))), None),
        media=tuple(_media(said)),
        links=_links(content, said),
        boost=native_id,
        raw=entry.raw[:RAW_LIMIT],
    )


def _announced(entry: Entry) -> Item | None:
    activity = entry.value
    target, native_id = string(activity.get("object")), string(activity.get("id"))
    if not is_web(target) or not native_id:
        return None
    return Item(
        native_id=native_id,
        url=target,
        digest=entry.digest,
        published=moment(activity.get("published")),
        boost=target,
        raw=entry.raw[:RAW_LIMIT],
    )


def _is_public(*holders: Mapping[str, Any]) -> bool:
    """Whether it is for everybody, listed or not (ActivityPub, section 5.6)."""
    named = [value for holder in holders for key in ("to", "cc") for value in _several(holder.get(key))]
    return any(one in _PUBLIC for one in named if isinstance(one, str))


def _several(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _page(said: Mapping[str, Any]) -> str | None:
    """Give the page for people: one address, or one of several links."""
    for one in _several(said.get("url")):
        address = string(one) or string(mapping(one).get("href"))
        if is_web(address):
            return address
    return None


def _links(content: Text | None, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Give what the text points to, without the people and tags that it names."""
    tags = {string(mapping(one).get("href")) for one in listed(said.get("tag"))}
    return tuple(one for one in pointers(content, "").links if one not in tags)


def _media(said: Mapping[str, Any]) -> list[Media]:
    found = []
    for one in map(mapping, _several(said.get("attachment"))):
        address = _page(one)
        if address and one.get("type") in ("Document", "Image", "Video", "Audio"):
            found.append(
                Media(
                    url=address,
                    mime=string(one.get("mediaType")) or None,
                    alt=string(one.get("name")) or string(one.get("summary")) or None,
                    width=number(one.get("width")),
                    height=number(one.get("height")),
                )
            )
    return found

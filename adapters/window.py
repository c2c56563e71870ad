"""The newest posts of an account, read like a document: what is new in them, what is known, and how far back to look.

A platform answers in pages, newest first. A window is as many of them as it takes to meet something known: one on an
ordinary day, a few more after a silence, so that nothing that rolled out of the first page is missed. Each entry has a
digest of what counts in it; counters and signed addresses of pictures, which differ in each reply, do not count.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.contract import Batch, Broken, Cursor, Item, Offload
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.json import serialise
from adapters.reply import parse, unexpected

MOST_BROKEN = 500
"""Entries that cannot be read which are kept: a reply of nothing else says the same in all of them."""
MOST_PAGES = 4
"""Pages that one fetch asks for."""
_MOST_SEEN = 1000
"""Digests that a cursor keeps: 1,000 are 23 KiB."""
_RULE = 1
"""Which way of making digests the cursor's are of. Digests of another rule are not compared with ours."""

Ask = Callable[[str], Awaitable[bytes]]
"""Asks for the page that begins at a place; "" is the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a reply as published, with the digest of what counts in it, and its raw bytes."""

    value: Mapping[str, Any]
    digest: str
    raw: bytes

    def broken(self, reason: str) -> Broken:
        """Say why it cannot be read."""
        return Broken(digest=self.digest, raw=self.raw[:RAW_LIMIT], reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the replies of one kind are read.

    ``entries`` finds the entries (raises ``Malformed``), ``essence`` gives what counts in one, ``item`` reads one: None
    where it is left out by choice. ``older`` gives the place where older ones begin, None where there are none;
    ``about`` what the reply says of the account itself.
    """

    entries: Callable[[Any], Sequence[Any]]
    item: Callable[[Entry], Item | Broken | None]
    essence: Callable[[Mapping[str, Any]], Any]
    older: Callable[[Any], str | None] = lambda _: None
    about: Callable[[Any], Mapping[str, Any]] = lambda _: {}


@dataclass(slots=True, kw_only=True)
class Window:
    """What has been read so far.

    ``known`` are the digests of last time, ``met`` those of them that are still shown; ``about`` is the account itself.
    """

    shape: Shape
    known: Sequence[str] = ()
    items: list[Item] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    seen: dict[str, None] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def read(self, body: bytes) -> str | None:
        """Read one page; give where to go on, None where that is not needed. Raises ``Malformed``."""
        reply = parse(body)
        self.take(reply)
        return None if self.met else self.shape.older(reply)

    def take(self, reply: Any) -> None:
        """Take in the entries of one reply, each once. Raises ``Malformed`` where none of them can be read."""
        known, unread = frozenset(self.known), 0
        values = self.shape.entries(reply)
        self.about = self.about or self.shape.about(reply)
        for value in values:
            entry = _entry(value, self.shape)
            if entry.digest in known:
                self.met.add(entry.digest)
            elif entry.digest not in self.seen:
                unread += not self._keep(entry, value)
        if 1 < len(values) == unread:
            raise unexpected("none of its entries can be read")

    def _keep(self, entry: Entry, value: object) -> bool:
        """Keep an entry; false where it cannot be read."""
        found = self.shape.item(entry) if isinstance(value, dict) else entry.broken("it is no object")
        if isinstance(found, Broken):
            if len(self.broken) < MOST_BROKEN:
                self.broken.append(found)
            return False
        # What is left out by choice is remembered too: a page of it is met again, and no reason to look further back.
        self.seen[entry.digest] = None
        if found is not None:
            self.items.append(found)
        return True

    def batch(self, before: Cursor, *, title: str | None = None, problems: Iterable[str] = (), **kept: Any) -> Batch:
        """Give what was read, with a cursor that has ``kept`` beside the digests; ``before`` is the cursor of last time."""
        seen = [*self.seen, *(one for one in self.known if one not in self.seen)]
        cursor = {**kept, "rule": _RULE, "seen": seen[:_MOST_SEEN]}
        return Batch(
            items=tuple(self.items),
            unchanged=frozenset(self.met),
            broken=tuple(self.broken),
            cursor=cursor,
            not_modified=cursor == before and not (self.items or self.broken),
            title=title,
            problems=tuple(problems),
        )


def opened(shape: Shape, cursor: Cursor) -> Window:
    """Begin where the cursor says that the last fetch ended."""
    return Window(shape=shape, known=tuple(cursor.get("seen", ())) if cursor.get("rule") == _RULE else ())


async def look(window: Window, ask: Ask, offload: Offload) -> None:
    """Ask for pages until something known is met, there are no more, or it has been ``MOST_PAGES``."""
    place = ""
    for _ in range(MOST_PAGES):
        older = await offload(window.read, await ask(place))
        if not older:
            return
        place = older


def read_reply(body: bytes, shape: Shape) -> Batch:
    """Read one recorded reply. Raises ``Malformed``."""
    window = Window(shape=shape)
    window.read(body)
    return Batch(items=tuple(window.items), broken=tuple(window.broken))


def _entry(value: object, shape: Shape) -> Entry:
    _, raw = serialise(value)
    digest, _ = serialise(shape.essence(value) if isinstance(value, dict) else value)
    return Entry(value=value if isinstance(value, dict) else {}, digest=digest, raw=raw)

"""What a document shows before anything behind it is asked for: messages in full, and entries that stand for messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from adapters.cap.keys import Issuer
from adapters.cap.message import Message, broken, canonical, read_message
from adapters.cap.signature import doubt
from adapters.contract import Broken, Hints, Item
from adapters.feed.entry import Setting

MOST_MESSAGES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry of a document.

    ``messages`` stand in it in full. Where there are none, ``told`` is the entry as the index itself tells it, and
    ``detail`` the address of the message behind it, "" where it has none; ``stamp`` is the entry's own date as written:
    another one means that the message may have changed.
    """

    messages: tuple[Message | Broken, ...] = ()
    told: Item | Broken | None = None
    detail: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A document as listed. ``whole`` is false where its end is missing."""

    listed: tuple[Listed, ...]
    title: str | None = None
    language: str | None = None
    hints: Hints = field(default_factory=Hints)
    whole: bool = True
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a document is read against. ``issuers``: where there are any, only what one of them signed is believed."""

    setting: Setting
    issuers: tuple[Issuer, ...] = ()

    def at(self, base: str, *, atom: bool = False) -> Context:
        """Give the same for something whose relative addresses start elsewhere."""
        return replace(self, setting=replace(self.setting, base=base or self.setting.base, atom=atom))


def take(element: _Element, context: Context, page: str | None = None) -> Message | Broken:
    """Read a message, if it may be believed."""
    reason = doubt(element, context.issuers) if context.issuers else ""
    return broken(canonical(element), reason) if reason else read_message(element, context.setting, page)


def take_all(elements: Iterable[_Element], context: Context, page: str | None = None) -> tuple[Message | Broken, ...]:
    """Read messages, up to a bound that no honest document meets."""
    every = list(elements)
    context.setting.notes["cap.too-many"] += max(0, len(every) - MOST_MESSAGES)
    return tuple(take(element, context, page) for element in every[:MOST_MESSAGES])


UNSIGNED = "an issuer is configured, and an entry of an index or a JSON document carries no signature"


def believed(told: Item | Broken, context: Context) -> Item | Broken:
    """Give what an index tells by itself, which nobody signs."""
    if context.issuers and isinstance(told, Item):
        return Broken(digest=told.digest, raw=told.raw, reason=UNSIGNED)
    return told

"""Messages as items: one per language, since each language is a post of its own.

Blocks of one language are one item as long as they tell of one event: they are the same warning for other areas or
hours (CAP 1.2, section 3.2.2: blocks of one language are a sequence). Where the event differs, so do the items.

The native id is the message's own identity, ``sender,identifier,sent``, as ``references`` write it. Where a message
became several items, the language follows it, and the event where one language has several.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import chain
from typing import TypeVar

from adapters.cap.message import SEVERITIES, Block, Message
from adapters.cap.references import Reference, Told, Variant
from adapters.contract import Alert, Area, Item, Text
from adapters.digest import digest_of

T = TypeVar("T")

_DEFAULT_LANGUAGE = "en-us"  # CAP 1.2, section 3.2.2, language
_MOST_VARIANTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The blocks that are told as one item. ``group`` counts the events of a message, to find siblings by."""

    variant: Variant
    blocks: tuple[Block, ...]
    group: int = 0


def tell(messages: Iterable[Message], told: Told) -> dict[int, tuple[Item, ...]]:
    """Give the items of each message, by the message's ``id()``, and remember in ``told`` what it became.

    All are remembered before any is told: in a document an update may stand before what it updates.
    """
    tellings = [(message, _tellings(message, told)) for message in messages]
    for message, ways in tellings:
        told.add(_identity(message), [way.variant for way in ways])
    # A message that only names others speaks the languages in which those were told, which may be known only now.
    tellings = [(message, ways if message.blocks else _tellings(message, told)) for message, ways in tellings]
    for message, ways in tellings:
        told.add(_identity(message), [way.variant for way in ways])
    return {id(message): _items(message, ways, told) for message, ways in tellings}


def _identity(message: Message) -> Reference:
    return Reference(sender=message.sender, identifier=message.identifier, sent=message.sent_text)


def _tellings(message: Message, told: Told) -> tuple[Telling, ...]:
    if not message.blocks:
        languages = told.languages(_others(message)) or ("",)
        several = len(languages) > 1
        return tuple(
            Telling(variant=Variant(suffix=one if several else "", language=one), blocks=()) for one in languages
        )
    events: dict[str, dict[str, list[Block]]] = {}
    for block in message.blocks:
        language = (block.language or _DEFAULT_LANGUAGE).lower()
        events.setdefault(language, {}).setdefault(block.event, []).append(block)
    found = (
        Telling(
            variant=_variant(language, event, languages=len(events), events=len(of_language)),
            blocks=tuple(blocks),
            group=place,
        )
        for language, of_language in events.items()
        for place, (event, blocks) in enumerate(of_language.items())
    )
    return tuple(found)[:_MOST_VARIANTS]


def _variant(language: str, event: str, *, languages: int, events: int) -> Variant:
    parts = [language] if languages > 1 else []
    parts += [event] if events > 1 else []
    return Variant(suffix=",".join(parts), language=language, event=event)


def _others(message: Message) -> tuple[Reference, ...]:
    """Give what a message refers to, without itself."""
    own = _identity(message).key
    return tuple(one for one in message.references if one.key != own)


def _items(message: Message, ways: Sequence[Telling], told: Told) -> tuple[Item, ...]:
    references = told.resolve(_others(message), [way.variant for way in ways])
    return tuple(_item(message, way, found) for way, found in zip(ways, references, strict=True))


def _item(message: Message, way: Telling, references: tuple[str, ...]) -> Item:
    blocks = way.blocks
    suffix = f",{way.group}" if way.group else ""
    return Item(
        native_id=way.variant.id_of(message.stem),
        url=_first(block.web for block in (*blocks, *message.blocks)) or (message.page if blocks else None),
        digest=digest_of(b"\n".join([message.head, way.variant.suffix.encode(), *(block.raw for block in blocks)])),
        title=_first(block.headline for block in blocks) or _event(blocks),
        summary=_summary(blocks) or message.note,
        published=message.sent,
        language=_language(message, way),
        media=tuple(dict.fromkeys(chain.from_iterable(block.media for block in blocks))),
        categories=_once(block.categories for block in blocks),
        links=_once(block.links for block in blocks),
        alert=_alert(message, blocks, references),
        group=f"{message.stem}{suffix}",
        raw=message.raw,
    )


def _language(message: Message, way: Telling) -> str | None:
    if not message.blocks:
        return way.variant.language or None
    # The default is CAP's; a document that says nothing is read as the standard says it must be.
    return way.blocks[0].language or "en-US"


def _event(blocks: Sequence[Block]) -> Text | None:
    name = next((block.event for block in blocks if block.event), "")
    return Text(value=name) if name else None


def _summary(blocks: Sequence[Block]) -> Text | None:
    """Give what the blocks say, each description once; a headline of its own stands before its description."""
    first = _first(block.headline for block in blocks)
    paragraphs: dict[tuple[Text, ...], None] = {}
    for block in blocks:
        own = block.headline if block.headline != first else None
        told = tuple(text for text in (own, block.description) if text)
        if told:
            paragraphs.setdefault(told)
    if any(text.markup for told in paragraphs for text in told):
        return Text(value="".join(f"<p>{'<br>'.join(map(_as_markup, told))}</p>" for told in paragraphs), markup=True)
    plain = ("\n".join(text.value for text in told) for told in paragraphs)
    return Text(value="\n\n".join(plain)) if paragraphs else None


def _as_markup(text: Text) -> str:
    return text.value if text.markup else escape(text.value, quote=False).replace("\n", "<br>")


def _alert(message: Message, blocks: Sequence[Block], references: tuple[str, ...]) -> Alert:
    gravest = min(blocks, key=lambda block: SEVERITIES.index(block.severity), default=Block())
    return Alert(
        status=message.status,
        message=message.message,
        scope=message.scope,
        sent=message.sent,
        onset=min(_times(block.onset for block in blocks), default=None),
        expires=max(_times(block.expires for block in blocks), default=None),
        event=gravest.event,
        urgency=gravest.urgency,
        severity=gravest.severity,
        certainty=gravest.certainty,
        instruction=_first(block.instruction for block in blocks),
        areas=_areas(blocks),
        references=references,
        sender=next((block.sender_name for block in blocks if block.sender_name), message.sender),
    )


def _areas(blocks: Sequence[Block]) -> tuple[Area, ...]:
    """Gather the areas of all blocks, those of one name together."""
    found: dict[str, Area] = {}
    for area in chain.from_iterable(block.areas for block in blocks):
        known = found.get(area.name, Area(name=area.name))
        found[area.name] = Area(
            name=area.name,
            codes=tuple(dict.fromkeys((*known.codes, *area.codes))),
            polygons=tuple(dict.fromkeys((*known.polygons, *area.polygons))),
        )
    return tuple(found.values())


def _times(found: Iterable[datetime | None]) -> list[datetime]:
    return [one for one in found if one]


def _first(found: Iterable[T | None]) -> T | None:
    return next((one for one in found if one), None)


def _once(found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(found)))

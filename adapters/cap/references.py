"""Which earlier messages an update or cancel is about, as native ids.

CAP names a message by sender, identifier and time of sending; in ``references`` these stand as triples with commas.
A message in several languages is several items here, one per language, so that a reference to it means one of them:
the Dutch update answers the Dutch alert. Which items a message became is kept in ``Told``, from one poll to the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from adapters.feed.dates import read_date

_LONGEST = 64 * 1024
"""Characters of ``references`` that are looked at."""
MOST_REFERENCES = 200
MOST_TOLD = 150
"""Messages whose items are remembered, for references to them."""
_ROOM = 12 * 1024
"""Characters that they take in a cursor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A message as another one names it; its parts as written."""

    sender: str
    identifier: str
    sent: str

    @property
    def stem(self) -> str:
        """The reference as written."""
        return f"{self.sender},{self.identifier},{self.sent}"

    @property
    def key(self) -> str:
        """What tells messages apart: ``-00:00``, ``+00:00`` and ``Z`` are one moment, and senders are often mistyped."""
        moment = read_date(self.sent, UTC)
        return f"{self.identifier}\n{moment.at.isoformat() if moment else self.sent}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One item of a message. ``suffix`` is what its native id has behind the message's own identity."""

    suffix: str = ""
    language: str = ""
    event: str = ""

    def id_of(self, stem: str) -> str:
        """Give the native id of this variant of a message."""
        return f"{stem},{self.suffix}" if self.suffix else stem


def parse_references(text: str) -> tuple[Reference, ...]:
    """Read ``references``: triples between white space. Senders with spaces in them do occur.

    CAP 1.0 wrote ``identifier/sender``, without a time: such a reference leads nowhere, and is kept as written.
    """
    text = text if len(text) <= _LONGEST else "".join(text[:_LONGEST].rsplit(maxsplit=1)[:1])
    found = _triples(text) if "," in text else _pairs(text)
    return tuple(dict.fromkeys(found))[:MOST_REFERENCES]


def _triples(text: str) -> Iterator[Reference]:
    sender, *rest = text.split(",")
    for identifier, more in zip(rest[::2], rest[1::2], strict=False):
        sent, following = [*more.split(maxsplit=1), "", ""][:2]
        if sent:
            yield Reference(sender=_trim(sender), identifier=_trim(identifier), sent=_trim(sent))
        sender = following


def _pairs(text: str) -> Iterator[Reference]:
    for pair in text.split():
        identifier, slash, sender = pair.partition("/")
        if slash:
            yield Reference(sender=sender, identifier=identifier, sent="")


def _trim(part: str) -> str:
    return " ".join(part.split()).strip('"')


@dataclass(slots=True)
class Told:
    """Which items each message became, newest last."""

    messages: dict[str, tuple[Reference, tuple[Variant, ...]]] = field(default_factory=dict)

    def add(self, message: Reference, variants: Sequence[Variant]) -> None:
        """Remember what a message became."""
        self.messages.pop(message.key, None)
        self.messages[message.key] = (message, tuple(variants))

    def find(self, reference: Reference) -> tuple[Reference, tuple[Variant, ...]] | None:
        """Find the message that is meant."""
        return self.messages.get(reference.key)

    def languages(self, references: Iterable[Reference]) -> tuple[str, ...]:
        """Give the languages in which the messages that are meant were told, "" where nobody said."""
        found = (known for one in references if (known := self.find(one)))
        return tuple(dict.fromkeys(variant.language for _, variants in found for variant in variants))

    def resolve(self, references: Iterable[Reference], mine: Sequence[Variant]) -> tuple[tuple[str, ...], ...]:
        """Give, for each of my variants, the native ids that it refers to.

        Every item of a message that is meant is answered exactly once: by the variant in its language and of its event,
        else by one in its language, else by the first. Of a message that was never told only its own identity is known;
        it is taken to have been told as this one is.
        """
        answers: list[dict[str, None]] = [{} for _ in mine]
        for reference in references:
            known = self.find(reference)
            if known is None:
                for place, variant in enumerate(mine):
                    answers[place][variant.id_of(reference.stem)] = None
                continue
            message, variants = known
            for variant in variants:
                answers[_taker(variant, mine)][variant.id_of(message.stem)] = None
        return tuple(tuple(one) for one in answers)

    def as_json(self) -> list[Any]:
        """Give what a cursor keeps: the newest messages, as far as there is room."""
        kept: list[Any] = []
        room = _ROOM
        for one, variants in reversed(self.messages.values()):
            told = [[each.suffix, each.language, each.event] for each in variants]
            entry = [one.sender, one.identifier, one.sent, *told]
            room -= len(json.dumps(entry))
            if room < 0 or len(kept) == MOST_TOLD:
                break
            kept.append(entry)
        return kept[::-1]


def recall(kept: Iterable[Sequence[Any]]) -> Told:
    """Read back what a cursor kept."""
    told = Told()
    for sender, identifier, sent, *variants in kept:
        told.add(Reference(sender=sender, identifier=identifier, sent=sent), list(_variants(variants)))
    return told


def _variants(kept: Iterable[Sequence[str]]) -> Iterator[Variant]:
    for suffix, language, event in kept:
        yield Variant(suffix=suffix, language=language, event=event)


def _taker(variant: Variant, mine: Sequence[Variant]) -> int:
    """Find which of my variants answers another one."""

    def likeness(place: int) -> tuple[bool, bool, bool, int]:
        other = mine[place]
        same = other.language == variant.language
        alike = _primary(other.language) == _primary(variant.language)
        return same and other.event == variant.event, same, alike, -place

    return max(range(len(mine)), key=likeness)


def _primary(language: str) -> str:
    return language.partition("-")[0]

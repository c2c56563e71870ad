"""What the text of an NL-Alert says about itself: its languages, whether it is a test, whether it takes one back, where.

The service has one field for the text, and nothing else in which any of this would stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BETWEEN_LANGUAGES = re.compile(r"\*{3,}")
_DUTCH = frozenset(
    [
        "aan",
        "bij",
        "blijf",
        "dat",
        "de",
        "dit",
        "een",
        "en",
        "er",
        "geen",
        "het",
        "in",
        "is",
        "met",
        "naar",
        "niet",
        "of",
        "om",
        "op",
        "te",
        "uit",
        "uw",
        "van",
        "voor",
        "wordt",
    ]
)
_ENGLISH = frozenset(
    [
        "a",
        "and",
        "are",
        "at",
        "by",
        "for",
        "from",
        "has",
        "is",
        "no",
        "not",
        "of",
        "on",
        "or",
        "out",
        "stay",
        "the",
        "this",
        "to",
        "was",
        "with",
        "you",
        "your",
    ]
)
_WORD = re.compile(r"[^\W\d_]{1,30}")

_TEST = re.compile(r"\b(?:test-?bericht|controle-?bericht|test[ -]?message|testalert|test-?alarm)", re.IGNORECASE)
_NO_TEST = re.compile(r"\b(?:geen|niet|not?)\s{1,5}(?:een\s{1,5}|a\s{1,5})?\Z", re.IGNORECASE)
_WITHDRAWN = re.compile(
    r"(?:deze\s{1,5})?nl-?alert\s{1,5}(?:is\s{1,5}|wordt\s{1,5})?ingetrokken\b|intrekking\s{1,5}(?:van\s{1,5})?nl-?alert\b"
    r"|(?:this\s{1,5})?nl-?alert\s{1,5}(?:is\s{1,5}|has\s{1,5}been\s{1,5})?(?:withdrawn|cancelled)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?:[\W\d_]|nl-?alert(?=\s{0,5}:|\s{1,5}\d))*", re.IGNORECASE)

# What stands before the news itself: whose message it is, and when.
_BOILERPLATE = re.compile(
    r"(?:nl-?alert|dutch public warning system|let op|attention|[\W\d_]|uur|hrs?)*", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=\w\w\w)[.!?](?=\s|\Z)|\n")  # "St.", "nr." and "a.u.b." end no sentence
LONGEST_TITLE = 120
_LOOKED_AT = 2000

_PLACE = re.compile(
    r"\b(?:in|te|nabij|bij|rondom|rond|omgeving|gemeente|regio|provincie|near|around)\s{1,5}"
    r"((?:(?:[A-ZÀ-Þ']|'s-|'t )[\w'’-]{1,40})(?:\s(?:(?:aan|den|de|der|het|op|over|van|en|a/d|'t)\s){0,3}[A-ZÀ-Þ][\w'’-]{1,40}){0,4})"
)
_NO_PLACE = frozenset({"NL-Alert", "Nederlands", "English", "Dutch", "Engels", "WhatsApp", "Twitter", "Facebook"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """A message by language; ``rest`` are parts in languages that are not known."""

    dutch: str
    english: str = ""
    rest: tuple[str, ...] = ()


def by_language(message: str) -> Languages:
    """Split a message: Dutch, then behind ``***`` English, where it is English. Stars for show split nothing."""
    parts = [part.strip() for part in _BETWEEN_LANGUAGES.split(message)]
    parts = [part for part in parts if part]
    dutch, others = parts[0] if parts else "", parts[1:]
    english = ""
    rest: list[str] = []
    for part in others:
        if _votes(part, _DUTCH) > _votes(part, _ENGLISH):
            dutch = f"{dutch}\n\n{part}"
        elif not english and _votes(part, _ENGLISH):
            english = part
        else:
            rest.append(part)
    return Languages(dutch=dutch, english=english, rest=tuple(rest))


def is_test(text: str) -> bool:
    """Whether a message says that it is a test. "Dit is geen testbericht" says the contrary."""
    head = text[:_LOOKED_AT]
    return any(not _NO_TEST.search(head, max(0, found.start() - 20), found.start()) for found in _TEST.finditer(head))


def is_withdrawal(text: str) -> bool:
    """Whether a message begins by saying that an earlier one no longer holds."""
    opening = _OPENING.match(text[:_LOOKED_AT])
    return bool(_WITHDRAWN.match(text, opening.end() if opening else 0))


def title_of(text: str) -> str:
    """Give the first words of a message, up to the end of the first sentence that is news."""
    head = text[:_LOOKED_AT]
    opening = _BOILERPLATE.match(head)
    end = _SENTENCE_END.search(head, opening.end() if opening else 0)
    sentence = head[: end.end()] if end else head
    return _cut(" ".join(sentence.split()))


def place_of(text: str) -> str:
    """Give the first place that a message names, "" where none can be told."""
    found = (one[1].rstrip(".,;:'’-") for one in _PLACE.finditer(text[:_LOOKED_AT]))
    return next((place for place in found if place not in _NO_PLACE), "")


def _cut(line: str) -> str:
    if len(line) <= LONGEST_TITLE:
        return line
    kept = line[:LONGEST_TITLE].rpartition(" ")[0] or line[:LONGEST_TITLE]
    return f"{kept.rstrip(' ,;:-')}…"


def _votes(text: str, words: frozenset[str]) -> int:
    return sum(word.lower() in words for word in _WORD.findall(text[:_LOOKED_AT]))

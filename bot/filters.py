"""The patterns of ``include``, ``exclude`` and ``warning``: words, not regular expressions, so that none can explode.

A pattern is a word or a few words in a row, found as whole words in title, text and categories, whatever their case.
``*`` at the beginning or end lets the first or last word run on (``water*``, ``*weg``); ``*`` alone is everything.
``title:``, ``text:``, ``category:`` and ``url:`` in front look in one place only; in an address any part is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Part = Literal["any", "title", "text", "category", "url"]

LONGEST_PATTERN = 200
_PARTS: tuple[Part, ...] = ("title", "text", "category", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern: as it was written, the part it looks in, and the expression made of it (literal words only)."""

    written: str
    part: Part
    expression: re.Pattern[str] = field(repr=False, compare=False)

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentWarning:
    """A content warning, and the pattern that asks for it."""

    pattern: Pattern
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What patterns look at: an item as plain text."""

    title: str = ""
    text: str = ""
    categories: tuple[str, ...] = ()
    url: str = ""


def parse(written: str) -> Pattern:
    """Read a pattern. Raises ``ValueError`` where it is empty, too long, or has a ``*`` inside."""
    part, words = _part_and_words(written)
    body = words.strip("*") if words != "*" else ""
    if (not body and words != "*") or "*" in body or len(written) > LONGEST_PATTERN:
        raise ValueError(f"not a pattern: {written!r}")
    return Pattern(written=written, part=part, expression=re.compile(_expression(part, words, body), re.IGNORECASE))


def matches(pattern: Pattern, subject: Subject) -> bool:
    """Whether a pattern finds its words."""
    return any(pattern.expression.search(text) for text in _texts(pattern.part, subject))


def left_out_by(include: Iterable[Pattern], exclude: Iterable[Pattern], subject: Subject) -> str | None:
    """Say which rule leaves an item out: ``exclude: <pattern>``, or ``include`` where none of them matched; else None.

    An exclusion is stronger than an inclusion; without inclusions everything is included.
    """
    for pattern in exclude:
        if matches(pattern, subject):
            return f"exclude: {pattern}"
    wanted = tuple(include)
    return "include" if wanted and not any(matches(pattern, subject) for pattern in wanted) else None


def _part_and_words(written: str) -> tuple[Part, str]:
    for part in _PARTS:
        if written.startswith(f"{part}:"):
            return part, written.removeprefix(f"{part}:").strip()
    return "any", written.strip()


def _expression(part: Part, words: str, body: str) -> str:
    if part == "url":
        return re.escape(body)
    middle = r"\s+".join(re.escape(word) for word in body.split())
    start = "" if words.startswith("*") else r"(?<!\w)"
    end = "" if words.endswith("*") else r"(?!\w)"
    return f"{start}{middle}{end}"


def _texts(part: Part, subject: Subject) -> tuple[str, ...]:
    match part:
        case "title":
            return (subject.title,)
        case "text":
            return (subject.text,)
        case "category":
            return subject.categories
        case "url":
            return (subject.url,)
        case "any":
            return (subject.title, subject.text, *subject.categories)

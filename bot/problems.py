"""What is wrong with a configuration, as a value: where, how bad, which stable code, in words, and what to do about it.

The words themselves stand in ``bot.remedies``, per code and language. Those who look for mistakes make a ``Finding``,
which knows no words; ``say`` makes a ``Problem`` of a code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bot.remedies import GUESS, REMEDIES, TERMS, Language, Severity

Key = tuple[str | int, ...]
"""The way to a value in a configuration: ``("source", 3, "every")``."""

LONGEST_VALUE = 80
"""Characters of a wrong value that a message shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line in a file; ``line`` is None where the file as a whole is meant, ``file`` where no file is."""

    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file or "?"


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake, in the words of the installation's language. Its fields are the JSON of ``check --json``."""

    file: str | None
    line: int | None
    severity: Severity
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{Place(file=self.file, line=self.line)}: " if self.file else ""
        return f"{place}{self.message} [{self.code}]\n    → {self.remedy}"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of ours inside a message, which has a translation (``bot.remedies.TERMS``)."""

    name: Literal["text", "number", "boolean", "list", "table", "date"]


@dataclass(frozen=True, slots=True)
class Guess:
    """What was probably meant, in brackets inside a remedy; None says nothing."""

    name: str | None


@dataclass(frozen=True, slots=True)
class At:
    """The place of another key inside a message: where an id was used before."""

    key: Key


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake before it is put into words: its code, where it is, and what the message needs to know."""

    code: str
    at: Key | Place = NOWHERE
    values: Mapping[str, Any] = field(default_factory=dict)


def say(code: str, language: Language, place: Place = NOWHERE, *, subject: str = "", **values: Any) -> Problem:
    """Put a mistake into words. ``subject`` is what it is about; ``values`` are what the templates of the code name."""
    remedy = REMEDIES[code]
    message, advice = remedy.words(language)
    shown = {name: _shown(value, language) for name, value in values.items()}
    return Problem(
        file=place.file,
        line=place.line,
        severity=remedy.severity,
        code=code,
        message=_printable((f"{subject}: " if subject else "") + message.format_map(shown)),
        remedy=_printable(advice.format_map(shown)),
    )


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Give the JSON of ``check --json``."""
    return [asdict(problem) for problem in problems]


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort by file and line; what has no file comes first."""
    return tuple(sorted(problems, key=lambda one: (one.file or "", one.line or 0, one.code, one.message)))


def show(value: object) -> str:
    """Write a value about as TOML would, on one line and short: it stands in a message, and may hold anything."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _printable(text: str) -> str:
    """Take out what would command a terminal: a file may hold anything, and its words are repeated here."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _shown(value: object, language: Language) -> object:
    match value:
        case Term(name):
            return TERMS[name][language]
        case Guess(name):
            return GUESS[language].format(name=name) if name else ""
        case _:
            return value

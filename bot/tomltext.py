"""TOML as text: what can still be read of a document with mistakes, and which line every key stands on.

``tomllib`` stops at the first mistake and forgets lines. ``read`` goes on behind a mistake, so that an operator sees all
of them at once; ``lines`` walks a document that ``tomllib`` accepted, only when a message needs a line.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A mistake of syntax: its line, what the reader said, and whether a key or table was set twice."""

    line: int
    detail: str
    twice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A row that was blanked for a mistake, and the line of the header that it stood under (1 where there is none)."""

    row: str
    header: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: the values and the text that gave them; the mistakes, and the rows left out for them."""

    values: dict[str, Any]
    text: str
    mistakes: tuple[Mistake, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


# ── reading on behind a mistake ──────────────────────────────────────────────────────────────────────────────────────

_HEADER = re.compile(r"[ \t]*\[{1,2}[ \t]*[A-Za-z0-9_.\"'-]+[ \t]*\]{0,2}[ \t]*(?:#.*)?$")
_POSITION = re.compile(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)$")
_OPENING = re.compile(r"=.*[\[{']|\"{3}")
_UNCLOSED = ("unclosed", "unterminated")
_TWICE = ("cannot overwrite", "cannot declare", "cannot redefine", "cannot mutate", "duplicate")
_TRIES = 20


def read(text: str) -> Reading:
    """Read a document. Where ``tomllib`` refuses, every table that it does accept is read all the same."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        return Reading(values=tomllib.loads(text), text=text)
    except tomllib.TOMLDecodeError:
        return _read_on(text.split("\n"))


def _read_on(written: list[str]) -> Reading:
    rows = written.copy()
    mistakes = [mistake for start, end in _tables(rows) for mistake in _mend(rows, start, end)]
    values: dict[str, Any] = {}
    for _ in range(_TRIES):
        try:
            values = tomllib.loads("\n".join(rows))
            break
        except tomllib.TOMLDecodeError as error:  # each table is right by itself, so one is there twice
            mistake = _mistake(error, rows)
            mistakes.append(mistake)
            _blank(rows, *_table_around(rows, mistake.line - 1))
    left_out = tuple(
        LeftOut(row=written[index], header=start + 1)
        for start, end in _tables(written)
        for index in range(start, end)
        if written[index] != rows[index]
    )
    return Reading(values=values, text="\n".join(rows), mistakes=tuple(mistakes), left_out=left_out)


def _tables(rows: list[str]) -> Iterator[tuple[int, int]]:
    """Give where each table starts and ends (rows from 0), by the look of its header, which may be broken."""
    starts = [0, *(index for index, row in enumerate(rows) if index and _HEADER.match(row))]
    yield from zip(starts, [*starts[1:], len(rows)], strict=True)


def _table_around(rows: list[str], row: int) -> tuple[int, int]:
    return next((start, end) for start, end in _tables(rows) if start <= row < end or end == len(rows))


def _mend(rows: list[str], start: int, end: int) -> list[Mistake]:
    """Blank the rows of one table that cannot be read, or the whole of it where leaving rows out does not help."""
    table, found = rows[start:end], list[Mistake]()
    for _ in range(_TRIES):
        try:
            tomllib.loads("\n".join([*table, ""]))
        except tomllib.TOMLDecodeError as error:
            mistake = _mistake(error, table)
            found.append(mistake)
            row = table[mistake.line - 1]
            if not row or _HEADER.match(row) or mistake.detail.lower().startswith(_UNCLOSED):
                break
            table[mistake.line - 1] = ""
        else:
            rows[start:end] = table
            return [_moved(mistake, start) for mistake in _causes(found)]
    _blank(rows, start, end)
    return [_moved(found[0], start)]


def _causes(found: list[Mistake]) -> Iterator[Mistake]:
    """Leave out a mistake that was only there because of one above it, which showed when its row was gone."""
    for index, mistake in enumerate(found):
        if all(later.line >= mistake.line for later in found[index + 1 :]):
            yield mistake


def _mistake(error: tomllib.TOMLDecodeError, rows: list[str]) -> Mistake:
    """Take reason and line out of the message; for what is opened and never closed, the line that opens it."""
    message = str(error)
    position = _POSITION.search(message)
    line = int(position[1]) if position and position[1] else None
    detail = _POSITION.sub("", message)
    if line is None or detail.lower().startswith(_UNCLOSED):
        opening = [number for number, row in enumerate(rows[:line], start=1) if _OPENING.search(row)]
        line = max(opening, default=line or 1)
    return Mistake(line=line, detail=detail, twice=detail.lower().startswith(_TWICE))


def _moved(mistake: Mistake, by: int) -> Mistake:
    return Mistake(line=mistake.line + by, detail=mistake.detail, twice=mistake.twice)


def _blank(rows: list[str], start: int, end: int) -> None:
    rows[start:end] = [""] * (end - start)


# ── the line of every key ────────────────────────────────────────────────────────────────────────────────────────────

_SPACE = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_SCALAR = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""{1,3}'
    r"|'''(?:[^']|'(?!''))*'''{1,3}"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}\n#]+",
    re.DOTALL,
)


def lines(text: str) -> dict[Key, int]:
    """Give the line (from 1) of every table, key and element of a list in a document that ``tomllib`` accepts.

    A table that is written in several places has the line of its first.
    """
    walk = _Walk(text)
    while walk.position < len(text):
        walk.statement()
    return walk.found


class _Walk:
    """A place in a text, the table that is open there, and what was found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.table: Key = ()
        self.found: dict[Key, int] = {}
        self._counts: dict[Key, int] = {}
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._skip()

    def statement(self) -> None:
        if self.text.startswith("[", self.position):
            self._header()
        else:
            self._pair(self.table)
        self._skip()

    def _header(self) -> None:
        line, many = self._line(), self.text.startswith("[[", self.position)
        self.position += 2 if many else 1
        *parents, last = self._names()
        self.position += 2 if many else 1
        table: Key = ()
        for name in parents:
            table = self._open((*table, name), line)
        if many:
            array = (*table, last)
            self.found.setdefault(array, line)
            self._counts[array] = self._counts.get(array, -1) + 1
        self.table = self._open((*table, last), line)

    def _open(self, key: Key, line: int) -> Key:
        """Note a table; a list of tables stands for its last one (TOML 1.0, Array of Tables)."""
        self.found.setdefault(key, line)
        if key in self._counts:
            key = (*key, self._counts[key])
            self.found.setdefault(key, line)
        return key

    def _pair(self, table: Key) -> None:
        line = self._line()
        key = table
        for name in self._names():
            key = (*key, name)
            self.found.setdefault(key, line)
        self.position += 1  # the equals sign
        self._skip()
        self._value(key)

    def _names(self) -> list[str]:
        names: list[str] = []
        while True:
            found = _KEY.match(self.text, self.position)
            assert found, "a text that tomllib accepts has a key here"
            names.append(_name(found[1]))
            self.position = found.end()
            if not self.text.startswith(".", self.position):
                return names
            self.position += 1

    def _value(self, key: Key) -> None:
        if self.text.startswith("[", self.position):
            self._list(key)
        elif self.text.startswith("{", self.position):
            self._inline_table(key)
        else:
            found = _SCALAR.match(self.text, self.position)
            assert found, "a text that tomllib accepts has a value here"
            self.position = found.end()

    def _list(self, key: Key) -> None:
        index = 0
        while self._goes_on("]"):
            self.found[*key, index] = self._line()
            self._value((*key, index))
            index += 1

    def _inline_table(self, key: Key) -> None:
        while self._goes_on("}"):
            self._pair(key)

    def _goes_on(self, closing: str) -> bool:
        """Step over the bracket or comma in front of an element; at the closing bracket over that."""
        self._skip()
        if not self.text.startswith(closing, self.position):
            self.position += 1
            self._skip()
        if not self.text.startswith(closing, self.position):
            return True
        self.position += 1
        return False

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.position)
        assert found, "the expression matches nothing at least"
        self.position = found.end()

    def _line(self) -> int:
        return bisect_right(self._breaks, self.position) + 1


def _name(written: str) -> str:
    if written.startswith('"'):
        return str(tomllib.loads(f"name = {written}")["name"])
    return written.strip("'")

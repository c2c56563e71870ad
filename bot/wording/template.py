"""The template language: text with places to fill in, and parts that stand only where something is there. Pure.

    {title}                     the value of that name; nothing where there is none
    {title:80}                  at most 80 characters of it, cut at a sentence or word
    {?date}Van {date}.{/date}   only where there is a date
    {!link}Geen link.{/link}    only where there is no link
    {{ and }}                   a brace

A line that names values of which none is there disappears; blank lines never double, and the ends are trimmed. There is
nothing else: no expressions, no attributes, no loops, so that a template can neither run nor reach anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.text import cut

MOST_INSIDE = 8
"""How deep parts may stand inside parts."""

_TOKEN = re.compile(r"\{\{|\}\}|\{([?!/]?)([a-z][a-z-]*)(?::([1-9][0-9]{0,3}))?\}|[{}]")

# What rendering leaves in a line to tell what stood there: a value, no value, an end of a part.
_FILLED, _EMPTY, _EDGE = "\x02", "\x03", "\x04"
_MARKS = re.compile(f"[{_FILLED}{_EMPTY}{_EDGE}]")
_GAP = re.compile(f" ?[{_EMPTY}{_EDGE}][{_EMPTY}{_EDGE} ]*")
_LINE_END = "\x05"
_BLANK_LINES = re.compile(r"\n{3,}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands there as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A place for a value. ``most``: of how many characters at most; None for all of it."""

    name: str
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part that stands only where a value is there, or only where it is not (``filled`` false)."""

    name: str
    filled: bool
    nodes: tuple[Node, ...]


Node = Literal | Value | Section


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read without a mistake."""

    nodes: tuple[Node, ...]

    def names(self) -> frozenset[str]:
        """Give every value that it shows."""
        return frozenset(_values(self.nodes))

    def literals(self) -> tuple[str, ...]:
        """Give the texts that stand in it as they are."""
        return tuple(_literals(self.nodes))

    def render(self, values: Mapping[str, str]) -> str:
        """Fill it in. A value that is not given is not there."""
        known = {name: _CONTROLS.sub("", value).strip() for name, value in values.items()}
        lines = "".join(_rendered(self.nodes, known)).split("\n")
        kept = (_line(line) for line in lines if not _vanishes(line))
        return _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A mistake in a template: its line (from 1), its code in ``bot.remedies``, and what the message names."""

    line: int
    code: str
    values: Mapping[str, str]


def parse(text: str, names: Collection[str]) -> tuple[Template, tuple[Mistake, ...]]:
    """Read a template that may name ``names``; give it with every mistake in it. With mistakes it is not to be used."""
    reader = _Reader(text, names)
    nodes = reader.nodes()
    return Template(nodes), tuple(sorted(reader.mistakes, key=lambda one: one.line))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Open:
    """A part that was opened: where, and what stands in it so far."""

    line: int
    name: str
    filled: bool
    nodes: list[Node]


class _Reader:
    def __init__(self, text: str, names: Collection[str]) -> None:
        self.mistakes: list[Mistake] = []
        self._text = text
        self._names = names
        self._stack = [_Open(1, "", filled=True, nodes=[])]

    def nodes(self) -> tuple[Node, ...]:
        done = 0
        for token in _TOKEN.finditer(self._text):
            self._literal(self._text[done : token.start()])
            self._take(token)
            done = token.end()
        self._literal(self._text[done:])
        for left in self._stack[1:]:
            self._wrong(left.line, "wording.not-closed", name=f"{{?{left.name}}}", end=f"{{/{left.name}}}")
        return tuple(self._stack[0].nodes)

    def _literal(self, text: str) -> None:
        if text:
            self._stack[-1].nodes.append(Literal(text))

    def _take(self, token: re.Match[str]) -> None:
        line = self._text.count("\n", 0, token.start()) + 1
        sign, name, most = token.groups()
        if token[0] in {"{{", "}}"}:
            self._literal(token[0][0])
        elif name is None or (sign and most):
            self._wrong(line, "wording.brace", brace=token[0][0])
        elif sign == "/":
            self._close(line, name)
        elif name not in self._names:
            self._unknown(line, name, opens=bool(sign))
        elif sign:
            self._open(line, name, filled=sign == "?")
        else:
            self._stack[-1].nodes.append(Value(name, int(most) if most else None))

    def _unknown(self, line: int, name: str, *, opens: bool) -> None:
        self._wrong(
            line,
            "wording.unknown-name",
            name=f"{{{name}}}",
            known=", ".join(f"{{{one}}}" for one in sorted(self._names)),
        )
        if opens:  # its end is expected all the same
            self._open(line, name, filled=True)

    def _open(self, line: int, name: str, *, filled: bool) -> None:
        if len(self._stack) > MOST_INSIDE:
            self._wrong(line, "wording.too-deep", name=f"{{?{name}}}")
        self._stack.append(_Open(line, name, filled=filled, nodes=[]))

    def _close(self, line: int, name: str) -> None:
        if self._stack[-1].name != name or len(self._stack) == 1:
            self._wrong(line, "wording.not-open", name=f"{{/{name}}}")
            return
        part = self._stack.pop()
        self._stack[-1].nodes.append(Section(part.name, part.filled, tuple(part.nodes)))

    def _wrong(self, line: int, code: str, **values: str) -> None:
        self.mistakes.append(Mistake(line=line, code=code, values=values))


def _values(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        match node:
            case Value(name):
                yield name
            case Section(_, _, inside):
                yield from _values(inside)


def _literals(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        match node:
            case Literal(text):
                yield text
            case Section(_, _, inside):
                yield from _literals(inside)


# ── filling in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _rendered(nodes: tuple[Node, ...], values: Mapping[str, str]) -> Iterator[str]:
    for node in nodes:
        match node:
            case Literal(text):
                yield text
            case Value(name, most):
                value = values.get(name, "")
                value = cut(value, most) if most else value
                yield f"{_FILLED}{value.replace(chr(10), _LINE_END)}" if value else _EMPTY
            case Section(name, filled, inside):
                shown = bool(values.get(name)) == filled
                yield _EDGE
                yield from _rendered(inside, values) if shown else ()
                yield _EDGE


def _vanishes(line: str) -> bool:
    """Whether a line of the template leaves nothing: it names values and none is there, or is a bare end of a part."""
    if _FILLED in line:
        return False
    return _EMPTY in line or (_EDGE in line and not _MARKS.sub("", line).strip())


def _line(line: str) -> str:
    """Give a line as it is shown: no marks, and one space where a value that is not there stood between two."""
    return _MARKS.sub("", _GAP.sub(_closed, line)).replace(_LINE_END, "\n").strip(" \t")


def _closed(gap: re.Match[str]) -> str:
    return " " if gap[0].startswith(" ") and gap[0].endswith(" ") else gap[0]

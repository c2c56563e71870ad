"""Reads a parsed page the way a person sees it, and writes it down as it flows.

A walk over events, not a recursion: pages may be nested as deep as they like.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from lxml import etree

from bot.text.flow import Flow
from bot.text.words import words

Element = etree._Element  # noqa: SLF001  lxml has no public name for it

_DROPPED = words("elements", "dropped")
_PARAGRAPHS = words("elements", "paragraphs")
_LINES = words("elements", "lines")
_BLOCKS = _PARAGRAPHS | _LINES | {"blockquote", "li"}
_RICH = words("elements", "rich")

_HIDDEN_STYLE = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]))", re.IGNORECASE
)
_HIDDEN_CLASSES = words("elements", "hidden-classes")
_LONGEST_SYMBOL = 8
_MOST_DIGITS = 6

_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_RAISABLE = re.compile(r"[0-9+\-−()n]{1,4}")


class Reader:
    """Reads one page. ``link`` may give the words for a link; where it gives None the link's own content is read."""

    def __init__(self, link: Callable[[Element], str | None]) -> None:
        self._link = link
        self._flow = Flow()
        self._numbers: list[int | None] = []
        self._preformatted = 0
        self._table: Element | None = None
        self._row: list[tuple[str, str]] = []
        self._outside = self._flow

    def read(self, page: Element) -> str:
        """The words of ``page``, in lines and paragraphs."""
        walk = etree.iterwalk(page, events=("start", "end"))
        skipped: Element | None = None
        for event, element in walk:
            if event == "start":
                if self._enter(element):
                    skipped = element
                    walk.skip_subtree()
                continue
            if element is skipped:
                skipped = None
            else:
                self._leave(element)
            if element.tail and element is not page:
                self._put(element.tail)
        return self._flow.text()

    def _enter(self, element: Element) -> bool:
        """Read the beginning of ``element``; True where nothing more of it is to be read."""
        tag = _tag(element)
        if tag in _DROPPED or (element.attrib and _is_hidden(element)):
            return True
        self._break(tag)
        if (opening := self._OPENING.get(tag)) and opening(self, element):
            return True
        if element.text:
            self._put(element.text)
        return False

    def _leave(self, element: Element) -> None:
        tag = _tag(element)
        if closing := self._CLOSING.get(tag):
            closing(self, element)
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._flow.paragraph()
        elif tag in _LINES:
            self._flow.line()

    def _put(self, text: str) -> None:
        if self._preformatted:
            self._flow.lines(text)
        else:
            self._flow.words(text)

    def _open_link(self, element: Element) -> bool:
        words = self._link(element)
        if words is not None:
            self._put(words)
        return words is not None

    def _picture(self, element: Element) -> bool:
        """Emoji are often pictures; of other pictures the text says nothing."""
        alt = (element.get("alt") or "").strip()
        marked = "emoji" in (element.get("class") or "") or "smiley" in (element.get("class") or "")
        if alt and len(alt) <= _LONGEST_SYMBOL and (marked or not any(map(str.isalnum, alt))):
            self._put(alt)
        return True

    def _raise(self, element: Element) -> bool:
        """Ten to the sixth is not 106."""
        text = (element.text or "").strip()
        if len(element) or not _RAISABLE.fullmatch(text):
            return False
        self._put(text.translate(_RAISED))
        return True

    def _line_break(self, _element: Element) -> None:
        self._flow.line_break()

    def _open_list(self, element: Element) -> None:
        start = element.get("start") or "1"
        self._numbers.append((int(start) if _is_number(start) else 1) if element.tag == "ol" else None)

    def _close_list(self, _element: Element) -> None:
        self._numbers.pop()

    def _open_item(self, element: Element) -> None:
        number = self._numbers[-1] if self._numbers else None
        if number is None:
            self._flow.open_item("- ")
            return
        value = element.get("value") or ""
        number = int(value) if _is_number(value) else number
        self._numbers[-1] = number + 1
        self._flow.open_item(f"{number}. ")

    def _close_item(self, _element: Element) -> None:
        self._flow.close_item()

    def _open_quote(self, _element: Element) -> None:
        self._flow.open_quote()

    def _close_quote(self, _element: Element) -> None:
        self._flow.close_quote()

    def _open_words(self, _element: Element) -> None:
        self._put("“")

    def _close_words(self, _element: Element) -> None:
        self._put("”")

    def _open_preformatted(self, _element: Element) -> None:
        self._preformatted += 1

    def _close_preformatted(self, _element: Element) -> None:
        self._preformatted -= 1

    def _open_table(self, element: Element) -> None:
        if _holds_data(element):
            self._table = element

    def _close_table(self, element: Element) -> None:
        if element is self._table:
            self._close_row(element)
            self._table = None

    def _open_row(self, _element: Element) -> None:
        self._row = []

    def _close_row(self, _element: Element) -> None:
        """One line per row: ``heading: value, value`` where it begins with a heading, else cells between bars."""
        (first, heading), *values = self._row or [("", "")]
        if first == "th" and values and all(tag == "td" for tag, _ in values):
            self._flow.words(f"{heading.rstrip(':')}: {', '.join(text for _, text in values)}")
        else:
            self._flow.words(" | ".join(text for _, text in self._row))
        self._row = []

    def _open_cell(self, _element: Element) -> None:
        if self._table is not None:
            self._outside, self._flow = self._flow, Flow()

    def _close_cell(self, element: Element) -> None:
        if self._table is not None:
            lines = self._flow.text().split("\n")
            self._flow = self._outside
            if text := ", ".join(line.rstrip(",") for line in lines if line):
                self._row.append((_tag(element), text))

    _OPENING: ClassVar[dict[str, Callable[[Reader, Element], bool | None]]] = {
        "a": _open_link,
        "blockquote": _open_quote,
        "br": _line_break,
        "img": _picture,
        "li": _open_item,
        "ol": _open_list,
        "pre": _open_preformatted,
        "q": _open_words,
        "sup": _raise,
        "table": _open_table,
        "td": _open_cell,
        "th": _open_cell,
        "tr": _open_row,
        "ul": _open_list,
    }
    _CLOSING: ClassVar[dict[str, Callable[[Reader, Element], None]]] = {
        "blockquote": _close_quote,
        "li": _close_item,
        "ol": _close_list,
        "pre": _close_preformatted,
        "q": _close_words,
        "table": _close_table,
        "td": _close_cell,
        "th": _close_cell,
        "tr": _close_row,
        "ul": _close_list,
    }


def _tag(element: Element) -> str:
    """The name of an element. The parser leaves comments and the like out, whose name would be no text."""
    return str(element.tag)


def _is_hidden(element: Element) -> bool:
    get = element.get
    if get("hidden") is not None or (get("aria-hidden") == "true" and element.tag not in _BLOCKS):
        return True
    if (style := get("style")) and _HIDDEN_STYLE.search(style):
        return True
    return not _HIDDEN_CLASSES.isdisjoint((get("class") or "").split())


def _holds_data(table: Element) -> bool:
    """Whether the cells of ``table`` are values in rows; else it only lays out the page, and its cells are blocks."""
    if table.get("role") in ("presentation", "none"):
        return False
    cells = blocks = most = 0
    for element in table.iterdescendants():
        if element.tag == "tr":
            cells = 0
        elif element.tag in ("td", "th"):
            cells, blocks = cells + 1, 0
            most = max(most, cells)
        elif element.tag in _RICH:
            blocks += 1 if element.tag in ("p", "div") else 2
            if blocks > 1:
                return False
    return most > 1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS

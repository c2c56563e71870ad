"""Plain text that grows as one walks through a page: words flow on, blocks begin new lines or paragraphs."""

from __future__ import annotations

import re

_WHITE = re.compile("[ \t\n\r\f]+")
_NOTHING = " \xa0\xad\u200b\u2060\ufeff"


class Flow:
    """Collects words and breaks. A break takes effect with the next word, so that none is left at either end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._gap = 0
        self._space = False
        self._marker = ""
        self._items = 0
        self._quotes = 0

    def words(self, text: str) -> None:
        """Add running text, in which any white space is one space."""
        text = _WHITE.sub(" ", text)
        self._space = self._space or text.startswith(" ")
        if text.strip(_NOTHING):
            self._add(text.strip(" "))
            self._space = text.endswith(" ")
        else:
            self._space = self._space or " " in text or "\xa0" in text

    def lines(self, text: str) -> None:
        """Add text whose line ends count (``pre``)."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.line_break()
            self.words(line)

    def line(self) -> None:
        """What follows begins on a new line."""
        self._gap = max(self._gap, 1)

    def paragraph(self) -> None:
        """What follows begins after a blank line; inside a list item on a new line, which keeps lists together."""
        self._gap = max(self._gap, 1 if self._items else 2)

    def line_break(self) -> None:
        """One line end more: two in a row leave a blank line."""
        self._gap = min(self._gap + 1, 1 if self._items else 2)

    def open_item(self, marker: str) -> None:
        """Begin a list item; ``marker`` stands before its first word."""
        self.line()
        self._items += 1
        self._marker = marker

    def close_item(self) -> None:
        """End a list item. One without words leaves nothing."""
        self._items -= 1
        self._marker = ""
        self.line()

    def open_quote(self) -> None:
        """Begin a quotation, each line of which gets a sign."""
        self.paragraph()
        self._quotes += 1

    def close_quote(self) -> None:
        """End a quotation."""
        self._quotes -= 1
        self.paragraph()

    def text(self) -> str:
        """Everything so far."""
        return "".join(self._parts)

    def _add(self, words: str) -> None:
        if not self._parts or self._gap:
            self._parts += ("\n" * self._gap if self._parts else "", "> " * self._quotes, self._marker)
        elif self._space:
            self._parts.append(" ")
        elif self._marker:
            self._parts.append(self._marker)
        self._gap, self._marker = 0, ""
        self._parts.append(words)

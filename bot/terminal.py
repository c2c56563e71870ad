"""Text from outside on an operator's terminal, or in a line of a log: what could steer either is shown, and does nothing. Pure.

Escape sequences set colours, titles and clipboards, C1 controls begin them without an escape, a carriage return writes over
what stood there, and directional controls turn the order of words round (CVE-2021-42574).
"""

from __future__ import annotations

import re

_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_INSTEAD = "\ufffd"


def plain(text: str) -> str:
    """Give a text with a mark in the place of each character that steers a terminal. Line feeds and tabs stay."""
    return _STEERS.sub(_INSTEAD, text)


def plain_line(text: str) -> str:
    """Give it on one line, so that nobody can make a text look like the next line."""
    return plain(_BREAKS.sub(" ", text))


def set_off(text: str) -> str:
    """Give a text of several lines with a mark before each, so that none of them looks like a line of our own."""
    return "\n".join(f"  | {line}" for line in plain(text).rstrip("\n").split("\n"))


def escaped(document: str) -> str:
    r"""Give a JSON document with those characters as ``\uXXXX``: it means the same, and does nothing on its way."""
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", document)

"""Where a domain name ends in running text, by the rule of the server (``valid_domain`` of twitter-text 3.1.0).

A domain is a chain of labels that ends in a known top-level domain or in punycode, and the chain is as long as it can
be: ``a.nl.example`` ends after ``nl``, because ``example`` is none. All that is worked out once for each run of domain
characters, from right to left, so that n characters cost n steps whatever they are.
"""

from __future__ import annotations

import encodings.idna
import re
import stringprep
from functools import lru_cache
from typing import NamedTuple

from bot.text.words import words

# What no label may hold, beside the dot: ASCII punctuation but for the backslash, controls, spaces, directional marks,
# and the three characters that Twitter forbade.
_NEITHER = (
    "\0-\x20!-,/:-@\\[\\]\\^`{-\x7f\x85\xa0\u061c\u1680\u180e\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f\u2066-\u2069"
    "\u3000\ufeff\ufffe\uffff"
)
RUN = re.compile(f"[^{_NEITHER}]+")

# A domain begins after one of these; ``ſ`` and the Kelvin sign are the letters s and k where case does not count.
_BEFORE = "[^A-Za-z0-9#$@\u017f\u212a\ufeff\uff03\uff20\ufffe\uffff]"
MAY_PRECEDE = re.compile(_BEFORE)
_BEGINNING = re.compile(f"(?<={_BEFORE})[^-_.]")

_DOT = re.compile(r"\.")
_IDNA_DOT = re.compile("[.\u3002\uff0e\uff61]")
_LABEL_LIMIT = 64

_ASCII_NAME = re.compile("[0-9A-Za-z]+")
_PUNYCODE = re.compile("[xX][nN]--[0-9A-Za-z\u017f\u212a]+")
_NOT_AFTER_TLD = re.compile("[0-9A-Za-z@+\\-\u017f\u212a]")
_TLDS = words("tlds")
_LONGEST_TLD = max(map(len, _TLDS))


class Label(NamedTuple):
    """A label that a dot follows: ``start`` and ``dot`` are positions in the text.

    ``further`` is where the domain ends that begins with the *next* label, -1 where none does; ``own`` is where a
    domain ends that has this label as its last before the top-level domain, -1 where there is none or it is not needed.
    """

    start: int
    dot: int
    further: int
    own: int

    def end(self, text: str, start: int) -> int:
        """Where the longest domain ends whose first label runs from ``start`` to the dot, -1 where there is none."""
        if start >= self.dot or text[start] in "-_" or text[self.dot - 1] in "-_":
            return -1
        if self.further >= 0:
            return self.further
        return -1 if text.find("_", start, self.dot) >= 0 else self.own


def labels(text: str, start: int, end: int) -> list[Label]:
    """The labels of the run ``text[start:end]``, in order."""
    dots = [found.start() for found in _DOT.finditer(text, start, end)]
    lefts = [start, *(dot + 1 for dot in dots)]
    further = -1
    found: list[Label] = []
    for left, dot in zip(reversed(lefts[:-1]), reversed(dots), strict=True):
        label = Label(left, dot, further, -1 if further >= 0 else _tld_end(text, dot + 1))
        found.append(label)
        further = label.end(text, left)
    found.reverse()
    return found


def first_start(text: str, label: Label, lowest: int) -> int:
    """The first position in ``label``, ``lowest`` or later, where a domain may begin; -1 where there is none."""
    lowest = max(lowest, label.start)
    if label.further < 0:
        if label.own < 0:
            return -1
        lowest = max(lowest, text.rfind("_", lowest, label.dot) + 1)
    if lowest == 0 and label.end(text, 0) >= 0:
        return 0
    found = _BEGINNING.search(text, lowest, label.dot)
    return found.start() if found and label.end(text, found.start()) >= 0 else -1


def ascii_host(domain: str) -> str | None:
    """``domain`` as the server's IDNA 2003 library writes it in ASCII, None where that refuses it."""
    if domain.isascii():
        return domain if max(map(len, domain.split("."))) < _LABEL_LIMIT else None
    return _ascii_host(domain)


@lru_cache(maxsize=1024)
def _ascii_host(domain: str) -> str | None:
    try:
        return ".".join(_ascii_label(label) for label in _IDNA_DOT.split(domain))
    except UnicodeError:
        return None


def _ascii_label(label: str) -> str:
    """One label in ASCII (RFC 3490, ToASCII without AllowUnassigned). Raises ``UnicodeError`` where it cannot be."""
    if any(map(stringprep.in_table_a1, label)):
        raise UnicodeError("a character that Unicode 3.2 did not have")
    return encodings.idna.ToASCII(label).decode("ascii")


def _tld_end(text: str, start: int) -> int:
    """Where the top-level domain that begins at ``start`` ends, -1 where none begins there."""
    name = _ASCII_NAME.match(text, start)
    after = text[name.end() : name.end() + 1] if name else text[start : start + 1]
    if not after.isascii():
        end = _folded_tld_end(text, start)
        if end >= 0:
            return end
    elif name and after not in ("@", "+", "-") and name.group().lower() in _TLDS:
        return name.end()
    punycode = _PUNYCODE.match(text, start)
    return punycode.end() if punycode else -1


def _folded_tld_end(text: str, start: int) -> int:
    """The same, where case folding or letters outside ASCII come in: the longest name counts."""
    folded, end = "", -1
    for position in range(start, min(start + _LONGEST_TLD, len(text))):
        folded += text[position].casefold()
        if folded in _TLDS and not _NOT_AFTER_TLD.match(text, position + 1):
            end = position + 1
    return end

"""Where a text may be broken, and how good each place is: after a sentence, after a clause, between words, or not at all.

Dutch and English. What belongs together stays together: a number and its unit, a date, an amount, a title and a name, an
abbreviation and what it introduces. In doubt two words stay together, since that only moves a cut to an earlier place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from bot.text.words import words

# A fixed space holds together what stands on both sides of it, and is mere white space anywhere else.
_FIXED = "\xa0\u2007\u202f"
_INK = f"[^ \t-\r\x1c-\x1f\x85\u1680\u2000-\u200a\u2028\u2029\u205f\u3000{_FIXED}]+"
_WORD = re.compile(f"{_INK}(?:[{_FIXED}]+{_INK})*")

_OPENERS = "(\"'„“‘[«‹*_"
_CLOSERS = ")\"'”’]»›*_"
_PAUSES = ",;:"
_DASHES = frozenset("-–—−")

_ABBREVIATIONS = words("phrases", "titles") | words("phrases", "abbreviations")
_LEANING = words("phrases", "leaning")
_BEFORE_NUMBER = words("phrases", "before-number")
_FINAL = words("phrases", "final")
_SIZES = words("phrases", "sizes")
_UNITS = _SIZES | words("phrases", "units")
_AFTER_NUMBER = _UNITS | words("phrases", "months")
_NAMES_NUMBER = frozenset[str]().union(*(words("phrases", one) for one in ("money", "months", "numbered", "weekdays")))

_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.){2,}")
_INITIALS = re.compile(r"(?:[^\W\d_a-zß-öø-ÿ]\.)+")

_NUMBER_END = re.compile(r"[0-9][%°²³]?\Z")
_YEAR = re.compile(r"[12][0-9]{3}\b")
_DAY_WITH_COMMA = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)?,")
_LIST_NUMBER = re.compile(r"[0-9]{1,3}[.)]")
_POSTCODE_LETTERS = re.compile(r"[A-Z]{2}\b")
_POSTCODE_DIGITS = re.compile(r"[1-9][0-9]{3}")

# No date or amount is longer; a table of figures is, and may be broken anywhere.
_LONGEST_PHRASE = 80


class Rank(IntEnum):
    """How good a place is to break a text."""

    WORD = 1
    CLAUSE = 2
    SENTENCE = 3


class Break(NamedTuple):
    """A place to break: what is kept ends at ``end``, what follows begins at ``start``."""

    end: int
    start: int
    rank: Rank


def breaks(text: str, position: int = 0) -> Iterator[Break]:
    """Every place after ``position`` where ``text`` may be broken, in order; never in the middle of what belongs together."""
    phrase, begins_line = position, True
    for one, other in pairwise(_WORD.finditer(text, position)):
        ends_line = text.find("\n", one.end(), other.start()) >= 0
        rank = Rank.SENTENCE if ends_line else _rank(one[0], other[0], begins_line=begins_line)
        if rank is None and one.end() - phrase > _LONGEST_PHRASE:
            rank = Rank.WORD
        if rank is not None:
            yield Break(one.end(), other.start(), rank)
            phrase = other.start()
        begins_line = ends_line


def _rank(one: str, other: str, *, begins_line: bool) -> Rank | None:
    """How good it is to break between two words on one line, None where they belong together."""
    if one in _DASHES or (begins_line and _LIST_NUMBER.fullmatch(one)) or _belong_together(one, other):
        return None
    if _ends_sentence(one, other):
        return Rank.SENTENCE
    if one.rstrip(_CLOSERS).endswith(tuple(_PAUSES)) or one.endswith(")") or other[0] == "(" or other in _DASHES:
        return Rank.CLAUSE
    return Rank.WORD


def _ends_sentence(one: str, other: str) -> bool:
    word = one.rstrip(_CLOSERS)
    following = other.lstrip(_OPENERS)
    if not word.endswith((".", "!", "?", "…")) or following[:1].islower():
        return False
    if not word.endswith("."):
        return True
    name = word.lstrip(_OPENERS)
    short = name.lower()
    if short in _FINAL:
        return following[:1].isupper()
    if short in _BEFORE_NUMBER:
        return not following[:1].isdigit()
    return not (short in _ABBREVIATIONS or _DOTTED.fullmatch(short) or _INITIALS.fullmatch(name))


def _belong_together(one: str, other: str) -> bool:
    first, second = one.lstrip(_OPENERS), other.rstrip(_CLOSERS + _PAUSES + ".!?")
    short = first.lower()
    if first.endswith("-") or short in _LEANING or short in _ABBREVIATIONS or _INITIALS.fullmatch(first):
        return True
    if _DOTTED.fullmatch(short) and short not in _FINAL:
        return True
    if _NUMBER_END.search(first):
        return _follows_number(first, second)
    if not other.lstrip(_OPENERS)[:1].isdigit():
        return short in _SIZES and second.lower() in _UNITS
    return _precedes_number(first, second)


def _follows_number(number: str, word: str) -> bool:
    """Whether ``word`` belongs to the number before it: a unit, a month, a range, another group of digits."""
    if word.lower() in _AFTER_NUMBER or word in _DASHES or word[:1].isdigit():
        return True
    return bool(_POSTCODE_DIGITS.fullmatch(number) and _POSTCODE_LETTERS.match(word))


def _precedes_number(word: str, number: str) -> bool:
    """Whether ``word`` belongs to the number behind it: a currency, what is numbered, a month, a name (``Dorpsstraat 3``)."""
    if word.rstrip(".").lower() in _NAMES_NUMBER or (word[:1].isupper() and word[-1:].isalpha()):
        return True
    return bool(_DAY_WITH_COMMA.fullmatch(word) and _YEAR.match(number))

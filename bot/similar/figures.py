"""Numbers, dates, times and roads, each in one spelling whatever the text used.

"12 nov.", "12-11-2026" and "2026-11-12" are ``12-11``; "14.00 uur", "14:00" and "2 pm" are ``14:00``; "€ 2 mln",
"2.000.000" and "two million" are ``2000000``. The patterns are parts of the one in `bot.similar.scan`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.similar import measures

_MONTH = "|".join(sorted(measures.MONTHS, key=len, reverse=True))
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NTH = r"(?:e|de|ste|st|nd|rd|th)"
_YEAR = r"(?:19|20)\d\d"
_TO = r"(?:\s?[-–/]\s?|\s(?:t/m|tot en met|tot|en|&|to|and)\s)"
_HOURS = r"\s?(?:uur|u|h)\b"
_SCALE = "|".join(measures.SCALES)

PATTERNS = {
    "iso": rf"\b{_YEAR}-(?:0\d|1[0-2])-[0-3]\d\b",
    "days": rf"\b{_DAY}{_NTH}?(?:{_TO}{_DAY})?\s(?:of\s)?(?:{_MONTH})\b\.?(?:\s?{_YEAR}\b)?",
    "english": rf"\b(?:{_MONTH})\.?\s{_DAY}{_NTH}?\b(?![.,:]\d)(?:,?\s{_YEAR}\b)?",
    "numeric": rf"\b{_DAY}[-/](?:0?[1-9]|1[0-2])(?:[-/](?:{_YEAR}|\d\d))?\b(?![-/.:]?\d)",
    "clock": (
        r"\b(?:0?[1-9]|1[0-2])(?:[:.][0-5]\d)?\s?[ap]\.?m\b\.?"
        rf"|\b(?:[01]?\d|2[0-4])(?:[:.][0-5]\d(?:{_HOURS}|(?={_TO}\d{{1,2}}[:.]\d\d{_HOURS}))|:[0-5]\d\b(?!:?\d)|{_HOURS})"
        r"|(?<=\bom )(?:[01]?\d|2[0-4])\.[0-5]\d\b"
    ),
    "road": r"\b[AN]-?\d{1,3}\b|\b[ES]\d{1,3}\b",
    "number": rf"(?:(?<!\S)-)?\d+(?:[.,]\d+)*(?:\s?(?:{_SCALE})\b|{_NTH}(?![^\W_])|(?![^\W_]))",
    "code": r"(?=[^\W_]*\d)[^\W_]+",
}

_NOON = 12
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_FIGURE = re.compile(r"-?\d+(?:[.,]\d+)*")
_DUTCH_THOUSANDS = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?$")
_ENGLISH_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_RANK = re.compile(rf"\d{_NTH}$", re.IGNORECASE)
_PLAIN_FIGURE = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?$", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """Days of one month, as ``day-month``; the year where it was said."""

    days: tuple[str, ...]
    year: str = ""


def date(kind: str, raw: str) -> Date:
    """Read what one of the date patterns (``iso``, ``days``, ``english``, ``numeric``) found."""
    numbers = _DIGITS.findall(raw)
    if kind == "iso":
        year, month, day = numbers
        return Date(days=(f"{int(day)}-{int(month)}",), year=year)
    if kind == "numeric":
        day, month, *years = numbers
        return Date(days=(f"{int(day)}-{int(month)}",), year=f"20{years[0][-2:]}" if years else "")
    year = numbers.pop() if len(numbers[-1]) == len("2026") else ""
    month = next(measures.MONTHS[word] for word in _LETTERS.findall(raw.casefold()) if word in measures.MONTHS)
    return Date(days=tuple(f"{int(number)}-{month}" for number in numbers), year=year)


def clock(raw: str) -> str:
    """Read a time as ``hh:mm``."""
    hour, *minutes = _DIGITS.findall(raw)
    letters = raw.casefold()
    shift = _NOON if "p" in letters and int(hour) < _NOON else 0
    return f"{int(hour) + shift:02}:{minutes[0] if minutes else '00'}"


def road(raw: str) -> str:
    """Read a road number: "A-12" is ``a12``."""
    return raw.replace("-", "").casefold()


def number(raw: str) -> str:
    """Read a number without thousands marks, with a decimal point, multiplied by the word behind it."""
    found = _FIGURE.match(raw)
    assert found is not None, "the pattern begins with a figure"
    figure = _with_point(found.group())
    scale = measures.SCALES.get("".join(_LETTERS.findall(raw.casefold())), 1)
    if _PLAIN_FIGURE.match(figure) is None:
        return figure
    return format((Decimal(figure) * scale).normalize(), "f")


def is_rank(raw: str) -> bool:
    """Say whether a number is a rank: "2e", "3rd"."""
    return _RANK.search(raw) is not None


def _with_point(figure: str) -> str:
    if _DUTCH_THOUSANDS.match(figure):
        return figure.replace(".", "").replace(",", ".")
    if _ENGLISH_THOUSANDS.match(figure):
        return figure.replace(",", "")
    return figure.replace(",", ".")

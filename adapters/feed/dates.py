"""Dates as feeds write them, read into aware UTC.

RSS asks for RFC 822, Atom and JSON Feed for RFC 3339; what arrives is both, written by hand, in the publisher's own
language and with zones by name. General parsers fail here in silence: they take ``08:00:00 CET`` for 08:00 UTC and a
time without a zone for UTC. So each reading also says whether the text named its zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_LONGEST = 120
"""Characters of a date that are looked at. The longest real one that we know has 38."""

_HOURS, _LEAP_SECOND, _LAST_MONTH = 24, 60, 12
_PIVOT = 50
"""The first short year that belongs to the last century (RFC 5322, section 4.3)."""

_MONTH_NAMES = (
    "jan januari january januar jänner janvier janv",
    "feb februari february februar febr février févr fév",
    "mrt maart march mar märz mär mars maa",
    "apr april avril avr",
    "mei may mai",
    "jun juni june juin",
    "jul juli july juillet juil",
    "aug augustus august août aout",
    "sep sept september septembre",
    "okt oktober oct october octobre",
    "nov november novembre",
    "dec december dez dezember déc décembre",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

# RFC 822 knows the American names; the rest is what European and other public bodies really write.
_ZONE_HOURS = {
    name: float(hours)
    for hours, names in {
        "0": "z ut utc gmt wet",
        "1": "cet mez met bst west",
        "2": "cest mesz mest eet",
        "3": "eest msk",
        "8": "awst",
        "9.5": "acst",
        "10": "aest",
        "10.5": "acdt",
        "11": "aedt",
        "12": "nzst",
        "13": "nzdt",
        "-2.5": "ndt",
        "-3": "adt",
        "-3.5": "nst",
        "-4": "ast edt",
        "-5": "est cdt",
        "-6": "cst mdt",
        "-7": "mst pdt",
        "-8": "pst akdt",
        "-9": "akst",
        "-10": "hst",
    }.items()
    for name in names.split()
}

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d{2})(?:-?(?P<day>\d{2}))?)?"
    r"(?:(?:T|t|\s+)(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<zone>[A-Za-z]{1,5}|[+-]\d{1,2}(?::\d{1,2}|\d{2})?)?",
    re.ASCII,
)
# 20-11-2026, 20.11.26, 20/11/2026: the European order, as long as it can be told from the American one.
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})(?!\d)", re.ASCII)
_TOKEN = re.compile(
    r"(?P<time>[0-9]{1,2}(?:[:hu]|\.(?=[0-9]{2}\s{0,3}(?:uur|Uhr)))[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]{1,9})?)"
    r"|(?P<offset>[+-][0-9]{1,2}(?::[0-9]{1,2}|[0-9]{2})?(?![0-9]))"
    r"|(?P<number>[0-9]+)"
    r"|(?P<word>[^\W\d_]+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time in UTC. ``zoned``: the text itself named the zone."""

    at: datetime
    zoned: bool


def read_date(value: str, zone: tzinfo) -> Moment | None:
    """Read a date; one without a zone is taken to be in ``zone``. None where no date can be read.

    A date alone is the midnight with which it begins.
    """
    text = value.strip()
    if not text or len(text) > _LONGEST:
        return None
    iso = _ISO.fullmatch(text)
    parts = _from_iso(iso) if iso else _from_words(text)
    return parts.moment(zone) if parts else None


@dataclass(slots=True)
class _Parts:
    """What has been found of a date so far."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int = 0
    minute: int = 0
    second: int = 0
    microsecond: int = 0
    timed: bool = False
    offset: timedelta | None = None

    def moment(self, zone: tzinfo) -> Moment | None:
        """Put the parts together. None where they are no date."""
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            # RFC 3339 allows 60 for a leap second and ISO 8601 24:00 for the end of a day; datetime knows neither.
            local = datetime(  # noqa: DTZ001 (the zone is attached below, once it is known whose it is)
                self.year, self.month, self.day, self.hour % _HOURS, self.minute, min(self.second, 59), self.microsecond
            ) + timedelta(days=self._extra_days())
            known = timezone(self.offset) if self.offset is not None else zone
            return Moment(at=local.replace(tzinfo=known).astimezone(UTC), zoned=self.offset is not None)
        except (ValueError, OverflowError):
            return None

    def _extra_days(self) -> int:
        if self.hour < _HOURS and self.second <= _LEAP_SECOND:
            return 0
        if (self.hour, self.minute, self.second) == (_HOURS, 0, 0):
            return 1
        raise ValueError("no such time of day")


def _from_iso(found: re.Match[str]) -> _Parts | None:
    parts = _Parts(
        year=int(found["year"]),
        month=int(found["month"] or 1),
        day=int(found["day"] or 1),
        hour=int(found["hour"] or 0),
        minute=int(found["minute"] or 0),
        second=int(found["second"] or 0),
        microsecond=int((found["fraction"] or "0").ljust(6, "0")[:6]),
        timed=found["hour"] is not None,
    )
    if found["zone"]:
        parts.offset = _offset(found["zone"])
        if parts.offset is None and not parts.timed:
            return None
    return parts


def _from_words(text: str) -> _Parts | None:
    parts = _Parts()
    text, whole = _without_numeric(text, parts)
    if not whole:
        return None
    for token in _TOKEN.finditer(text):
        _take(token, parts)
    return parts


def _without_numeric(text: str, parts: _Parts) -> tuple[str, bool]:
    """Take a date in figures alone out of the text. False where its order cannot be known."""
    found = _NUMERIC.search(text)
    if not found:
        return text, True
    first, separator, second = int(found[1]), found[2], int(found[3])
    if separator == "/" and max(first, second) <= _LAST_MONTH and first != second:
        return text, False
    parts.day, parts.month = (second, first) if separator == "/" and second > _LAST_MONTH else (first, second)
    parts.year = _year(found[4])
    return text[: found.start()] + " " + text[found.end() :], True


def _take(token: re.Match[str], parts: _Parts) -> None:
    kind, text = token.lastgroup, token[0]
    if kind == "time" and not parts.timed:
        _take_time(text, parts)
    elif kind == "offset" and parts.timed:
        parts.offset = _offset(text)
    elif kind == "word":
        _take_word(text.lower(), parts)
    else:
        _take_number(text.lstrip("+-").partition(":")[0], parts)


def _take_time(text: str, parts: _Parts) -> None:
    figures = re.split("[:hu.,]", text)
    parts.hour, parts.minute, parts.second = (*map(int, figures[:3]), 0)[:3]
    parts.microsecond = int("".join(figures[3:]).ljust(6, "0")[:6])
    parts.timed = True


def _take_word(word: str, parts: _Parts) -> None:
    """Take a month, a zone or half a day; any other word (a weekday, "om", "uur") says nothing that we need."""
    if word in _MONTHS:
        parts.month = _MONTHS[word]
    elif parts.timed and word in {"am", "pm"}:
        parts.hour = parts.hour % 12 + (12 if word == "pm" else 0)
    elif parts.timed and parts.offset is None and word in _ZONE_HOURS:
        parts.offset = timedelta(hours=_ZONE_HOURS[word])


def _take_number(digits: str, parts: _Parts) -> None:
    if parts.day is None and len(digits) <= len("31"):
        parts.day = int(digits)
    elif parts.year is None and len(digits) <= len("2026"):
        parts.year = _year(digits)


def _year(digits: str) -> int:
    """Complete a short year as RFC 5322, section 4.3 says."""
    year = int(digits)
    return year + {2: 2000 if year < _PIVOT else 1900, 3: 1900}.get(len(digits), 0)


def _offset(text: str) -> timedelta | None:
    if text[0] not in "+-":
        hours = _ZONE_HOURS.get(text.lower())
        return None if hours is None else timedelta(hours=hours)
    whole, colon, minutes = text[1:].partition(":")
    if not colon and len(whole) > len("01"):
        whole, minutes = whole[:-2], whole[-2:]
    size = timedelta(hours=int(whole), minutes=int(minutes or 0))
    return -size if text[0] == "-" else size

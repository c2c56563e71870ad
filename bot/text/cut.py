"""Cutting a text to what a server takes: at the end of a sentence, else of a clause, else of a word.

An address, a number, a date and an abbreviation are never cut through. A word is, between grapheme clusters, where there
is no better place: one word longer than the limit, or a script without spaces.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from bot.text.breaks import Break, Rank, breaks
from bot.text.clusters import cluster_ends
from bot.text.count import status_length
from bot.text.measure import Measure
from bot.text.urls import LONGEST

# How much of the room a sentence or a clause has to fill; below that, what fills more is taken.
_WORTH = ((Rank.SENTENCE, 0.5), (Rank.CLAUSE, 0.75), (Rank.WORD, 0.0))

_DANGLING = " \t\n\xa0,;:–—-([{„“‘"
_OPEN_ENDS = ("…", "...")
_STOPS = (".", "!", "?", "…", *"\"'”’)")

# A word is cut through only where it is just a word: a number, an address or a handle means something as a whole alone.
_WORD = re.compile(r"\S+")
_ADDRESS_LIKE = re.compile(r"[@#/\\_]|[^\W\d]\.[^\W\d]")
_DIGIT = re.compile(r"\d")
_FEWEST_LETTERS = 3
_UNUSUALLY_LONG = 60
_SIGNS = frozenset("#@\uff03\uff20")
_FULL_STOPS = "。！？"


class _Place(NamedTuple):
    """A break, and the length of what stands before it, as the server counts it."""

    at: Break
    length: int


def cut(text: str, limit: int, *, url_length: int | None = 23) -> str:
    """``text`` if it fits in ``limit`` as ``status_length`` counts it, else its beginning and an ellipsis.

    The result never counts more than ``limit``. It is empty where nothing fits that would mean something.
    """
    if status_length(text, url_length=url_length) <= limit:
        return text
    start = len(text) - len(text.lstrip())
    places = list(_places(text, Measure(text, url_length), start, limit))
    by_preference = (_closed(text, start, place.at) for place in _by_preference(places, limit))
    in_word = _cut_in_word(text, start, places[-1] if places else None, limit)
    candidates = chain((in_word,), by_preference)
    return next((one for one in candidates if one and status_length(one, url_length=url_length) <= limit), "")


def split(text: str, limit: int, *, url_length: int | None = 23, first_limit: int | None = None) -> tuple[str, ...]:
    """``text`` in parts that each fit in ``limit`` (the first in ``first_limit``), broken where ``cut`` would cut.

    Nothing is lost but the white space between parts: even a word or address that is longer than a part is cut through
    rather than left out. Raises ``ValueError`` for a limit below 1.
    """
    first_limit = limit if first_limit is None else first_limit
    if min(limit, first_limit) < 1:
        raise ValueError(f"a part must hold at least one character, not {min(limit, first_limit)}")
    measure = Measure(text, url_length)
    end = len(text.rstrip())
    position = len(text) - len(text.lstrip())
    parts: list[str] = []
    while position < end:
        room = limit if parts else first_limit
        at = _part(text, measure, position, room, url_length)
        parts.append(text[position : at.end])
        position = at.start
    return tuple(parts)


def _places(text: str, measure: Measure, start: int, room: int) -> Iterator[_Place]:
    """The breaks after ``start`` up to which the text fits in ``room``, the end of the text among them."""
    length, position = 0, start
    last = Break(len(text.rstrip()), len(text), Rank.SENTENCE)
    for at in chain(breaks(text, start), (last,)):
        if measure.outside(at.end) != at.end or measure.outside(at.start) != at.start:
            continue
        length += measure.length(position, at.end)
        if length > room:
            return
        position = at.end
        yield _Place(at, length)


def _by_preference(places: Sequence[_Place], room: int) -> Iterator[_Place]:
    """The places, the best one first; each rank counts only where it makes good use of the room."""
    for rank, worth in _WORTH:
        yield from (place for place in reversed(places) if place.at.rank >= rank and place.length >= worth * room)


def _closed(text: str, start: int, at: Break) -> str:
    """What is kept, with the ellipsis that tells that more followed: apart after a sentence or line, else at the word."""
    kept = text[start : at.end]
    if kept.endswith(_OPEN_ENDS):
        return kept
    if at.rank is Rank.SENTENCE:
        in_list = "\n" in text[at.end : at.start] and not kept.endswith(_STOPS)
        return f"{kept}\n…" if in_list else f"{kept} …"
    kept = kept.rstrip(_DANGLING)
    if not kept or kept.endswith(_OPEN_ENDS):
        return kept
    last_word = kept[max(0, len(kept) - LONGEST) :].rsplit(None, 1)[-1]
    return f"{kept} …" if _ADDRESS_LIKE.search(last_word) else f"{kept}…"


def _cut_in_word(text: str, start: int, place: _Place | None, limit: int) -> str:
    """The text up to somewhere within the word behind ``place``; empty unless that word alone keeps the room from use."""
    begin, used = (place.at.start, place.length + place.at.start - place.at.end) if place else (start, 0)
    word = _WORD.match(text, begin)
    if word is None or (place and (2 * used > limit or len(word[0]) <= _UNUSUALLY_LONG)):
        return ""
    ends = [end for end in islice(cluster_ends(text, begin), max(0, limit - used - 1)) if end < word.end()]
    piece = text[begin : ends[-1]] if len(ends) >= _FEWEST_LETTERS else ""
    if len(word[0]) > _UNUSUALLY_LONG:
        stop = max(piece.rfind(sign) for sign in _FULL_STOPS) + 1
        piece = piece[:stop] if 2 * stop > len(piece) else piece.rstrip("0123456789")
    elif _DIGIT.search(word[0]):
        return ""
    return f"{text[start:begin]}{piece}…" if piece and not _ADDRESS_LIKE.search(piece) else ""


def _part(text: str, measure: Measure, position: int, room: int, url_length: int | None) -> Break:
    """Where the part ends that begins at ``position``, and where the next one begins."""
    places = list(_places(text, measure, position, room))
    rest = places[-1:] if places and places[-1].at.start == len(text) else ()
    for place in chain(rest, _by_preference(places, room)):
        if status_length(text[position : place.at.end], url_length=url_length) <= room:
            return place.at
    return _forced(text, measure, position, room, url_length)


def _forced(text: str, measure: Measure, position: int, room: int, url_length: int | None) -> Break:
    """A break between any two words, or before an address, or within a word, where there is no place that would do."""

    def too_long(end: int) -> bool:
        return status_length(text[position:end], url_length=url_length) > room

    ends = list(islice(cluster_ends(text, position), room))
    longest = ends[bisect_left(ends, True, lo=1, key=too_long) - 1]
    *_, before, last = (position, *(word.end() for word in _WORD.finditer(text, position, longest + 1)))
    between_words = before if last > longest else last
    candidates = (between_words, measure.outside(longest))
    end = next((one for one in candidates if position < one and not too_long(one)), longest)
    if text[end : end + 1] in _SIGNS:  # inside a word it named nobody; at the head of a part it would
        end = next((one for one in reversed(ends) if one <= end and text[one] not in _SIGNS), end)
    following = _WORD.search(text, end)
    return Break(end, following.start() if following else len(text), Rank.WORD)

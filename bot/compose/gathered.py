"""Digests: entries as text, and packed whole into as few posts as take them. Pure.

An entry is a paragraph: a title, and below it its address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.compose.fitting import Frame
from bot.text import collapse, cut, safe_url

PARTS = 4
"""The most parts of a digest where account and source say nothing about threads."""

LONGEST_TITLE = 160

More = Callable[[int], str]
"""Gives the sentence that says how many entries are not shown."""


def entry(title: str, url: str | None) -> str:
    """Give one entry."""
    return "\n".join(filter(None, (cut(collapse(title), LONGEST_TITLE), safe_url(url) if url else None)))


def as_text(entries: Iterable[str]) -> str:
    """Give entries as one text."""
    return "\n\n".join(entries)


def entries_of(text: str) -> tuple[str, ...]:
    """Give the entries of a text made by ``as_text``."""
    return tuple(one for one in text.split("\n\n") if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest on its way into at most ``most`` posts. Who says it, and where to read it, stands in the first."""

    frame: Frame
    values: Mapping[str, str]
    more: More
    most: int

    def parts(self) -> tuple[str, ...] | None:
        """Give the posts, each of whole entries; the last says how many are not shown. None where not one fits."""
        groups = self._groups()
        if not groups:
            return None
        left = len(entries_of(self.values["text"])) - sum(map(len, groups))
        *before, last = groups
        filled = [{**self._around(place), "text": as_text(group)} for place, group in enumerate(before, start=1)]
        filled.append(self._last(len(groups), last, left))
        count = len(filled)
        posts = tuple(
            self.frame.render({**one, "number": _number(place, count)}) for place, one in enumerate(filled, start=1)
        )
        return posts if all(posts) and all(map(self.frame.fits, posts)) else None

    def _groups(self) -> list[tuple[str, ...]]:
        left = entries_of(self.values["text"])
        groups: list[tuple[str, ...]] = []
        while left and len(groups) < self.most and (group := self._taken(len(groups) + 1, left)):
            groups.append(group)
            left = left[len(group) :]
        return groups

    def _taken(self, place: int, entries: Sequence[str]) -> tuple[str, ...]:
        """Give as many of the first entries as one part takes."""
        room = self.frame.room({**self._around(place), "number": _number(self.most, self.most)}, "text")
        taken = 0
        while taken < len(entries) and self.frame.length(as_text(entries[: taken + 1])) <= room:
            taken += 1
        return tuple(entries[:taken])

    def _last(self, place: int, group: Sequence[str], left: int) -> dict[str, str]:
        """Give the values of the last part, with the sentence about what is left; entries give way to it."""
        for kept in range(len(group), 0, -1):
            hidden = left + len(group) - kept
            more = self.more(hidden) if hidden else ""
            filled = {**self._around(place), "text": as_text(group[:kept]), "more": more}
            if self.frame.fits(self.frame.render({**filled, "number": _number(place, self.most)})):
                return filled
        return {**self._around(place), "text": as_text(group)}

    def _around(self, place: int) -> Mapping[str, str]:
        return self.values if place == 1 else {}


def _number(place: int, parts: int) -> str:
    return f"{place}/{parts}" if parts > 1 else ""

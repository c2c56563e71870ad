"""Lengths of stretches of one text as the server counts them, each found without counting the text again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from bot.text.clusters import cluster_ends, is_simple
from bot.text.entities import Entity, counted_entities


class Measure:
    """Knows where clusters end in ``text``, and what a server counts otherwise than as written (see ``status_length``)."""

    def __init__(self, text: str, url_length: int | None) -> None:
        simple = is_simple(text) and "\r\n" not in text
        self._cluster_ends = None if simple else list(cluster_ends(text))
        found = counted_entities(text)
        self._starts = [entity.start for entity in found]
        self._ends = [entity.end for entity in found]
        saved = (0 if url_length is None else self._saved(entity, url_length) for entity in found)
        self._saved_before = list(accumulate(saved, initial=0))

    def length(self, start: int, end: int) -> int:
        """The length of ``text[start:end]``, where neither lies inside an entity."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return self._clusters(start, end) - (self._saved_before[last] - self._saved_before[first])

    def outside(self, position: int) -> int:
        """``position``, or where the entity begins that it lies inside of: a break within would destroy that."""
        index = bisect_left(self._starts, position) - 1
        return self._starts[index] if index >= 0 and position < self._ends[index] else position

    def _clusters(self, start: int, end: int) -> int:
        ends = self._cluster_ends
        return end - start if ends is None else bisect_right(ends, end) - bisect_right(ends, start)

    def _saved(self, entity: Entity, url_length: int) -> int:
        """By how much the entity counts less than it is long; negative where it counts more."""
        counted = url_length if entity.kind == "url" else 1 + len(entity.value.partition("@")[0])
        return self._clusters(entity.start, entity.end) - counted

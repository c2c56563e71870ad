"""Simple paths into JSON: ``data.items[]``, ``title``, ``pictures[0].url``.

A key, a dot, a key; ``[]`` is each value of an array, ``[0]`` the first. Nothing is computed, and nothing can explode: a
path has at most ten steps and finds at most 5,000 values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

_KEY = re.compile(r"[^.\[\]]{1,100}")
_SEGMENT = re.compile(r"([^.\[\]]{1,100})?((?:\[[0-9]{0,4}\]){0,3})")
_MOST_STEPS = 10
_MOST_FOUND = 5000

Step = str | int | None
"""A key, an index, or None for each value of an array."""


@dataclass(frozen=True, slots=True)
class Path:
    """The steps of a path; none at all is the value itself."""

    steps: tuple[Step, ...]

    def find(self, value: Any) -> list[Any]:
        """Give what is there, in order; what is missing on the way is left out."""
        found: Iterable[Any] = (value,)
        for step in self.steps:
            found = _taken(found, step)
        return list(islice(found, _MOST_FOUND))

    def first(self, value: Any) -> Any:
        """Give the first value that is there, None where there is none."""
        return next((one for one in self.find(value) if one is not None), None)

    def leads_to_an_array(self, value: Any) -> bool:
        """Whether the document has the array that the path begins with, be it empty."""
        array = Path(self.steps[: self.steps.index(None)]) if None in self.steps else self
        return isinstance(array.first(value), list)


def parse_path(text: str) -> Path:
    """Read a path. Raises ``ValueError`` with a sentence."""
    steps: list[Step] = []
    for segment in text.split(".") if text else ():
        match = _SEGMENT.fullmatch(segment)
        if match is None or not segment:
            raise ValueError(f"{text[:100]!r} is no path: keys with dots between them, [] for each value of an array")
        steps += [match[1]] if match[1] else []
        steps += [int(one) if one else None for one in re.findall(r"\[([0-9]*)\]", match[2])]
    if len(steps) > _MOST_STEPS:
        raise ValueError(f"{text[:100]!r} has more than {_MOST_STEPS} steps")
    return Path(tuple(steps))


def can_name(key: str) -> bool:
    """Whether a path can have this key for a step."""
    return _KEY.fullmatch(key) is not None


def _taken(values: Iterable[Any], step: Step) -> Iterator[Any]:
    for value in values:
        if isinstance(step, str):
            if isinstance(value, dict) and step in value:
                yield value[step]
        elif isinstance(value, list):
            yield from value if step is None else value[step : step + 1]

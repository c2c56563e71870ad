"""Lists of words that ship beside the code, because they grow by knowledge and not by programming.

A list is a text file of words with white space between them. ``#`` begins a comment line; ``[name]`` begins a section.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files


def words(name: str, section: str = "") -> frozenset[str]:
    """The words of the list ``name`` that stand in ``section``; "" is what stands before the first."""
    return _sections(name)[section]


@cache
def _sections(name: str) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    section = ""
    for line in files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            found[section].update(line.split())
    return {section: frozenset(entries) for section, entries in found.items()}

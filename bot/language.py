"""Guessing the language of a text among a few that an operator names, by its small words. Pure.

A guess is for sources that mix languages and do not say which is which. In doubt there is none, and what the feed or the
configuration says stands: a wrong label is worse than a general one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]+")
_LOOKED_AT = 2000
_FEWEST = 2
"""Telling words that a guess needs."""
_AHEAD = 1.5
"""By how much the likeliest language must lead."""
_SHARE = 0.12
"""The share of a text that small words have at least; less of them, and it is in some other language."""


def guess(text: str, languages: Collection[str]) -> str | None:
    """Give the language of a text, one of ``languages``; None where that is not clear.

    A word counts for a language as much as it tells it from the others: one that several have counts for little.
    """
    known = {one: words for one in languages if (words := _small_words().get(one.partition("-")[0]))}
    if not known:
        return None
    found = Counter(word for word in _WORD.findall(text[:_LOOKED_AT].lower()))
    scores = sorted(((_score(found, one, known), one) for one in known), reverse=True)
    best, language = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0.0
    enough = max(_FEWEST, _SHARE * found.total())
    return language if best >= enough and best >= _AHEAD * second else None


def _score(found: Counter[str], language: str, known: Mapping[str, frozenset[str]]) -> float:
    return sum(
        times / sum(word in words for words in known.values())
        for word, times in found.items()
        if word in known[language]
    )


@cache
def _small_words() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    language = ""
    for line in files("bot").joinpath("languages.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        elif not line.startswith("#"):
            found.setdefault(language, set()).update(line.split())
    return {one: frozenset(words) for one, words in found.items()}

"""Whether two texts tell the same announcement, by which rule, and on what evidence.

``text.equal``    nothing differs but what platforms add. Alerts merge by this rule alone.
``text.passage``  the shorter stands in the longer word for word, as whole sentences or up to where it was cut off, and
                  what the longer adds turns nothing.
``text.near``     both hold the same facts and names, the shorter says nothing that the longer does not say, and the
                  longer adds next to nothing but sentences of its own.
``text.retold``   English only: a platform's retelling of a text that is none, with the same facts, which may replace
                  a word or two.

Everything else is ``text.differs:`` and the kind of the first difference: a kind of fact (``number``, ``date``,
``road``, ``turn`` …), ``opposite``, ``name``, ``language``, ``words`` or ``empty``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.similar.lexicon import LENIENT_SCALES
from bot.similar.signature import LEAST_PASSAGE, Signature, signature

LEAST_SHARED = 3
"""Words and facts that a near pair shares, at the least."""

SHARED_FOR_ONE_MORE = 5
"""So many must be shared before the longer text may add one word that tells no state."""

ENGLISH_LEAD = 3
ENGLISH_SHARE = 0.6
"""An English near pair shares so many words more than the longer adds, and so large a part of the longer."""

RETOLD_SHARED = 4
RETOLD_REPLACED = 2
RETOLD_LIKENESS = 0.6
"""A retelling shares so many words, replaces at most so many, and has at least this Dice coefficient."""

LABEL = 2
"""Words of a label or an exclamation: what is no longer than this may tell a state ("Uitverkocht!")."""

_ENGLISH = frozenset({"en"})
_TURNING = ("turn", "negation", "level")
_NEVER_RETOLD = ("road", "level", "time", "direction")
_PARTICIPLE = re.compile(
    r"(?:af|aan|bij|door|in|los|na|neer|om|op|over|plaats|stil|terug|uit|voor|vrij|weg)?ge[a-z]{3,}(?:d|t|en)$"
    r"|(?:be|ver|ont|her)[a-z]{3,}(?:d|t)$"
)
"""A Dutch participle: in the longer text alone, it says that something has happened since."""

_SAID_AS = {
    "day": "weekday",
    "part": "part of the day",
    "turn": "turn of meaning",
    "negation": "number of negations",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A verdict: ``score`` is the part of all their words that both have (0 to 1), ``evidence`` sentences for people."""

    same: bool
    score: float
    rule: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overlap:
    """How the words of a shorter text lie in a longer one: counts, and whether an extra word may tell a state."""

    shared: int
    missing: int
    extra: int
    told: bool

    def is_near(self, *, english: bool) -> bool:
        """Nothing missing and next to nothing added; in English the longer may add some words."""
        if self.missing or self.shared < LEAST_SHARED:
            return False
        if not english:
            return not self.extra or (self.extra == 1 and self.shared >= SHARED_FOR_ONE_MORE and not self.told)
        return self.shared - self.extra >= ENGLISH_LEAD and self.shared >= ENGLISH_SHARE * (self.shared + self.extra)

    @property
    def is_retold(self) -> bool:
        """Much shared, little replaced."""
        likeness = 2 * self.shared / (2 * self.shared + self.missing + self.extra)
        return self.shared >= RETOLD_SHARED and self.missing <= RETOLD_REPLACED and likeness >= RETOLD_LIKENESS


def compare(a: str, b: str, *, language: str | None = None) -> Comparison:
    """Compare two texts; ``language`` is a BCP 47 tag where it is known. Symmetric but for the order of the evidence."""
    return compare_signatures(signature(a, language=language), signature(b, language=language))


def compare_signatures(a: Signature, b: Signature) -> Comparison:
    """Compare two texts that were read before."""
    if not a.digest or not b.digest:
        return _differs(a, b, "empty", "One of the two has no words of its own.")
    if a.digest == b.digest:
        return _same(a, b, "equal", "Both have the same words in the same order.")
    return _apart(a, b) or _passage(a, b) or _facts(a, b) or _names(a, b) or _words(a, b)


def _same(a: Signature, b: Signature, rule: str, *evidence: str) -> Comparison:
    agreed = [_told(fact) for fact in sorted(a.facts & b.facts)]
    shared = (f"Both have {', '.join(agreed)}.",) if agreed else ()
    return Comparison(same=True, score=_score(a, b), rule=f"text.{rule}", evidence=(*evidence, *shared))


def _differs(a: Signature, b: Signature, what: str, *evidence: str) -> Comparison:
    return Comparison(same=False, score=_score(a, b), rule=f"text.differs:{what}", evidence=evidence)


def _score(a: Signature, b: Signature) -> float:
    if a.digest and a.digest == b.digest:
        return 1.0
    union = len(a.words | b.words)
    return round(len(a.words & b.words) / union, 3) if union else 0.0


def _told(fact: str) -> str:
    kind, _, value = fact.partition(":")
    return f"the {_SAID_AS.get(kind, kind)} {value}"


def _apart(a: Signature, b: Signature) -> Comparison | None:
    """Tell texts in different languages and texts at different ends of one scale apart."""
    if a.languages and b.languages and a.languages.isdisjoint(b.languages):
        return _differs(a, b, "language", "They are written in different languages.")
    mine, theirs = _scales(a), _scales(b)
    for scale in sorted(mine.keys() & theirs.keys()):
        clash = mine[scale].isdisjoint(theirs[scale]) if scale in LENIENT_SCALES else mine[scale] != theirs[scale]
        if clash:
            ends = "/".join(sorted(mine[scale])), "/".join(sorted(theirs[scale]))
            return _differs(a, b, "opposite", f"The first says {ends[0]}, the second {ends[1]}.")
    return None


def _scales(a: Signature) -> dict[str, set[str]]:
    scales: dict[str, set[str]] = {}
    for stand in a.stands:
        scale, _, value = stand.partition(":")
        scales.setdefault(scale, set()).add(value)
    return scales


def _passage(a: Signature, b: Signature) -> Comparison | None:
    """Accept a text that is a passage of the other, unless the other adds what turns it."""
    if not (_stands_in(a, b) or _stands_in(b, a)):
        return None
    if any(fact.startswith(_TURNING) for fact in a.facts ^ b.facts):
        return None
    return _same(a, b, "passage", "The shorter stands in the longer, word for word.")


def _stands_in(short: Signature, long: Signature) -> bool:
    """Say whether the shorter is a passage of the longer; of its hashtags nothing may be news there."""
    order = short.order[:-1] if short.cut else short.order
    if not (short.whole and LEAST_PASSAGE <= len(order) < len(long.order)):
        return False
    if not short.words.difference(short.order) <= long.words:
        return False
    if any(_is_state(words, long) for words in long.sentences() if not words & short.words):
        return False
    return any(
        long.order[start : start + len(order)] == order and (short.cut or start + len(order) in long.ends)
        for start in long.starts
    )


def _facts(a: Signature, b: Signature) -> Comparison | None:
    """Refuse a fact that stands on one side alone."""
    alone = sorted(a.facts ^ b.facts)
    if not alone:
        return None
    evidence = (f"Only the {'first' if fact in a.facts else 'second'} has {_told(fact)}." for fact in alone)
    return _differs(a, b, alone[0].partition(":")[0], *evidence)


def _names(a: Signature, b: Signature) -> Comparison | None:
    """Refuse a name that stands on one side alone; the speaker may be named on one side, but not two of them.

    English writes headlines with capitals, so there only a name in the place of a place counts.
    """
    english = _is_english(a, b)
    mine = _unsaid(a.places if english else a.names, b) or _unsaid(a.speakers, b)
    theirs = _unsaid(b.places if english else b.names, a) or _unsaid(b.speakers, a)
    named = not (mine <= a.speakers and theirs <= b.speakers)
    if not named and not (mine and theirs):
        return None
    sides = (("first", mine), ("second", theirs))
    return _differs(
        a, b, "name", *(f"Only the {side} names {', '.join(sorted(names))}." for side, names in sides if names)
    )


def _is_english(a: Signature, b: Signature) -> bool:
    """Say whether the two, which are of one language, are English; where nothing tells, they are not."""
    return (a.languages | b.languages or a.spelled | b.spelled) == _ENGLISH


def _unsaid(words: Iterable[str], other: Signature) -> frozenset[str]:
    left = frozenset(words).difference(other.surface)
    return left - _joined(other) if left else left


def _joined(a: Signature) -> frozenset[str]:
    """Give every two neighbouring words written as one: "sport hal" also says "sporthal"."""
    return frozenset(x + y for x, y in zip(a.surface, a.surface[1:], strict=False))


def _words(a: Signature, b: Signature) -> Comparison:
    """Weigh the words, once the facts agree. What no blocking key can find is refused, so that an index loses nothing."""
    overlap = min(_overlap(a, b), _overlap(b, a), key=lambda found: (found.missing, found.extra))
    counted = f"They share {overlap.shared} words; the shorter has {overlap.missing} more, the longer {overlap.extra}."
    if a.whole and b.whole and not frozenset(a.keys).isdisjoint(b.keys):
        english = _is_english(a, b)
        if overlap.is_near(english=english):
            return _same(a, b, "near", counted)
        if english and overlap.is_retold and _may_be_retold(a, b):
            return _same(a, b, "retold", counted, "One is a post on a platform, the other is not.")
    return _differs(a, b, "words", counted)


def _may_be_retold(a: Signature, b: Signature) -> bool:
    return a.marked != b.marked and not any(fact.startswith(_NEVER_RETOLD) for fact in a.facts)


def _overlap(short: Signature, long: Signature) -> _Overlap:
    missing = _missing(short, long)
    extra = _beside(short, long) - short.words - short.tags
    lasts = {long.order[end - 1] for end in long.ends if end}
    counted = {stand.partition(" counted:")[0] for stand in long.stands}
    told = any(word in lasts | counted or _PARTICIPLE.match(long.written[word]) for word in extra)
    return _Overlap(shared=len(short.words) - len(missing), missing=len(missing), extra=len(extra), told=told)


def _missing(short: Signature, long: Signature) -> set[str]:
    missing = set(short.words - long.words)
    if not missing:
        return missing
    known = long.tags | _joined(long)
    surface = frozenset(long.surface)
    parts = {
        word for x, y in zip(short.surface, short.surface[1:], strict=False) if x + y in surface for word in (x, y)
    }
    return {key for key in missing if short.written[key] not in known and short.written[key] not in parts}


def _beside(short: Signature, long: Signature) -> frozenset[str]:
    """Give the words of the longer text's sentences, but of those that are wholly its own and tell no state."""
    return frozenset().union(*(words for words in long.sentences() if words & short.words or _is_state(words, long)))


def _is_state(words: frozenset[str], text: Signature) -> bool:
    """Say whether a very short sentence or label tells a state or a figure: "Vertraagd:", "Uitverkocht!", "Deel 2:"."""
    return len(words) <= LABEL and any(":" in word or _PARTICIPLE.match(text.written[word]) for word in words)

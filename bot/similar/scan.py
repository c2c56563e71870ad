"""From a bare text to its words and its facts, in one pass.

A fact is written ``kind:value``: ``road:a12``, ``date:12-11``, ``time:14:00``, ``number:3``, ``level:orange``,
``turn:over``. What is not a fact is a word, kept by its stem, or nothing (`bot.similar.lexicon.STOP`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from bot.similar import figures, lexicon, measures
from bot.similar.places import PLACES

_TOKEN = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in figures.PATTERNS.items())
    + r"|(?P<unit>[€%])|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)|(?P<end>[.!?;:|–—\n\"“”(]+|\s?-\s)",
    re.IGNORECASE,
)
_DATES = frozenset({"iso", "days", "english", "numeric"})
_FACTS = (
    ("day", measures.WEEKDAYS),
    ("part", measures.DAYPARTS),
    ("month", {word: measures.MONTHS[word] for word in measures.BARE_MONTHS}),
    ("level", lexicon.LEVELS),
    ("direction", lexicon.DIRECTIONS),
    ("number", measures.NUMBERS),
    ("rank", measures.ORDINALS),
)
_SCALES = tuple(lexicon.OPPOSITES.items())
_CODE_LEVEL = re.compile(r"code(geel|oranje|rood|groen)$")
_SIGN = "sign"
_COLOURS = frozenset(lexicon.LEVELS.values())
_SHORTEST_NAME = 3
_NAMES_PER_WORD = 2
_ARTICLES = frozenset({"de", "het", "the"})
_HOUR = "uur"
_AGE = "year"
_COUNTING = frozenset({"number", "rank"})
_NONE = frozenset({"geen", "no"})
_AND = frozenset({"en", "and"})
_SUFFIXES = ("heden", "ingen", "ing", "tjes", "tje", "jes", "en", "es", "ed", "s", "e", "d", "t")
_PLURAL = "en"
_SHORTEST_STEM = 4
_SHORTEST_SINGULAR = 3
_OPEN_SYLLABLE = re.compile(r"(^|[^aeiou])([aeou])([^aeiouwx])$")
_UNVOICED = {"z": "s", "v": "f"}
_SEPARABLE = re.compile(rf"({'|'.join(sorted(lexicon.PARTICLES))})ge([a-z]{{3,}}[dt])$")
_PARTICIPLE = re.compile(r"ge([a-z]{3,}[dt])$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word or fact that weighs: ``key`` is how texts are compared, ``word`` how it was written, folded."""

    key: str
    word: str
    name: bool = False
    place: bool = False
    speaker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What one pass found.

    ``facts`` must stand on both sides; of ``stands`` (``scale:value``) only two different ends of one scale clash.
    ``starts`` and ``ends`` are the places in ``tokens`` where a sentence, or what follows a colon, began, and where a
    sentence ended; ``surface`` has every word as written, folded; ``bodies`` the public bodies among them.
    """

    tokens: tuple[Token, ...]
    facts: frozenset[str]
    stands: frozenset[str]
    starts: frozenset[int]
    ends: frozenset[int]
    surface: tuple[str, ...]
    bodies: frozenset[str]


def fold(word: str) -> str:
    """Give a word in lower case, without accents and apostrophes."""
    word = word.casefold()
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return word.removesuffix("'s").replace("'", "")


def stem(word: str) -> str:
    """Give what inflection leaves of a folded word: "wijzigt", "wijziging" and "gewijzigde" are one."""
    if word.endswith(_PLURAL) and (bare := _singular(word.removesuffix(_PLURAL))):
        return bare
    word = _without(word, ("e",))
    participle = _PARTICIPLE.match(word)
    return _undoubled(_without(participle.group(1) if participle else word, _SUFFIXES))


def _singular(word: str) -> str:
    """Undo what "-en" does to the spelling: "bomen" is "boom", "bommen" is "bom", "huizen" is "huis"."""
    if len(word) < _SHORTEST_SINGULAR or word.endswith("ing"):
        return ""
    word = _OPEN_SYLLABLE.sub(r"\1\2\2\3", word)
    return _undoubled(word[:-1] + _UNVOICED.get(word[-1], word[-1]))


def _undoubled(word: str) -> str:
    return word[:-1] if len(word) > _SHORTEST_STEM - 1 and word[-1] == word[-2] else word


def _without(word: str, suffixes: tuple[str, ...]) -> str:
    for suffix in suffixes:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return word.removesuffix(suffix)
    return word


_TURNS_BY_STEM = {
    stem(word): turn
    for word, turn in lexicon.TURNS.items()
    if len(stem(word)) > _SHORTEST_STEM and not word.startswith("ge")
}


def _turn(previous: str, word: str) -> str | None:
    """Give the turn that a word is, in any inflection; a participle or a short word only as it stands.

    What weighs nothing turns nothing: "nieuws" is not "nieuw".
    """
    if (previous, word) in lexicon.TURNING_PAIRS:
        return "over"
    return None if word in lexicon.STOP else lexicon.TURNS.get(word) or _TURNS_BY_STEM.get(stem(word))


def scan(text: str) -> Scan:
    """Read a bare text once, from left to right."""
    matches = list(_TOKEN.finditer(text))
    reading = _Reading(capitals_tell=_capitals_tell(matches))
    for match in matches:
        reading.take(str(match.lastgroup), match.group())
    return reading.result()


def _capitals_tell(matches: list[re.Match[str]]) -> bool:
    """Say whether a capital means a name here; in a headline that Writes Every Word So, it does not."""
    words = [
        match.group()
        for before, match in pairwise(matches)
        if match.lastgroup == "word" and before.lastgroup != "end" and len(match.group()) > _SHORTEST_NAME
    ]
    capitals = sum(word[0].isupper() for word in words)
    return capitals <= _NAMES_PER_WORD * (len(words) - capitals)


class _Reading:
    """The state of one pass."""

    def __init__(self, *, capitals_tell: bool) -> None:
        self._capitals_tell = capitals_tell
        self._tokens: list[Token] = []
        self._facts: set[str] = set()
        self._stands: set[str] = set()
        self._starts: set[int] = {0}
        self._ends: set[int] = set()
        self._surface: list[str] = []
        self._bodies: set[str] = set()
        self._previous = ""
        self._counted = ""
        self._currency = ""
        self._bracket = False
        self._fresh = True
        self._speaking = False
        self._negations = 0

    def take(self, kind: str, raw: str) -> None:
        """Take the next match of the pattern."""
        if kind == "end":
            self._end(raw)
            return
        if kind == "word":
            self._word(raw)
        elif kind == "unit":
            self._unit(measures.SYMBOLS[raw])
        else:
            self._figure(kind, raw)
        self._fresh = self._bracket = False

    def result(self) -> Scan:
        """Give what was read."""
        self._close()
        if self._negations:
            self._facts.add(f"negation:{self._negations}")
        if "search:found" in self._stands:
            self._stands.discard("search:sought")
        return Scan(
            tokens=tuple(self._tokens),
            facts=frozenset(self._facts),
            stands=frozenset(self._stands),
            starts=frozenset(self._starts),
            ends=frozenset({*self._ends, len(self._tokens)}),
            surface=tuple(self._surface),
            bodies=frozenset(self._bodies),
        )

    def _end(self, raw: str) -> None:
        self._close()
        self._fresh = True
        self._speaking = False
        self._previous = self._counted = self._currency = ""
        self._bracket = "(" in raw
        if raw.strip("("):
            self._starts.add(len(self._tokens))
        if raw.strip(':;"“”('):
            self._ends.add(len(self._tokens))

    def _close(self) -> None:
        if self._previous in lexicon.PARTICLES:
            self._stands.add(f"particle:{self._previous}")

    def _fact(self, fact: str) -> None:
        self._facts.add(fact)
        self._tokens.append(Token(key=fact, word=fact))
        self._surface.append(fact)

    def _bounded(self, fact: str) -> None:
        through = self._surface[-3:] == ["tot", "en", "met"] or self._surface[-2:] == ["t", "m"]
        if (bound := "until" if through else lexicon.BOUNDS.get(self._previous)) is not None:
            self._stands.add(f"bound:{bound}")
        self._fact(fact)

    def _figure(self, kind: str, raw: str) -> None:
        if kind in _DATES:
            self._date(figures.date(kind, raw))
        elif kind == "clock":
            self._bounded(f"time:{figures.clock(raw)}")
        elif kind == "road":
            self._fact(f"road:{figures.road(raw)}")
        elif kind == "number" and figures.is_rank(raw):
            self._fact(f"rank:{figures.number(raw)}")
        else:
            self._number(figures.number(raw) if kind == "number" else fold(raw))
        self._previous = ""

    def _number(self, value: str) -> None:
        self._bounded(f"number:{value}")
        self._counted = "" if self._bracket else value
        if self._currency:
            self._unit(self._currency)

    def _unit(self, unit: str) -> None:
        """Take what a number measures; a sign for money stands before it."""
        self._currency = "" if self._counted else unit
        if self._counted:
            self._stands.add(f"unit of {self._counted}:{unit}")

    def _date(self, found: figures.Date) -> None:
        if self._previous in measures.WEEKDAYS:
            self._weekday_of_date()
        for day in found.days:
            self._bounded(f"date:{day}")
        if found.year:
            self._stands.add(f"year:{found.year}")

    def _weekday_of_date(self) -> None:
        """Turn the weekday just read from a fact into a stand: "maandag 1 december" and "1 december" agree."""
        fact = f"day:{measures.WEEKDAYS[self._previous]}"
        if self._unsay(fact):
            self._stands.add(fact)

    def _hour_of_number(self) -> None:
        """Turn the number in words just read into a time: "twee uur" is "2 uur"."""
        if self._unsay(f"number:{self._counted}"):
            self._fact(f"time:{figures.clock(self._counted)}")

    def _unsay(self, fact: str) -> bool:
        """Take back the fact that was read last, if it is this one."""
        if not self._tokens or self._tokens[-1].key != fact:
            return False
        self._tokens.pop()
        if all(token.key != fact for token in self._tokens):
            self._facts.discard(fact)
        return True

    def _word(self, raw: str) -> None:
        word = lexicon.BODY_NAMES.get(raw, fold(raw))
        counted, self._currency = self._counted, ""
        if counted and (unit := measures.UNITS.get(word)) is not None:
            self._unit(unit)
        if not self._closed_class(word):
            self._open_class(word, raw)
        if self._counted == counted and measures.UNITS.get(word) != _AGE:
            self._counted = ""
        self._previous = word

    def _closed_class(self, word: str) -> bool:
        """Take a word whose meaning is a fact of its own; give False for any other."""
        if word in measures.SCALES and self._counted and self._unsay(f"number:{self._counted}"):
            self._counted = figures.number(f"{self._counted} {word}")
            self._fact(f"number:{self._counted}")
            return True
        for kind, table in _FACTS:
            if (value := table.get(word)) is not None:
                self._bounded(f"{kind}:{value}")
                self._counted = value if kind in _COUNTING else ""
                return True
        if (level := _CODE_LEVEL.match(word)) is not None:
            self._fact(f"level:{lexicon.LEVELS[level.group(1)]}")
            return True
        if word.startswith(_SIGN) and word.removeprefix(_SIGN) in _COLOURS:
            self._stands.add(f"sign:{word.removeprefix(_SIGN)}")
            return True
        if word in lexicon.NEGATIONS:
            self._negations += 1
            self._surface.append(word)
            return True
        return False

    def _open_class(self, word: str, raw: str) -> None:
        if (turn := _turn(self._previous, word)) is not None:
            self._facts.add(f"turn:{turn}")
        self._stands.update(f"{scale}:{ends[word]}" for scale, ends in _SCALES if word in ends)
        self._surface.append(word)
        if word == _HOUR and self._counted.isdecimal():
            self._hour_of_number()
        if word in lexicon.BODIES:
            self._bodies.add(word)
            self._speaking = not self._tokens and word in lexicon.PLACED_BODIES
            return
        name = self._is_name(word, raw)
        self._speaking = self._speaking and (name or word in lexicon.STOP)
        if name or (len(word) > 1 and word not in lexicon.STOP):
            key = lexicon.SAME.get(word) or self._verb(word)
            place = name and (word in PLACES or self._after_locative() or word.endswith(lexicon.PLACE_ENDINGS))
            self._tokens.append(Token(key=key, word=word, name=name, place=place, speaker=name and self._speaking))
            if place and self._before() in lexicon.TOWARDS:
                self._stands.add(f"towards:{word}")
            if self._counted:
                self._stands.add(f"{key} counted:{self._counted}")
            if self._previous in _NONE:
                self._stands.add(f"none:{key}")

    def _verb(self, word: str) -> str:
        """Give the stem of a word; of "ingestemd" that of "stemt … in", and remember the particle."""
        parted = _SEPARABLE.match(word)
        if parted is None:
            return stem(word)
        self._stands.add(f"particle:{parted.group(1)}")
        return stem(parted.group(2))

    def _before(self) -> str:
        """Give the word before this one, articles left out."""
        return next((word for word in reversed(self._surface[:-1]) if word not in _ARTICLES), "")

    def _after_locative(self) -> bool:
        """Look back over an article, or over "en" and the place before it."""
        enumerated = self._previous in _AND and bool(self._tokens) and self._tokens[-1].place
        return self._before() in lexicon.LOCATIVES or enumerated

    def _is_name(self, word: str, raw: str) -> bool:
        if not raw[0].isupper() or (word in lexicon.STOP and len(word) > 1):
            return False
        if word in PLACES:
            return True
        if self._fresh or not self._capitals_tell:
            return False
        letter = len(raw) == 1 and self._previous not in lexicon.STOP
        return self._speaking or letter or (len(word) >= _SHORTEST_NAME and not raw.isupper())

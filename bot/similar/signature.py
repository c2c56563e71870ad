"""What is kept of a text to compare it with others: made once per item, cheap to compare, small to hold.

``VERSION`` belongs to everything that changes what a signature holds or a blocking key says: stored keys of another
version are made again from the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from bot.similar import lexicon
from bot.similar.platform import Bare, bare, without_phrases
from bot.similar.scan import fold, scan

VERSION = 1

LONGEST_READ = 2_000
"""Characters that are looked into. Of a longer text the rest only counts for equality and never merges otherwise."""

LONGEST_EQUAL = 5_000
"""Characters that are put into one spelling before texts are held equal; what follows must be the same to the letter."""

WORD_KEYS = 8
PASSAGES = 3
LEAST_PASSAGE = 4
"""Words that a text must have to be recognised as a passage of another; a passage's blocking key holds one fewer."""

_TAGGED = ("road", "number", "date", "time", "level", "turn")
"""Facts that count in a closing row of hashtags too; "#kerst" or "#weekend" there is a subject, not a date."""

_SPELLING = {language: re.compile(spelling) for language, spelling in lexicon.LANGUAGE_SPELLING.items()}
_KEY_BYTES = 8
_PLAIN = re.compile(r"(?:(?<!\S)-)?\d+(?:[.,:/-]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\W_]+|[€$£%]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A text, ready to be compared; ``digest`` is empty where nothing but platform marks was left of it.

    ``words`` are stems and facts, ``order`` the same as they follow one another, ``written`` a word as it stood there;
    ``starts`` are the places in ``order`` where a passage may begin, ``breaks`` and ``ends`` where sentences do.
    ``whole`` says that the text was read to its end. ``keys`` are for an index; `compare` needs no other text.
    """

    digest: str
    words: frozenset[str]
    order: tuple[str, ...]
    starts: tuple[int, ...]
    breaks: frozenset[int]
    ends: frozenset[int]
    written: Mapping[str, str]
    names: frozenset[str]
    places: frozenset[str]
    speakers: frozenset[str]
    tags: frozenset[str]
    surface: tuple[str, ...]
    facts: frozenset[str]
    stands: frozenset[str]
    languages: frozenset[str]
    spelled: frozenset[str]
    cut: bool
    whole: bool
    marked: bool
    keys: tuple[str, ...]

    def sentences(self) -> list[frozenset[str]]:
        """Give the words of each sentence and each label."""
        edges = sorted({0, *self.breaks, *self.ends, len(self.order)})
        return [frozenset(self.order[start:end]) for start, end in pairwise(edges)]


def signature(text: str, *, language: str | None = None) -> Signature:
    """Read a text; ``language`` (a BCP 47 tag) is what the source says, and is guessed from function words where None."""
    whole = len(text) <= LONGEST_READ
    stripped = bare(text[:LONGEST_READ])
    digest = _digest(stripped if whole else bare(text[:LONGEST_EQUAL]), text[LONGEST_EQUAL:])
    read, tags = scan(without_phrases(stripped.text)), scan(stripped.tags)
    said_by_tags = frozenset(fact for fact in tags.facts if fact.startswith(_TAGGED))
    tokens = [*read.tokens, *(token for token in tags.tokens if token.name or token.key in said_by_tags)]
    facts = read.facts | said_by_tags
    words = frozenset(token.key for token in tokens)
    order = tuple(token.key for token in read.tokens)
    starts = tuple(start for start in sorted(read.starts) if len(order) - start >= LEAST_PASSAGE)[:PASSAGES]
    surface = (*read.surface, *tags.surface)
    languages = frozenset({language.split("-")[0].casefold()}) if language else languages_of(surface)
    return Signature(
        digest=digest,
        words=words,
        order=order,
        starts=starts,
        breaks=read.starts,
        ends=read.ends,
        written={token.key: token.word for token in tokens},
        names=frozenset(token.word for token in tokens if token.name and not token.speaker),
        places=frozenset(token.word for token in tokens if token.place and not token.speaker),
        speakers=read.bodies | frozenset(token.word for token in tokens if token.speaker),
        tags=frozenset(tags.surface),
        surface=surface,
        facts=facts,
        stands=read.stands | tags.stands,
        languages=languages,
        spelled=spelled_as(surface),
        cut=stripped.cut,
        whole=whole,
        marked=stripped.marked,
        keys=(digest, *_keys(words, order, starts, facts)) if digest else (),
    )


def blocking_keys(text: str, *, language: str | None = None) -> tuple[str, ...]:
    """Give at most 1 + ``PASSAGES`` + ``WORD_KEYS`` short keys; two texts that `compare` calls the same share at least one."""
    return signature(text, language=language).keys


def languages_of(words: Sequence[str]) -> frozenset[str]:
    """Give the languages whose function words are met most often; empty where none is."""
    return _most({language: sum(word in marks for word in words) for language, marks in lexicon.LANGUAGE_MARKS.items()})


def spelled_as(words: Sequence[str]) -> frozenset[str]:
    """Give the languages that the words look like: too weak to tell texts apart, enough to choose the stricter rule."""
    text = " ".join(words)
    return _most({language: len(spelling.findall(text)) for language, spelling in _SPELLING.items()})


def _most(counts: Mapping[str, int]) -> frozenset[str]:
    most = max(counts.values())
    return frozenset(language for language, count in counts.items() if count == most) if most else frozenset()


def _digest(stripped: Bare, rest: str) -> str:
    words = _PLAIN.findall(f"{stripped.text} {stripped.tags}")
    return _hash(" ".join(map(fold, words)), rest) if words else ""


def _keys(
    words: frozenset[str], order: tuple[str, ...], starts: tuple[int, ...], facts: frozenset[str]
) -> tuple[str, ...]:
    """Make the keys: each passage's first words, and the smallest hashes of the words, each with all the facts.

    Near texts have equal facts and share most words, so the smallest hashes of the union are mostly among both
    (bottom-k sketch); a passage shares its first words whatever the longer text adds.
    """
    together = " ".join(sorted(facts))
    near = sorted(_hash(word, together) for word in words)[:WORD_KEYS]
    passages = dict.fromkeys(_hash("passage", *order[start : start + LEAST_PASSAGE - 1]) for start in starts)
    return (*passages, *near)


def _hash(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=_KEY_BYTES).hexdigest()

"""What a server makes of a text: addresses become links, handles mentions, words after ``#`` hashtags.

The rules are Mastodon's (``app/lib/extractor.rb``, ``MENTION_RE`` in ``app/models/account.rb``, ``HASHTAG_RE`` in
``app/models/tag.rb``), versions 4.3 to 4.7. Those versions differ in what may stand before a hashtag; here counts what
any of them takes for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import regex

from bot.text.urls import url_spans

# POSIX bracket classes as Ruby has them.
_ALPHA = r"\p{Alphabetic}"
_WORD = rf"{_ALPHA}\p{{M}}\p{{Nd}}\p{{Pc}}"

# ``ſ`` and the Kelvin sign: Ruby lets them pass for s and k where case does not count.
_USER = "[0-9A-Z_a-z\u017f\u212a]"
_MENTION = regex.compile(rf"(?<![=/{_WORD}])@({_USER}++(?:[.-]++{_USER}++)*(?:@[{_WORD}]++(?:[.-]++[{_WORD}]++)*)?)")
_NO_MENTION_BEFORE = re.compile(
    "[@\uff20\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
    "\u028b\u02bb\u0300-\u036f\u1e00-\u1eff]|://"
)
_LONGEST_DOMAIN = 253

_SIGN = regex.compile(rf"(?<![=/){_ALPHA}\p{{Nd}}])[#＃](?=[{_WORD}])")
_SEPARATORS = "_\u00b7\u30fb\u200c"
_WITH_SEPARATORS = regex.compile(rf"[{_WORD}{_SEPARATORS}]*[{_WORD}]")
_MIDDLE = regex.compile(rf"[{_ALPHA}{_SEPARATORS}]")
_PLAIN_NAME = regex.compile(rf"[{_WORD}]+")
_LETTER = regex.compile(rf"[{_ALPHA}]")
_GLUED_SCHEME = re.compile("https?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One stretch of a text that a server treats apart: ``text[start:end]``.

    ``value`` is the address, the mentioned account (``user`` or ``user@domain``) or the tag's name without its sign.
    """

    kind: Literal["url", "mention", "hashtag"]
    start: int
    end: int
    value: str


def entities(text: str) -> tuple[Entity, ...]:
    """Every link, mention and hashtag that a server would make of ``text``, in order and without overlap."""
    return _without_overlap((*_urls(text), *_mentions(text), *_hashtags(text)))


def counted_entities(text: str) -> tuple[Entity, ...]:
    """Those that change the length of a status: links and mentions, without overlap among themselves."""
    return _without_overlap((*_urls(text), *_mentions(text)))


def _urls(text: str) -> Iterator[Entity]:
    for start, end in url_spans(text):
        yield Entity(kind="url", start=start, end=end, value=text[start:end])


def _mentions(text: str) -> Iterator[Entity]:
    if "@" not in text:
        return
    for found in _MENTION.finditer(text):
        _, _, domain = found[1].partition("@")
        if len(domain) <= _LONGEST_DOMAIN and not _NO_MENTION_BEFORE.match(text, found.end()):
            yield Entity(kind="mention", start=found.start(), end=found.end(), value=found[1])


def _hashtags(text: str) -> Iterator[Entity]:
    for sign in _SIGN.finditer(text):
        end = _name_end(text, sign.end())
        if text.startswith("://", end) and (scheme := _GLUED_SCHEME.search(text, sign.end() + 1, end)):
            end = scheme.start()
        if end > sign.end():
            yield Entity(kind="hashtag", start=sign.start(), end=end, value=text[sign.end() : end])


def _name_end(text: str, start: int) -> int:
    """Where the tag's name ends that begins at ``start``; ``start`` itself where none does.

    Either the name runs over separators, with a letter or separator somewhere between its first and last character, or
    it does without them and holds a letter.
    """
    long = _WITH_SEPARATORS.match(text, start)
    if long and _MIDDLE.search(text, start + 1, long.end() - 1):
        return int(long.end())
    plain = _PLAIN_NAME.match(text, start)
    return int(plain.end()) if plain and _LETTER.search(text, start, plain.end()) else start


def _without_overlap(found: Iterable[Entity]) -> tuple[Entity, ...]:
    """Of two that overlap, the one that begins first stays."""
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda one: one.start):
        if not kept or kept[-1].end <= entity.start:
            kept.append(entity)
    return tuple(kept)

"""Hashtags out of words: in CamelCase, so that screen readers speak the words apart."""

from __future__ import annotations

import unicodedata

import regex

from bot.text.tidy import clean

# Apostrophes vanish inside a word; everything else that no tag may hold parts two words.
_APOSTROPHE = regex.compile(r"(?<=\w)['’‘`´](?=\w)|^['’‘`´](?=s\b)")
_WORD = regex.compile(r"[\p{Alphabetic}\p{M}\p{Nd}]+")
_LETTER = regex.compile(r"\p{Alphabetic}")
_LONGEST_ACRONYM = 5
_LONGEST = 60


def hashtag(words: str) -> str | None:
    """The tag for ``words``, with its sign: ``openbare orde`` gives ``#OpenbareOrde``, ``NL-Alert`` ``#NLAlert``.

    None where no tag can be made that every version of the server takes for one: without a letter, or over 60 characters.
    """
    text = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", clean(words)))
    parts = _WORD.findall(text)
    shouted = text.isupper() and any(len(part) > _LONGEST_ACRONYM for part in parts)
    name = "".join(_capital(part.lower() if shouted else part) for part in parts)
    return f"#{name}" if _LETTER.search(name) and len(name) <= _LONGEST else None


def _capital(word: str) -> str:
    """``word`` with its first letter a capital; Dutch counts ``ij`` as one."""
    if word.startswith("ij"):
        return "IJ" + word[2:]
    return word[:1].upper() + word[1:]

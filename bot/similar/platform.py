"""What a platform, or whoever posts there, hangs around a text, and taking it off again.

Links, handles, the marks of hashtags, "RT", pictures made of letters, "Lees meer" and a closing row of hashtags say
nothing about the event. Every pattern is linear: bounded repeats, no nesting.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.similar.lexicon import PHRASES

_BREAK = " \n "
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,80}"
    r"|(?<![\w.@-])(?:[a-z0-9-]{1,63}\.){1,4}(?:nl|com|org|eu|be|net|gov|co|uk|example)(?:/\S*)?(?![\w-])",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<!\w)@[\w.-]{1,60}(?:@[\w.-]{1,80})?:?")
_FORWARDED = re.compile(r"(?<!\S)(?:RT|MT|HT)\b:?")
_PHRASES = re.compile(r"(?<!\w)(?:" + "|".join(PHRASES) + r")", re.IGNORECASE)
_DAY_AND_PART = re.compile(
    r"\b((?:maan|dins|woens|donder|vrij|zater|zon)dag)(ochtend|middag|avond|nacht)\b", re.IGNORECASE
)
_RUINED_APOSTROPHE = re.compile(r"(?<=\w)\?(?=\w)")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,6}(?!\w)")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])")
_TAG = re.compile(r"[#＃](\w{1,100})")
_MOST_CLOSING_TAGS = 40
_PREPOSITION = re.compile(
    r"\b(?:in|bij|op|aan|te|van|naar|voor|uit|en|of|at|near|to|from|on|and|the|de|het|over|for)\s*$", re.IGNORECASE
)
_ELLIPSIS = "..."
_GAP = re.compile(r"\S {2,}\S|[#＃!]|\.{3}|…")
_FIRST_EMOJI = 0x1F000
_LETTERS_NUMBERS_MARKS = frozenset("LNPZM")
_KEPT_SIGNS = frozenset("€£")
_COLOURS = {
    **dict.fromkeys("🟡🟨💛", " signyellow "),
    **dict.fromkeys("🟠🟧🧡", " signorange "),
    **dict.fromkeys("🔴🟥", " signred "),
    **dict.fromkeys("🟢🟩💚", " signgreen "),
}
_HYPHENS_AND_QUOTES = {**dict.fromkeys("‘’ʼ´", "'"), **dict.fromkeys("−‐‑", "-")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """A text without its platform: ``text`` with its sentences, ``tags`` of the closing row.

    ``cut`` says that it ends in an ellipsis, ``marked`` that it looks like a post rather than like a headline.
    """

    text: str
    tags: str = ""
    cut: bool = False
    marked: bool = False


def bare(text: str) -> Bare:
    """Take off what the platform added; what is left keeps its capitals and its sentences."""
    legible = _RUINED_APOSTROPHE.sub("'", "".join(map(_plain, unicodedata.normalize("NFKC", text))))
    legible = _INITIALS.sub(lambda found: found.group().replace(".", ""), legible)
    unlinked = _FORWARDED.sub(" ", _HANDLE.sub(" ", _ADDRESS.sub(_BREAK, legible))).strip()
    body, tags = _closing_tags(unlinked)
    return Bare(
        text=_DAY_AND_PART.sub(r"\1 \2", _TAG.sub(_spelled_out, body)),
        tags=_TAG.sub(_spelled_out, tags),
        cut=_is_cut(body),
        marked=_is_marked(text, legible, unlinked),
    )


def without_phrases(text: str) -> str:
    """Take off "Lees meer", "Meer info" and their like; a sentence ends where they stood."""
    return _PHRASES.sub(_BREAK, text)


def _is_marked(text: str, legible: str, unlinked: str) -> bool:
    """Say whether a platform shows: links, handles, tags, emoji, the gap where one was taken out, or a full stop."""
    closing = text.rstrip()[-1:] in {"-", ":", "."}
    emoji = any(ord(character) > _FIRST_EMOJI for character in text)
    return emoji or closing or unlinked != legible.strip() or _GAP.search(text) is not None


def _is_cut(text: str) -> bool:
    """Say whether the text ends in an ellipsis, quotes and brackets after it left out."""
    end = len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    return _ELLIPSIS in text[end:]


def _plain(character: str) -> str:
    if character.isascii() or character in _KEPT_SIGNS:
        return character
    if (meaning := _COLOURS.get(character) or _HYPHENS_AND_QUOTES.get(character)) is not None:
        return meaning
    kind = unicodedata.category(character)
    if kind == "Cf":
        return ""
    return character if kind[0] in _LETTERS_NUMBERS_MARKS else " "


def _closing_tags(text: str) -> tuple[str, str]:
    """Split off the row of hashtags at the end; a tag after a preposition belongs to the sentence."""
    rest, tags = text.rstrip(), ""
    for _ in range(_MOST_CLOSING_TAGS):
        head, _, last = rest.rpartition(" ")
        if not _TAG.match(last) or _PREPOSITION.search(head, max(0, len(head) - 12)):
            break
        rest, tags = head.rstrip(), f"{last} {tags}"
    return rest, tags


def _spelled_out(tag: re.Match[str]) -> str:
    return _CAMEL.sub(" ", tag.group(1).replace("_", " "))

"""The hashtags under a post: the source's own, those of its categories, the account's; never one that was refused. Pure."""

from __future__ import annotations

import re
import unicodedata

from bot.compose.voice import Voice
from bot.model import Frozen
from bot.text import entities, hashtag

_WORD = re.compile(r"\w+")


def tags_for(categories: tuple[str, ...], voice: Voice, text: str) -> str:
    """Give the line of hashtags for an item, "" for none. Those that stand in ``text`` already are not repeated."""
    mapped = {folded(name): tag for name, tag in voice.category_tags.items()}
    chosen = [*voice.tags, *(mapped[folded(one)] for one in categories if folded(one) in mapped), *voice.account_tags]
    there = {folded(one.value) for one in entities(text) if one.kind == "hashtag"} | {
        folded(one) for one in voice.refused
    }
    shown: dict[str, str] = {}
    for written in chosen:
        tag = written if written.startswith("#") else f"#{written}"
        name = folded(tag)
        if name not in there:
            shown.setdefault(name, _spelled(tag))
    return " ".join(list(shown.values())[: voice.max_tags])


def tags_named(frozen: Frozen, refusal: str) -> tuple[str, ...]:
    """Give the hashtags of a post that its server named when it refused it, without their sign.

    The words of a refusal are localised, the tag in it is not.
    """
    said = {folded(word) for word in _WORD.findall(refusal)}
    tags = (one.value for part in frozen.parts for one in entities(part.text) if one.kind == "hashtag")
    return tuple(dict.fromkeys(tag for tag in tags if folded(tag) in said))


def folded(tag: str) -> str:
    """Give a tag as servers compare it: no sign, no case, no accents (``app/lib/hashtag_normalizer.rb``)."""
    letters = unicodedata.normalize("NFKD", tag.removeprefix("#")).casefold()
    return "".join(one for one in letters if not unicodedata.combining(one))


def _spelled(tag: str) -> str:
    """Give a tag as it was written where servers take all of it, else made one."""
    whole = [one for one in entities(tag) if one.kind == "hashtag" and one.end == len(tag)]
    return tag if whole else hashtag(tag.removeprefix("#")) or ""

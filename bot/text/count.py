"""How long a status is, counted as the server counts it (Mastodon, ``app/validators/status_length_validator.rb``)."""

from __future__ import annotations

import regex

from bot.text.clusters import cluster_count
from bot.text.entities import Entity, counted_entities

_BLANK = regex.compile(r"\p{White_Space}*")


def status_length(text: str, spoiler_text: str = "", *, url_length: int | None = 23) -> int:
    """The length of a status in grapheme clusters.

    Each address that the server recognises counts ``url_length``, a mention of a remote account only its local part.
    The content warning counts as it is written, and joins the text without a separator. ``url_length`` None is for
    servers that make no such allowances: everything counts as it is written.
    """
    if url_length is None:
        return cluster_count(spoiler_text + text)
    return cluster_count(spoiler_text + _countable(text, url_length))


def _countable(text: str, url_length: int) -> str:
    """``text`` with what stands in for links and mentions. A blank text counts as none."""
    if not text.strip() and _BLANK.fullmatch(text):
        return ""
    if "@" not in text and "://" not in text:
        return text
    parts: list[str] = []
    done = 0
    for entity in counted_entities(text):
        parts += (text[done : entity.start], _stand_in(entity, url_length))
        done = entity.end
    return "".join((*parts, text[done:]))


def _stand_in(entity: Entity, url_length: int) -> str:
    return "x" * url_length if entity.kind == "url" else "@" + entity.value.partition("@")[0]

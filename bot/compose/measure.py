"""How long a post is on the server at hand, never counted shorter than that server counts it."""

from __future__ import annotations

from collections.abc import Callable

from adapters.contract import Limits
from bot.text import cut, split, status_length

Fits = Callable[[str], bool]


def post_length(text: str, spoiler_text: str, limits: Limits) -> int:
    """The length of a post as its server counts it.

    Where addresses count in full (GoToSocial, Takahe, Pleroma) some servers count code points and some clusters; code
    points are never fewer.
    """
    if limits.url_length is None:
        return len(spoiler_text) + len(text)
    return status_length(text, spoiler_text, url_length=limits.url_length)


def cut_to(text: str, room: int, limits: Limits) -> str:
    """``text`` cut so that it is at most ``room`` long on this server; "" where nothing fits that means something."""
    kept = cut(text, room, url_length=limits.url_length) if room > 0 else ""
    while kept and (excess := post_length(kept, "", limits) - room) > 0:
        room -= excess
        kept = cut(text, room, url_length=limits.url_length) if room > 0 else ""
    return kept


def split_to(text: str, first: int, others: int, limits: Limits) -> tuple[str, ...]:
    """``text`` in parts: the first at most ``first`` long on this server, the others at most ``others``."""
    parts = split(text, others, url_length=limits.url_length, first_limit=first)
    while limits.url_length is None and others > 1 and first > 1:
        excess = max(len(part) - (others if place else first) for place, part in enumerate(parts))
        if excess <= 0:
            break
        first, others = max(1, first - excess), max(1, others - excess)
        parts = split(text, others, url_length=None, first_limit=first)
    return parts

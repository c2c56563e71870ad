"""Which pictures of an item go along with its post, and how each is described. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from adapters.contract import Limits, Media
from bot.compose.voice import Voice
from bot.text import collapse, cut

_FILE_NAME = re.compile(r"[\w .()%+-]{1,120}\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|svg)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_NO_PICTURE = frozenset({"image/svg+xml", "image/x-icon", "image/vnd.microsoft.icon"})
_SMALLEST = 32
"""Pixels of a side that a source itself names: what is smaller is an icon, or counts visitors."""


def pictures_for(
    media: Iterable[Media], voice: Voice, limits: Limits, describe: Callable[[], str]
) -> tuple[Media, ...]:
    """Give the pictures that may be shown, at most as many as the server takes, each with its description.

    ``describe`` gives the set sentence for a picture that the source does not describe, where ``alt`` asks for one.
    """
    if not voice.pictures:
        return ()
    found: dict[str, Media] = {}
    for one in media:
        if is_picture(one):
            alt = alt_of(one) or (describe() if voice.alt == "text" else "")
            if alt:
                found.setdefault(one.url, replace(one, alt=cut(alt, limits.alt_length, url_length=None)))
    return tuple(found.values())[: limits.max_media]


def undescribed(media: Iterable[Media]) -> tuple[Media, ...]:
    """Give the pictures that the source does not describe."""
    return tuple(one for one in media if is_picture(one) and not alt_of(one))


def is_picture(media: Media) -> bool:
    """Whether something that belongs to an item may be a picture, as far as its source says."""
    mime = (media.mime or "image/*").lower()
    small = [side for side in (media.width, media.height) if side is not None and side < _SMALLEST]
    web = media.url.lower().startswith(("http://", "https://"))
    return web and mime.startswith("image/") and mime not in _NO_PICTURE and not small


def alt_of(media: Media) -> str:
    """Give the source's own description; a file name or an address is none."""
    alt = collapse(media.alt or "")
    return "" if _FILE_NAME.fullmatch(alt) or _ADDRESS.fullmatch(alt) else alt

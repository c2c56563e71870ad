"""Pictures of a post on Threads or Instagram: its own, or those of its album."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.contract import Media
from adapters.feed.address import is_web
from adapters.meta import graph
from adapters.reply import string


def pictures(post: Mapping[str, Any]) -> Iterator[Media]:
    """Give the pictures, and the stills of films, with their descriptions."""
    for one in graph.children(post, "children") or [post]:
        is_film = one.get("media_type") == "VIDEO"
        address = string(one.get("thumbnail_url" if is_film else "media_url"))
        if is_web(address):
            yield Media(url=address, mime="image/*", alt=string(one.get("alt_text")) or None)


def described(post: Mapping[str, Any]) -> list[list[Any]]:
    """Give what counts of the pictures: their kinds and descriptions, not their addresses."""
    return [[one.get("media_type"), one.get("alt_text")] for one in [post, *graph.children(post, "children")]]

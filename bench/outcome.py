"""What may never come out of the pure path, whatever went in: written apart from the program, and wider than its own rules."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC

import regex

from adapters.contract import Batch, Limits
from bot.model import Composed, Content, Observed
from bot.text import status_length

MOST = 64 * 1024
"""Bytes of a cursor, and of the raw entry of an item."""

# Mastodon's MENTION_RE and HASHTAG_RE; [[:word:]] is Ruby's.
_WORD = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"
_MENTION = regex.compile(rf"(?<![=/{_WORD}])@[a-z0-9_]+", regex.IGNORECASE)
_HASHTAG = regex.compile(rf"(?<![=/)\p{{Alphabetic}}\p{{Nd}}])[#＃](?=[{_WORD}]*\p{{Alphabetic}})[{_WORD}]")
# Controls but for the line feed, what turns the direction of a text round, and spaces without width.
_UNSEEN = regex.compile(
    r"[[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]--[\n]]", regex.VERSION1
)
_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")
_MARKS = regex.compile("[\u061c\u200e\u200f]")
_PILED = regex.compile(r"\p{M}{13}")


class Broken(AssertionError):
    """Something came out that never may."""


def check_batch(batch: Batch) -> None:
    """Look at what an adapter read."""
    if len(json.dumps(dict(batch.cursor)).encode()) > MOST:
        raise Broken("a cursor over 64 KiB")
    if any(_UNSEEN.search(problem) for problem in batch.problems):
        raise Broken("a problem with characters that steer a terminal")
    for text in (batch.title, batch.language, *(one.reason for one in batch.broken)):
        _check_storable(text or "")
    if any(len(item.raw) > MOST for item in batch.items) or any(len(one.raw) > MOST for one in batch.broken):
        raise Broken("a raw entry over 64 KiB")


def check_observed(observed: Iterable[Observed]) -> None:
    """Look at what goes into memory: text that is Unicode, without NUL (PostgreSQL has no word for it), and real times."""
    for one in observed:
        for text in filter(None, _texts(one)):
            _check_storable(text)
        for moment in (one.content.published, one.content.updated):
            if moment is not None and moment.utcoffset() != UTC.utcoffset(None):
                raise Broken("a time that is not UTC")


def _check_storable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Broken("a text that is no Unicode") from error
    if "\0" in text:
        raise Broken("a text with NUL")


def check_post(composed: Composed, limits: Limits, *, tags: bool, linked: bool) -> None:
    """Look at what leaves. ``tags``: the account may have hashtags of its own in it; ``linked``: it leads to the page."""
    for part in composed.parts:
        if status_length(part, composed.spoiler_text, url_length=limits.url_length) > limits.max_characters:
            raise Broken("a post over the limit")
        if not part.strip():
            raise Broken("an empty post")
        check_text(part, tags=tags)
    check_text(composed.spoiler_text, tags=False)
    if linked and composed.link and not any(composed.link in part.split() for part in composed.parts):
        raise Broken("a link that is not whole")


def check_text(text: str, *, tags: bool) -> None:
    """Look at words that people will read."""
    if _MENTION.search(text):
        raise Broken("a live mention")
    if not tags and _HASHTAG.search(text):
        raise Broken("a live hashtag")
    visible = _MARKS.sub("", text) if _RIGHT_TO_LEFT.search(text) else text  # Arabic and Hebrew need the marks
    if _UNSEEN.search(visible):
        raise Broken("a character that nobody sees")
    if _PILED.search(text):
        raise Broken("marks piled up beyond reading")


def _texts(one: Observed) -> Iterable[str | None]:
    content = one.content
    yield from (one.key, one.native_id, one.link, one.group, one.variant, *one.references)
    yield from (content.title, content.text, content.body, content.url, content.language, content.boost)
    yield from content.categories
    for media in content.media:
        yield from (media.url, media.alt, media.credit, media.mime)
    yield from _alert_texts(content)


def _alert_texts(content: Content) -> Iterable[str | None]:
    alert = content.alert
    if alert is None:
        return
    yield from (alert.event, alert.sender, alert.urgency, alert.severity, alert.certainty, *alert.references)
    for area in alert.areas:
        yield area.name
        yield from area.polygons
        for code in area.codes:
            yield from code

"""Where a page of a timeline starts, as an opaque word in an address."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from bot.store.pages import Position

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,120}")
_INSIDE = re.compile(r"([0-9]{1,17})\.([0-9a-zA-Z-]{1,40})")


def write_cursor(position: Position) -> str:
    """Give a position as a word."""
    inside = f"{(position.sent - _EPOCH) // _MICROSECOND}.{position.id}"
    return urlsafe_b64encode(inside.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Position | None:
    """Give the position back; None where it is none of ours."""
    if not _CURSOR.fullmatch(cursor):
        return None
    try:
        inside = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        return None
    found = _INSIDE.fullmatch(inside)
    return Position(sent=_EPOCH + int(found[1]) * _MICROSECOND, id=found[2]) if found else None

"""A pause that a host asked for after the first answer of a poll: what was read is told, and the next poll waits.

A pause is told by an error, and a poll that read something raises none. So the moment is
kept in the cursor, and until then a poll ends before it asks anybody anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from adapters.contract import Cursor
from adapters.errors import Limited

_USUAL = timedelta(minutes=5)
"""How long a host is left alone that asks for a pause and names no end."""


def heed(cursor: Cursor) -> None:
    """Raise ``Limited`` (``alert.paused``) where a host asked to be left alone until a moment that has not come yet."""
    kept = cursor.get("pause")
    until = datetime.fromisoformat(kept) if kept else None
    if until and until > datetime.now(UTC):
        raise Limited(
            "The host asked to be left alone for a while.",
            code="alert.paused",
            remedy="It is left alone for as long as it asks; a longer interval prevents this.",
            until=until,
        )


def pause(errors: Iterable[Exception | None], now: datetime) -> dict[str, str]:
    """Give what a cursor keeps of the pauses that hosts asked for; nothing where none did."""
    asked = [error for error in errors if isinstance(error, Limited)]
    return {"pause": max(error.until or now + _USUAL for error in asked).isoformat()} if asked else {}

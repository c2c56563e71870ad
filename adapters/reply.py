"""A JSON reply of somebody's API, read with care: whatever has another type than expected counts as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from adapters.contract import Text
from adapters.errors import Malformed
from adapters.feed.text import clean
from adapters.plainjson import load_json

_REMEDY = "If it lasts, the other side has changed or stands behind a filter: look at what it answers, and tell us."
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_LATEST = 253_402_300_799
"""Seconds since 1970 until the end of the year 9999, which is as far as dates go."""


def parse(body: bytes) -> Any:
    """Read a reply. Raises ``Malformed``: ``reply.empty``, ``reply.html``, ``reply.bad-json``, ``reply.too-deep``."""
    start = body[:64].lstrip(b"\xef\xbb\xbf\t\r\n ")
    if not start:
        raise Malformed("the reply is empty", code="reply.empty", remedy=_REMEDY)
    if start.startswith(b"<"):
        raise Malformed("a page or other markup stands where JSON should be", code="reply.html", remedy=_REMEDY)
    try:
        return load_json(body)
    except RecursionError as error:
        raise Malformed("the JSON is nested too deeply", code="reply.too-deep", remedy=_REMEDY) from error
    except ValueError as error:
        raise Malformed("the reply is no JSON", code="reply.bad-json", remedy=_REMEDY) from error


def unexpected(what: str) -> Malformed:
    """Give the error for JSON that has not the shape that it should have. ``what`` ends a sentence."""
    return Malformed(f"the reply has changed its shape: {what}", code="reply.changed-shape", remedy=_REMEDY)


def mapping(value: object) -> Mapping[str, Any]:
    """Give an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """Give an array; an empty one for anything else."""
    return value if isinstance(value, list) else []


def string(value: object) -> str:
    """Give a text without what is no text, and without white space around it; "" for anything else."""
    return clean(value) if isinstance(value, str) else ""


def words(value: object) -> Text | None:
    """Give a plain text; None where there is nothing in it."""
    found = string(value)
    return Text(value=found) if found else None


def identifier(value: object) -> str | None:
    """Give an id: a text, or a whole number; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return string(value) or None


def language(value: object) -> str | None:
    """Give a language tag (``nl-NL``); None for anything else."""
    found = string(value).replace("_", "-")
    return found if _LANGUAGE.fullmatch(found) else None


def number(value: object) -> int | None:
    """Give a whole number that is not negative; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**63:
        return None
    return int(value)


def moment(value: object) -> datetime | None:
    """Give a time of ISO 8601 that names its zone, or seconds since 1970; None for anything else."""
    if isinstance(value, str):
        with suppress(ValueError, OverflowError):
            found = datetime.fromisoformat(value.strip())
            return found.astimezone(UTC) if found.tzinfo else None
        return None
    seconds = number(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds <= _LATEST else None

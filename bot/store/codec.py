"""How content and limits are kept as JSON: what is default is left out, so that a million items stay small."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from adapters.contract import Limits
from bot.model import Content

LONGEST_RAW = 64 * 1024
"""Bytes of a raw entry that are kept, before compression."""


@cache
def _contents() -> TypeAdapter[Content]:
    return TypeAdapter(Content)


@cache
def _limits() -> TypeAdapter[Limits]:
    return TypeAdapter(Limits)


def pack_content(content: Content) -> Any:
    """Give content as JSON values."""
    return _contents().dump_python(content, mode="json", exclude_defaults=True)


def unpack_content(value: Any) -> Content:
    """Read content back; what was never kept is empty."""
    return _contents().validate_python(value or {})


def pack_limits(limits: Limits) -> Any:
    """Give a server's limits as JSON values."""
    return _limits().dump_python(limits, mode="json")


def unpack_limits(value: Any) -> Limits | None:
    """Read a server's limits back; None where none were kept."""
    return None if value is None else _limits().validate_python(value)


def pack_raw(raw: bytes) -> bytes:
    """Compress the beginning of a raw entry."""
    return zlib.compress(raw[:LONGEST_RAW], 6)


def unpack_raw(packed: bytes | None) -> bytes:
    """Give a raw entry back."""
    return zlib.decompress(packed) if packed else b""

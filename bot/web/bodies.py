"""What is brought in: where that is possible, how much, and for how long we wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

PATIENCE = 10.0
"""Seconds that a body may take. Whoever lets it trickle in holds up nobody but himself."""

_DIGITS = 12


class NotTaken(Exception):
    """A body that was not taken in. ``status`` is what to answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A path, with all below it, where something may be brought in: at most ``largest`` bytes at a time."""

    path: str
    largest: int

    def leads_to(self, path: str) -> bool:
        """Whether an address lies behind this door."""
        return path == self.path or path.startswith(f"{self.path}/")

    def takes(self, headers: Mapping[str, str]) -> bool:
        """Whether a body is small enough, as far as it says so itself."""
        length = headers.get("content-length", "0")
        return length.isascii() and length.isdigit() and len(length) < _DIGITS and int(length) <= self.largest


async def take(request: Request, largest: int) -> bytes:
    """Read a body whole. Raises what ``pour`` raises."""
    pieces: list[bytes] = []
    await pour(request, largest, pieces.append)
    return b"".join(pieces)


async def pour(request: Request, largest: int, into: Callable[[bytes], object]) -> None:
    """Read a body piece by piece, and keep nothing of it.

    Raises ``NotTaken``: 413 where it is too large, 408 where it takes too long, 400 where it breaks off.
    """
    room = largest
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                room -= len(piece)
                if room < 0:
                    raise NotTaken(413)
                into(piece)
    except TimeoutError as error:
        raise NotTaken(408) from error
    except ClientDisconnect as error:
        raise NotTaken(400) from error

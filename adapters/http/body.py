"""A body, received in full and within bounds, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from threading import Lock
from weakref import finalize

from aiohttp import ClientResponse

from adapters.errors import Malformed, Temporary
from adapters.http.address import shown
from adapters.http.decoding import BROKEN, DECODERS, PIECE, Decoder
from adapters.http.response import Response

_SMALL = 1024 * 1024
_BREATH = 1024 * 1024
_MOMENT = 0.02


class Held:
    """What all bodies take together, in bytes: ``size`` those that are being received, ``kept`` those not yet read.

    A body may outgrow 1 MiB only while all of them stay below ``limit``: a thousand servers that each send almost
    the most that is allowed, and then wait, cannot fill the memory; nor can a thousand that send it at once, while one
    thread reads what came.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.kept = 0
        self._lock = Lock()  # whoever reads a body last lets it go, on whatever thread that is

    def keep(self, response: Response) -> None:
        """Count the body of a response for as long as anybody has the response."""
        size = len(response.body)
        if size > _SMALL:
            self._change(size)
            finalize(response, self._change, -size).atexit = False

    async def room(self, progress: Callable[[], None]) -> bool:
        """Wait until there is room; false where none will come, because everything is still under way."""
        while self.size + self.kept > self.limit:
            if not self.kept:
                return False
            progress()
            await asyncio.sleep(_MOMENT)
        return True

    def _change(self, by: int) -> None:
        with self._lock:
            self.kept += by


async def receive(response: ClientResponse, *, limit: int, held: Held, progress: Callable[[], None]) -> bytes:
    """Receive and decode a body of at most ``limit`` bytes, on the wire and decoded.

    Raises ``Malformed`` (``http.too-large``, ``http.bad-encoding``), ``Temporary`` (``http.truncated``, ``http.busy``)
    and what aiohttp raises while it reads. A body without length or chunks ends where the connection ends; whether
    all of it came can then not be told (RFC 9112, section 8).
    """
    decoder = _decoder(response)
    if (response.content_length or 0) > limit:
        raise too_large(response, limit)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in _decoded(response, decoder, limit, progress):
            parts.append(part)
            size += len(part)
            held.size += len(part)
            if size > limit:
                raise too_large(response, limit)
            if size > _SMALL and not await held.room(progress):
                raise _busy(response)
    finally:
        held.size -= size
    return b"".join(parts)


def too_large(response: ClientResponse, limit: int) -> Malformed:
    """Give the error for a body over its limit."""
    return Malformed(
        f"{shown(response.url)} answers with more than {limit:,} bytes.",
        code="http.too-large",
        remedy="Look whether this is the right address; a feed is hardly ever larger than a few megabytes.",
        status=response.status,
    )


def truncated(url: object) -> Temporary:
    """Give the error for a body that broke off."""
    return Temporary(
        f"The answer of {shown(str(url))} broke off before its end.",
        code="http.truncated",
        remedy="It is tried again; if it stays, tell whoever runs that server.",
    )


async def _decoded(
    response: ClientResponse, decoder: Decoder, limit: int, progress: Callable[[], None]
) -> AsyncIterator[bytes]:
    wire = since = 0
    progress()
    async for data in response.content.iter_chunked(PIECE):
        progress()
        wire += len(data)
        if wire > limit:
            raise too_large(response, limit)
        try:
            for piece in decoder.feed(data):
                yield piece
                since += len(piece)
                if since > _BREATH:
                    since = 0
                    await asyncio.sleep(0)
        except BROKEN as error:
            raise _bad_encoding(response) from error
    if wire and not decoder.complete:
        raise truncated(response.url)


def _decoder(response: ClientResponse) -> Decoder:
    coding = ",".join(response.headers.getall("Content-Encoding", [])).strip().lower()
    if coding not in DECODERS:
        raise _bad_encoding(response)
    return DECODERS[coding]()


def _bad_encoding(response: ClientResponse) -> Malformed:
    return Malformed(
        f"{shown(response.url)} answers in a content encoding that is not what it says or not what was asked for.",
        code="http.bad-encoding",
        remedy="Tell whoever runs that server: Content-Encoding must be gzip, br or zstd, once, and true.",
        status=response.status,
    )


def _busy(response: ClientResponse) -> Temporary:
    return Temporary(
        f"{shown(response.url)} was given up half-way: too many large answers at once.",
        code="http.busy",
        remedy="It is tried again; if it happens often, look which sources answer slowly with many megabytes.",
    )

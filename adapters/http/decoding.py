"""Content codings, undone piece by piece: no output is larger than ``PIECE``, so a bomb is met before it goes off.

aiohttp can decode, but it takes a stream that breaks off in its middle for a whole one, and lets a zstd frame ask for
128 MiB of window. Here ``complete`` tells whether the stream came to its own end.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 64 * 1024
ACCEPTED = "gzip, br, zstd"

_MEMBERS = 1000
_GZIP_START = b"\x1f"
_ZSTD_WINDOW: dict[int, int] = {
    zstd.DecompressionParameter.window_log_max: 23
}  # 8 MiB, the most that HTTP allows (RFC 9659)

BROKEN = (zlib.error, brotli.error, zstd.ZstdError)
"""What ``feed`` raises for input that is not in the coding."""


class Decoder(Protocol):
    """Undoes one content coding of one body."""

    @property
    def complete(self) -> bool:
        """Whether the stream has come to its own end."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what ``data`` decodes to, in pieces. Raises what ``BROKEN`` names."""


class Identity:
    """No coding at all."""

    complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give it as it is."""
        yield data


class Gzip:
    """RFC 1952: one or more members; what follows them and is no member is ignored, as browsers do."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)
        self._members = 1

    @property
    def complete(self) -> bool:
        """Whether the last member ended."""
        return self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Inflate."""
        while True:
            if self._stream.eof and not self._next_member(data):
                return
            piece = self._stream.decompress(data, PIECE)
            yield piece
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            if not data and len(piece) < PIECE:
                return

    def _next_member(self, data: bytes) -> bool:
        if not data.startswith(_GZIP_START):
            return False
        self._members = _counted(self._members)
        self._stream = zlib.decompressobj(wbits=31)
        return True


class Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self.complete = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decompress. A stream has one end, and nothing may follow it."""
        if self.complete and data:
            raise brotli.error
        while True:
            piece: bytes = self._stream.process(data, output_buffer_limit=PIECE)
            self.complete = self._stream.is_finished()
            yield piece
            data = b""
            if self.complete or self._stream.can_accept_more_data():
                return


class Zstandard:
    """RFC 8878: one or more frames."""

    def __init__(self) -> None:
        self._stream = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)
        self._frames = 1

    @property
    def complete(self) -> bool:
        """Whether the last frame ended."""
        return self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decompress."""
        while True:
            if self._stream.eof:
                if not data:
                    return
                self._frames = _counted(self._frames)
                self._stream = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)
            yield self._stream.decompress(data, PIECE)
            data = self._stream.unused_data if self._stream.eof else b""
            if not data and (self._stream.eof or self._stream.needs_input):
                return


DECODERS: dict[str, Callable[[], Decoder]] = {
    "": Identity,
    "identity": Identity,
    "gzip": Gzip,
    "x-gzip": Gzip,
    "br": Brotli,
    "zstd": Zstandard,
}


def _counted(members: int) -> int:
    """Count members: thousands of tiny ones cost more time than any body is worth."""
    if members >= _MEMBERS:
        raise zlib.error("too many members")
    return members + 1

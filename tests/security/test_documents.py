"""Documents and pictures that mean harm: each is read or refused in bounded time and memory, by every adapter there is.

Guards boundaries 2 (document) and 3 (picture and page) of ``docs/security.md``. What the parsers of single kinds do with hostile
documents is in ``tests/unit/feed/test_hostile.py``, ``tests/unit/alerts/test_hostile.py`` and ``tests/unit/text/test_hostile.py``.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from adapters import SOURCES
from adapters.contract import Limits
from bot.media.encoded import NoPicture
from bot.media.pictures import COST, MEMORY, made_fit

ROOT = Path(__file__).parent.parent.parent
SIZE = 30_000
"""Bytes: what is worse than linear shows at once, and 10 MB are tried by the program itself (``docs/security.md``)."""
MOST_SECONDS = 1.5
"""CPU; the dearest took 0.1 s."""
MOST_MIB = 25
"""The dearest took 5."""


def test_no_document_costs_any_adapter_much() -> None:
    """Depth, counts, names, entities, attributes, lists and noise, for every kind in the registry: none crashes it, takes long, or fills memory."""
    command = [sys.executable, "-m", "tests.security.bombs", "--size", str(SIZE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["kind"] for one in found} == set(SOURCES)
    for one in found:
        assert "died" not in one["outcome"], one
        assert one["outcome"] != "taken in", one
        assert one["seconds"] < MOST_SECONDS, one
        assert one["mib"] < MOST_MIB, one


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PEAK = """
import re, sys
from pathlib import Path
from adapters.contract import Limits
from bot.media.pictures import NoPicture, made_fit
body = sys.stdin.buffer.read()
def memory(name): return int(re.search(name + r":\\s+([0-9]+)", Path("/proc/self/status").read_text())[1])
Path("/proc/self/clear_refs").write_text("5")
before = memory("VmRSS")
try: outcome = made_fit(body, Limits()).mime
except NoPicture as error: outcome = error.code
print(outcome, (memory("VmHWM") - before) // 1024)
"""


def peak(body: bytes) -> tuple[str, int]:
    """Make a picture fit in a process of its own; give what came of it, and the MiB that it took."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK], input=body, cwd=ROOT, capture_output=True, timeout=60, check=True
    )
    outcome, mib = done.stdout.decode().split()
    return outcome, int(mib)


def drawn(kind: str, mode: str, side: int) -> bytes:
    """Draw nothing, as large as asked for."""
    body = BytesIO()
    Image.new(mode, (side, side)).save(
        body, kind, **({"lossless": True, "quality": 0, "method": 0} if kind == "WEBP" else {})
    )
    return body.getvalue()


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "P"), ("WEBP", "RGBA")])
def test_the_largest_picture_costs_what_it_may(kind: str, mode: str) -> None:
    """A picture of as many pixels as are let through takes about the memory that is set aside, however small its file is."""
    outcome, mib = peak(drawn(kind, mode, int((MEMORY / COST[kind]) ** 0.5)))
    assert outcome.startswith("image/")
    assert mib < 1.4 * MEMORY / 2**20


def png(width: int, height: int) -> bytes:
    """Say that so many pixels follow, and let a few bytes follow that unpack into as many as one likes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """Give a JPEG whose frame says that it has so many pixels."""
    body = bytearray(drawn("JPEG", "RGB", 100))
    start = body.index(b"\xff\xc0") + 5
    body[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(body)


BOMBS = {
    "a PNG of 2.5 thousand million pixels": png(50_000, 50_000),
    "a PNG of 20,000 lines": png(1, 20_001),
    "a PNG of noughts": png(19_000, 18_000),
    "a JPEG of 4 thousand million pixels": jpeg(65_000, 65_000),
    "a WebP of 49 million pixels in 34 bytes": drawn("WEBP", "RGBA", 7000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_of_pixels_is_refused_by_its_header(name: str) -> None:
    """A picture that says that it is too large is refused before anything is decoded."""
    with pytest.raises(NoPicture) as caught:
        made_fit(BOMBS[name], Limits())
    assert caught.value.code == "picture.bomb"


def test_a_refused_bomb_costs_nothing() -> None:
    """The smallest file with the most pixels is turned away for next to no memory."""
    outcome, mib = peak(BOMBS["a WebP of 49 million pixels in 34 bytes"])
    assert outcome == "picture.bomb"
    assert mib < 8


LIES = {
    "fewer pixels than it says": png(3000, 3000),
    "cut off": drawn("JPEG", "RGB", 400)[:200],
    "a page": b"<!doctype html><title>Geen plaatje</title>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "nothing": b"",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n(/etc/passwd) run\n",
    "a format nobody needs": drawn("TIFF", "RGB", 100),
}


@pytest.mark.parametrize("name", LIES)
def test_what_is_no_picture_of_the_web_is_refused(name: str) -> None:
    """Neither broken pictures nor other formats, whose readers are many and old, get further than their first bytes."""
    with pytest.raises(NoPicture) as caught:
        made_fit(LIES[name], Limits())
    assert caught.value.code in {"picture.broken", "picture.unknown"}

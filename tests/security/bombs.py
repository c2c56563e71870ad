"""Ten megabytes of what costs most per byte, for every kind of source: what reading it takes. Run as a program; prints JSON lines.

Each document is read in a process of its own, so that memory is that of one document alone.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adapters import SOURCES, load_source
from adapters.contract import Document, Source, SourceConfig
from adapters.errors import Malformed
from adapters.plainjson import MOST_VALUES
from tests.contract.rigs import find_rig

SIZE = 10 * 1024 * 1024 - 4096
XML = (b"<a b='1'/>", b"<a:b xmlns:a='u'/>", b"<a>x</a>", b"<item/>", b"<url/>", b"&amp;", b"<![CDATA[x]]>")
LISTS = (b"[]", b"{}", b"1.5", b'""', b'{"a":{}}', b"[[[[]]]]")
PAGES = (b"<!doctype html><p a=1>", b"<html><link rel=alternate href=a>", b"<html><a>")
ROOM = re.compile(rb"<(?:item|entry|alert|url|info|record|channel|feed|urlset)\b[^>]*>")


def filled(piece: bytes, size: int = SIZE) -> bytes:
    """Repeat a piece until it is a document's size."""
    return piece * (size // len(piece))


def documents(document: Document) -> Iterator[tuple[str, Document]]:
    """Give what a good document becomes when it is filled up: as far as it goes, and as far as is let through."""
    body = document.body
    if body.lstrip()[:1] in {b"{", b"["}:
        for piece in LISTS:
            start, more = body.index(b"[") + 1 if b"[" in body else 1, piece + b","
            for size in (SIZE, (MOST_VALUES - 1000) * len(more) // len(re.findall(rb"[,\[{]", more))):
                inside = filled(more, min(size, SIZE))
                yield f"{piece.decode()} {size}", replace(document, body=body[:start] + inside + body[start:])
        return
    found = ROOM.search(body)
    start = found.end() if found else len(body)
    for piece in XML:
        for marks in (10_000_000, 400_000, 290_000):
            size = min(SIZE, marks * len(piece) // max(1, len(re.findall(rb"<|='|&", piece))))
            yield f"{piece.decode()} {size}", replace(document, body=body[:start] + filled(piece, size) + body[start:])


def cost(adapter: type[Source], document: Document, config: SourceConfig) -> dict[str, object]:
    """Read a document in a process of its own; give MiB beyond what the process had, and seconds of CPU."""
    way_out, way_in = os.pipe()
    if os.fork() == 0:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before, started = _memory("VmRSS"), time.process_time()
        try:
            adapter.recognises(document)
            batch = adapter.read(document, config)
            outcome = f"{len(batch.items)} items, {len(batch.broken)} broken"
        except Malformed as error:
            outcome = error.code
        seconds = round(time.process_time() - started, 2)
        found = {"outcome": outcome, "seconds": seconds, "mib": (_memory("VmHWM") - before) // 1024}
        os.write(way_in, json.dumps(found).encode())
        os._exit(0)
    os.close(way_in)
    with os.fdopen(way_out, "rb") as reading:
        answer = reading.read()
    os.wait()
    found: dict[str, object] = json.loads(answer or b'{"outcome": "died", "seconds": 0, "mib": 0}')
    return found


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{name}:\s+([0-9]+)", status)
    return int(found[1]) if found else 0


def main() -> None:
    """Do the kinds that are named, or all."""
    for kind in sys.argv[1:] or SOURCES:
        rig = find_rig(kind)
        assert rig is not None
        adapter, config = load_source(kind), rig.config()
        cases = list(documents(rig.samples[0].document)) if rig.samples else []
        cases += [(page.decode(), Document(body=filled(page))) for page in PAGES]
        for name, document in cases:
            print(json.dumps({"kind": kind, "name": name, **cost(adapter, document, config)}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()

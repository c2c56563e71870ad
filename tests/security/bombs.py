"""What costs most per byte, for every kind of source: what reading it takes. Run as a program; prints JSON lines.

    python -m tests.security.bombs [--size BYTES] [KIND …]

Each document is read in a process of its own, so that memory is that of one document alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adapters import SOURCES, load_source
from adapters.contract import Batch, Document, Source, SourceConfig
from adapters.errors import Malformed
from adapters.plainjson import MOST_VALUES
from tests.contract.rigs import find_rig

SIZE = 10 * 1024 * 1024 - 4096
"""Bytes of the largest document that reaches an adapter."""

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
DOCTYPE = b'<!DOCTYPE x [<!ENTITY l0 "lol">' + LAUGHS + b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
OPENINGS = re.compile(rb"<(?:item|entry|alert|url|info|record|channel|feed|urlset)\b[^>]*>")
FILLINGS: dict[str, bytes] = {
    "elements": b"<a b='1'/>",
    "namespaces": b"<a:b xmlns:a='u'/>",
    "items": b"<item/>",
    "addresses": b"<url/>",
    "entities": b"&amp;",
    "cdata": b"<![CDATA[x]]>",
    "texts": b"<title>x</title>",
}
NESTS: dict[str, tuple[bytes, bytes]] = {
    "deep": (b"<a>", b"</a>"),
    "deep, never closed": (b"<div>", b""),
    "deep, other names": (b"<a:b xmlns:a='u'>", b"</a:b>"),
}
LISTS: dict[str, bytes] = {
    "lists": b"[]",
    "objects": b"{}",
    "numbers": b"1.5",
    "texts": b'""',
    "objects in objects": b'{"a":{}}',
    "long numbers": b"1" * 4000,
}
PAGES: dict[str, bytes] = {
    "page of elements": b"<!doctype html><p a=1>",
    "page of links": b"<html><link rel=alternate href=a>",
    "page of brackets": b"<",
    "spaces": b" ",
    "noughts": b"\0",
    "letters": b"a",
    "brackets": b"[",
    "braces": b'{"a":',
    "numerals": b"9",
    "utf-16": "<\ufeff>".encode("utf-16-le"),
}


def filled(piece: bytes, size: int) -> bytes:
    """Repeat a piece until it is a document's size."""
    return piece * max(1, size // len(piece))


def documents(document: Document, size: int) -> Iterator[tuple[str, Document]]:
    """Give what a good document becomes when it is filled up, and what never was one."""
    body = document.body
    is_json = body.lstrip()[:1] in {b"{", b"["}
    for name, made in (_lists if is_json else _markup)(body, size):
        yield name, replace(document, body=made)
    for name, piece in PAGES.items():
        yield name, Document(body=filled(piece, size), url=document.url)


def _lists(body: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    start = body.index(b"[") + 1 if b"[" in body else 1
    for name, piece in LISTS.items():
        more = piece + b","
        # as much as there may be, and as much as is let through
        for most in {size, min(size, (MOST_VALUES - 1000) * len(more) // len(re.findall(rb"[,\[{]", more)))}:
            yield f"{name} {most}", body[:start] + filled(more, most) + body[start:]
    for depth in (500, 100_000):
        yield f"depth {depth}", body[:start] + b"[" * depth + b"]" * depth + b"," + body[start:]


def _markup(body: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    found = OPENINGS.search(body)
    start = found.end() if found else len(body)
    for name, piece in FILLINGS.items():
        marks = max(1, len(re.findall(rb"<|='|&", piece)))
        for most in {size, *(min(size, count * len(piece) // marks) for count in (400_000, 290_000))}:
            yield f"{name} {most}", body[:start] + filled(piece, most) + body[start:]
    for name, (opening, closing) in NESTS.items():
        depth = size // len(opening + closing)
        yield name, body[:start] + opening * depth + closing * depth + body[start:]
    attributes = b" ".join(b'a%d=""' % number for number in range(size // 12))
    yield "attributes", body[:start] + b"<a " + attributes + b"/>" + body[start:]
    yield "one attribute", body[:start] + b'<a b="' + b"x" * size + b'"/>' + body[start:]
    yield "one text", body[:start] + b"<title>" + b"x " * (size // 2) + b"</title>" + body[start:]
    yield "one name", body[:start] + b"<" + b"a" * size + b"/>" + body[start:]
    for name, word in (("laughs", b"&l9;"), ("a file", b"&f;")):
        root = body.index(b"?>") + 2 if body.startswith(b"<?xml") else 0
        yield name, body[:root] + DOCTYPE + body[root:start] + b"<title>" + word + b"</title>" + body[start:]


def cost(adapter: type[Source], document: Document, config: SourceConfig) -> dict[str, object]:
    """Read a document in a process of its own; give MiB beyond what the process had, and seconds of CPU."""
    way_out, way_in = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(way_in, json.dumps(_read(adapter, document, config)).encode())
        os._exit(0)
    os.close(way_in)
    with os.fdopen(way_out, "rb") as reading:
        answer = reading.read()
    os.waitpid(child, 0)
    found: dict[str, object] = json.loads(answer or b'{"outcome": "died", "seconds": 0, "mib": 0}')
    return found


def _read(adapter: type[Source], document: Document, config: SourceConfig) -> dict[str, object]:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, started = _memory("VmRSS"), time.process_time()
    try:
        adapter.recognises(document)
        batch = adapter.read(document, config)
        outcome = (
            "taken in" if _was_taken_in(document, batch) else f"{len(batch.items)} items, {len(batch.broken)} broken"
        )
    except Malformed as error:
        outcome = error.code
    except Exception as error:  # noqa: BLE001 - what it is decides nothing: any is a finding
        outcome = f"died of {type(error).__name__}"
    seconds = round(time.process_time() - started, 2)
    return {"outcome": outcome, "seconds": seconds, "mib": (_memory("VmHWM") - before) // 1024}


def _was_taken_in(document: Document, batch: Batch) -> bool:
    """Whether an entity came out as what it stands for."""
    if DOCTYPE not in document.body:
        return False
    told = f"{batch.title} {batch.problems} {[replace(one, raw=b'') for one in batch.items]}"
    return "root:" in told or "lol" * 100 in told


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{name}:\s+([0-9]+)", status)
    return int(found[1]) if found else 0


def main() -> None:
    """Do the kinds that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--size", type=int, default=SIZE, help="bytes of a document")
    options = parser.parse_args()
    for kind in options.kinds or SOURCES:
        rig = find_rig(kind)
        assert rig is not None, kind
        adapter, config = load_source(kind), rig.config()
        sample = rig.samples[0].document
        adapter.read(sample, config)  # what is imported on the way is nobody's cost
        for name, document in documents(sample, options.size):
            line = {"kind": kind, "name": name, **cost(adapter, document, config)}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()

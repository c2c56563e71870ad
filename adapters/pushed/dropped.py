"""A document that somebody put down for us: read by whichever adapter knows it, and as a note where none does."""

from __future__ import annotations

from dataclasses import replace

from adapters import SOURCES, load_source
from adapters.contract import Batch, Document, SourceConfig
from adapters.errors import Malformed
from adapters.pushed.note import has_head, read_note

HOLDERS = frozenset({"folder", "webhook"})
"""Kinds that hold documents of other kinds."""
_NOTES = frozenset({"txt", "md", "text/plain", "text/markdown"})


def read_dropped(body: bytes, config: SourceConfig, *, name: str = "", content_type: str = "") -> Batch:
    """Read a document. ``name`` is that of its file. Raises ``Malformed``."""
    kinds = {name.rpartition(".")[2].lower(), content_type.partition(";")[0].strip().lower()}
    if kinds & _NOTES or has_head(body):
        return read_note(body, config, name=name, markdown=bool(kinds & {"md", "text/markdown"}))
    document = Document(body=body, content_type=content_type)
    for kind in SOURCES:
        adapter = None if kind in HOLDERS else load_source(kind)
        if adapter and adapter.recognises(document):
            return adapter.read(document, replace(config, url="", options=None))
    raise Malformed(
        "nobody knows how to read this",
        code="dropped.unknown",
        remedy="Write a feed, a CAP message, the plain form of JSON (docs/adapters/json.md), or a note with a title.",
    )

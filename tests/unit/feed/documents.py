"""Small documents, and the shortest ways to have them read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from adapters.contract import Batch, Document, Item, SourceConfig
from adapters.feed.document import read_document

CONFIG = SourceConfig(id="proef", url="https://www.voorbeeldstad.example/nieuws.rss")
GOLDEN = Path(__file__).parents[2] / "golden" / "feed"


def rss(inside: str, *, declarations: str = "") -> str:
    """Write a feed around items."""
    return (
        f'<rss version="2.0" {declarations}><channel><title>Voorbeeldstad</title>'
        f"<link>https://www.voorbeeldstad.example/</link>{inside}</channel></rss>"
    )


def item(number: int, more: str = "") -> str:
    """Write an item."""
    return f'<item><title>Bericht {number}</title><guid isPermaLink="false">vbs-{number}</guid>{more}</item>'


def read(text: str | bytes, known: Collection[str] = (), *, charset: str | None = None) -> Batch:
    """Read a document as if it had come from the web."""
    body = text.encode() if isinstance(text, str) else text
    return read_document(Document(body=body, url=CONFIG.url, charset=charset), CONFIG, frozenset(known))


def only(text: str) -> Item:
    """Read the one item of a feed that has no other."""
    (found,) = read(text).items
    return found


def codes(batch: Batch) -> set[str]:
    """Give the codes of what is wrong with a document."""
    return {problem.partition(":")[0] for problem in batch.problems}


def captures() -> Path:
    """Give the folder of captured documents, or skip the test."""
    from os import environ

    if "OMROEPER_CAPTURES" not in environ:
        pytest.skip("needs the captured documents: OMROEPER_CAPTURES names the folder above `feeds`")
    return Path(environ["OMROEPER_CAPTURES"]) / "feeds"

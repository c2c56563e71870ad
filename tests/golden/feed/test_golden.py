"""Documents about bodies that do not exist, and exactly what is read in them.

After a wanted change, ``python -m tests.golden.feed.test_golden`` writes the expectations anew; read the difference
before you keep it. A changed digest of an unchanged entry needs a new ``_RULE`` in ``adapters/feed/source.py``.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Document, SourceConfig
from adapters.feed.source import FeedSource

HERE = Path(__file__).parent
DOCUMENTS = sorted(
    path for path in HERE.iterdir() if path.suffix in {".xml", ".json"} and ".batch" not in path.suffixes
)
CONFIG = SourceConfig(id="golden", url="https://feeds.example/feed")


def as_json(value: Any) -> Any:
    """Write a value of the contract as JSON, without what has its default, and without the raw bytes."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = [field for field in fields(value) if getattr(value, field.name) not in (field.default, None, (), {})]
        return {field.name: as_json(getattr(value, field.name)) for field in kept if field.name != "raw"}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, frozenset):
        return sorted(value)
    return [as_json(one) for one in value] if isinstance(value, list | tuple) else value


def read(path: Path) -> Any:
    """Read a document as if it had come from the web, and give the batch as JSON."""
    batch = FeedSource.read(Document(body=path.read_bytes(), url="https://feeds.example/map/feed"), CONFIG)
    assert batch.cursor == {}
    return as_json(batch)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_read_as_expected(path: Path) -> None:
    """Every field of every entry of each kind of feed stays as it was agreed."""
    assert read(path) == json.loads(path.with_suffix(".batch.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    for document in DOCUMENTS:
        expected = json.dumps(read(document), ensure_ascii=False, indent=2) + "\n"
        document.with_suffix(".batch.json").write_text(expected, encoding="utf-8")

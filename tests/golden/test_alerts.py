"""Alerts of bodies that do not exist, and exactly what is read in them.

After a wanted change, ``python -m tests.golden.test_alerts`` writes the expectations anew; read the difference before
you keep it. A changed digest of an unchanged message needs a new ``RULE`` in the adapter's cursor.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters import load_source
from adapters.contract import Document, SourceConfig
from tests.golden.feed.test_golden import as_json

HERE = Path(__file__).parent
KINDS = ("cap", "nl_alert", "burgernet")
DOCUMENTS = [
    path
    for kind in KINDS
    for path in sorted((HERE / kind).iterdir())
    if ".batch" not in path.suffixes and path.is_file()
]


def expectation(path: Path) -> Path:
    """Give where it stands what should be read in a document."""
    return path.with_name(f"{path.stem}.batch.json")


def read(path: Path) -> Any:
    """Read a document as if it had come from the web, and give the batch as JSON."""
    kind = path.parent.name
    config = SourceConfig(id="golden", url="https://alarm.voorbeeldland.example/lijst")
    return as_json(load_source(kind).read(Document(body=path.read_bytes(), url=config.url), config))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_is_read_as_expected(path: Path) -> None:
    """Every field of every alert of each kind stays as it was agreed."""
    assert read(path) == json.loads(expectation(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    for document in DOCUMENTS:
        expected = json.dumps(read(document), ensure_ascii=False, indent=2) + "\n"
        expectation(document).write_text(expected, encoding="utf-8")

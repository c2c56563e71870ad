"""Replies of platforms about bodies that do not exist, and exactly what is read in them.

A document whose name begins with ``eigen`` is of an account that the operator owns. After a wanted change, ``python -m
tests.golden.platforms.test_golden`` writes the expectations anew; read the difference before you keep it. A changed
digest of an unchanged entry needs a new ``_RULE`` in ``adapters/window.py``, or in the adapter itself.
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
DOCUMENTS = sorted(path for path in HERE.glob("*/*") if ".batch" not in path.suffixes and path.suffix != ".pyc")


def read(path: Path) -> Any:
    """Read a recorded document with the adapter of its folder, and give the batch as JSON."""
    adapter = load_source(path.parent.name)
    document = Document(body=path.read_bytes())
    assert adapter.recognises(document) or path.stem.startswith("vreemd")
    config = SourceConfig(
        id="golden",
        url="https://platform.example/voorbeeldstad",
        own=path.stem.startswith("eigen"),
        options=None if path.stem.startswith("vreemd") else adapter.Options(),
    )
    return as_json(adapter.read(document, config))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_is_read_as_expected(path: Path) -> None:
    """Every field of every entry of each platform stays as it was agreed."""
    assert read(path) == json.loads(path.with_suffix(".batch.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    for document in DOCUMENTS:
        expected = json.dumps(read(document), ensure_ascii=False, indent=2) + "\n"
        document.with_suffix(".batch.json").write_text(expected, encoding="utf-8")

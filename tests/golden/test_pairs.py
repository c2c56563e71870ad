"""Documents about bodies that do not exist, per kind of source, and exactly what is read in them.

Each folder is a kind; ``FROM`` says where its documents lie. After a wanted change, ``python -m tests.golden.test_pairs``
writes the expectations anew; read the difference before you keep it.
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
FROM = {
    "rijksoverheid": "https://www.rijksoverheid.nl/api/rss?query=%7B%7D",
    "bekendmakingen": "https://repository.overheid.nl/sru",
    "politie": "https://api.politie.nl/v4/nieuws",
    "sitemap": "https://www.voorbeeldstad.example/sitemap.xml",
}
DOCUMENTS = [path for kind in FROM for path in sorted((HERE / kind).iterdir()) if ".batch" not in path.suffixes]


def read(path: Path) -> Any:
    """Read a document as if it had come from its place, and give the batch as JSON."""
    kind = path.parent.name
    url = FROM[kind]
    document = Document(body=path.read_bytes(), url=url)
    assert load_source(kind).recognises(document)
    return as_json(load_source(kind).read(document, SourceConfig(id="golden", url=url)))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_is_read_as_expected(path: Path) -> None:
    """Every field of every item of each kind stays as it was agreed."""
    assert read(path) == json.loads(path.with_suffix(".batch.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    for document in DOCUMENTS:
        expected = json.dumps(read(document), ensure_ascii=False, indent=2) + "\n"
        document.with_suffix(".batch.json").write_text(expected, encoding="utf-8")

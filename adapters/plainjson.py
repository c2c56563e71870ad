"""JSON from strangers: parsed only where it holds no more values than anybody needs.

An empty list costs three bytes on the wire and seventy in memory: ten megabytes of them would be a quarter of a gigabyte,
and each would then be looked at (measured: 921 MiB and 28 s).
"""

from __future__ import annotations

import json
from typing import Any

from adapters.errors import Malformed

MOST_VALUES = 400_000
"""Commas, brackets and braces; the largest lists of alerts with borders have a tenth of it."""


def load_json(document: str | bytes) -> Any:
    """Read JSON as ``json.loads`` does, and raise as it does; and ``Malformed`` (``json.too-many-values``)."""
    comma, bracket, brace = (",", "[", "{") if isinstance(document, str) else (b",", b"[", b"{")
    if document.count(comma) + document.count(bracket) + document.count(brace) > MOST_VALUES:  # type: ignore[arg-type]  # of its own kind
        raise Malformed(
            f"the JSON holds more than {MOST_VALUES:,} values, which is no list of announcements",
            code="json.too-many-values",
            remedy="Look whether this is the right address, and ask the publisher for a list of recent ones only.",
        )
    return json.loads(document)

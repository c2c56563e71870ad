"""One installation for a test: ``here`` has a source, an account and a model server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.world import World, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """An installation with one source, started; its server honours keys."""
    with world(tmp_path) as made:
        yield made

"""What these tests share: a host, and an installation that follows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.collecting.host import Host, hosting
from tests.unit.collecting.town import Town, town


@pytest.fixture(name="host")
def _host() -> Iterator[Host]:
    """A host whose answers the test writes."""
    with hosting() as started:
        yield started


@pytest.fixture(name="town")
def _town(tmp_path: Path) -> Iterator[Town]:
    """An installation in a folder of its own."""
    with town(tmp_path) as found:
        yield found

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.desk.office import Operator, at_work
from tests.web.world import World


@pytest.fixture
def anna(world: World) -> Iterator[Operator]:
    """Give an operator who has signed in at the desk of an empty world."""
    with at_work(world) as operator:
        yield operator

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Batch, Cursor
from adapters.http import HttpClient
from tests.contract.rigs import Script, find_rig
from tests.contract.stage import POLICY, Play, Stage


@dataclass
class Place:
    """The stand-in of one kind of source, and the adapter before it."""

    play: Play

    def says(self, script: Script, **options: Any) -> Place:
        """Let it answer as a script says; other options make another source of it."""
        self.play.stage.play(script)
        if options:
            made = type(self.play.rig.config().options)(**options)
            self.play.rig = replace(self.play.rig, options=lambda base: made)
        return self

    async def fetch(self, cursor: Cursor | None = None) -> Batch:
        """Fetch once."""
        self.play.stage.requests.clear()
        return await self.play.fetch(cursor or {})

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for in the last fetch."""
        return [request.path for request in self.play.stage.requests]


@pytest.fixture
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """Give the stand-in of the kind that the test module names."""
    rig = find_rig(request.module.KIND)
    assert rig
    with Stage() as stage, ThreadPoolExecutor(1) as pool:
        async with HttpClient(POLICY) as http:
            yield Place(Play(rig=rig, stage=stage, http=http, folder=tmp_path, pool=pool))
        assert not stage.mistakes

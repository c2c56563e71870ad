"""A stand-in of an API on loopback, and an account that is read there with the program's own client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import pytest

from adapters import load_source
from adapters.contract import Batch, SourceConfig
from adapters.http import HttpClient
from tests.contract.rigs import Reply, Request, Script
from tests.contract.stage import POLICY, Stage
from tests.unit.platforms.replies import body

P = ParamSpec("P")
R = TypeVar("R")
TOKEN = "geheim-4711"


async def offload(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run work in a thread, as the program does."""
    return await asyncio.to_thread(work, *args, **kwargs)


@dataclass
class Place:
    """A source with its memory: each fetch is by an adapter made anew, from the cursor of the last."""

    kind: str
    stage: Stage
    http: HttpClient
    url: str
    options: Callable[[str], Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    own: bool = False
    cursor: dict[str, Any] = field(default_factory=dict)

    def source(self) -> Any:
        """Make the adapter."""
        config = SourceConfig(
            id="proef",
            url=self.url.format(base=self.stage.base),
            own=self.own,
            options=self.options(self.stage.base),
            secrets=self.secrets,
        )
        return load_source(self.kind)(config, self.http, offload)

    async def fetch(self, script: Script | None = None) -> Batch:
        """Fetch once; the cursor goes through JSON, as in memory."""
        if script is not None:
            self.stage.play(script)
        batch: Batch = await self.source().fetch(self.cursor)
        self.cursor = json.loads(json.dumps(dict(batch.cursor)))
        return batch

    @property
    def asked(self) -> list[str]:
        """The paths that were asked since the script began."""
        return [request.path for request in self.stage.requests]


@pytest.fixture(scope="session")
def running() -> Iterator[Stage]:
    """Serve on loopback."""
    with Stage() as stage:
        yield stage


@pytest.fixture
def stage(running: Stage) -> Iterator[Stage]:
    """Give the server; a mistake in a script ends the test."""
    running.mistakes.clear()
    running.play(())
    yield running
    assert not running.mistakes


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    """Give the program's own client."""
    async with HttpClient(POLICY) as client:
        yield client


def answered(value: Any, status: int = 200, **headers: str) -> Reply:
    """Answer with JSON."""
    return Reply(body=body(value), status=status, type="application/json", headers=headers)


def by_path(routes: Mapping[str, Reply | Callable[[Request], Reply]]) -> Script:
    """Answer each path in its own way; others are not there."""

    def answer(request: Request) -> Reply:
        found = routes.get(request.path, Reply(status=404))
        return found(request) if callable(found) else found

    return answer

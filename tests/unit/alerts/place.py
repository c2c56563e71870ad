"""A service of alerts on loopback that answers as a test says, and a reader with a memory in front of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from adapters import load_source
from adapters.contract import Batch, SourceConfig
from adapters.http import HttpClient
from tests.unit.http.loopback import Visit, policy, serving

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True, kw_only=True)
class Says:
    """One answer."""

    body: str | bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """What each path answers; what none is written for is not there. ``asked`` are the paths in order, with queries."""

    url: str = ""
    pages: dict[str, Says] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, visit: Visit) -> None:
        self.asked.append(visit.path)
        self.headers.append(visit.headers)
        says = self.pages.get(visit.path, Says(status=404))
        tag = says.headers.get("ETag")
        if tag and visit.headers.get("if-none-match") == tag:
            await visit.reply(304, headers=says.headers)
            return
        body = says.body.encode() if isinstance(says.body, str) else says.body
        await visit.reply(says.status, body.replace(b"{base}", self.url.encode()), says.headers)


async def _at_once(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    await asyncio.sleep(0)
    return work(*args, **kwargs)


def offload(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
    """Do work where it is."""
    return _at_once(work, *args, **kwargs)


@dataclass(slots=True)
class Reader:
    """A source with its memory: each fetch goes on from the cursor of the last, as the database gives it back."""

    place: Place
    http: HttpClient
    kind: str
    options: Any = None
    path: str = "/index"
    cursor: dict[str, Any] = field(default_factory=dict)

    async def fetch(self) -> Batch:
        config = SourceConfig(id="proef", url=f"{self.place.url}{self.path}", options=self.options)
        batch = await load_source(self.kind)(config, self.http, offload).fetch(self.cursor)
        self.cursor = json.loads(json.dumps(dict(batch.cursor)))
        assert len(json.dumps(self.cursor)) < 64 * 1024
        assert batch.unchanged.isdisjoint(item.digest for item in batch.items)
        return batch


@asynccontextmanager
async def reading(kind: str) -> AsyncIterator[tuple[Place, Reader]]:
    """Serve a place and read it as this kind."""
    place = Place()
    async with serving(place.answer) as server, HttpClient(policy()) as http:
        place.url = server.url
        yield place, Reader(place, http, kind)

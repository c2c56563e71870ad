"""A feed over real HTTP: what is asked, what is remembered, and what is not."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, ParamSpec, TypeVar

import pytest
from aiohttp import web

from adapters.contract import Batch, SourceConfig
from adapters.errors import Gone, Limited, Malformed
from adapters.feed.source import FeedSource
from adapters.http import HttpClient, NetworkPolicy
from tests.unit.feed.documents import codes, item, rss

P = ParamSpec("P")
R = TypeVar("R")
ETAG, MODIFIED = 'W/"a b-gzip"', "Fri, 20 Nov 2026 08:00:00 GMT"


@dataclass
class Publisher:
    """A server with one feed. It notes what it was asked, and honours validators if it is told to."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    honours: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.headers))
        if self.honours and "ETag" in self.headers and request.headers.get("If-None-Match") == self.headers["ETag"]:
            return web.Response(status=304, headers=self.headers)
        return web.Response(body=self.body, status=self.status, headers=self.headers)

    async def moved(self, request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/feed")


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    """Serve one feed on loopback."""
    publisher = Publisher(headers={"Content-Type": "application/rss+xml"})
    app = web.Application()
    app.router.add_get("/feed", publisher.answer)
    app.router.add_get("/old", publisher.moved)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    publisher.port = runner.addresses[0][1]
    yield publisher
    await runner.cleanup()


@dataclass
class Offloaded:
    """Runs work in a thread, and notes what it was."""

    names: list[str] = field(default_factory=list)

    def __call__(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        self.names.append(work.__name__)
        return asyncio.to_thread(work, *args, **kwargs)


@dataclass
class Reader:
    """A source with its memory: each fetch goes on from the cursor of the last."""

    publisher: Publisher
    http: HttpClient
    offload: Offloaded = field(default_factory=Offloaded)
    cursor: dict[str, Any] = field(default_factory=dict)

    async def fetch(self, path: str = "/feed") -> Batch:
        url = f"http://127.0.0.1:{self.publisher.port}{path}"
        source = FeedSource(SourceConfig(id="proef", url=url), self.http, self.offload)
        batch = await source.fetch(self.cursor)
        self.cursor = json.loads(json.dumps(batch.cursor))
        return batch


@pytest.fixture
async def reader(publisher: Publisher) -> AsyncIterator[Reader]:
    """Read that feed with the program's own client."""
    policy = NetworkPolicy(user_agent="Omroeper/test", allow_private=(ip_network("127.0.0.0/8"),), host_gap=0.0)
    async with HttpClient(policy) as http:
        yield Reader(publisher, http)


def ids(batch: Batch) -> list[str | None]:
    """Give the ids of what is new."""
    return [found.native_id for found in batch.items]


async def test_only_the_first_request_is_unconditional(publisher: Publisher, reader: Reader) -> None:
    """Validators go back byte for byte, and a 304 costs no parsing and forgets nothing."""
    publisher.body = rss(item(1), declarations='xml:lang="nl"').encode()
    publisher.headers |= {"ETag": ETAG, "Last-Modified": MODIFIED}
    first, kept = await reader.fetch(), reader.cursor
    again = await reader.fetch()
    assert ids(first) == ["vbs-1"]
    assert "If-None-Match" not in publisher.asked[0]
    assert "If-Modified-Since" not in publisher.asked[0]
    assert publisher.asked[1]["If-None-Match"] == ETAG
    assert publisher.asked[1]["If-Modified-Since"] == MODIFIED
    assert "application/rss+xml" in publisher.asked[1]["Accept"]
    assert (again.not_modified, again.items, again.title, again.language) == (True, (), "Voorbeeldstad", "nl")
    assert reader.cursor == kept
    assert len(reader.offload.names) == 1


async def test_the_same_body_is_nothing_new(publisher: Publisher, reader: Reader) -> None:
    """A server that ignores validators costs a hash, and its new validators are remembered."""
    publisher.body, publisher.honours = rss(item(1)).encode(), False
    publisher.headers["ETag"] = '"1"'
    await reader.fetch()
    publisher.headers["ETag"] = '"2"'
    assert (await reader.fetch()).not_modified
    assert reader.cursor["etag"] == '"2"'
    assert reader.cursor["last_modified"] is None


async def test_only_what_is_new_or_edited_is_read(publisher: Publisher, reader: Reader) -> None:
    """Known entries are reported as unchanged; a new one and an edited one are given; what left is forgotten."""
    publisher.body = rss(item(1) + item(2) + item(3)).encode()
    first = await reader.fetch()
    digests = {found.native_id: found.digest for found in first.items}
    publisher.body = rss(item(4) + item(1) + item(2, "<description>Aangevuld</description>")).encode()
    second = await reader.fetch()
    assert ids(second) == ["vbs-4", "vbs-2"]
    assert second.unchanged == {digests["vbs-1"]}
    publisher.body = rss(item(3) + item(4)).encode()
    assert ids(await reader.fetch()) == ["vbs-3"]


async def test_a_lost_transaction_finds_the_same_again(publisher: Publisher, reader: Reader) -> None:
    """Fetching twice from one cursor gives the same items twice."""
    publisher.body = rss(item(1) + item(2)).encode()
    publisher.headers["ETag"] = ETAG
    first = await reader.fetch()
    reader.cursor = {}
    assert (await reader.fetch()).items == first.items


async def test_a_truncated_document_is_asked_for_again(publisher: Publisher, reader: Reader) -> None:
    """What was cut off may be what is new: neither validators nor body hash nor digests advance."""
    whole = rss(item(2) + item(1)).encode()
    publisher.body, publisher.headers["ETag"] = rss(item(1)).encode(), '"1"'
    await reader.fetch()
    kept = reader.cursor
    publisher.body, publisher.headers["ETag"] = whole[:-60], '"2"'
    cut = await reader.fetch()
    assert (ids(cut), cut.whole, codes(cut)) == (["vbs-2"], False, {"feed.truncated"})
    assert reader.cursor == kept
    publisher.body = whole
    assert ids(await reader.fetch()) == ["vbs-2"]
    assert [request.get("If-None-Match") for request in publisher.asked] == [None, '"1"', '"1"']


async def test_digests_of_another_rule_are_not_believed(publisher: Publisher, reader: Reader) -> None:
    """After an upgrade that makes digests in another way, everything is read again once the document changes."""
    publisher.body = rss(item(1)).encode()
    publisher.headers["ETag"] = ETAG
    await reader.fetch()
    reader.cursor["rule"] = 0
    assert (await reader.fetch()).not_modified
    publisher.honours = False
    assert ids(await reader.fetch()) == ["vbs-1"]
    assert (await reader.fetch()).not_modified


async def test_what_is_no_feed_advances_nothing(publisher: Publisher, reader: Reader) -> None:
    """A page, an empty answer, a missing feed and a request for patience are errors, each of its own kind."""
    publisher.headers["ETag"] = ETAG
    publisher.body = b"<!doctype html><title>Onderhoud</title>"
    with pytest.raises(Malformed, match="web page"):
        await reader.fetch()
    publisher.body = b""
    with pytest.raises(Malformed, match="empty"):
        await reader.fetch()
    publisher.status = 404
    with pytest.raises(Gone):
        await reader.fetch()
    publisher.status, publisher.headers["Retry-After"] = 429, "120"
    with pytest.raises(Limited):
        await reader.fetch()
    assert reader.cursor == {}
    assert all("If-None-Match" not in request for request in publisher.asked)


async def test_hints_come_from_document_and_answer(publisher: Publisher, reader: Reader) -> None:
    """The longest pause that either names counts, and a 304 has the document's hints too."""
    publisher.body = rss(f"<ttl>15</ttl><skipHours><hour>3</hour></skipHours>{item(1)}").encode()
    publisher.headers |= {"ETag": ETAG, "Cache-Control": "public, max-age=600", "Age": "60"}
    publisher.headers["Link"] = '<https://hub.example/>; rel="hub", <https://a.example/feed>; rel=self'
    first, again = await reader.fetch(), await reader.fetch()
    assert first.hints == again.hints
    assert (first.hints.interval, sorted(first.hints.skip_hours)) == (900.0, [3])
    assert (first.hints.hub, first.hints.topic) == ("https://hub.example/", "https://a.example/feed")
    publisher.headers["Cache-Control"] = "max-age=7200"
    assert (await reader.fetch()).hints.interval == 7140.0


async def test_a_move_is_reported_and_relative_links_follow_it(publisher: Publisher, reader: Reader) -> None:
    """A permanent redirect is a hint, and addresses start where the document really lies."""
    publisher.body = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><link href="x"/></entry></feed>'
    batch = await reader.fetch("/old")
    assert batch.hints.moved_to == f"http://127.0.0.1:{publisher.port}/feed"
    assert batch.items[0].url == f"http://127.0.0.1:{publisher.port}/x"


async def test_the_charset_of_the_answer_is_heeded(publisher: Publisher, reader: Reader) -> None:
    """Where the document is silent about its encoding, HTTP is asked."""
    publisher.body = gzip.compress(rss("<item><title>Пожар</title></item>").encode("koi8-r"))
    publisher.headers |= {"Content-Type": "text/xml; charset=KOI8-R", "Content-Encoding": "gzip"}
    (found,) = (await reader.fetch()).items
    assert found.title
    assert found.title.value == "Пожар"


async def test_json_feeds_are_fetched_alike(publisher: Publisher, reader: Reader) -> None:
    """A JSON Feed climbs the same ladder."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Dienst", "items": [{"id": "1"}, 5]}
    publisher.body, publisher.honours = json.dumps(feed).encode(), False
    first = await reader.fetch()
    assert (ids(first), len(first.broken)) == (["1"], 1)
    publisher.body = json.dumps({**feed, "items": [{"id": "2"}, {"id": "1"}, 5]}).encode()
    second = await reader.fetch()
    assert (ids(second), len(second.unchanged), len(second.broken)) == (["2"], 1, 1)

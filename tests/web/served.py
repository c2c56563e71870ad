"""A site that is really served: uvicorn on a free port of loopback, in a thread, asked over plain HTTP."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from lxml import html

from bot.web.app import create_app
from bot.web.serve import serve
from bot.web.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def page(self) -> html.HtmlElement:
        """The body as a parsed page."""
        return html.document_fromstring(self.body)

    @property
    def words(self) -> str:
        """What a reader reads, white space collapsed."""
        return " ".join(self.page.cssselect("body")[0].text_content().split())


@dataclass(frozen=True, slots=True)
class Served:
    """A running site."""

    url: str

    def get(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Ask for a path; underscores in header names become hyphens."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=found, body=response.read())
        finally:
            connection.close()

    def post_head(self, path: str, length: int) -> bytes:
        """Announce a body of so many bytes and send none of it; give how the answer begins."""
        where = urlsplit(self.url)
        with socket.create_connection((where.hostname, where.port), timeout=10) as line:
            line.sendall(f"POST {path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: {length}\r\n\r\n".encode())
            return line.recv(100)


@contextmanager
def serving(site: Site) -> Iterator[Served]:
    """Serve a site until the block ends."""
    started: list[str] = []
    up = threading.Event()
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))

        def ready(url: str) -> None:
            started.append(url)
            up.set()

        await serve(create_app(site), "127.0.0.1", 0, ready=ready, stop=stop)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    try:
        assert up.wait(10), "the pages did not start"
        yield Served(started[0].rstrip("/"))
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive()

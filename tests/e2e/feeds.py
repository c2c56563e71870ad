"""Feeds on loopback that change while the program runs: RSS documents with validators, and bad days on request."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SLOW = 10.0
"""Seconds after which a slow feed answers."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One item of a feed."""

    id: str
    title: str
    link: str
    text: str = "Tekst van het bericht."
    published: datetime = START


@dataclass(slots=True)
class Feed:
    """One feed: its entries from old to new, and how it behaves: ``well``, ``slow``, ``hang``, ``html``, ``cut``, ``500`` and so on."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    manner: str = "well"
    asked: Counter[str] = field(default_factory=Counter)

    def add(self, id_: str, **changes: object) -> Entry:
        """Announce something new."""
        values: dict[str, object] = {
            "title": f"Bericht {id_} van {self.name}",
            "link": f"https://{self.name}.example/bericht/{id_}",
            "published": datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=max(0, 600 - len(self.entries))),
        }
        entry = Entry(id=id_, **(values | changes))  # type: ignore[arg-type]  # fields by name
        self.entries.append(entry)
        return entry

    def body(self) -> bytes:
        """Give the document, newest first."""
        items = "".join(
            f"<item><title>{escape(one.title)}</title><link>{escape(one.link)}</link>"
            f'<guid isPermaLink="false">{escape(one.id)}</guid>'
            f"<pubDate>{format_datetime(one.published, usegmt=True)}</pubDate>"
            f"<description>{escape(one.text)}</description></item>"
            for one in reversed(self.entries)
        )
        head = f"<title>{self.name}</title><link>https://{self.name}.example/</link><language>nl</language>"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024  # a thousand feeds may be asked at once


class FeedHost:
    """Serves feeds at ``/NAME`` on a free port of loopback."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.release = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._answer())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def feed(self, name: str) -> Feed:
        """Give a feed, new where there is none of that name."""
        return self.feeds.setdefault(name, Feed(name))

    def _answer(self) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class made here, for its methods need this host
        host = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                feed = host.feeds.get(self.path.removeprefix("/"))
                if feed is None:
                    self._send(404, b"")
                    return
                feed.asked["conditional" if "If-None-Match" in self.headers else "unconditional"] += 1
                if feed.manner == "well":
                    self._well(feed)
                elif feed.manner == "slow":
                    host.release.wait(SLOW)
                    self._well(feed)
                elif feed.manner == "hang":
                    host.release.wait(30)
                    self.close_connection = True
                else:
                    self._badly(feed)

            def _badly(self, feed: Feed) -> None:
                if feed.manner.isdigit():
                    self._send(int(feed.manner), b"storing")
                elif feed.manner == "html":
                    self._send(200, b"<!doctype html><title>Onderhoud</title><p>Even geduld.", "text/html")
                else:
                    self._send(200, {"cut": feed.body()[:-60], "empty": b""}[feed.manner])

            def _well(self, feed: Feed) -> None:
                body = feed.body()
                etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
                if self.headers.get("If-None-Match") == etag:
                    feed.asked["304"] += 1
                    self._send(304, b"", etag=etag)
                else:
                    self._send(200, body, etag=etag)

            def _send(
                self, status: int, body: bytes, kind: str = "application/rss+xml; charset=utf-8", etag: str = ""
            ) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if etag:
                    self.send_header("ETag", etag)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
                """Keep quiet."""

        return Answer


def wait_until(condition: object, seconds: float = 10.0) -> bool:
    """Wait until a condition holds; false where it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]  # a callable without arguments
            return True
        time.sleep(0.02)
    return False

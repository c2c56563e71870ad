"""A host with one feed and its pictures, on one address: what a source's own server is allowed, its pictures are too."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape, quoteattr

from PIL import Image

MRSS = "http://search.yahoo.com/mrss/"


def jpeg(colour: str = "red", size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    """Make a photograph of one colour."""
    body = BytesIO()
    Image.new("RGB", size, colour).save(body, "JPEG", **options)
    return body.getvalue()


@dataclass(slots=True, kw_only=True)
class Shown:
    """One item of the feed. ``pictures`` are (path, description)."""

    id: str
    title: str
    text: str = "Tekst van het bericht."
    pictures: list[tuple[str, str | None]] = field(default_factory=list)
    published: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))


class Gallery:
    """Serves ``/feed``, and whatever stands in ``bodies``. ``failing``: how often a path answers 503 before it is well."""

    def __init__(self) -> None:
        self.items: list[Shown] = []
        self.bodies: dict[str, tuple[str, bytes]] = {}
        self.failing: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answer())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def picture(self, path: str, body: bytes | None = None, kind: str = "image/jpeg") -> str:
        """Put a picture up."""
        self.bodies[path] = (kind, jpeg() if body is None else body)
        return path

    def feed(self) -> bytes:
        """Give the document, newest first."""
        items = "".join(self._item(one) for one in reversed(self.items))
        head = f"<title>Stad</title><link>{self.url}/</link><language>nl</language>"
        return (
            f'<?xml version="1.0"?><rss version="2.0" xmlns:m="{MRSS}"><channel>{head}{items}</channel></rss>'.encode()
        )

    def _item(self, one: Shown) -> str:
        media = "".join(
            f"<m:content url={quoteattr(self.url + path)} medium='image'>"
            + (f"<m:description>{escape(alt)}</m:description>" if alt else "")
            + "</m:content>"
            for path, alt in one.pictures
        )
        return (
            f"<item><title>{escape(one.title)}</title><link>{self.url}/bericht/{one.id}</link>"
            f'<guid isPermaLink="false">{one.id}</guid>'
            f"<pubDate>{format_datetime(one.published, usegmt=True)}</pubDate>"
            f"<description>{escape(one.text)}</description>{media}</item>"
        )

    def _answer(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host.asked[self.path] += 1
                if host.failing[self.path] > 0:
                    host.failing[self.path] -= 1
                    self._send(503, "text/plain", b"storing")
                elif self.path == "/feed":
                    self._send(200, "application/rss+xml", host.feed())
                elif self.path in host.bodies:
                    self._send(200, *host.bodies[self.path])
                else:
                    self._send(404, "text/plain", b"weg")

            def _send(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
                """Keep quiet."""

        return Answer

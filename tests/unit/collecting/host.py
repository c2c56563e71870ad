"""A host on loopback whose every answer a test writes, and which remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RSS = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered: ``Content-Length`` is added, nothing else."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Says = Answer | Callable[[Asked], Answer]


@dataclass(slots=True)
class Host:
    """A host that runs: what it says at each path, and what it was asked. Unknown paths answer 404."""

    url: str
    says: dict[str, Says] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> list[str]:
        """Give what was asked for, in order, and forget it."""
        with self.lock:
            found, self.asked = [one.path for one in self.asked], []
        return found

    def last(self, path: str) -> Asked:
        """Give the last request for a path."""
        return next(one for one in reversed(self.asked) if one.path == path)

    def answer(self, asked: Asked) -> Answer:
        """Say what stands at a path."""
        with self.lock:
            self.asked.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            said = self.says.get(asked.path.partition("?")[0], Answer(status=404))
            return said(asked) if callable(said) else said
        finally:
            with self.lock:
                self.at_once -= 1


@contextmanager
def hosting() -> Iterator[Host]:
    """Run a host until the context ends."""
    found = Host(url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            asked = Asked(
                method=self.command, path=self.path, headers=_plain(self.headers), body=self.rfile.read(length)
            )
            self._send(found.answer(asked))

        do_HEAD = do_POST = do_GET  # noqa: N815 - the names are http.server's

        def _send(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            body = b"" if answer.status == 304 else answer.body
            self.send_header("Content-Length", str(len(body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _plain(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def rss(*entries: tuple[str, str], base: str, extra: str = "", about: str = "") -> bytes:
    """Give a feed of (id, date in RFC 5322), newest first as given; each entry has a page of its own below ``base``."""
    items = "".join(
        f"<item><title>Bericht {id_}</title><link>{base}/bericht/{id_}</link><guid isPermaLink='false'>{id_}</guid>"
        f"<pubDate>{date}</pubDate><description>Tekst van bericht {id_}. {about}</description></item>"
        for id_, date in entries
    )
    head = f"<title>Stad</title><link>{base}/</link><language>nl</language>{extra}"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def feed(*entries: tuple[str, str], base: str, headers: Mapping[str, str] | None = None, extra: str = "") -> Answer:
    """Give the answer that carries such a feed."""
    return Answer(body=rss(*entries, base=base, extra=extra), headers={"Content-Type": RSS, **(headers or {})})

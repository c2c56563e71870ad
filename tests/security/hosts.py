"""A host with feeds that mean harm, each at a path of its own, and a canary that nobody may ever visit."""

from __future__ import annotations

import gzip
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import brotli

from tests.e2e.feeds import Feed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n"
MEGABYTE = 1024 * 1024
PATIENCE = 60.0
"""Seconds for which a server that never ends goes on at most."""

Send = Callable[[bytes], None]
Manner = Callable[["Visit"], None]


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request: the feed that is asked for, the way back, the host's end, and where the canary is."""

    feed: Feed
    send: Send
    over: threading.Event
    canary: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One way to be bad. ``code`` is what the source is said to suffer from; None where it is read all the same.

    A redirect that leaves the agency's domains looks like a hijack: the source waits in quarantine until a person looked.
    """

    name: str
    manner: Manner
    code: str | None

    @property
    def state(self) -> str:
        """What ``status`` says of the source; a host that asked for a pause is well as long as it asks for one in reason."""
        return {"source.redirected-away": "quarantined", "http.limited": "ok"}.get(self.code or "", "failing")


def document(feed: Feed, *, head: bytes = b"", more: bytes = b"") -> bytes:
    """Give the feed's document with something before its root and something before its first entry."""
    body = feed.body().replace(b"<item>", more + b"<item>", 1)
    start = body.index(b"<rss")
    return body[:start] + head + body[start:]


def whole(body: bytes, *headers: bytes) -> bytes:
    """Answer in due form."""
    lines = b"".join(one + b"\r\n" for one in headers)
    return OK + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


def answers(give: Callable[[Feed], bytes]) -> Manner:
    """Write what is given and close."""
    return lambda visit: visit.send(give(visit.feed))


def fixed(data: bytes) -> Manner:
    """Write the same for everybody."""
    return lambda visit: visit.send(data)


def endless(start: bytes, again: bytes, pause: float = 0.0) -> Manner:
    """Write the start, then the rest again and again."""

    def manner(visit: Visit) -> None:
        visit.send(start)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not visit.over.wait(pause):
            visit.send(again)

    return manner


def redirect(target: str) -> Manner:
    """Lead elsewhere; ``PORT`` is the canary's."""

    def manner(visit: Visit) -> None:
        where = target.replace("PORT", str(visit.canary)).encode()
        visit.send(b"HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " + where + b"\r\n\r\n")

    return manner


def bomb(coding: str) -> bytes:
    """Give 50 MiB of nothing, packed: five times what is let through."""
    nothing = bytes(50 * MEGABYTE)
    if coding == "br":
        return bytes(brotli.compress(nothing, quality=1))
    return gzip.compress(nothing, 1) if coding == "gzip" else zstd.compress(nothing)


def hangs(visit: Visit) -> None:
    """Say nothing."""
    visit.over.wait(PATIENCE)


def explodes(coding: str) -> Manner:
    """Answer with a bomb, which is made beforehand: packing it takes longer than anybody waits for an answer."""
    answer = whole(bomb(coding), b"Content-Encoding: " + coding.encode())
    return lambda visit: visit.send(answer)


def laughs(feed: Feed) -> bytes:
    """Give the feed with entities that stand for a billion others."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]>'.encode()
    return whole(document(feed, head=head, more=b"<item><guid>lol</guid><title>&l9;</title></item>"))


def outside(feed: Feed) -> bytes:
    """Give the feed with an entity that stands for a file of the machine, and one for the network."""
    head = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://127.0.0.1:1/">]>'
    return whole(document(feed, head=head, more=b"<item><guid>x</guid><title>Lek &x; &y;</title></item>"))


def many(feed: Feed) -> bytes:
    """Give the feed with 30,000 entries."""
    more = b"".join(b"<item><guid>v%d</guid><title>Vol %d</title></item>" % (n, n) for n in range(30_000))
    return whole(document(feed, more=more))


def steering(feed: Feed) -> bytes:
    """Give the feed with a title that would steer a terminal and forge a line."""
    body = feed.body().replace(
        b"<title>Bericht nieuw", b"<title>\xc2\x9b31m\xe2\x80\xaeBericht \x1b]0;eigendom\x07\x1b[2J nieuw", 1
    )
    return whole(body)


def future(feed: Feed) -> bytes:
    """Give the feed with entries from a time that will not come."""
    dates = (b"Fri, 31 Dec 9999 23:59:59 GMT", b"Sat, 01 Jan 0001 00:00:00 +1400", b"Mon, 01 Jan 2035 00:00:00 GMT")
    more = b"".join(
        b"<item><guid>t%d</guid><title>Later</title><pubDate>%s</pubDate></item>" % pair for pair in enumerate(dates)
    )
    return whole(document(feed, more=more))


def twice(feed: Feed) -> bytes:
    """Give the feed with one id on many entries."""
    more = b"".join(b"<item><guid>een</guid><title>Dubbel %d</title></item>" % n for n in range(30))
    return whole(document(feed, more=more))


def mislabelled(feed: Feed) -> bytes:
    """Give the feed in one encoding, and say that it is in another."""
    body = feed.body().replace(b'<?xml version="1.0"?>', b'<?xml version="1.0" encoding="utf-16"?>')
    return whole(body, b"Content-Type: text/xml; charset=shift_jis")


BAD = (
    Bad(name="hangt", manner=hangs, code="http.timeout"),
    Bad(name="druppelt", manner=endless(OK + b"\r\n", b"<", 0.05), code="http.timeout"),
    Bad(name="kop-zonder-einde", manner=endless(OK, b"X-A: b\r\n" * 100), code="http.headers-too-large"),
    Bad(name="kop-te-groot", manner=fixed(OK + b"X-A: " + b"b" * 100_000 + b"\r\n\r\n"), code="http.headers-too-large"),
    Bad(name="gzip-bom", manner=explodes("gzip"), code="http.too-large"),
    Bad(name="br-bom", manner=explodes("br"), code="http.too-large"),
    Bad(name="zstd-bom", manner=explodes("zstd"), code="http.too-large"),
    Bad(name="kring", manner=redirect("?"), code="http.redirect-loop"),
    Bad(name="naar-metadata", manner=redirect("http://169.254.169.254/latest/meta-data/"), code="source.redirected-away"),
    Bad(name="naar-mapped", manner=redirect("http://[::ffff:127.0.0.1]:PORT/"), code="source.redirected-away"),
    Bad(name="naar-poort", manner=redirect("http://127.0.0.1:PORT/"), code="http.private-address"),
    Bad(name="naar-decimaal", manner=redirect("http://2130706433:PORT/"), code="source.redirected-away"),
    Bad(name="naar-bestand", manner=redirect("file:///etc/passwd"), code="http.bad-url"),
    Bad(name="afgebroken", manner=answers(lambda feed: whole(feed.body())[:-40]), code="http.truncated"),
    Bad(name="te-korte-lengte", manner=answers(lambda feed: whole(feed.body()[:-60])), code="feed.truncated"),
    Bad(name="html", manner=fixed(whole(b"<!doctype html><title>Onderhoud</title><p>Even geduld.")), code="feed.html"),
    Bad(name="storm", manner=fixed(b"HTTP/1.1 429 Slow\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n"), code="http.limited"),
    Bad(name="stuk", manner=fixed(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), code="http.unavailable"),
    Bad(
        name="brokken-zonder-einde",
        manner=endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b" " * 65535 + b"\r\n"),
        code="http.too-large",
    ),
    Bad(name="ruis", manner=fixed(whole(bytes(range(256)) * 400)), code="feed.not-a-feed"),
    Bad(name="te-groot", manner=answers(lambda feed: whole(document(feed, more=b" " * 11 * MEGABYTE))), code="http.too-large"),
    Bad(name="geen-http", manner=fixed(b"\x15\x03\x01\x00\x02\x02\x46"), code="http.bad-response"),
    Bad(name="miljard-lachers", manner=answers(laughs), code=None),
    Bad(name="bestand-als-entiteit", manner=answers(outside), code=None),
    Bad(
        name="reuzentekst",
        manner=answers(lambda feed: whole(document(feed, more=b"<item><title>Reus</title><guid>r</guid><description>" + b"tekst " * 1_500_000 + b"</description></item>"))),
        code=None,
    ),
    Bad(
        name="diep",
        manner=answers(lambda feed: whole(document(feed, more=b"<item><title>Diep</title><guid>d</guid><description>" + b"<b>" * 50_000 + b"</description></item>"))),
        code=None,
    ),
    Bad(name="dertigduizend", manner=answers(many), code=None),
    Bad(name="stuurtekens", manner=answers(steering), code=None),
    Bad(name="dubbele-ids", manner=answers(twice), code=None),
    Bad(name="toekomst", manner=answers(future), code=None),
    Bad(name="verkeerde-tekenset", manner=answers(mislabelled), code=None),
)  # fmt: skip


@dataclass(slots=True)
class Canary:
    """A server on loopback that counts who comes. ``address`` is another loopback address where the machine has one."""

    address: str = "127.0.0.1"
    visits: int = 0
    _socket: socket.socket = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._socket = socket.create_server((self.address, 0))
        self._thread = threading.Thread(target=self._count, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._socket.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._socket.accept()
                self.visits += 1
                visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ngeheim")
                visitor.close()


class One:
    """Serves one document, which changes as its test says."""

    def __init__(self) -> None:
        self.body = ""
        self._server = _Server(("127.0.0.1", 0), self._converse)  # type: ignore[arg-type]  # any callable makes a handler
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
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

    def _converse(self, connection: socket.socket, *_: object) -> None:
        with suppress(OSError):
            connection.settimeout(PATIENCE)
            while b"\r\n\r\n" not in connection.recv(65536):
                """Until the whole question has come; ours fit into one piece."""
            connection.sendall(whole(self.body.encode()))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                """Until the other side has read it all."""


class HostileHost:
    """Serves the feeds of ``BAD`` at ``/NAME``: well until ``turned``, and then each in its own bad way."""

    def __init__(self, canary: int = 1) -> None:
        self.feeds = {one.name: Feed(one.name) for one in BAD}
        self.turned = False
        self._manners = {one.name: one.manner for one in BAD}
        self._over = threading.Event()
        self._canary = canary
        self._server = _Server(("127.0.0.1", 0), self._converse)  # type: ignore[arg-type]  # any callable makes a handler
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _converse(self, connection: socket.socket, *_: object) -> None:
        with suppress(OSError):
            connection.settimeout(PATIENCE)
            head = b""
            while b"\r\n\r\n" not in head and (piece := connection.recv(65536)):
                head += piece
            name = head.split(b" ")[1].decode().lstrip("/").partition("?")[0]
            feed = self.feeds[name]
            visit = Visit(feed=feed, send=connection.sendall, over=self._over, canary=self._canary)
            self._manners[name](visit) if self.turned else visit.send(whole(feed.body()))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                """Until the other side has read it all: closing sooner would reset what is on its way."""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

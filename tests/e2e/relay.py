"""A relay before a server that nobody here wrote: it can lose answers, hide idempotency keys, and take its time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


@dataclass(slots=True, kw_only=True)
class Manner:
    """How a relay behaves. ``lose``: one in so many new posts loses its answer after it was stored; 0 is none."""

    lose: int = 0
    hide_keys: bool = False
    latency: float = 0.0
    posts: int = 0
    lost: int = 0


@dataclass(slots=True)
class Relay:
    """Passes every request on to ``target``, on a free port of loopback."""

    target: str
    manner: Manner = field(default_factory=Manner)
    _server: ThreadingHTTPServer = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _passing(urlsplit(self.target).netloc, self.manner))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _passing(netloc: str, manner: Manner) -> type[BaseHTTPRequestHandler]:
    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            time.sleep(manner.latency)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            upstream = HTTPConnection(netloc, timeout=10)
            upstream.request(self.command, self.path, body, self._kept_headers())
            answer = upstream.getresponse()
            said = answer.read()
            upstream.close()
            if self._is_lost(answer.status):
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _pass  # noqa: N815 - the names are http.server's

        def _kept_headers(self) -> dict[str, str]:
            hidden = {"idempotency-key"} if manner.hide_keys else set[str]()
            return {name: value for name, value in self.headers.items() if name.lower() not in hidden | {"host"}}

        def _is_lost(self, status: int) -> bool:
            if self.command != "POST" or self.path != "/api/v1/statuses" or status >= 300:
                return False
            manner.posts += 1
            lost = bool(manner.lose) and manner.posts % manner.lose == 0
            manner.lost += lost
            return lost

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Keep quiet."""

    return Passing

"""The stand-in of a source: a server on loopback that plays the modes of a rig, and what is watched meanwhile."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

from adapters import load_source
from adapters.contract import Batch, Cursor
from adapters.http import HttpClient, NetworkPolicy
from tests.contract.rigs import Mode, Reply, Request, Rig, Script

P = ParamSpec("P")
R = TypeVar("R")

LOOPBACK = ip_network("127.0.0.0/8")
POLICY = NetworkPolicy(user_agent="Omroeper/test", allow_private=(LOOPBACK,), host_gap=0.0, timeout=5.0)


class Stage:
    """A server that answers as the script of the moment says. Use it as a context manager."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.mistakes: list[BaseException] = []
        self._script: Script = ()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def play(self, script: Script) -> None:
        """Begin a script from its beginning."""
        with self._lock:
            self._script = script
            self.requests.clear()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Give the reply to a request."""
        parts = urlsplit(target)
        with self._lock:
            request = Request(
                method=method,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers=headers,
                body=body,
                count=len(self.requests),
                base=self.base,
            )
            self.requests.append(request)
            script = self._script
        if callable(script):
            try:
                return script(request)
            except Exception as mistake:
                self.mistakes.append(mistake)
                raise
        return script[min(request.count, len(script) - 1)] if script else Reply(status=404)


def _handler(stage: Stage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = stage.answer(self.command, self.path, headers, self.rfile.read(length))
            if reply.drop:
                self.close_connection = True
                return
            self.send_response(reply.status)
            if "Content-Type" not in reply.headers:
                self.send_header("Content-Type", reply.type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status not in {204, 304}:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD" and reply.status not in {204, 304}:
                self.wfile.write(reply.body)

        do_POST = do_GET  # noqa: N815 - the names are http.server's
        do_HEAD = do_GET  # noqa: N815
        do_PUT = do_GET  # noqa: N815
        do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Keep quiet."""

    return Handler


@dataclass(slots=True, kw_only=True)
class Play:
    """One kind of source on its stage: fetches with an adapter made anew each time, as after a restart."""

    rig: Rig
    stage: Stage
    http: HttpClient
    folder: Path
    pool: ThreadPoolExecutor
    offloaded: list[str] = field(default_factory=list)

    def begin(self, mode: Mode) -> None:
        """Let the place behave in one way."""
        if self.rig.arrange:
            self.rig.arrange(mode, self.folder)
        self.stage.play(self.rig.modes[mode])

    async def fetch(self, cursor: Cursor) -> Batch:
        """Fetch once."""
        config = self.rig.config(self.stage.base, self.folder)
        return await load_source(self.rig.kind)(config, self.http, self.offload).fetch(cursor)

    async def offload(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run work on the one thread that there is for it, and note that it was handed over."""
        self.offloaded.append(getattr(work, "__name__", type(work).__name__))
        return await asyncio.get_running_loop().run_in_executor(self.pool, partial(work, *args, **kwargs))


# ── what is watched ──────────────────────────────────────────────────────────────────────────────────────────────────

_WATCHED = ("socket.", "open", "os.", "subprocess.", "shutil.", "urllib.Request", "ssl.")
_seen: list[tuple[str, tuple[Any, ...]]] | None = None


def _listen(event: str, args: tuple[Any, ...]) -> None:
    if _seen is not None and event.startswith(_WATCHED):
        _seen.append((event, args))


sys.addaudithook(_listen)  # there is no way to take one away again: it looks at one name while nobody watches


@contextmanager
def watching() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Note what Python itself reports about sockets, files and processes while the block lasts."""
    global _seen  # noqa: PLW0603 - an audit hook has no other place to be told
    events: list[tuple[str, tuple[Any, ...]]] = []
    _seen = events
    try:
        yield events
    finally:
        _seen = None

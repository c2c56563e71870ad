"""Serving the pages inside a loop that somebody else runs: no signals, no words, and a taken port is said, not died of."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress

from starlette.types import ASGIApp
from uvicorn import Config, Server

_CONNECTIONS = 512
"""Open connections at a time; more are answered 503. What stands in front of the pages keeps slow readers away."""
_IDLE = 10
_LAST_WORDS = 3
"""Seconds that a connection may be idle, and that answers under way may take at the end."""


class CannotListen(Exception):
    """The pages cannot be served at this address. ``host`` and ``port`` name it; the message says why."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"The pages cannot be served at {_shown(host, port)}: {reason}.")
        self.host, self.port = host, port


class PortTaken(CannotListen):
    """Another program serves there already."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            host, port, "another program listens there. Stop it, or set another address under [web] listen"
        )


async def serve(
    app: ASGIApp, host: str, port: int, *, ready: Callable[[str], None] | None, stop: asyncio.Event
) -> None:
    """Serve until ``stop`` is set. ``ready`` is told the address once it answers; port 0 takes a free one.

    Raises ``PortTaken`` and ``CannotListen``, before anything is served.
    """
    listener = _listen(host, port)
    server = Server(_config(app))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    try:
        # the three halves of Server.serve(), without the signal handlers that it would put around them
        await server.startup(sockets=[listener])
        if ready is not None:
            ready(f"http://{_shown(host, listener.getsockname()[1])}/")
        await _until(stop, server)
    finally:
        await server.shutdown(sockets=[listener])


async def _until(stop: asyncio.Event, server: Server) -> None:
    async def leave() -> None:
        await stop.wait()
        server.should_exit = True

    leaving = asyncio.create_task(leave())
    try:
        await server.main_loop()
    finally:
        leaving.cancel()
        with suppress(asyncio.CancelledError):
            await leaving


def _config(app: ASGIApp) -> Config:
    return Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_LAST_WORDS,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotListen(host, port, "this name leads to no address") from error
    family, _, _, _, address = found[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from error
        raise CannotListen(host, port, error.strerror or "it is refused") from error
    listener.setblocking(False)
    return listener


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

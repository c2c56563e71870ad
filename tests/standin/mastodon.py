"""Start a stand-in: ``with Standin() as server`` in a test, ``python -m tests.standin.mastodon`` as a process.

As a process it prints one JSON line, ``{"port", "url", "accounts": {name: token}}``, as soon as it listens, and runs
until it is told to end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from adapters.contract import AccountConfig
from tests.standin.app import application
from tests.standin.control import unlimited
from tests.standin.dialect import DIALECTS
from tests.standin.faults import FAULTS, Command, fault
from tests.standin.state import Settings, World

START = 10.0
"""Seconds within which a server must listen."""


class Standin:
    """A server in a thread of its own, with its own loop, on a free port of the loopback.

    ``world`` may be looked at and changed directly while no request is under way. The first account is ``omroeper`` with
    the token ``token``.
    """

    def __init__(self, family: str = "mastodon", *, token: str = "token-omroeper", **settings: Any) -> None:
        self.world = World(settings=Settings(dialect=DIALECTS[family], **settings))
        self.token = token
        self.account = self.world.admit("omroeper", token)
        self._socket = _listening(0)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standin", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START):
            raise TimeoutError("the stand-in did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START)

    def fail(
        self,
        name: str,
        *,
        method: str = "POST",
        path: str = "/api/v1/statuses",
        count: int = 1,
        skip: int = 0,
        **changes: Any,
    ) -> None:
        """Let the next ``count`` requests with this method and path meet a fault, after ``skip`` of them."""
        command = Command(fault=fault(name, **changes), method=method, path=path, count=count, skip=skip)
        self.world.plan.commands.append(command)

    def config(self, **changes: Any) -> AccountConfig:
        """Give the configuration of our account here, with a short time-out."""
        return replace(AccountConfig(id="standin", server=self.url, token=self.token, timeout=2.0), **changes)

    def texts(self) -> list[str]:
        """Give the text of every post of our account that is there, the oldest first."""
        shelf = self.world.shelves[self.account.id]
        return [self.world.statuses[i].now.text for i in shelf]

    def asked(self, method: str, path: str) -> list[dict[str, Any]]:
        """Give the log of the requests with this method whose path begins so."""
        return [line for line in self.world.log if line["method"] == method and line["path"].startswith(path)]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(application(self.world), access_log=None, shutdown_timeout=0.1)
        self._loop.run_until_complete(_listen(runner, self._socket))
        self._loop.call_soon(self._ready.set)
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.run_until_complete(_all_ended())
        self._loop.close()


async def _listen(runner: web.AppRunner, listening: socket.socket) -> None:
    await runner.setup()
    await web.SockSite(runner, listening).start()


async def _all_ended() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _listening(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a process."""
    options = _parser().parse_args(arguments)
    world = _world(options)
    accounts = {actor.username: actor.token for actor in world.actors.values()}
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(world, _listening(options.port), accounts))


def _world(options: argparse.Namespace) -> World:
    settings = Settings(
        dialect=DIALECTS[options.family],
        honours_keys=False if options.ignore_keys else None,
        max_characters=options.max_characters,
        latency=options.latency,
        locale=options.locale,
    )
    world = World(settings=settings, seed=options.seed)
    for at, named in enumerate(options.token or ["token-omroeper"]):
        name, _, token = named.rpartition("=")
        world.admit(name or ("omroeper" if at == 0 else f"omroeper{at + 1}"), token)
    if options.unlimited:
        unlimited(world)
    rates = {name: getattr(options, name.replace("-", "_")) for name in FAULTS}
    world.plan.roll(options.seed, rates, delay=options.delay, status=options.status)
    return world


async def _serve(world: World, listening: socket.socket, accounts: dict[str, str | None]) -> None:
    runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=0.1, handle_signals=False)
    await _listen(runner, listening)
    port = listening.getsockname()[1]
    sys.stdout.write(json.dumps({"port": port, "url": f"http://127.0.0.1:{port}", "accounts": accounts}) + "\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.standin.mastodon", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", action="append", metavar="[NAME=]TOKEN", help="an account; may be given again")
    parser.add_argument("--family", choices=sorted(DIALECTS), default="mastodon")
    parser.add_argument("--ignore-keys", action="store_true", help="as servers do that have no idempotency keys")
    parser.add_argument("--max-characters", type=int)
    parser.add_argument("--locale", choices=("nl", "ja"), default="nl", help="the language of refusals")
    parser.add_argument("--unlimited", action="store_true", help="no rate limits")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="for every request")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=float, metavar="SECONDS", help="how late the late faults are")
    parser.add_argument("--status", type=int, help="what the error faults answer")
    for name in FAULTS:
        parser.add_argument(f"--{name}", type=float, default=0.0, metavar="RATE", help="probability for each new post")
    return parser


if __name__ == "__main__":
    main()

"""Names: look-ups in threads of their own.

``getaddrinfo`` blocks for as long as the resolver of the machine likes. In a pool shared with other work, ten dead
names held up a hundred healthy feeds for five seconds. The threads here do nothing else, and they are daemons: a
process that was told to stop does not wait for a name server that never answers.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv6Address, ip_address
from queue import SimpleQueue

from adapters.errors import Temporary

Lookup = Callable[[str], Sequence[str]]
"""Gives the addresses of a host name, best first. Blocks; raises ``OSError`` where there is no answer."""

_Job = tuple[str, "Future[Sequence[str]]"]


def system_lookup(host: str) -> Sequence[str]:
    """Ask the machine's own resolver."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


class Names:
    """Looks names up, at most ``threads`` at a time."""

    def __init__(self, lookup: Lookup = system_lookup, *, threads: int = 32) -> None:
        self._lookup = lookup
        self._limit = threads
        self._threads = 0
        self._idle = threading.Semaphore(0)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()

    async def find(self, host: str) -> list[IPv4Address | IPv6Address]:
        """Give the addresses of a name. Raises ``Temporary`` (``http.dns``)."""
        try:
            found = await asyncio.wrap_future(self._submit(host))
            return [ip_address(address) for address in found]
        except (OSError, ValueError) as error:  # UnicodeError, a ValueError: a label that IDNA cannot write
            reason = getattr(error, "strerror", None) or "the name cannot be written in DNS"
        raise Temporary(
            f"The name {host} cannot be found: {reason}.",
            code="http.dns",
            remedy="Check the spelling of the host name; if it is right, it comes back by itself.",
        )

    def close(self) -> None:
        """Let the threads end when they have finished what they are doing."""
        for _ in range(self._threads):
            self._jobs.put(None)
        self._threads = 0

    def _submit(self, host: str) -> Future[Sequence[str]]:
        job: Future[Sequence[str]] = Future()
        self._jobs.put((host, job))
        if not self._idle.acquire(blocking=False) and self._threads < self._limit:
            self._threads += 1
            threading.Thread(target=self._work, name=f"names-{self._threads}", daemon=True).start()
        return job

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            host, answer = job
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(self._lookup(host))
                except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the answer
                    answer.set_exception(error)
            self._idle.release()

"""Whose turn it is: how many requests go to one host, and how many are at work in all.

Both queues are fair, hold nothing for a waiter that was cancelled, and take no timer while nobody waits. ``monotonic`` is the
clock of asyncio's loops; to ask which loop runs is a system call, and here it would be three for every request.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

# Idle connections to 10,000 hosts take 60 MiB and stall the loop for 100 ms when they are swept; a few hundred do not.
_FEW = 500


@dataclass(slots=True)
class _Line:
    """The requests of one host: how many run, who waits, and from when (loop time) the next may start."""

    limit: int
    gap: float
    running: int = 0
    free_at: float = 0.0
    queue: list[asyncio.Future[None]] = field(default_factory=list)  # an empty deque would be most of a line's size
    timer: asyncio.TimerHandle | None = None


class HostTurns:
    """At most ``limit`` requests to one host at a time, and a pause before the next.

    The pause, ``gap`` seconds, counts from the end of the last request, and from its start where several run at once.
    Hosts are forgotten when nobody asked them for ``remember`` seconds, which must be longer than any gap.
    """

    def __init__(self, *, remember: float) -> None:
        self._remember = remember
        self._lines: dict[Hashable, _Line] = {}
        self._idle: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._lines)

    async def take(self, host: Hashable, *, limit: int, gap: float) -> bool:
        """Wait for a turn; tell whether the connection is worth keeping.

        It is where others ask the same host now, and, while few hosts are known, where it was asked a short while ago.
        ``limit`` and ``gap`` count for a host that is not known at this moment.
        """
        now = monotonic()
        line = self._lines.get(host)
        if line is None:
            self._forget(now)
            self._lines[host] = _Line(limit=limit, gap=gap, running=1, free_at=now + gap)
            return False
        self._idle.pop(host, None)
        if line.queue or line.running >= line.limit or now < line.free_at:
            await self._wait(host, line)
        else:
            _start(line, now)
        return line.running > 1 or bool(line.queue) or len(self._lines) <= _FEW

    def give_back(self, host: Hashable) -> None:
        """End a turn."""
        line = self._lines[host]
        line.running -= 1
        if line.gap:
            line.free_at = monotonic() + line.gap
        if line.queue or not line.running:
            self._advance(host, line)

    def relax(self, host: Hashable, *, limit: int, gap: float) -> None:
        """Change what counts for a host that is in use now."""
        if (line := self._lines.get(host)) is None or (line.limit, line.gap) == (limit, gap):
            return
        line.limit, line.gap = limit, gap
        line.free_at = min(line.free_at, monotonic() + gap)
        if line.timer is not None:
            line.timer.cancel()
            line.timer = None
        self._advance(host, line)

    async def _wait(self, host: Hashable, line: _Line) -> None:
        turn = asyncio.get_running_loop().create_future()
        line.queue.append(turn)
        self._advance(host, line)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(host)
            else:
                self._advance(host, line)
            raise

    def _advance(self, host: Hashable, line: _Line) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while _waiting(line.queue) and line.running < line.limit:
            if now < line.free_at:
                line.timer = line.timer or loop.call_at(line.free_at, self._due, host, line)
                return
            line.queue.pop(0).set_result(None)
            _start(line, now)
        if not line.running and not line.queue:
            self._idle[host] = now

    def _due(self, host: Hashable, line: _Line) -> None:
        line.timer = None
        self._advance(host, line)

    def _forget(self, now: float) -> None:
        while self._idle:
            host, since = next(iter(self._idle.items()))
            if since + self._remember > now:
                return
            del self._idle[host], self._lines[host]


class Places:
    """At most ``limit`` requests at work, and ``total`` open.

    A request that has been open for ``patience`` seconds is waiting for its host: it costs a socket and nothing else,
    so its place goes to the next one. A thousand hosts that answer after ten seconds delay nobody.
    """

    def __init__(self, limit: int, *, total: int, patience: float) -> None:
        self._limit = limit
        self._total = total
        self._patience = patience
        self._open = 0
        self._tickets = 0
        self._working: OrderedDict[int, float] = OrderedDict()
        self._queue: list[asyncio.Future[int]] = []
        self._timer: asyncio.TimerHandle | None = None

    async def take(self) -> int:
        """Wait for a place; give the ticket to hand back."""
        if not self._queue and len(self._working) < self._limit and self._open < self._total:
            return self._admit()
        place: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        self._advance()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give_back(place.result())
            raise

    def give_back(self, ticket: int) -> None:
        """Leave."""
        self._open -= 1
        self._working.pop(ticket, None)
        if self._queue:
            self._advance()

    def _admit(self) -> int:
        self._tickets += 1
        self._open += 1
        self._working[self._tickets] = monotonic()
        return self._tickets

    def _advance(self) -> None:
        while _waiting(self._queue) and self._open < self._total:
            if len(self._working) >= self._limit and not self._set_slowest_aside():
                return
            self._queue.pop(0).set_result(self._admit())

    def _set_slowest_aside(self) -> bool:
        loop = asyncio.get_running_loop()
        ticket, since = next(iter(self._working.items()))
        if since + self._patience <= loop.time():
            del self._working[ticket]
            return True
        self._timer = self._timer or loop.call_at(since + self._patience, self._due)
        return False

    def _due(self) -> None:
        self._timer = None
        self._advance()


def _start(line: _Line, now: float) -> None:
    line.running += 1
    line.free_at = now + line.gap


def _waiting(queue: list[asyncio.Future[T]]) -> bool:
    """Whether anybody still waits, once those who were cancelled have left the head of the queue."""
    while queue and queue[0].done():
        queue.pop(0)
    return bool(queue)

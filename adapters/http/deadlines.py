"""Time caps for many requests with one timer.

``asyncio.timeout`` costs a timer for each request, aiohttp's ``sock_read`` two: together a sixth of what a request
that is answered 304 costs. Here one timer waits for the earliest moment that counted when it was set; a request that
is over by then, and nearly all are, has cost nothing. ``monotonic`` is the clock of asyncio's loops.
"""

from __future__ import annotations

import asyncio
import math
from time import monotonic
from types import TracebackType
from typing import Self


class Deadlines:
    """All requests that are under way, and the one timer."""

    def __init__(self) -> None:
        self.watched: set[Watch] = set()
        self.next_ring = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, total: float, first: float, silence: float) -> Watch:
        """Cap what runs inside the context that this gives; it is entered in the task that runs it.

        Seconds: ``total`` for everything, ``first`` until the first progress, ``silence`` between one and the next.
        ``TimeoutError`` comes out of the context, as from ``asyncio.timeout``.
        """
        now = monotonic()
        return Watch(self, now + total, now + first, silence)

    def ring_at(self, moment: float) -> None:
        """Wake up then instead of at ``next_ring``."""
        self.close()
        self.next_ring = moment
        self._timer = asyncio.get_running_loop().call_at(moment, self._ring)

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.next_ring = math.inf

    def _ring(self) -> None:
        self.close()
        now = monotonic()
        for watch in [watch for watch in self.watched if watch.due <= now]:
            self.watched.discard(watch)
            watch.expire()
        if self.watched:
            self.ring_at(min(watch.due for watch in self.watched))


class Watch:
    """One request under way; ``due`` is the moment, in loop time, at which it is cut off."""

    __slots__ = ("_cancelling", "_deadlines", "_end", "_expired", "_silence", "_task", "due")

    def __init__(self, deadlines: Deadlines, end: float, first: float, silence: float) -> None:
        self._deadlines = deadlines
        self._end = end
        self._silence = silence
        self._expired = False
        self.due = min(end, first)

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request runs inside a task")
        self._task = task
        self._cancelling = task.cancelling()
        self._deadlines.watched.add(self)
        if self.due < self._deadlines.next_ring:
            self._deadlines.ring_at(self.due)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.watched.discard(self)
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def progress(self) -> None:
        """Note that something came."""
        self.due = min(self._end, monotonic() + self._silence)
        if self.due < self._deadlines.next_ring:
            self._deadlines.ring_at(self.due)

    def expire(self) -> None:
        """Cut the request off."""
        self._expired = True
        self._task.cancel()

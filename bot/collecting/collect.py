"""Collecting: ask the sources that are due, and take what they show into memory, one transaction per hand-over.

Waiting for hosts is asyncio; parsing and the database each have a thread of their own, so that neither stalls the loop
nor each other. Results are written by one writer, as many as are ready in one commit.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from adapters.contract import Batch, Source
from adapters.errors import AdapterError, Temporary
from bot.collecting.bookkeeping import entry, notice
from bot.collecting.moves import adopted
from bot.collecting.poll import Origin, Poll, Taken
from bot.collecting.rhythm import LONGEST, LONGEST_SKIP, phase
from bot.redact import named
from bot.store.accounts import emergency_stop
from bot.store.engine import StoreError, reading, writing
from bot.store.record import add_events
from bot.store.sources import (
    Place as Due,
)
from bot.store.sources import (
    SourceState,
    due_among,
    due_sources,
    make_due,
    mend_clock,
    new_ids,
    note_polls,
    note_spent,
    spread_new,
)

__all__ = ["Collector", "Origin", "Poll", "Taken", "Watch"]

P = ParamSpec("P")
R = TypeVar("R")

MOST_AT_A_TICK = 500
MOST_UNDER_WAY = 2048
"""More than so many polls are never under way: the rest could not have a connection anyway."""

AT_WORK = 64
PATIENCE = 0.1
"""So many polls run at a time; one that has run for so many seconds waits for its host and no longer counts, so that hosts
that hang delay nobody."""

MOST_NEWS = 25
"""Polls with something to decide that share one commit: whoever waits for the database does not wait long."""

ENOUGH = 2000
"""So many quiet polls wait for no others to share a commit with. Writing them takes 40 ms; four times as often it took the
event loop 15 % more, for the two threads take the interpreter from each other."""

FEW = 100
"""So many new sources may be asked at once; more are spread over the first minutes."""

A_SECOND = 50
"""How many new sources are asked for the first time in a second."""

CLOCK_CHECK = 60.0

Watch = Callable[[Taken], None]


@dataclass(slots=True, kw_only=True)
class Collector:
    """Asks sources and takes in what they show. ``now`` is the clock; ``watch`` hears of every poll that was written."""

    engine: Engine
    origins: Mapping[int, Origin]
    now: Callable[[], datetime]
    watch: Watch = lambda _: None
    most: int = MOST_AT_A_TICK
    linger: float = 1.0
    """Seconds that a quiet poll waits for others to share a commit with."""
    parsing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="parse"))
    storing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="store"))
    adapters: dict[int, Source] = field(default_factory=dict)
    strangers: set[int] = field(default_factory=set)
    """Sources that lead to an account which has not met them yet."""
    _urgent: list[int] = field(default_factory=list)
    _workers: set[asyncio.Task[None]] = field(default_factory=set)
    _line: deque[SourceState] = field(default_factory=deque)
    """Sources that are due and not asked yet."""
    _working: OrderedDict[int, float] = field(default_factory=OrderedDict)
    """Polls that count as running, and since when (loop time)."""
    _timer: asyncio.TimerHandle | None = None
    _all_asked: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: list[Poll] = field(default_factory=list)
    _unwritten: set[int] = field(default_factory=set)
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False
    _clock_checked: float | None = None

    async def offload(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run work that costs CPU on the parsing thread."""
        return await asyncio.get_running_loop().run_in_executor(self.parsing, partial(work, *args, **kwargs))

    def on_store(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        """Run work on the database's thread."""
        return asyncio.get_running_loop().run_in_executor(self.storing, partial(work, *args, **kwargs))

    async def tick(self, *, force: bool = False) -> int:
        """Start asking every source that is due and not being asked yet; give how many. For a service that ticks.

        ``force`` passes over intervals, hints and backoff, never over what a host itself asked for.
        """
        loop = asyncio.get_running_loop()
        if self._clock_checked is None or force or loop.time() - self._clock_checked >= CLOCK_CHECK:
            spread = self._clock_checked is None and not force
            self._clock_checked = loop.time()
            await self.on_store(self._prepare, force=force, spread=spread)
        return len(await self._ask_due(self.now()))

    async def round(self, *, force: bool = False) -> None:
        """Ask every source that is due, once each, and wait until all have answered or failed."""
        await self.on_store(self._prepare, force=force, spread=False)
        start = self.now()  # whoever was asked since is due later than this
        place: Due | None = None
        while found := await self._ask_due(start, place):
            place = max((Due(state.due, state.no) for state in found if state.due), default=place)
            await self._all_asked.wait()
        while self._workers:
            await asyncio.wait(self._workers)

    async def write(self) -> None:
        """Write polls as they end, until ``finish``; several in one commit where several are ready."""
        while not (self._closing and not self._ended):
            await self._something.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.linger):
                    await self._news.wait()
            polls, self._ended = self._ended, []
            self._something.clear()
            if not self._closing:
                self._news.clear()
            for some in shares(polls):
                for taken in await self.on_store(self._take_all, some):
                    self.watch(taken)
                self._unwritten.difference_update(poll.state.no for poll in some)

    @property
    def unwritten(self) -> int:
        """How many sources are in line, being asked, or not written yet."""
        return len(self._unwritten)

    def give_up(self) -> None:
        """Break off every poll under way, and ask nobody any more; what was answered is still written."""
        self._line.clear()
        for worker in self._workers:
            worker.cancel()

    def finish(self) -> None:
        """Let the writer end once everything is written."""
        self._closing = True
        self._something.set()
        self._news.set()

    def close(self) -> None:
        """Let the threads go."""
        self.parsing.shutdown(wait=False, cancel_futures=True)
        self.storing.shutdown(wait=True)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _prepare(self, *, force: bool, spread: bool) -> None:
        """See to due times: what the clock made impossible, what is forced, and first polls that would be a stampede."""
        now = self.now()
        self._urgent = [no for no, origin in self.origins.items() if origin.rhythm.urgent]
        longest = max((origin.rhythm.every for origin in self.origins.values()), default=LONGEST)
        with writing(self.engine) as connection:
            mend_clock(connection, now, 2 * max(longest, LONGEST) + LONGEST_SKIP)
            if force:
                make_due(connection, now)
            fresh = new_ids(connection) if spread else []
            if len(fresh) > FEW:
                over = timedelta(seconds=len(fresh) / A_SECOND)
                spread_new(connection, {one: now + over * phase(one, now) for one in fresh})

    async def _ask_due(self, moment: datetime, after: Due | None = None) -> list[SourceState]:
        """Put what is due at a moment in line, as far as there is room, and give it."""
        room = min(self.most, MOST_UNDER_WAY - len(self._workers)) - len(self._line)
        if room <= 0:
            return []
        states = await self.on_store(self._due, moment, room, self._unwritten.copy(), after)
        self._unwritten.update(state.no for state in states)
        self._line.extend(states)
        self._all_asked.clear()
        self._advance()
        return states

    def _advance(self) -> None:
        """Set workers to what is in line, as many as may run."""
        now = asyncio.get_running_loop().time()
        while self._line and (len(self._working) < AT_WORK or self._set_oldest_aside(now)):
            state = self._line.popleft()
            self._working[state.no] = now
            task = asyncio.create_task(self._work(state))
            self._workers.add(task)
            task.add_done_callback(self._workers.discard)
        if not self._line:
            self._all_asked.set()

    async def _work(self, state: SourceState) -> None:
        """Ask one source after the other, until nothing is in line, or this worker was set aside for another."""
        loop = asyncio.get_running_loop()
        while True:
            await self._poll(self.origins[state.no], state)
            if self._working.pop(state.no, None) is None or not self._line:
                return
            state = self._line.popleft()
            self._working[state.no] = loop.time()
            if not self._line:
                self._all_asked.set()

    def _set_oldest_aside(self, now: float) -> bool:
        no, since = next(iter(self._working.items()))
        if since + PATIENCE <= now:
            del self._working[no]
            return True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(since + PATIENCE, self._look_again)
        return False

    def _look_again(self) -> None:
        self._timer = None
        self._advance()

    def _due(self, now: datetime, room: int, busy: set[int], after: Due | None) -> list[SourceState]:
        """Give what is due: alerts first, and alone where everything else was stopped."""
        with reading(self.engine) as connection:
            emergency = emergency_stop(connection)
            found: list[SourceState] = []
            if self._urgent and emergency != "all":
                found = due_among(connection, now, self._urgent, busy=busy)
                busy.update(state.no for state in found)
            if emergency is None:
                found += due_sources(connection, now, max(0, room - len(found)), busy=busy, after=after)
        return [state for state in found if state.no in self.origins]

    async def _poll(self, origin: Origin, state: SourceState) -> None:
        try:
            adapter = self.adapters.get(origin.no)
            if adapter is None:
                adapter = self.adapters[origin.no] = origin.open(adopted(state.moved))
            batch = await adapter.fetch(state.cursor)
            poll = Poll(origin=origin, state=state, at=self.now(), batch=batch)
            if not batch.not_modified:
                poll = await self.offload(_understood, poll, batch)
        except AdapterError as error:
            poll = Poll(origin=origin, state=state, at=self.now(), error=error)
        except Exception as error:  # noqa: BLE001 - the job boundary: one source's surprise is no other's problem
            poll = Poll(origin=origin, state=state, at=self.now(), error=_surprise(named(error)))
        self._ended.append(poll)
        if len(self._ended) == 1:
            self._something.set()
        if not poll.is_quiet or len(self._ended) >= ENOUGH:
            self._news.set()

    # ── taking in ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _take_all(self, polls: list[Poll]) -> list[Taken]:
        """Write polls in one commit; where that fails for one of them, each on its own."""
        try:
            return self._take(polls)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - the job boundary again: find the one that cannot be taken in
            if len(polls) > 1:
                return [taken for poll in polls for taken in self._take_all([poll])]
            error = _surprise("What the source showed could not be taken in.")
            poll = polls[0]
            return self._take([Poll(origin=poll.origin, state=poll.state, at=poll.at, error=error)])

    def _take(self, polls: list[Poll]) -> list[Taken]:
        with writing(self.engine) as connection:
            taken = [self._decide(connection, poll) for poll in polls]
            rows = [entry(one.poll, one.decision) for one in taken]
            note_polls(connection, rows)
            for poll, row in zip(polls, rows, strict=True):
                if found := notice(poll, row):
                    add_events(connection, poll.at, [found])
                if poll.batch and poll.batch.cost:
                    note_spent(connection, poll.at, poll.origin.no, poll.batch.cost)
        for one, row in zip(taken, rows, strict=True):
            self._after(one, row)
        return taken

    def _decide(self, connection: Connection, poll: Poll) -> Taken:
        """Decide where there is something to decide about; where nothing changed, only a new account's first contact."""
        batch = poll.batch
        if batch is None:
            return Taken(poll=poll, failure=str(poll.error))
        if batch.not_modified and poll.origin.no not in self.strangers:
            return Taken(poll=poll)
        from bot.collecting.taking import take_in  # a quiet round never pays for what decides

        return Taken(poll=poll, decision=take_in(connection, poll))

    def _after(self, taken: Taken, row: Mapping[str, Any]) -> None:
        """What was committed changes what the next poll does."""
        state = taken.poll.state
        if taken.decision and taken.decision.first_contacts:
            self.strangers.discard(state.no)
        if "moved" in row and adopted(row["moved"]) != adopted(state.moved):
            self.adapters.pop(state.no, None)


def shares(polls: Iterable[Poll]) -> list[list[Poll]]:
    """Share polls out over commits: alerts first, and not too much to decide in one."""
    found: list[list[Poll]] = [[]]
    news = 0
    for poll in sorted(polls, key=lambda one: not one.origin.rhythm.urgent):
        if news >= MOST_NEWS and not poll.is_quiet:
            found.append([])
            news = 0
        found[-1].append(poll)
        news += not poll.is_quiet
    return [some for some in found if some]


def _understood(poll: Poll, batch: Batch) -> Poll:
    from bot.collecting.taking import understood  # nor for what reads texts

    return understood(poll, batch)


def _surprise(what: str) -> AdapterError:
    return Temporary(
        what,
        code="source.surprise",
        remedy="This is a mistake in the program: please report it with the address of the source.",
    )

"""Collecting: ask the sources that are due, and take what they show into memory, one transaction per hand-over.

Waiting for hosts is asyncio; parsing and the database each have a thread of their own, so that neither stalls the loop
nor each other. Results are written by one writer, as many as are ready in one commit.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Engine

from adapters.contract import Batch, Source
from adapters.errors import AdapterError
from bot.collecting.bookkeeping import routine
from bot.collecting.commits import Commits, shares, surprise
from bot.collecting.moves import adopted
from bot.collecting.poll import Origin, Poll, Taken
from bot.collecting.rhythm import LONGEST, LONGEST_SKIP, phase
from bot.redact import named
from bot.store.accounts import emergency_stop
from bot.store.engine import reading, writing
from bot.store.sources import (
    Place as Due,
)
from bot.store.sources import (
    SourceState,
    Times,
    due_among,
    due_sources,
    make_due,
    mend_clock,
    new_ids,
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

ENOUGH = 2000
"""So many quiet polls wait for no others to share a commit with."""

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
    commits: Commits = field(init=False)
    _urgent: list[int] = field(default_factory=list)
    _workers: set[asyncio.Task[None]] = field(default_factory=set)
    _line: deque[SourceState] = field(default_factory=deque)
    """Sources that are due and not asked yet."""
    _working: OrderedDict[int, float] = field(default_factory=OrderedDict)
    """Polls that count as running, and since when (loop time)."""
    _timer: asyncio.TimerHandle | None = None
    _nearly_all_asked: asyncio.Event = field(default_factory=asyncio.Event)
    """So few are left in line that the next may be fetched: whoever waited until none was left would idle meanwhile."""
    _ended: list[Poll] = field(default_factory=list)
    """Polls that ended, and are not written yet."""
    _quiet: list[Times] = field(default_factory=list)
    """What is left of those that found nothing, which are nearly all of them."""
    _unwritten: set[int] = field(default_factory=set)
    _reading: int = 0
    """Documents that are with the parsing thread, or wait for it."""
    _documents: int = 0
    """Polls that found something, and are not written yet."""
    _written: asyncio.Event = field(default_factory=asyncio.Event)
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False
    _clock_checked: float | None = None

    def __post_init__(self) -> None:
        self.commits = Commits(engine=self.engine, moved=lambda no: self.adapters.pop(no, None))

    async def offload(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run work that costs CPU on the parsing thread."""
        self._reading += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.parsing, partial(work, *args, **kwargs))
        finally:
            self._reading -= 1

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
        asked, _ = await self._ask_due(self.now())
        return asked

    async def round(self, *, force: bool = False) -> None:
        """Ask every source that is due, once each, and wait until all have answered or failed."""
        await self.on_store(self._prepare, force=force, spread=False)
        start = self.now()  # whoever was asked since is due later than this
        asked, place = await self._ask_due(start)
        while asked:
            await self._nearly_all_asked.wait()
            while self._in_hand * 4 > self.most and not self._closing:
                self._written.clear()
                await self._written.wait()
            asked, place = await self._ask_due(start, place)
        while self._workers:
            await asyncio.wait(self._workers)

    async def write(self) -> None:
        """Write polls as they end, until ``finish``; several in one commit where several are ready."""
        try:
            while not (self._closing and not self._ended and not self._quiet):
                await self._something.wait()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.linger):
                        await self._news.wait()
                self._something.clear()
                if not self._closing:
                    self._news.clear()
                await self._write_all()
        finally:
            self.finish()  # nobody waits for a writer that is gone

    async def _write_all(self) -> None:
        """Write what has ended by now, the quiet polls last: they delay nobody."""
        polls, self._ended = self._ended, []
        quiet, self._quiet = self._quiet, []
        for some in shares(polls):
            for taken in await self.on_store(self.commits.take_all, some):
                self.watch(taken)
            self._documents -= sum(not poll.is_quiet for poll in some)
            self._unwritten.difference_update(poll.state.no for poll in some)
            self._written.set()
        if quiet:
            await self.on_store(self.commits.note, quiet)
            for times in quiet:
                self.watch(Taken(source=self.origins[times.row].policy.id))
            self._unwritten.difference_update(times.row for times in quiet)
            self._written.set()

    @property
    def _in_hand(self) -> int:
        """How many answers were received and are not in memory yet: each may hold a whole document."""
        return self._reading + self._documents

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
        self._written.set()

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

    async def _ask_due(self, moment: datetime, after: Due | None = None) -> tuple[int, Due | None]:
        """Put what is due at a moment in line, as far as there is room; give how many, and behind which place to go on."""
        room = max(0, min(self.most, MOST_UNDER_WAY - len(self._workers)) - len(self._line) - self._in_hand)
        if not (room or self._urgent):
            return 0, after
        due = await self.on_store(self._due, moment, room, self._unwritten.copy(), after)
        states = (*due.urgent, *due.others)
        self._unwritten.update(state.no for state in states)
        self._line.extendleft(reversed(due.urgent))
        self._line.extend(due.others)
        self._nearly_all_asked.clear()
        self._advance()
        return len(states), due.place

    def _advance(self) -> None:
        """Set workers to what is in line, as many as may run."""
        now = asyncio.get_running_loop().time()
        while self._line and (len(self._working) < AT_WORK or self._set_oldest_aside(now)):
            state = self._line.popleft()
            self._working[state.no] = now
            task = asyncio.create_task(self._work(state))
            self._workers.add(task)
            task.add_done_callback(self._workers.discard)
        if len(self._line) * 8 < self.most:
            self._nearly_all_asked.set()

    async def _work(self, state: SourceState) -> None:
        """Ask one source after the other, until nothing is in line, or this worker was set aside for another."""
        loop = asyncio.get_running_loop()
        while True:
            await self._poll(self.origins[state.no], state)
            if self._working.pop(state.no, None) is None or not self._line:
                return
            state = self._line.popleft()
            self._working[state.no] = loop.time()
            if len(self._line) * 8 < self.most:
                self._nearly_all_asked.set()

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

    def _due(self, now: datetime, room: int, busy: set[int], after: Due | None) -> _AllDue:
        """Give what is due: alerts whether there is room or not, and alone where everything else was stopped."""
        urgent: list[SourceState] = []
        others: list[SourceState] = []
        with reading(self.engine) as connection:
            emergency = emergency_stop(connection)
            if self._urgent and emergency != "all":
                urgent = due_among(connection, now, self._urgent, busy=busy)
                busy.update(state.no for state in urgent)
            if emergency is None and room > len(urgent):
                others = due_sources(connection, now, room - len(urgent), busy=busy, after=after)
        if others and others[-1].due is not None:
            after = Due(others[-1].due, others[-1].no)
        ours = [[state for state in some if state.no in self.origins] for some in (urgent, others)]
        return _AllDue(urgent=ours[0], others=ours[1], place=after)

    async def _poll(self, origin: Origin, state: SourceState) -> None:
        """Ask a source, and line up what became of it for the writer."""
        try:
            adapter = self.adapters.get(origin.no)
            if adapter is None:
                adapter = self.adapters[origin.no] = origin.open(adopted(state.moved))
            batch = await adapter.fetch(state.cursor)
            at = self.now()
            if not batch.not_modified:
                poll = await self.offload(_understood, Poll(origin=origin, state=state, at=at, batch=batch), batch)
            elif state.no in self.commits.strangers or (times := routine(origin, state, at, batch)) is None:
                poll = Poll(origin=origin, state=state, at=at, batch=batch)
            else:
                self._quiet.append(times)
                self._wake()
                return
        except AdapterError as error:
            poll = Poll(origin=origin, state=state, at=self.now(), error=error)
        except Exception as error:  # noqa: BLE001 - the job boundary: one source's surprise is no other's problem
            poll = Poll(origin=origin, state=state, at=self.now(), error=surprise(named(error)))
        self._ended.append(poll)
        self._documents += not poll.is_quiet
        self._wake(news=not poll.is_quiet)

    def _wake(self, *, news: bool = False) -> None:
        """Let the writer know that there is something to write, and whether it may wait for more."""
        self._something.set()
        if news or len(self._quiet) + len(self._ended) >= ENOUGH:
            self._news.set()


class _AllDue(NamedTuple):
    """Sources that are due, alerts apart; ``place`` is the last of the others, behind which to go on."""

    urgent: list[SourceState]
    others: list[SourceState]
    place: Due | None


def _understood(poll: Poll, batch: Batch) -> Poll:
    from bot.collecting.taking import understood  # nor for what reads texts

    return understood(poll, batch)

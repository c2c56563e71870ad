"""When things happen: once, until nothing is due; or for as long as the service runs.

One tick takes what is due; nothing has a timer of its own. On SIGTERM the ticks stop, what is under way ends or is put back,
and the program leaves with nothing half done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from adapters.http import HttpClient
from bot.app import App
from bot.collecting.collect import Taken
from bot.manners import network_policy
from bot.model import Lane
from bot.store import accounts, line, queue
from bot.store.engine import reading, writing

if TYPE_CHECKING:  # a round in which nothing happens pays for neither
    from bot.delivery.outbox import Outbox
    from bot.media.prepare import Preparation

SOON = timedelta(seconds=15)
"""``run --once`` works on for what falls due within so long."""

HOUSE_SECONDS = 30.0
"""How long ``run --once`` looks at pages; the rest is looked at by the next one."""

NAP = 0.25
"""Seconds between two looks at whether somebody wants the program to stop."""

Upcoming = Mapping[tuple[int, Lane], datetime]


@dataclass(slots=True, kw_only=True)
class Deliveries:
    """Keeps one worker per account and lane at work while there is something for it."""

    engine: Engine
    accounts: Collection[int]
    """Whose queues are worked at, by their number in memory."""
    open: Callable[[], Outbox]
    """Makes the outbox, when there is something for it for the first time."""
    now: Callable[[], datetime]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16, thread_name_prefix="deliver"))
    working: dict[tuple[int, Lane], asyncio.Task[None]] = field(default_factory=dict)
    again: set[tuple[int, Lane]] = field(default_factory=set)
    failed: asyncio.Queue[BaseException] = field(default_factory=asyncio.Queue)
    """What made a worker give up: nothing raises there but memory that is out of reach."""
    _outbox: Outbox | None = None
    _opening: Lock = field(default_factory=Lock)

    def kick(self, account: int, lane: Lane) -> None:
        """Let a lane look at its queue: now, or as soon as it is done with what it is doing."""
        key = (account, lane)
        self.again.add(key)
        if key not in self.working:
            task = asyncio.create_task(self._work(key))
            self.working[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))

    async def idle(self) -> None:
        """Wait until every lane has done what it can. Raises what made one give up."""
        while self.working:
            await asyncio.wait(self.working.values())
            await asyncio.sleep(0)  # lets the ends be noted
        self.give_up()

    def give_up(self) -> None:
        """Raise what made a worker give up, if one did."""
        if not self.failed.empty():
            raise self.failed.get_nowait()

    def kick_due(self) -> datetime | None:
        """Let every lane with something due look at its queue; give when the first thing is due."""
        upcoming = self.upcoming()
        self.kick_all(upcoming)
        return min(upcoming.values(), default=None)

    def kick_all(self, upcoming: Upcoming) -> None:
        """Let the lanes whose time has come look at their queues."""
        now = self.now()
        for (account, lane), due in upcoming.items():
            if due <= now:
                self.kick(account, lane)

    def upcoming(self) -> Upcoming:
        """When each lane has something to do that nothing forbids; may be called from any thread."""
        now = self.now()
        with reading(self.engine) as connection:
            states = {state.no: state for state in accounts.active_accounts(connection)}
            due = line.next_due(connection, now)
        found: dict[tuple[int, Lane], datetime] = {}
        for (account, lane, errand), moment in due.items():
            state = states.get(account)
            if account not in self.accounts or state is None or not state.is_open(lane):
                continue
            wait = state.wait_for(lane, errand, now)
            soonest = max(moment, wait.until) if wait else moment
            found[account, lane] = min(soonest, found.get((account, lane), soonest))
        return found

    async def _work(self, key: tuple[int, Lane]) -> None:
        while key in self.again:
            self.again.discard(key)
            await asyncio.get_running_loop().run_in_executor(self.pool, self._deliver, *key)

    def _deliver(self, account: int, lane: Lane) -> None:
        with self._opening:
            self._outbox = self._outbox or self.open()
        self._outbox.work(account, lane)

    def _ended(self, key: tuple[int, Lane], done: asyncio.Task[None]) -> None:
        self.working.pop(key, None)
        error = None if done.cancelled() else done.exception()
        if error is not None:
            self.failed.put_nowait(error)

    def close(self) -> None:
        """Let the threads and connections go."""
        self.pool.shutdown(wait=True)
        if self._outbox:
            self._outbox.close()


async def run_once(app: App, *, force: bool, watch: Callable[[Taken], None], stopping: Callable[[], bool]) -> None:
    """Do what is due, then work until nothing is due within ``SOON``."""
    begin(app, force=force)
    deliveries = deliveries_of(app, stopping)
    async with HttpClient(network_policy(app.settings)) as http:
        collector = app.collector(http, kicking(deliveries, watch), linger=0.05)
        writer = asyncio.create_task(collector.write())
        try:
            deliveries.kick_due()
            await collector.round(force=force)
            await app.housekeeping(http, collector).tick(seconds=HOUSE_SECONDS)
            collector.finish()
            await writer
            await asyncio.to_thread(gather, app)
            preparation = app.preparation(http) if app.shows_pictures else None
            await _work_off(deliveries, preparation, app.now, stopping)
        finally:
            writer.cancel()
            collector.close()
            deliveries.close()


def begin(app: App, *, force: bool) -> None:
    """Forget what waits by limits of ours, which are counted anew; with ``force`` our own retry times too."""
    with writing(app.engine) as connection:
        accounts.forget_own_waits(connection, force=force)
        if force:
            queue.hurry(connection, app.now())


async def _work_off(
    deliveries: Deliveries, preparation: Preparation | None, now: Callable[[], datetime], stopping: Callable[[], bool]
) -> None:
    while not stopping():
        await deliveries.idle()
        pictures_due = None
        if preparation:
            await preparation.work()
            pictures_due = preparation.next_due()
        due = min(filter(None, (deliveries.kick_due(), pictures_due)), default=None)
        if due is None or due > now() + SOON:
            return
        while not stopping() and not deliveries.working and (left := (due - now()).total_seconds()) > 0:  # noqa: ASYNC110 - signals set no event of the loop
            await asyncio.sleep(min(left, NAP))


def deliveries_of(app: App, stopping: Callable[[], bool]) -> Deliveries:
    """Give what delivers for an installation; the outbox itself is made when something is to leave."""
    accounts = frozenset(app.numbers.accounts[account.id] for account in app.settings.account)
    return Deliveries(engine=app.engine, accounts=accounts, open=lambda: app.outbox(stopping), now=app.now)


def gather(app: App) -> int:
    """Make the digests whose hour has come; give how many posts now wait."""
    if all(source.digest == "none" for source in app.settings.enabled()):
        return 0
    from bot.digest import make_digests

    return make_digests(app.engine, app.settings, app.now())


def kicking(deliveries: Deliveries, watch: Callable[[Taken], None]) -> Callable[[Taken], None]:
    """Give a watch that sets lanes to work as soon as something was decided for them."""

    def taken(one: Taken) -> None:
        if one.decision:
            for publication in one.decision.publications:
                deliveries.kick(publication.account, publication.lane)
            if one.decision.publication_changes:
                deliveries.kick_due()
        watch(one)

    return taken

"""When things happen: once, until nothing is due; or for as long as the service runs.

One tick takes what is due; nothing has a timer of its own. On SIGTERM the ticks stop, what is under way ends or is put back,
and the program leaves with nothing half done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.http import HttpClient
from bot.app import App, network_policy
from bot.collect import Taken
from bot.model import Lane
from bot.outbox import Outbox
from bot.store import accounts, queue
from bot.store.engine import reading

SOON = timedelta(seconds=15)
"""``run --once`` works on for what falls due within so long."""


@dataclass(slots=True, kw_only=True)
class Deliveries:
    """Keeps one worker per account and lane at work while there is something for it."""

    outbox: Outbox
    now: Callable[[], datetime]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16, thread_name_prefix="deliver"))
    working: dict[tuple[int, Lane], asyncio.Task[None]] = field(default_factory=dict)
    again: set[tuple[int, Lane]] = field(default_factory=set)

    def kick(self, account: int, lane: Lane) -> None:
        """Let a lane look at its queue: now, or as soon as it is done with what it is doing."""
        key = (account, lane)
        self.again.add(key)
        if key not in self.working:
            task = asyncio.create_task(self._work(key))
            self.working[key] = task
            task.add_done_callback(lambda _: self.working.pop(key, None))

    async def idle(self) -> None:
        """Wait until every lane has done what it can."""
        while self.working:
            await asyncio.gather(*self.working.values())

    def kick_due(self) -> datetime | None:
        """Let every lane with something due look at its queue; give when the first thing is due."""
        upcoming = self.upcoming()
        self.kick_all(upcoming)
        return min(upcoming.values(), default=None)

    def kick_all(self, upcoming: Mapping[tuple[int, Lane], datetime]) -> None:
        """Let the lanes whose time has come look at their queues."""
        now = self.now()
        for (account, lane), due in upcoming.items():
            if due <= now:
                self.kick(account, lane)

    def upcoming(self) -> dict[tuple[int, Lane], datetime]:
        """When each lane has something to do that nothing forbids; may be called from any thread."""
        now = self.now()
        with reading(self.outbox.engine) as connection:
            states = {state.no: state for state in accounts.active_accounts(connection)}
            due = queue.next_due(connection)
        found = {}
        for (account, lane), moment in due.items():
            state = states.get(account)
            if account in self.outbox.channels and state is not None and state.is_open(lane):
                wait = state.waits(lane, now)
                found[account, lane] = max(moment, wait.until) if wait else moment
        return found

    async def _work(self, key: tuple[int, Lane]) -> None:
        while key in self.again:
            self.again.discard(key)
            await asyncio.get_running_loop().run_in_executor(self.pool, self.outbox.work, *key)

    def close(self) -> None:
        """Let the threads and connections go."""
        self.pool.shutdown(wait=True)
        self.outbox.close()


async def run_once(app: App, *, force: bool, watch: Callable[[Taken], None], stopping: Callable[[], bool]) -> None:
    """Do what is due, then work until nothing is due within ``SOON``."""
    outbox = app.outbox(stopping)
    deliveries = Deliveries(outbox=outbox, now=app.now)
    async with HttpClient(network_policy(app.settings)) as http:
        collector = app.collector(http, kicking(deliveries, watch), linger=0.05)
        writer = asyncio.create_task(collector.write())
        try:
            deliveries.kick_due()
            await collector.tick(force=force)
            while collector.busy:
                await asyncio.wait(collector.busy.values(), return_when=asyncio.FIRST_COMPLETED)
            await collector.ended.put(None)
            await writer
            await _work_off(deliveries, app.now, stopping)
        finally:
            writer.cancel()
            collector.close()
            deliveries.close()


async def _work_off(deliveries: Deliveries, now: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
    while not stopping():
        due = deliveries.kick_due()
        if due is None or due > now() + SOON:
            return
        await deliveries.idle()
        await asyncio.sleep(max(0.0, (due - now()).total_seconds()))


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

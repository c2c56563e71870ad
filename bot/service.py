"""The service: ticks that take what is due, the pages, and a way out with nothing half done."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from adapters.http import HttpClient
from bot.app import App
from bot.collecting.collect import Collector, Taken
from bot.collecting.subscribe import renew
from bot.housekeeping import Housekeeping
from bot.manners import network_policy
from bot.media.prepare import Preparation
from bot.pages import follow
from bot.schedule import Deliveries, begin, deliveries_of, gather, kicking
from bot.store.engine import StoreError, open_engine

TICK = 1.0
HOUSE_TICK = 60.0
PATIENCE = 70.0
"""Seconds without a tick after which the scheduler counts as dead."""
GRACE = timedelta(seconds=45)
"""How long what is under way may take to end after SIGTERM: less than the 60 s that service managers give."""

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Service:
    """One running installation: its ticks, and the tasks that they started."""

    app: App
    collector: Collector
    deliveries: Deliveries
    house: Housekeeping
    preparation: Preparation
    subscribe: Callable[[], Coroutine[Any, Any, Any]]
    """Asks hubs of feeds to say when there is news."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    failure: BaseException | None = None
    last_tick: float = field(default_factory=monotonic)

    async def run(self, *, force: bool) -> None:
        """Tick until told to stop, then drain. Raises what made it impossible to go on."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        every_second = (self._collect, self._deliver, self._prepare)
        every_minute = (self._gather, self.house.tick, self.subscribe)
        jobs = [(job, TICK) for job in every_second] + [(job, HOUSE_TICK) for job in every_minute]
        for job, seconds in jobs:
            scheduler.add_job(
                self._start,
                "interval",
                (job,),
                seconds=seconds,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        writer = asyncio.create_task(self.collector.write())
        writer.add_done_callback(self._watch_task)
        await self._start(partial(self._collect, force=force))
        scheduler.start()
        await self.stopping.wait()
        scheduler.pause()
        await self._drain(writer)
        scheduler.shutdown(wait=False)
        if self.failure:
            raise self.failure

    def is_alive(self) -> bool:
        """Whether the ticks still come. Asked from any thread."""
        return not self.stopping.is_set() and monotonic() - self.last_tick < PATIENCE

    async def _start(self, job: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Run a job as a task of ours: the scheduler would cancel its own at shutdown."""
        self.last_tick = monotonic()
        task = asyncio.get_running_loop().create_task(job())
        self.tasks.add(task)
        task.add_done_callback(self._watch_task)

    def _watch_task(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # nothing of ours raises here but memory that is out of reach: better stop than pretend
            self.failure = self.failure or error
            self.stopping.set()

    async def _collect(self, *, force: bool = False) -> None:
        await self.collector.tick(force=force)

    async def _deliver(self) -> None:
        self.deliveries.give_up()
        self.deliveries.kick_all(await asyncio.to_thread(self.deliveries.upcoming))

    async def _gather(self) -> None:
        if await asyncio.to_thread(gather, self.app):
            await self._deliver()

    async def _prepare(self) -> None:
        if await self.preparation.work():
            await self._deliver()

    async def _drain(self, writer: asyncio.Task[None]) -> None:
        """Give polls up, let deliveries and commits under way end."""
        self.collector.give_up()
        try:
            async with asyncio.timeout(GRACE.total_seconds()):
                await self.deliveries.idle()
                if not writer.done():
                    self.collector.finish()
                    await writer
        except (TimeoutError, StoreError):
            writer.cancel()


async def serve(app: App, *, force: bool, stopping: threading.Event) -> None:
    """Run an installation until ``stopping`` is set; the pages too, where ``listen`` names an address."""
    await asyncio.to_thread(begin, app, force=force)
    deliveries = deliveries_of(app, stopping.is_set)
    async with HttpClient(network_policy(app.settings)) as http:
        collector = app.collector(http, kicking(deliveries, _tell), linger=TICK)
        house = app.housekeeping(http, collector)
        service = Service(
            app=app,
            collector=collector,
            deliveries=deliveries,
            house=house,
            preparation=app.preparation(http),
            subscribe=partial(renew, app.engine, http, app.settings, app.now),
        )
        pages = asyncio.create_task(_pages(app, service))
        watcher = asyncio.create_task(follow(stopping, service.stopping))
        try:
            await service.run(force=force)
        finally:
            stopping.set()  # ends what is being sent, and the watcher, whoever asked for the end
            await watcher
            await _end(pages)
            collector.close()
            deliveries.close()


async def _pages(app: App, service: Service) -> None:
    """Serve the pages beside the work. A taken port is a warning: announcements matter more."""
    listen = app.settings.web.listen
    if not listen:
        return
    from bot.pages import serve_site, site
    from bot.web.serve import CannotListen

    writer = open_engine(app.settings.omroeper.database)  # its own connections: operators never wait for readers
    try:
        found = site(
            app.settings,
            app.engine,
            lambda: {"process": True, "scheduler": service.is_alive()},
            environ=app.environ,
            writer=writer,
        )
        await serve_site(found, listen, service.stopping, lambda address: log.info("pages.ready", address=address))
    except CannotListen as error:
        log.warning("pages.cannot-listen", error=str(error))
    finally:
        writer.dispose()


async def _end(task: asyncio.Task[None]) -> None:
    try:
        async with asyncio.timeout(5):
            await task
    except TimeoutError:
        task.cancel()


def _tell(taken: Taken) -> None:
    """Write one line about a poll that found something, or failed."""
    if taken.failure:
        log.warning("poll.failed", source=taken.source, error=taken.failure)
    elif taken.decision and taken.decision.new_items:
        log.info("poll.news", source=taken.source, items=taken.decision.new_items)

"""The collector under strain: hosts that hang, names that do not resolve, a source that surprises, alerts before the rest."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from adapters.http import HttpClient
from bot.collecting.collect import Collector, Taken
from bot.store.engine import sqlite_path, writing
from bot.store.sources import Times, note_times
from tests.unit.collecting.town import START, Town, dated
from tests.unit.http.loopback import Server, Visit, policy, serving

FEED = (
    f'<rss version="2.0"><channel><title>Stad</title><item><title>Een</title><guid>1</guid>'
    f"<pubDate>{dated(START)}</pubDate></item></channel></rss>"
).encode()


@dataclass(slots=True)
class Watch:
    """What ended, when, counted from the start, by source."""

    began: float = field(default_factory=time.monotonic)
    ended: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def __call__(self, taken: Taken) -> None:
        """Note it."""
        id_ = taken.source
        self.ended[id_] = time.monotonic() - self.began
        if taken.failure:
            self.failures[id_] = taken.failure


@asynccontextmanager
async def collecting(town: Town, watch: Watch, lookup: Callable[[str], Sequence[str]]) -> AsyncIterator[Collector]:
    """Run a collector and its writer until the context ends; what hangs is then given up."""
    async with HttpClient(policy(), lookup=lookup) as http:
        collector = town.running.collector(http, watch, linger=0.02)
        writer = asyncio.create_task(collector.write())
        watch.began = time.monotonic()
        yield collector
        collector.give_up()
        collector.finish()
        await writer
        collector.close()


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is no event
            await asyncio.sleep(0.01)


async def answering(visit: Visit) -> None:
    """Hang below /slow, answer everything else."""
    if visit.path.startswith("/slow"):
        await asyncio.sleep(3600)
    await visit.reply(200, FEED, {"Content-Type": "application/rss+xml"})


def nowhere(host: str) -> Sequence[str]:
    """Find nothing."""
    raise OSError(-2, f"Name or service not known: {host}")


def test_hosts_that_hang_delay_nobody(town: Town) -> None:
    """With 300 sources that never answer and ten names that no server resolves due first, 40 healthy ones are in long before those give up."""
    watch, resolved = Watch(), threading.Event()

    def never(host: str) -> Sequence[str]:
        resolved.wait(30)
        return nowhere(host)

    async def run(server: Server) -> None:
        async with collecting(town, watch, never) as collector:
            await collector.tick(force=True)
            await until(lambda: sum(id_.startswith("well") for id_ in watch.ended) == 40)
            resolved.set()

    async def main() -> None:
        async with serving(answering) as server:
            for n in range(10):
                town.follow(f"dead{n}", f"http://naam-{n}.voorbeeldstad.example/rss")
            for n in range(300):
                town.follow(f"slow{n}", f"{server.url}/slow/{n}")
            for n in range(40):
                town.follow(f"well{n}", f"{server.url}/well/{n}")
            await run(server)

    asyncio.run(main())
    assert max(taken for id_, taken in watch.ended.items() if id_.startswith("well")) < 8
    assert not set(watch.failures) - {f"dead{n}" for n in range(10)}


def test_alerts_are_asked_before_everything_else(town: Town) -> None:
    """Where more is due than a tick takes, sources of alerts come first."""
    asked: list[str] = []

    async def noting(visit: Visit) -> None:
        asked.append(visit.path)
        await visit.reply(404)

    async def main() -> None:
        async with serving(noting) as server:
            for n in range(30):
                town.follow(f"a{n}", f"{server.url}/{n}")
            town.follow("z-alarm", f"{server.url}/alarm", kind="cap")
            async with collecting(town, Watch(), nowhere) as collector:
                collector.most = 5
                await collector.tick(force=True)
                await until(lambda: len(asked) >= 5)

    asyncio.run(main())
    assert "/alarm" in asked[:5]


@pytest.mark.parametrize(("paused", "expected"), [("all", []), ("rest", ["/alarm"])])
def test_an_emergency_stop_asks_nobody_but_alerts_where_it_says_so(
    town: Town, paused: str, expected: list[str]
) -> None:
    """While everything is paused no host is asked; ``--except-alerts`` goes on asking for alerts alone."""
    from bot.store.engine import writing
    from bot.store.wishes import write_setting

    asked: list[str] = []

    async def noting(visit: Visit) -> None:
        asked.append(visit.path)
        await visit.reply(404)

    async def main() -> None:
        async with serving(noting) as server:
            town.follow("stad", f"{server.url}/rss")
            town.follow("alarm", f"{server.url}/alarm", kind="cap")
            with writing(town.running.engine) as connection:
                write_setting(connection, "paused", paused)
            async with collecting(town, Watch(), nowhere) as collector:
                await collector.round(force=True)

    asyncio.run(main())
    assert asked == expected


def test_a_surprise_in_one_source_is_its_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of the program in one source is named as such, and every other source goes on."""
    from adapters.feed.source import FeedSource

    read = FeedSource.fetch

    async def fetch(self: FeedSource, cursor: dict[str, object]) -> object:
        if self._config.id == "raar":
            raise ZeroDivisionError("vreemd")
        return await read(self, cursor)

    monkeypatch.setattr(FeedSource, "fetch", fetch)
    watch = Watch()

    async def main() -> None:
        async with serving(answering) as server:
            for name in ("raar", "gewoon", "ook"):
                town.follow(name, f"{server.url}/{name}")
            async with collecting(town, watch, nowhere) as collector:
                await collector.round()
                await until(lambda: len(watch.ended) == 3)

    asyncio.run(main())
    assert watch.failures == {"raar": "ZeroDivisionError: vreemd"}
    assert town.attention()["source.surprise"].grave
    assert town.source("gewoon").state == town.source("ook").state == "ok"


def test_what_was_answered_is_written_when_the_service_stops(town: Town) -> None:
    """A stop gives up what still hangs and writes what was answered; what was given up is due as before."""
    watch = Watch()

    async def main() -> None:
        async with serving(answering) as server:
            for name in ("slow1", "well1", "well2"):
                town.follow(name, f"{server.url}/{name}")
            async with collecting(town, watch, nowhere) as collector:
                await collector.tick(force=True)
                await until(lambda: collector.unwritten == 1)

    asyncio.run(main())
    assert town.source("well1").state == town.source("well2").state == "ok"
    assert (town.source("slow1").state, town.source("slow1").failures) == ("new", 0)


def test_an_alert_source_that_is_due_late_hides_none_that_are_due_before_it(town: Town) -> None:
    """A round that asks alert sources first goes on with every other one, also with those due before the alerts'."""
    watch = Watch()
    names = ("alert", *(f"well{n}" for n in range(5)))

    async def main() -> None:
        async with serving(answering) as server:
            for name in names:
                town.follow(name, f"{server.url}/{name}")
            async with collecting(town, watch, nowhere) as collector:
                numbers = town.running.numbers.sources
                alert = collector.origins[numbers["alert"]]
                urgent = {alert.no: replace(alert, rhythm=replace(alert.rhythm, urgent=True))}
                collector.origins = {**collector.origins, **urgent}
                collector.most = 2
                with writing(town.running.engine) as connection:
                    moments = {name: START - timedelta(minutes=10 - place) for place, name in enumerate(names[1:])}
                    note_times(
                        connection,
                        [
                            Times(no, START, moments.get(name, START - timedelta(minutes=1)))
                            for name, no in numbers.items()
                        ],
                    )
                await collector.round()
                await until(lambda: not collector.unwritten)

    asyncio.run(main())
    assert sorted(watch.ended) == sorted(names)


def test_no_more_is_asked_than_can_be_written(town: Town) -> None:
    """While another program holds the database, a round of first documents stops asking, and goes on when it is free."""
    watch, asked, held = Watch(), Counter[str](), Counter[str]()

    async def counting(visit: Visit) -> None:
        asked[visit.path] += 1
        await answering(visit)

    async def main() -> None:
        async with serving(counting) as server:
            for n in range(60):
                town.follow(f"well{n}", f"{server.url}/well/{n}")
            async with collecting(town, watch, nowhere) as collector:
                collector.most = 8
                path = sqlite_path(str(town.running.engine.url))
                assert path is not None
                with closing(sqlite3.connect(path, isolation_level=None)) as other:
                    round_ = asyncio.create_task(collector.round())
                    await until(lambda: bool(asked))
                    other.execute("BEGIN IMMEDIATE")
                    await asyncio.sleep(1.0)
                    held.update(asked)
                    other.execute("COMMIT")
                await round_
                await until(lambda: len(watch.ended) == 60)

    asyncio.run(main())
    assert len(held) <= 40
    assert set(asked.values()) == {1}
    assert not watch.failures

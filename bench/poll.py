"""What an idle poll costs, with all bookkeeping, beside that of a bare aiohttp client in the same run.

    python bench/poll.py --sources 10000

The real collector asks as many feeds that have not changed; what it learns goes into a real SQLite file. The server runs in
a process of its own. Prints JSON; times are microseconds of CPU of this process, all its threads, per poll:

``burst``: everything due at once, against the bare client with 64 requests at a time; the median of ``rounds``, and
``quietest`` from the cheapest round of each, which a busy machine disturbs least.
``paced``: ``per_second`` polls become due each second, taken by one tick a second, against the bare client that sends the
same number evenly spread.
``stalls_ms``: how long the event loop kept others waiting while polls went on at that pace, some feeds had changed and were
parsed, and ten names did not resolve; ``machine`` is what an idle loop showed just before: what the machine itself does.
``peak_mib``: the most memory that this process ever had.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from ipaddress import ip_network
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import aiohttp
from sqlalchemy import Engine, update

from adapters import load_source
from adapters.contract import SourceConfig
from adapters.feed.source import FEED_TYPES
from adapters.http import HttpClient, NetworkPolicy
from bot.collecting.collect import Collector, Origin, Taken
from bot.collecting.moves import Home
from bot.collecting.rhythm import Rhythm
from bot.model import Place
from bot.process import make_ready
from bot.settings.models import SourceSettings
from bot.store.engine import open_engine, sqlite_path, writing
from bot.store.migrate import migrate
from bot.store.registry import AccountRow, AgencyRow, SourceRow, sync
from bot.store.tables import polled, route, source

AGENT = "Omroeper-bench/1.0 (+https://example.org)"
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nCache-Control: max-age=900\r\n\r\n'
AT_A_TIME = 64
SEEN = 30
DEAD = 10
CHANGED_SHARE = 0.03
MIB = 1024 * 1024


# ── the server, in a process of its own ──────────────────────────────────────────────────────────────────────────────


class Feeds(asyncio.Protocol):
    """Answers that nothing changed; below ``/new/`` a feed with an entry that nobody has seen."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as many requests as ended in these bytes."""
        if data.startswith(b"GET /new/"):
            body = changed_feed()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n\r\n"
            self.transport.write(head.encode() + body)
        else:
            self.transport.write(NOT_MODIFIED * data.count(b"\r\n\r\n"))


def changed_feed() -> bytes:
    """Give a feed of thirty entries, one of them new at every request."""
    now = time.time_ns()
    filler = "De gemeente vernieuwt de riolering en plant na afloop nieuwe bomen. " * 12
    items = "".join(
        f"<item><title>Bericht {n}</title><link>https://voorbeeldstad.example/{n}</link><guid>{n}</guid>"
        f"<pubDate>Mon, 23 Nov 2026 08:00:00 GMT</pubDate><description>{filler}</description></item>"
        for n in (now, *range(29))
    )
    return f'<rss version="2.0"><channel><title>Stad</title>{items}</channel></rss>'.encode()


async def serve() -> None:
    """Serve until standard input closes; print the port first."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Feeds, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


# ── a world of sources that were asked before ────────────────────────────────────────────────────────────────────────


@dataclass(slots=True, kw_only=True)
class World:
    """Sources in memory, and how they ended when they were asked."""

    engine: Engine
    settings: dict[int, SourceSettings]
    ended: Counter[str] = field(default_factory=Counter)

    def watch(self, taken: Taken) -> None:
        """Count how a poll ended."""
        self.ended["failed" if taken.failure else "news" if taken.decision else "unchanged"] += 1

    def be_due(self, spread: timedelta) -> None:
        """Let every source be due: at once, or one after the other over a time to come."""
        now = datetime.now(UTC)
        step = spread / len(self.settings)
        with writing(self.engine) as connection:
            rows = [{"row": no, "at": now + place * step} for place, no in enumerate(self.settings)]
            statement = update(polled).where(polled.c.source == _bind("row")).values(due=_bind("at"))
            connection.execute(statement, rows)


def _bind(name: str) -> Any:
    from sqlalchemy import bindparam

    return bindparam(name)


def make_world(folder: Path, urls: Sequence[str]) -> World:
    """Remember sources as if each had been asked before, with the digests of its entries."""
    engine = open_engine(f"sqlite:///{folder / 'omroeper.db'}")
    now = datetime.now(UTC)
    migrate(engine, now)
    settings = [
        SourceSettings(id=f"s{n}", agency="stad", kind="feed", url=url, to=("account",), burst=0)
        for n, url in enumerate(urls)
    ]
    with writing(engine) as connection:
        numbers = sync(
            connection,
            now,
            [AgencyRow(id="stad", name="Gemeente Voorbeeldstad", parent=None)],
            [SourceRow(id=one.id, agency="stad", kind="feed", url=one.url, to=one.to) for one in settings],
            [AccountRow(id="account", kind="local", server="")],
        )
        connection.execute(update(route).values(first_contact=now))
        connection.execute(update(source).values(state="ok", entries=SEEN, last_new=now, cursor=cursor()))
        connection.execute(update(polled).values(last_try=now, last_ok=now))
    return World(engine=engine, settings={numbers.sources[one.id]: one for one in settings})


def cursor() -> dict[str, Any]:
    """Give what the feed adapter keeps of a feed of thirty entries."""
    seen = [blake2b(str(n).encode(), digest_size=10).hexdigest() for n in range(SEEN)]
    packed = b64encode(bytes.fromhex("".join(seen))).decode()
    kept = {"rule": 3, "body": seen[0], "seen": packed, "title": "Stad", "language": "nl"}
    return {"etag": '"v1"', "last_modified": None, **kept}


@asynccontextmanager
async def collecting(world: World, linger: float) -> AsyncIterator[Collector]:
    """Run the collector and its writer, with a resolver for which dead names take their time."""

    def lookup(host: str) -> Sequence[str]:
        time.sleep(5)
        raise OSError(-2, f"Name or service not known: {host}")

    policy = NetworkPolicy(user_agent=AGENT, allow_private=(ip_network("127.0.0.0/8"),), concurrency=AT_A_TIME)
    async with HttpClient(policy, lookup=lookup) as http:
        collector = Collector(
            engine=world.engine, origins={}, now=lambda: datetime.now(UTC), watch=world.watch, linger=linger
        )
        collector.origins = {no: origin(no, one, http, collector) for no, one in world.settings.items()}
        writer = asyncio.create_task(collector.write())
        yield collector
        await written(collector)
        collector.finish()
        await writer
        collector.close()


def origin(no: int, settings: SourceSettings, http: HttpClient, collector: Collector) -> Origin:
    """Give a source as the program would."""
    home = Home(url=settings.url)
    config = SourceConfig(id=settings.id, url=settings.url)
    return Origin(
        no=no,
        policy=settings,
        rhythm=Rhythm(id=settings.id, every=settings.every),
        place=Place(),
        open=lambda _: load_source("feed")(config, http.confined(home.guard), collector.offload),
        home=home,
    )


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def bare(urls: Sequence[str], start: Callable[[Callable[[str], Awaitable[None]]], Awaitable[None]]) -> float:
    """Give the CPU seconds of a bare client; ``start`` says when which request leaves."""
    headers = {"User-Agent": AGENT, "Accept": FEED_TYPES, "If-None-Match": '"v1"'}
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:

        async def ask(url: str) -> None:
            async with session.get(url, headers=headers) as response:
                await response.read()

        await asyncio.gather(*map(ask, urls[:AT_A_TIME]))
        began = time.process_time()
        await start(ask)
        return time.process_time() - began


def saturated(urls: Sequence[str]) -> Callable[[Callable[[str], Awaitable[None]]], Awaitable[None]]:
    """Send as many requests at a time as are allowed, until all were sent."""

    async def start(ask: Callable[[str], Awaitable[None]]) -> None:
        left = iter(urls)

        async def worker() -> None:
            for url in left:
                await ask(url)

        await asyncio.gather(*(worker() for _ in range(AT_A_TIME)))

    return start


def evenly(urls: Sequence[str], per_second: float) -> Callable[[Callable[[str], Awaitable[None]]], Awaitable[None]]:
    """Send one request after the other, each at its own moment."""

    async def start(ask: Callable[[str], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        tasks = []
        for place, url in enumerate(urls):
            await asyncio.sleep(max(0.0, began + place / per_second - loop.time()))
            tasks.append(asyncio.ensure_future(ask(url)))
        await asyncio.gather(*tasks)

    return start


async def burst(world: World, urls: Sequence[str], rounds: int) -> dict[str, Any]:
    """Measure everything due at once, by turns with the bare client."""
    ours: list[float] = []
    theirs: list[float] = []
    async with collecting(world, linger=1.0) as collector:
        for number in range(rounds + 1):  # the first one, in which connections and adapters are made, does not count
            spent = await bare(urls, saturated(urls)) / len(urls) * 1e6
            world.be_due(timedelta())
            began = time.process_time()
            await collector.round()
            await written(collector)
            if number:
                theirs.append(spent)
                ours.append((time.process_time() - began) / len(urls) * 1e6)
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    quietest = figures(min(theirs), min(ours), min(ours) / min(theirs))
    return {**figures(median(theirs), median(ours), median(ratios)), "quietest": quietest}


async def written(collector: Collector) -> None:
    """Wait until every poll is in memory."""
    while collector.unwritten:  # noqa: ASYNC110 - the writer sets no event that would not cost what is measured
        await asyncio.sleep(0.02)


async def paced(world: World, urls: Sequence[str], seconds: float) -> dict[str, Any]:
    """Measure polls that become due one after the other."""
    per_second = len(urls) / seconds
    theirs = await bare(urls, evenly(urls, per_second)) / len(urls) * 1e6
    world.be_due(timedelta(seconds=seconds))
    async with collecting(world, linger=1.0) as collector:
        began = time.process_time()
        await ticking(collector, seconds + 1)
        await written(collector)
        ours = (time.process_time() - began) / len(urls) * 1e6
    return {"per_second": round(per_second, 1), **figures(theirs, ours, ours / theirs)}


async def stalls(world: World, seconds: float) -> dict[str, Any]:
    """Measure how long the loop keeps others waiting while feeds that changed are parsed and names do not resolve."""
    machine = await _lags(asyncio.sleep(min(seconds, 5.0)))
    world.be_due(timedelta(seconds=seconds))
    async with collecting(world, linger=1.0) as collector:
        ours = await _lags(ticking(collector, seconds + 1))
    return {**ours, "machine": machine}


async def _lags(work: Coroutine[Any, Any, None]) -> dict[str, float]:
    """Say how late the loop was while work went on."""
    lags: list[float] = []
    watcher = asyncio.create_task(_lag(lags))
    await work
    watcher.cancel()
    with suppress(asyncio.CancelledError):
        await watcher
    cuts = quantiles(lags, n=1000)
    return {"p50": _ms(cuts[499]), "p99": _ms(cuts[989]), "p99.9": _ms(cuts[998]), "max": _ms(max(lags))}


async def ticking(collector: Collector, seconds: float) -> None:
    """Tick once a second, as the service does, and let what was asked end."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for second in range(int(seconds) + 1):
        await asyncio.sleep(max(0.0, began + second - loop.time()))
        await collector.tick()


async def _lag(lags: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(0.005)
        lags.append(max(0.0, loop.time() - began - 0.005))


def figures(theirs: float, ours: float, ratio: float) -> dict[str, Any]:
    """Put CPU per poll side by side."""
    return {"bare_us": round(theirs, 1), "ours_us": round(ours, 1), "ratio": round(ratio, 3)}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


async def measure(base: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure everything."""
    urls = [f"{base}/feed/{n}.xml" for n in range(options.sources)]
    world = make_world(folder, urls)
    make_ready()
    found: dict[str, Any] = {"sources": options.sources, "rounds": options.rounds}
    found["burst"] = await burst(world, urls, options.rounds)
    few = max(10, int(options.per_second * options.seconds))
    (folder / "few").mkdir()
    some = make_world(folder / "few", urls[:few])
    found["paced"] = await paced(some, urls[:few], options.seconds)
    changed = int(few * CHANGED_SHARE)
    mixed = [f"{base}/new/{n}" for n in range(changed)] + urls[: few - changed]
    dead = [f"http://naam-{n}.voorbeeldstad.example/rss" for n in range(DEAD)]
    (folder / "mixed").mkdir()
    troubled = make_world(folder / "mixed", mixed + dead)
    found["stalls_ms"] = await stalls(troubled, options.seconds)
    found["ended"] = {name: dict(one.ended) for name, one in (("idle", world), ("paced", some), ("troubled", troubled))}
    found["peak_mib"] = round(_peak() / MIB, 1)
    for one in (world, some, troubled):
        one.engine.dispose()
    assert sqlite_path(str(world.engine.url)) is not None
    return found


def main() -> None:
    """Read the arguments, start the server, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=10_000, help="how many feeds (default 10000)")
    parser.add_argument("--rounds", type=int, default=3, help="bursts of each client (default 3)")
    parser.add_argument("--per-second", type=float, default=33.0, help="pace of paced polling (default 33)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long paced polling lasts (default 20)")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return
    command = [sys.executable, __file__, "--serve"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        found = asyncio.run(measure(base, Path(folder), options))
        server.communicate()
    print(json.dumps(found, indent=2))


def _peak() -> int:
    """Give the most memory that this process ever had, in bytes. Not ``ru_maxrss``: that begins with what the parent had."""
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


if __name__ == "__main__":
    main()

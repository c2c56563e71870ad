"""Weeks in minutes: the whole path under an accelerated clock, with faults, and whether anything grows, is lost or impolite.

    python bench/soak.py --sources 1000 --days 30 --faults 0.02

Feeds on loopback announce at random; a share of the answers are server errors, requests for rest, dropped connections, halves
of documents and maintenance pages. The real collector, outbox and housekeeping go on in one process, round after round, as
the service has them; only the clock is moved. Prints JSON:

``announced``, ``sent``, ``lost``, ``doubled``: items that feeds showed between first contact and the last two days, and what
became of them.
``conditional``: the share of requests with a validator; ``unconditional_again``: those without one to a feed that had given one;
``inside_retry_after``: requests to a feed that had asked for rest until later.
``rss_mib``, ``handles``: memory and open files after a tenth of the time, at the end, and the most there were in between;
``tenths`` is what they were along the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import func, select

from adapters.http import HttpClient
from bot.app import App, opened
from bot.manners import network_policy
from bot.process import make_ready
from bot.schedule import deliveries_of, kicking
from bot.settings import load
from bot.store.engine import reading
from bot.store.tables import item, publication

START = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
STEP = timedelta(minutes=10)
GRACE = timedelta(days=2)
"""What was announced so shortly before the end may still be on its way: a feed that fails is asked less often."""

SHOWN = 30
REST = timedelta(hours=2)
FAULTS = ("error", "rest", "drop", "half", "maintenance")
MIB = 1024 * 1024


# ── the country ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Feed:
    """One feed: what it shows, what it announced when, and until when it wants to be left alone."""

    number: int
    shown: deque[tuple[str, datetime]] = field(default_factory=lambda: deque(maxlen=SHOWN))
    announced: dict[str, datetime] = field(default_factory=dict)
    rest_until: datetime = START
    met: datetime | None = None
    """When its first document was fetched: what stood in that is history to whoever follows it."""

    def announce(self, now: datetime) -> None:
        """Show something new."""
        id_ = f"{self.number}-{len(self.announced)}"
        self.announced[id_] = now
        self.shown.appendleft((id_, now))

    def document(self) -> bytes:
        """Give the feed as it is now."""
        items = "".join(
            f"<item><title>Bericht {id_}</title><link>https://nieuws.example/{id_}</link>"
            f'<guid isPermaLink="false">{id_}</guid><pubDate>{format_datetime(at, usegmt=True)}</pubDate>'
            f"<description>De gemeente meldt het volgende onder nummer {id_}.</description></item>"
            for id_, at in self.shown
        )
        return f'<rss version="2.0"><channel><title>Stad {self.number}</title>{items}</channel></rss>'.encode()


@dataclass(slots=True)
class Country:
    """All feeds, the clock, and what was counted."""

    feeds: list[Feed]
    faults: float
    chance: random.Random
    now: datetime = START
    counts: Counter[str] = field(default_factory=Counter)

    def pass_time(self, news: float) -> None:
        """Move the clock; each feed announces ``news`` times a day on average."""
        self.now += STEP
        for feed in self.feeds:
            if self.chance.random() < news * (STEP / timedelta(days=1)):
                feed.announce(self.now)

    def answer(self, number: int, validator: str | None) -> bytes | None:
        """Give the bytes of an answer; None drops the connection."""
        feed = self.feeds[number]
        self.counts["requests"] += 1
        self.counts["conditional"] += validator is not None
        self.counts["unconditional_again"] += validator is None and feed.met is not None
        self.counts["inside_retry_after"] += self.now < feed.rest_until
        if feed.met and self.chance.random() < self.faults:
            return self._badly(feed)
        etag = f'"{len(feed.announced)}"'
        if validator == etag:
            self.counts["not_modified"] += 1
            return answer(304, b"", f"ETag: {etag}")
        feed.met = feed.met or self.now
        return answer(200, feed.document(), f"ETag: {etag}")

    def _badly(self, feed: Feed) -> bytes | None:
        fault = self.chance.choice(FAULTS)
        self.counts[f"fault:{fault}"] += 1
        if fault == "drop":
            return None
        if fault == "rest":
            feed.rest_until = self.now + REST
            return answer(429, b"", f"Retry-After: {int(REST.total_seconds())}")
        if fault == "half":
            return answer(200, feed.document()[:-40], 'ETag: "half"')
        return answer(500, b"") if fault == "error" else answer(200, b"<!doctype html><title>Onderhoud</title>")


def answer(status: int, body: bytes, *headers: str) -> bytes:
    """Write an answer."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Content-Type: application/rss+xml", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Host(asyncio.Protocol):
    """Serves a country's feeds at ``/NUMBER``."""

    def __init__(self, country: Country) -> None:
        self.country = country

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer one request: they are small, and come one at a time."""
        head, *lines = data.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        said = self.country.answer(int(head.split(" ")[1].removeprefix("/")), headers.get("if-none-match"))
        if said is None:
            self.transport.abort()
        else:
            self.transport.write(said)


# ── the program ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Meter:
    """What the process took, sampled."""

    rss: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)

    def sample(self) -> None:
        """Note it."""
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        self.rss.append(round(pages * os.sysconf("SC_PAGESIZE") / MIB, 1))
        self.handles.append(len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - counting, not paths


def configure(folder: Path, base: str, sources: int) -> Path:
    """Write a configuration."""
    tables = [
        '[omroeper]\noperator = "bench@voorbeeld.example"\nlanguage = "nl"',
        '[network]\nallow_private = ["127.0.0.0/8"]',
        '[web]\nlisten = ""',
        '[[agency]]\nid = "stad"\nname = "Gemeente Voorbeeldstad"\ndomains = ["voorbeeldstad.example"]',
        '[[account]]\nid = "account"\nkind = "local"\nposts_per_3h = 0',
        *(
            f'[[source]]\nid = "s{n}"\nagency = "stad"\nkind = "feed"\nurl = "{base}/{n}"\nto = ["account"]\nburst = 0'
            for n in range(sources)
        ),
    ]
    path = folder / "omroeper.toml"
    path.write_text("\n\n".join(tables), encoding="utf-8")
    return path


async def live(app: App, country: Country, options: argparse.Namespace, meter: Meter) -> None:
    """Go on for so many days."""
    deliveries = deliveries_of(app, lambda: False)
    async with HttpClient(network_policy(app.settings)) as http:
        collector = app.collector(http, kicking(deliveries, lambda _: None), linger=0.01)
        house = app.housekeeping(http, collector)
        writer = asyncio.create_task(collector.write())
        steps = round(timedelta(days=options.days) / STEP)
        for step in range(steps):
            country.pass_time(options.news)
            while await collector.tick() or collector.unwritten:  # noqa: ASYNC110 - the writer sets no event for this
                await asyncio.sleep(0.002)
            deliveries.kick_due()
            await deliveries.idle()
            if step % 6 == 0:
                await house.tick()
            if step % max(1, steps // 40) == 0:
                meter.sample()
        collector.finish()
        await writer
        meter.sample()
        collector.close()
        deliveries.close()


def outcome(app: App, country: Country) -> dict[str, int]:
    """Say what became of what was announced."""
    told = select(item.c.native_id, func.count(publication.c.id.distinct())).join(
        publication, publication.c.announcement == item.c.announcement
    )
    with reading(app.engine) as connection:
        rows = connection.execute(told.where(publication.c.state == "sent").group_by(item.c.native_id))
        sent = {row[0]: row[1] for row in rows}
    due = [
        id_
        for feed in country.feeds
        for id_, at in feed.announced.items()
        if (feed.met or country.now) < at < country.now - GRACE
    ]
    return {
        "announced": len(due),
        "sent": sum(1 for id_ in due if id_ in sent),
        "lost": sum(1 for id_ in due if id_ not in sent),
        "doubled": sum(1 for many in sent.values() if many > 1),
    }


async def soak(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run everything; give the figures."""
    country = Country([Feed(n) for n in range(options.sources)], options.faults, random.Random(options.seed))
    for feed in country.feeds:
        feed.announce(START)
    server = await asyncio.get_running_loop().create_server(lambda: Host(country), "127.0.0.1", 0, backlog=1024)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loaded = load(configure(folder, base, options.sources), {})
    assert loaded.settings, loaded.problems
    meter, began = Meter(), time.monotonic()
    with opened(loaded.settings, {}, lambda: country.now) as app:
        make_ready()
        await live(app, country, options, meter)
        found = outcome(app, country)
    server.close()
    return {"days": options.days, "sources": options.sources, **found, **_manners(country), **_sizes(meter)} | {
        "seconds": round(time.monotonic() - began, 1)
    }


def _manners(country: Country) -> dict[str, Any]:
    counts = country.counts
    return {
        "requests": counts["requests"],
        "conditional": round(counts["conditional"] / max(counts["requests"], 1), 4),
        "not_modified": counts["not_modified"],
        "unconditional_again": counts["unconditional_again"],
        "inside_retry_after": counts["inside_retry_after"],
        "faults": {fault: counts[f"fault:{fault}"] for fault in FAULTS},
    }


def _sizes(meter: Meter) -> dict[str, Any]:
    return {"rss_mib": _along(meter.rss), "handles": _along(meter.handles)}


def _along(samples: Sequence[float]) -> dict[str, Any]:
    tenth = max(1, len(samples) // 10)
    return {"warm": samples[tenth], "end": samples[-1], "most": max(samples), "tenths": samples[::tenth]}


def main() -> None:
    """Read the arguments, run, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1000, help="how many feeds (default 1000)")
    parser.add_argument("--days", type=float, default=30.0, help="how many days pass (default 30)")
    parser.add_argument("--faults", type=float, default=0.02, help="share of answers that are faults (default 0.02)")
    parser.add_argument("--news", type=float, default=0.3, help="announcements per feed and day (default 0.3)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the chances (default 7)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(soak(Path(folder), options)), indent=2))


if __name__ == "__main__":
    main()

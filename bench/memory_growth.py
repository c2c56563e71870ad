"""What taking in one new item costs as memory grows: time and bytes per item at each size, in one run.

    python bench/memory_growth.py [--sizes 10000,100000,1000000] [--looks 200]

Memory is filled with items of many sources through plain inserts; then looks with one new item each are taken in by the real
code (recall, decide, record), with links, likenesses and relations to search. Prints JSON; ``ratio`` is against the first size.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert

from adapters.contract import Batch, Item, Text
from bot.collecting.collect import Origin, Poll
from bot.collecting.rhythm import Rhythm
from bot.collecting.taking import take_in
from bot.ids import new_id
from bot.model import Place
from bot.normalise import normalise
from bot.rule import RULE
from bot.settings import Settings, load
from bot.similar import telling
from bot.store.codec import pack_raw
from bot.store.engine import open_engine, writing
from bot.store.migrate import migrate
from bot.store.registry import AccountRow, AgencyRow, SourceRow, sync
from bot.store.sources import SourceState
from bot.store.tables import announcement, event, identity, item, likeness, publication, version

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOURCES = 200
CHUNK = 5_000

CONFIGURATION = """
[omroeper]
operator = "bench@voorbeeld.example"
[[agency]]
id = "land"
name = "Voorbeeldland"
domains = ["voorbeeld.example"]
[[account]]
id = "account"
kind = "local"
"""


@dataclass(frozen=True, slots=True)
class World:
    """A database under growth, and the sources that look at it."""

    engine: Engine
    settings: Settings
    numbers: dict[str, int]
    account: int
    path: Path


def main() -> None:
    """Grow memory step by step and measure at each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--looks", type=int, default=200)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(list(grow(Path(folder), sizes, arguments.looks)), indent=2))


def grow(folder: Path, sizes: list[int], looks: int) -> Iterator[dict[str, Any]]:
    """Give one measurement per size."""
    world = _world(folder)
    held = 0
    first: float | None = None
    for step, size in enumerate(sizes):
        _fill(world, held, size, taken=step * looks)
        _forget_looks(world)
        held = size
        times = [_look(world, size * 1_000 + number) for number in range(looks)]
        middle = statistics.median(times)
        first = first or middle
        yield {
            "items": size,
            "milliseconds_per_new_item": round(middle * 1000, 3),
            "p95": round(statistics.quantiles(times, n=20)[-1] * 1000, 3),
            "ratio": round(middle / first, 2),
            "bytes_per_item": round(world.path.stat().st_size / size),
        }


def _world(folder: Path) -> World:
    configuration = folder / "omroeper.toml"
    sources = "".join(
        f'[[source]]\nid = "s{number}"\nagency = "land"\nkind = "feed"\nurl = "https://voorbeeld.example/{number}.xml"\n'
        f'to = ["account"]\nmerge = "{"text" if number % 2 else "link"}"\n'
        for number in range(SOURCES)
    )
    configuration.write_text(CONFIGURATION + sources, encoding="utf-8")
    settings = load(configuration, {}).settings
    assert settings is not None
    engine = open_engine(settings.omroeper.database)
    migrate(engine, NOW)
    with writing(engine) as connection:
        numbers = sync(
            connection,
            NOW,
            [AgencyRow(id="land", name="Voorbeeldland", parent=None)],
            [SourceRow(id=one.id, agency="land", kind="feed", url=one.url, to=one.to) for one in settings.enabled()],
            [AccountRow(id="account", kind="local", server="")],
        )
    return World(engine, settings, numbers.sources, numbers.accounts["account"], folder / "omroeper.db")


def _fill(world: World, start: int, end: int, *, taken: int) -> None:
    """Add items as the program would have: with announcement, publication, link, raw entry and event."""
    sources = list(world.numbers.values())
    for begin in range(start, end, CHUNK):
        numbers = range(begin, min(begin + CHUNK, end))
        rows = [_rows(number, number + taken + 1, sources[number % SOURCES], world.account) for number in numbers]
        with writing(world.engine) as connection:
            for table in (announcement, item, version, identity, publication, event):
                connection.execute(insert(table), [row[table.name] for row in rows])
            likenesses = [row["likeness"] for row in rows[-200:]]  # kept for a short while alone
            connection.execute(insert(likeness), likenesses)
    with contextlib.closing(sqlite3.connect(world.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the file's size is memory's size


def _forget_looks(world: World) -> None:
    """Take out what the looks at the size before left to compare with: only as much is compared as three days bring."""
    with writing(world.engine) as connection:
        connection.execute(delete(likeness).where(likeness.c.key.not_like("key-%")))


def _rows(number: int, row: int, source: int, account: int) -> dict[str, dict[str, Any]]:
    when = NOW - timedelta(days=400) + timedelta(seconds=number * 30 % 34_000_000)
    id_, link = new_id(when), f"https://voorbeeld.example/bericht/{number}"
    content = {
        "title": f"Bericht {number} over iets",
        "text": _text(number),
        "url": link,
        "own_page": True,
        "language": "nl",
    }
    return {
        "announcement": {
            "id": id_,
            "identity": f"item:s{source}\n{number}",
            "kind": "news",
            "agency": "land",
            "language": "nl",
            "lead": row,
            "lead_source": source,
            "version": 1,
            "created": when,
            "changed": when,
        },
        "item": {
            "no": row,
            "source": source,
            "key": str(number),
            "native_id": str(number),
            "link": link,
            "url": link,
            "digest": f"{number:020x}",
            "meaning": f"{number:024x}",
            "rule": RULE,
            "version": 1,
            "state": "known",
            "announcement": id_,
            "title": content["title"],
            "content": content,
            "published": when,
            "first_seen": when,
            "changed": when,
        },
        "version": {
            "item": row,
            "version": 1,
            "at": when,
            "digest": f"{number:020x}",
            "raw": pack_raw(_text(number).encode()),
        },
        "identity": {"scheme": "link", "key": link, "announcement": id_, "shared": False},
        "publication": {
            "id": new_id(when),
            "announcement": id_,
            "account": account,
            "source": source,
            "lane": "rest",
            "position": row,
            "generation": 0,
            "operation": "publish",
            "state": "sent",
            "wanted": 1,
            "seen": 1,
            "due": when,
            "attempts": 1,
            "rung": 0,
            "alone": False,
            "aliases": 0,
            "text": content["title"],
            "remote_id": str(number),
            "adopted": False,
            "created": when,
            "queued": when,
            "sent": when,
        },
        "event": {
            "at": when,
            "actor": "omroeper",
            "stage": "decide",
            "verdict": "queued",
            "rule": "new",
            "source": source,
            "item": row,
            "announcement": id_,
        },
        "likeness": {"key": f"key-{number % 50_000}", "announcement": id_, "retold": True, "at": NOW},
    }


def _text(number: int) -> str:
    return f"De gemeente werkt vanaf maandag aan straat {number}. Omrijden kan over weg N{number % 900}. " * 3


def _look(world: World, number: int) -> float:
    """Take in one look with one new item and give the seconds that it took."""
    source = world.settings.source[number % SOURCES]
    entry = Item(
        native_id=f"nieuw-{number}",
        url=f"https://voorbeeld.example/nieuw/{number}",
        digest=f"{number:x}",
        title=Text(value=f"Nieuw bericht {number}"),
        summary=Text(value=_text(number)),
        published=NOW,
    )
    origin = Origin(
        no=world.numbers[source.id],
        policy=source,
        rhythm=Rhythm(id=source.id, every=source.every),
        place=Place(domains=("voorbeeld.example",)),
        open=partial(_never),
        family=frozenset({"land"}),
        alike=True,
    )
    batch = Batch(items=(entry,), whole=False)
    observed = normalise(batch, source, origin.place)
    likenesses = {one.key: telling(one.content.title, one.content.text).keys for one in observed}
    state = SourceState(
        no=origin.no, cursor={}, state="ok", failures=0, failing_since=None, entries=1,
        moved=None, newest_item=None, last_new=None,
    )  # fmt: skip
    poll = Poll(origin=origin, state=state, at=NOW, batch=batch, observed=observed, likenesses=likenesses)
    began = time.perf_counter()
    with writing(world.engine) as connection:
        take_in(connection, replace(poll))
    return time.perf_counter() - began


def _never() -> Any:
    raise AssertionError("nothing is fetched here")


if __name__ == "__main__":
    main()

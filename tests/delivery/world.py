"""A small installation in one process: real memory, the real pipeline behind a source, and the outbox against a model server."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select

from adapters.contract import Alert, Attached, Limits, Publisher
from bot.decide.look import Sight, decide
from bot.delivery.channel import Channel, Compose
from bot.delivery.outbox import Outbox
from bot.durations import QuietHours
from bot.ids import new_id
from bot.lock import owning
from bot.model import Composed, Content, Lane, Observed, Wanted
from bot.operate import Person
from bot.store import accounts, line, queue
from bot.store.accounts import AccountState
from bot.store.engine import open_engine, reading, sqlite_path, writing
from bot.store.migrate import migrate
from bot.store.recall import Question, recall
from bot.store.record import Record, record
from bot.store.registry import AccountRow, AgencyRow, SourceRow, sync
from bot.store.tables import delivery, publication
from bot.store.tables import event as event_table
from tests.delivery.server import Client, Clock, Killed, Server
from tests.unit.decide.build import Policy as SourcePolicy

Waits = Callable[[Wanted, datetime], datetime | None]

LANES: tuple[Lane, Lane] = ("alert", "rest")
AFTER_A_KILL = timedelta(seconds=2)


@dataclass(slots=True, kw_only=True)
class Caps:
    """An account's settings, with the defaults of the configuration."""

    id: str = "account"
    posts_per_3h: int = 300
    posts_per_hour: int | None = None
    posts_per_day: int | None = None
    spacing: timedelta = timedelta()
    quiet_hours: QuietHours | None = None
    time_zone: str = "Europe/Amsterdam"
    stale: timedelta = timedelta(hours=48)


@dataclass(slots=True, kw_only=True)
class Entry:
    """Something that a source shows. ``parts`` is how many posts its text becomes."""

    key: str
    title: str
    link: str | None
    alert: Alert | None = None
    parts: int = 1
    withdrawn: bool = False
    published: datetime | None = None


@dataclass(slots=True, kw_only=True)
class World:
    """One installation: what its sources show, its memory, and the server of its account."""

    url: str
    clock: Clock = field(default_factory=Clock)
    server: Server = field(init=False)
    caps: Caps = field(default_factory=Caps)
    sources: tuple[str, ...] = ("stad",)
    shows: dict[str, list[Entry]] = field(default_factory=dict)
    policies: dict[str, SourcePolicy] = field(default_factory=dict)
    stale: dict[str, timedelta] = field(default_factory=dict)
    has_alerts: bool = False
    attach: Callable[[Channel, Publisher, Wanted], tuple[Attached, ...]] = lambda *_: ()
    engine: Engine = field(init=False)
    numbers: Any = field(init=False)
    outbox: Outbox = field(init=False)
    met: set[str] = field(default_factory=set)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.server = Server(clock=self.clock)
        for name in self.sources:
            self.shows.setdefault(name, [])
            self.policies.setdefault(name, SourcePolicy(id=name, agency=name, burst=0))

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Start as the program does: hold the lock, bring memory in line, find orphans."""
        path = sqlite_path(self.url)
        if path is not None and not path.exists():
            path.write_bytes(_fresh())
        self.engine = open_engine(self.url)
        if path is not None:
            # programs die here, but the machine's power never fails: what is written need not reach the disk
            event.listen(self.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        self._stack = ExitStack()
        self._stack.callback(self.engine.dispose)
        self._stack.enter_context(owning(self.engine))
        migrate(self.engine, self.clock.at)
        agencies = [AgencyRow(id=name, name=name, parent=None) for name in self.sources]
        rows = [
            SourceRow(id=name, agency=name, kind="feed", url=f"https://{name}.example/", to=(self.caps.id,))
            for name in self.sources
        ]
        with writing(self.engine) as connection:
            here = [AccountRow(id=self.caps.id, kind="mastodon", server="https://standin.example")]
            self.numbers = sync(connection, self.clock.at, agencies, rows, here)
            queue.orphans(connection, self.clock.at, self.clock.at + AFTER_A_KILL)
            accounts.forget_own_waits(connection, force=False)
        self.outbox = Outbox(
            engine=self.engine,
            channels={self.account: self.channel()},
            now=self.clock.now,
            attach=self.attach,
        )
        for name in self.sources:
            if name not in self.met:
                self.see(name)  # first contact, with nothing there
                self.met.add(name)

    def stop(self) -> None:
        """End, whether well or not: what is in memory alone is gone."""
        self._stack.close()

    def restart(self) -> None:
        """End and start again."""
        self.stop()
        self.start()

    @property
    def account(self) -> int:
        """The number of the account."""
        found: int = self.numbers.accounts[self.caps.id]
        return found

    def channel(self, compose: Compose | None = None, waits: Waits = lambda *_: None) -> Channel:
        """The account as the outbox knows it; ``compose`` in place of the usual words, ``waits`` for its pictures."""
        return Channel(
            no=self.account,
            policy=self.caps,
            open=lambda: Client(server=self.server),
            compose=compose or partial(worded, self.shows),
            waits=waits,
            has_alerts=self.has_alerts,
            stale={self.numbers.sources[name]: length for name, length in self.stale.items()},
        )

    # ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def announce(self, source: str, key: str, **fields: Any) -> Entry:
        """Let a source show something more, and take it in."""
        values: dict[str, Any] = {
            "title": f"Bericht {key}",
            "link": f"https://{source}.example/bericht/{key}",
            "published": self.clock.at,
        }
        entry = Entry(key=key, **(values | fields))
        self.shows[source].append(entry)
        self.see(source)
        return entry

    def see(self, source: str) -> None:
        """Take in what a source shows now, in one transaction, as collecting does."""
        no = self.numbers.sources[source]
        observed = tuple(_observed(one) for one in self.shows[source])
        with writing(self.engine) as connection:
            question = Question(source=no, source_id=source, observed=observed, likenesses={})
            known = recall(connection, self.clock.at, question)
            sight = Sight(source=no, observed=observed)
            decision = decide(self.clock.at, self.policies[source], sight, known, partial(new_id, self.clock.at))
            record(connection, Record(source=no, now=self.clock.at, likenesses={}), decision)

    # ── work ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def work(self, *lanes: Lane) -> None:
        """Let lanes do what they can now."""
        for lane in lanes or LANES:
            self.outbox.work(self.account, lane)

    def settle(self, hours: float = 30) -> None:
        """Work until nothing is due within so many hours, letting time pass as it is needed."""
        end = self.clock.at + timedelta(hours=hours)
        for _ in range(500):
            self.work()
            due = self.next_due()
            if due is None or due > end:
                return
            self.clock.at = max(self.clock.at + timedelta(milliseconds=1), due)
        raise AssertionError(f"it never ends: {self.rows()}")

    def next_due(self) -> datetime | None:
        """When anything has to be done next, waits considered."""
        with reading(self.engine) as connection:
            state = accounts.read_account(connection, self.account)
            due = line.next_due(connection, self.clock.at)
        if not state.is_open("rest"):
            return None
        moments = []
        for (_, lane, errand), moment in due.items():
            wait = state.wait_for(lane, errand, self.clock.at)
            moments.append(max(moment, wait.until) if wait else moment)
        return min(moments, default=None)

    @contextmanager
    def dying(self, where: Callable[[str], bool]) -> Iterator[None]:
        """Let the program die at the first step for which ``where`` says so, and start again after it."""

        def die(step: str) -> None:
            if where(step):
                raise Killed(step)

        self.server.die = die
        event.listen(self.engine, "begin", lambda _: die("begin"))
        event.listen(self.engine, "commit", lambda _: die("commit"))
        try:
            yield
        except Killed:
            pass
        finally:
            self.server.die = lambda _: None
            self.restart()

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def texts(self) -> list[str]:
        """The first line of everything on the account, the oldest first."""
        return [one.texts[-1].splitlines()[0] for one in self.server.shown()]

    def rows(self) -> dict[str, Any]:
        """Every publication by the first line of its text, or by its number."""
        with reading(self.engine) as connection:
            found = connection.execute(select(publication).order_by(publication.c.position)).all()
        return {(row.text or str(row.position)).splitlines()[0]: row for row in found}

    def row(self, first_line: str) -> Any:
        """One publication."""
        return self.rows()[first_line]

    def events(self, verdict: str) -> list[Any]:
        """What happened, of one kind, oldest first."""
        with reading(self.engine) as connection:
            query = select(event_table).where(event_table.c.verdict == verdict).order_by(event_table.c.no)
            return list(connection.execute(query))

    def last_key(self) -> str:
        """The key of the latest attempt."""
        with reading(self.engine) as connection:
            query = select(delivery.c.key).order_by(delivery.c.started.desc(), delivery.c.id.desc()).limit(1)
            return str(connection.execute(query).scalar_one())

    def state(self) -> AccountState:
        """The account as remembered."""
        with reading(self.engine) as connection:
            return accounts.read_account(connection, self.account)

    def by_hand(self, work: Callable[..., list[Any]], *first_lines: str, **options: Any) -> list[Any]:
        """Let a person do something to publications."""
        rows = [self.row(one) for one in first_lines]
        with writing(self.engine) as connection:
            return work(connection, self.person, rows, **options)

    @property
    def person(self) -> Person:
        """Who does things by hand."""
        return Person(name="anna", now=self.clock.at, reason="omdat het moet")


@cache
def _fresh() -> bytes:
    """A new database, migrated once for all: migrating takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fresh.db"
        engine = open_engine(f"sqlite:///{file}")
        migrate(engine, Clock().at)
        engine.dispose()
        return file.read_bytes()


def worded(shows: dict[str, list[Entry]], wanted: Wanted, limits: Limits) -> Composed:
    """Word a publication: its title and its link; a thread says its number in each part."""
    if "onzegbaar" in wanted.content.title:
        raise ValueError("no words for it")
    key = wanted.identity.split("\n")[1]
    entry = next((one for one in shows[wanted.source_id] if one.key == key), None)
    link = wanted.content.url
    first = "\n\n".join(filter(None, (wanted.content.title, wanted.notice, link)))
    more = tuple(f"{wanted.content.title} deel {number}" for number in range(2, (entry.parts if entry else 1) + 1))
    return Composed(parts=(first, *more), language="nl", visibility="public", link=link)


def _observed(entry: Entry) -> Observed:
    content = Content(
        title=entry.title,
        text="Tekst.",
        url=entry.link,
        own_page=True,
        language="nl",
        published=entry.published,
        alert=entry.alert,
    )
    told = f"{entry.title}\x1f{entry.parts}\x1f{entry.withdrawn}"
    return Observed(
        key=entry.key,
        native_id=entry.key,
        link=entry.link,
        digest=told,
        meaning=told,
        content=content,
        withdrawn=entry.withdrawn,
    )


@contextmanager
def world(folder: Path, **settings: Any) -> Iterator[World]:
    """An installation in a folder of its own, started."""
    made = World(url=f"sqlite:///{folder / 'omroeper.db'}", **settings)
    made.start()
    try:
        yield made
    finally:
        made.stop()

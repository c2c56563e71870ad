"""An installation that follows sources on loopback, with a clock that the test moves: real HTTP, real SQLite, real rounds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from bot.app import App, opened
from bot.health import Attention, attention
from bot.schedule import run_once
from bot.settings import load
from bot.store.engine import reading
from bot.store.sources import DORMANT, LIGHT, SOURCES
from bot.store.tables import event, page, polled, source
from bot.store.views import PostFilter, post_rows

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def dated(moment: datetime) -> str:
    """Write a time as feeds do."""
    return format_datetime(moment, usegmt=True)


@dataclass(slots=True)
class Town:
    """One installation. ``sources`` maps ids to what stands in their tables; every agency owns 127.0.0.1."""

    folder: Path
    sources: dict[str, str] = field(default_factory=dict)
    domains: str = '["127.0.0.1"]'
    network: str = ""
    web: str = ""
    moment: datetime = START
    app: App | None = None
    _open: AbstractContextManager[App] | None = None

    def follow(self, id_: str, url: str, more: str = "", *, kind: str = "feed") -> None:
        """Add a source to the configuration."""
        self.sources[id_] = f'kind = "{kind}"\nurl = "{url}"\n{more}'

    def start(self) -> None:
        """Open the installation, as a program that starts does."""
        self.stop()
        tables = [
            '[omroeper]\ndatabase = "sqlite:///omroeper.db"\noperator = "redactie@voorbeeldstad.example"',
            f'[network]\nallow_private = ["127.0.0.0/8"]\n{self.network}',
            f"[web]\n{self.web}" if self.web else '[web]\nlisten = ""',
            '[[account]]\nid = "account"\nkind = "local"',
            f'[[agency]]\nid = "stad"\nname = "Gemeente Voorbeeldstad"\ndomains = {self.domains}',
            *(
                f'[[source]]\nid = "{id_}"\nagency = "stad"\nto = ["account"]\n{rest}'
                for id_, rest in self.sources.items()
            ),
        ]
        config = self.folder / "omroeper.toml"
        config.write_text("\n\n".join(tables), encoding="utf-8")
        loaded = load(config, {})
        assert loaded.settings, loaded.problems
        self._open = opened(loaded.settings, {}, lambda: self.moment)
        self.app = self._open.__enter__()

    def stop(self) -> None:
        """Close it."""
        if self._open is not None:
            self._open.__exit__(None, None, None)
        self._open = self.app = None

    @property
    def running(self) -> App:
        """The installation, opened where it was not."""
        if self.app is None:
            self.start()
        assert self.app is not None
        return self.app

    def round(self, *, after: timedelta = timedelta(), force: bool = False) -> None:
        """Let time pass, then do what is due. Every round makes a collector anew, as a restart would."""
        self.moment += after
        asyncio.run(run_once(self.running, force=force, watch=lambda _: None, stopping=lambda: False))

    def rounds(self, *, until: timedelta, step: timedelta) -> None:
        """Let so much time pass, as ``omroeper run --once`` every ``step`` would see it; when nothing is due nothing happens."""
        end = self.moment + until
        while self.moment < end:
            self.moment = min(self.moment + step, end)
            if self.is_due():
                self.round()

    def is_due(self) -> bool:
        """Whether a source or a page is to be asked now."""
        with reading(self.running.engine) as connection:
            awake = source.c.state.not_in(DORMANT)
            sources = (
                select(polled.c.due).join(source).where(or_(polled.c.due.is_(None), polled.c.due <= self.moment), awake)
            )
            pages = select(page.c.announcement).where(page.c.due <= self.moment)
            return any(connection.execute(query.limit(1)).first() for query in (sources, pages))

    def source(self, id_: str = "stad") -> Any:
        """Give what is remembered of a source."""
        with reading(self.running.engine) as connection:
            return connection.execute(
                select(*LIGHT, source.c.cursor).select_from(SOURCES).where(source.c.id == id_)
            ).one()

    def wait(self, id_: str = "stad") -> timedelta:
        """Give how long a source is left alone from now on."""
        due: datetime = self.source(id_).due
        return due - self.moment

    def posts(self) -> list[Any]:
        """Give everything that is posted, or waits, the oldest first."""
        with reading(self.running.engine) as connection:
            return list(reversed(post_rows(connection, PostFilter(limit=None))))

    def titles(self) -> list[str]:
        """Give the titles of what was posted, the oldest first."""
        return [one.title for one in self.posts()]

    def events(self, rule: str) -> list[Any]:
        """Give the events that a rule left, the oldest first."""
        with reading(self.running.engine) as connection:
            return list(connection.execute(select(event).where(event.c.rule == rule).order_by(event.c.no)))

    def pages(self) -> Mapping[str, Any]:
        """Give what is remembered of the pages that are looked at, by address."""
        with reading(self.running.engine) as connection:
            return {row.url: row for row in connection.execute(select(page))}

    def attention(self) -> dict[str, Attention]:
        """Give what needs a person, by code."""
        with reading(self.running.engine) as connection:
            return {one.code: one for one in attention(connection, self.moment)}


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Give an installation, closed at the end."""
    found = Town(folder)
    try:
        yield found
    finally:
        found.stop()

"""An installation inside the test's own process, with a clock that the test moves: for what takes days."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.app import App, opened
from bot.schedule import run_once
from bot.settings import load
from bot.store.engine import reading
from bot.store.tables import event
from bot.store.views import PostFilter, post_rows
from tests.e2e.installation import TOKEN_VARIABLE, Installation


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved; ``running`` lets it go on with the wall's."""

    moment: datetime
    running: bool = False
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        """Give the time."""
        return self.moment + (datetime.now(UTC) - self.started if self.running else timedelta())


@dataclass(slots=True)
class Inside:
    """One installation that is open."""

    app: App
    clock: Clock

    def round(self) -> None:
        """Collect what is due, and deliver."""
        asyncio.run(run_once(self.app, force=True, watch=lambda _: None, stopping=lambda: False))

    def posts(self) -> list[Any]:
        """Give everything that was posted, or waits, the newest first."""
        with reading(self.app.engine) as connection:
            return post_rows(connection, PostFilter(limit=None))

    def events(self, verdict: str) -> list[Any]:
        """Give what happened of one kind, oldest first."""
        with reading(self.app.engine) as connection:
            query = select(event).where(event.c.verdict == verdict).order_by(event.c.no)
            return list(connection.execute(query))


@contextmanager
def inside(installation: Installation, moment: datetime, *, running: bool = False) -> Iterator[Inside]:
    """Open an installation at a moment."""
    loaded = load(installation.config, {})
    assert loaded.settings, loaded.problems
    clock = Clock(moment, running)
    with opened(loaded.settings, {TOKEN_VARIABLE: installation.token}, clock) as app:
        yield Inside(app, clock)

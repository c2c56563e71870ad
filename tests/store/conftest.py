"""Databases for a test: one of each kind, empty or with the schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.store.engine import open_engine
from bot.store.migrate import migrate
from tests.delivery.server import Clock
from tests.delivery.world import World
from tests.store import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL server."""
    folder = postgres.programs()
    if folder is None:
        pytest.skip("needs PostgreSQL's programs (initdb, pg_ctl) on this machine")
    with postgres.running(folder) as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'omroeper.db'}"
    started: postgres.Server = request.getfixturevalue("server")
    return started.fresh()


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    """A database with the schema."""
    made = open_engine(address)
    migrate(made, Clock().at)
    try:
        yield made
    finally:
        made.dispose()


@pytest.fixture
def here(address: str) -> Iterator[World]:
    """An installation over either kind of database, with two sources."""
    made = World(url=address, sources=("stad", "dorp"))
    made.start()
    try:
        yield made
    finally:
        made.stop()

"""Renewing the schema: a backup first, all or nothing, and no way for two to do it at once."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from bot.store.engine import StoreError, open_engine, reading, writing
from bot.store.migrate import HEAD, Scripts, Standing, migrate, ours, standing
from bot.store.sources import due_sources
from tests.delivery.server import Clock
from tests.delivery.world import World, world
from tests.e2e.installation import Installation

NOW = Clock().at
NEXT = '''"""A later schema."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication", sa.Column("mood", sa.String()))
    op.execute("UPDATE publication SET mood = 'vrolijk'")
    {more}
'''


@pytest.fixture
def filled(tmp_path: Path) -> World:
    """An installation with a post that is there, its program stopped."""
    with world(tmp_path) as made:
        made.announce("stad", "a")
        made.settle()
    return made


def later(folder: Path, more: str = "pass") -> Scripts:
    """The migrations of a program that is newer by one revision."""
    scripts = folder / "migrations"
    shutil.copytree(ours().folder, scripts)
    (scripts / "versions" / "9000_later.py").write_text(NEXT.format(head=HEAD, more=more))
    return Scripts(folder=scripts, head="9000")


def first(folder: Path) -> Scripts:
    """The migrations of the first program."""
    scripts = folder / "first"
    shutil.copytree(ours().folder, scripts)
    for file in (scripts / "versions").glob("[0-9]*.py"):
        if not file.name.startswith("0001"):
            file.unlink()
    return Scripts(folder=scripts, head="0001")


def moods(path: Path) -> list[tuple[str]]:
    """What the later schema says of every publication."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT mood FROM publication").fetchall()


def test_head_is_the_newest_revision() -> None:
    """The program knows its newest revision without importing the migrations."""
    names = sorted(file.name.partition("_")[0] for file in (ours().folder / "versions").glob("[0-9]*.py"))
    assert names[-1] == HEAD


def test_an_older_schema_is_renewed_after_a_backup(filled: World, tmp_path: Path) -> None:
    """What was there is there still, and the database of before lies beside it."""
    engine = open_engine(filled.url)
    scripts = later(tmp_path)
    assert standing(engine, scripts.head) is Standing.BEHIND
    saved = migrate(engine, NOW, scripts)
    engine.dispose()
    assert saved is not None
    assert saved.parent == tmp_path
    assert moods(tmp_path / "omroeper.db") == [("vrolijk",)]
    with closing(sqlite3.connect(saved)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert connection.execute("SELECT count(*) FROM publication").fetchone() == (1,)


def test_the_backup_is_its_owners_alone(filled: World, tmp_path: Path) -> None:
    """A backup holds everything that the database holds."""
    engine = open_engine(filled.url)
    saved = migrate(engine, NOW, later(tmp_path))
    engine.dispose()
    assert saved is not None
    assert saved.stat().st_mode & 0o077 == 0


def test_a_migration_that_fails_changes_nothing(filled: World, tmp_path: Path) -> None:
    """Half a migration is none: the database is as it was, and the message names the backup."""
    engine = open_engine(filled.url)
    scripts = later(tmp_path, 'op.execute("UPDATE nowhere SET x = 1")')
    with pytest.raises(StoreError) as caught:
        migrate(engine, NOW, scripts)
    assert caught.value.code == "store.migration-failed"
    assert "backup" in caught.value.remedy
    assert standing(engine) is Standing.CURRENT
    engine.dispose()
    with pytest.raises(sqlite3.OperationalError):
        moods(tmp_path / "omroeper.db")
    filled.start()
    filled.announce("stad", "b")
    filled.settle()
    assert filled.texts() == ["Bericht a", "Bericht b"]
    filled.stop()


def test_renewing_on_either_kind_of_database(engine: Engine, tmp_path: Path) -> None:
    """The same revision runs on SQLite and on PostgreSQL."""
    migrate(engine, NOW, later(tmp_path))
    assert "mood" in {column["name"] for column in inspect(engine).get_columns("publication")}


def test_a_failed_migration_on_either_kind_of_database(engine: Engine, tmp_path: Path) -> None:
    """Both undo what was done before it failed."""
    with pytest.raises(StoreError):
        migrate(engine, NOW, later(tmp_path, 'op.execute("UPDATE nowhere SET x = 1")'))
    assert "mood" not in {column["name"] for column in inspect(engine).get_columns("publication")}
    assert standing(engine) is Standing.CURRENT


def test_when_a_source_is_due_survives_the_renewal(address: str, tmp_path: Path) -> None:
    """A database of the first schema keeps when each source was asked and is to be asked again."""
    engine = open_engine(address)
    try:
        migrate(engine, NOW, first(tmp_path))
        row = {
            "agency": "stad",
            "kind": "feed",
            "url": "x",
            "state": "ok",
            "entries": 0,
            "failures": 0,
            "paused": False,
        }
        names = ("no", "id", "due", "last_try", "last_ok", *row)
        statement = text(f"INSERT INTO source ({', '.join(names)}) VALUES (:{', :'.join(names)})")
        with writing(engine) as connection:
            connection.execute(statement, {"no": 1, "id": "stad", "due": 3_000_000, "last_try": 2, "last_ok": 1, **row})
            connection.execute(
                statement, {"no": 2, "id": "dorp", "due": None, "last_try": None, "last_ok": None, **row}
            )
        migrate(engine, NOW)
        with reading(engine) as connection:
            rows = connection.execute(text("SELECT source, due, last_try, last_ok FROM polled ORDER BY source")).all()
            waiting = due_sources(connection, NOW, 10)
    finally:
        engine.dispose()
    assert [tuple(row) for row in rows] == [(1, 3_000_000, 2, 1), (2, None, None, None)]
    assert [(one.no, one.due) for one in waiting] == [(2, None), (1, 3_000_000)]


def test_nobody_migrates_under_a_running_service(filled: World, tmp_path: Path) -> None:
    """`migrate` wants the lock: while the service runs it exits 2 and names it."""
    installation = Installation(folder=tmp_path)
    installation.configure(server="http://127.0.0.1:9", sources={"stad": "http://127.0.0.1:9/stad"})
    filled.start()
    try:
        done = installation.call("migrate")
        assert done.returncode == 2
        assert "run.held" in done.stderr
    finally:
        filled.stop()
    assert installation.call("migrate").returncode == 0

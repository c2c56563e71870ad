"""A store on a bad day: locked, full, read-only, torn, cut off. A clear error with a remedy, and nothing half done."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.operate import Person, set_pause
from bot.store import accounts, attempts, line, queue, shadow, wishes
from bot.store import engine as engines
from bot.store.engine import StoreError, open_engine, reading, writing
from bot.store.migrate import backup
from bot.store.tags import refuse_tags
from tests.delivery.world import World, world
from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """An installation with one post that is there and one that waits."""
    with world(tmp_path) as made:
        made.announce("stad", "a")
        made.settle()
        made.announce("stad", "b")
        yield made


def verbs(here: World) -> dict[str, Callable[[Connection], object]]:
    """Every verb that writes, with something to write."""
    now, account = here.clock.at, here.account
    first, second = (row.id for row in here.rows().values())
    state = here.state()
    person = Person(name="anna", now=now)
    post = shadow.Shadow(
        account=account, remote_id="7", publication=None, link=None, digest="d", text="t", url=None, application=None
    )
    wait = accounts.LaneWait(until=now, rule="x")
    return {
        "move": lambda c: queue.move(c, second, reason="x"),
        "orphans": lambda c: queue.orphans(c, now, now),
        "hurry": lambda c: queue.hurry(c, now),
        "hold_stale": lambda c: line.hold_stale(c, account, "rest", now, before=now + timedelta(hours=1)),
        "end": lambda c: attempts.end(c, now, "x", "done"),
        "end_all": lambda c: attempts.end_all(c, now, first, "x"),
        "doubt": lambda c: attempts.doubt(c, "x", settles=now, error=None, choked=False),
        "own": lambda c: shadow.own(c, account, "9", first, now),
        "remember": lambda c: shadow.remember(c, [post], now),
        "forget": lambda c: shadow.forget(c, account),
        "note_identity": lambda c: accounts.note_identity(c, account, acct="a@b", remote_id="1", application=None),
        "note_reading": lambda c: accounts.note_reading(c, account, head="1", now=now),
        "note_sent": lambda c: accounts.note_sent(c, state, head="1", budget=None, warning=None),
        "note_wait": lambda c: accounts.note_wait(c, state, wait, error=None, failures=1, also={}),
        "note_upload": lambda c: accounts.note_upload(c, account, now),
        "stop": lambda c: accounts.stop(c, account, code="x", error="x", now=now),
        "want": lambda c: wishes.want(c, now, second, state="held"),
        "leave_behind": lambda c: wishes.leave_behind(c, account),
        "pause": lambda c: set_pause(c, person, "account", paused=True),
        "write_setting": lambda c: wishes.write_setting(c, "x", "y"),
        "refuse_tags": lambda c: refuse_tags(c, "account", ["x"], now),
    }


def everything(path: Path) -> list[str]:
    """All that the database holds."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the database for writing."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    """No page more fits: SQLite itself says so, as on a full disk."""

    def limit(raw: Any, *_: object) -> None:
        raw.execute("PRAGMA max_page_count=1")  # never fewer than there are

    event.listen(engine, "connect", limit)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


# ── verbs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_verb_meets_a_locked_database(here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each raises the one clear error, and nothing is changed."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.01)
    path = tmp_path / "omroeper.db"
    todo, before = verbs(here), everything(path)
    engine = open_engine(here.url)
    with locked(path):
        for verb in todo.values():
            _fails_with(engine, verb, "store.locked")
    assert everything(path) == before
    engine.dispose()


def test_every_verb_meets_a_read_only_database(here: World, tmp_path: Path) -> None:
    """Each raises the one clear error, and nothing is changed."""
    todo, before = verbs(here), everything(tmp_path / "omroeper.db")
    engine = open_engine(here.url, read_only=True)
    for verb in todo.values():
        _fails_with(engine, verb, "store.read-only")
    assert everything(tmp_path / "omroeper.db") == before
    engine.dispose()


def test_a_full_disk_undoes_the_whole_transaction(here: World, tmp_path: Path) -> None:
    """What a transaction did before it ran out of room is undone with it, whichever verb came first."""
    path = tmp_path / "omroeper.db"
    todo, before = verbs(here), everything(path)
    with full(here.engine):
        for verb in todo.values():
            _fails_with(here.engine, partial(_and_fill, verb), "store.full")
    assert everything(path) == before


def test_delivering_stops_where_memory_is_full(here: World) -> None:
    """Nothing leaves that could not be written down before; with room again everything goes out, once and in order."""
    here.server.honours_keys = False
    for number in range(60):
        here.announce("stad", f"{number}")
    with full(here.engine):
        _fill_up(here.engine)
        with pytest.raises(StoreError) as caught:
            here.work()
    assert caught.value.code == "store.full"
    here.restart()
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b", *(f"Bericht {number}" for number in range(60))]


def _fails_with(engine: Engine, verb: Callable[[Connection], object], code: str) -> None:
    with pytest.raises(StoreError) as caught, writing(engine) as connection:
        verb(connection)
    assert caught.value.code == code
    assert caught.value.remedy


def _and_fill(verb: Callable[[Connection], object], connection: Connection) -> None:
    verb(connection)
    wishes.write_setting(connection, "filling", "x" * 5_000_000)


def _fill_up(engine: Engine) -> None:
    """Use up what is free inside the file."""
    for size in (100_000, 4_000, 400):
        with suppress(StoreError):
            for number in range(1000):
                with writing(engine) as connection:
                    wishes.write_setting(connection, f"filling-{size}-{number}", "x" * size)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_torn_file_is_recognised(here: World, tmp_path: Path) -> None:
    """Pages that are no pages: a clear error that names the backup as the remedy."""
    here.stop()
    path = tmp_path / "omroeper.db"
    body = bytearray(path.read_bytes())
    for page in range(4096, len(body) - 4096, 4096):
        body[page : page + 2000] = os.urandom(2000)
    path.write_bytes(body)
    engine = open_engine(here.url)
    with pytest.raises(StoreError) as caught, reading(engine) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM publication").scalar()
    assert caught.value.code == "store.torn"
    assert "backup" in caught.value.remedy
    engine.dispose()
    path.unlink()
    here.start()


def test_a_file_that_is_no_database_is_recognised(tmp_path: Path) -> None:
    """A file of another kind under that name is said to be one, and left as it is."""
    path = tmp_path / "omroeper.db"
    path.write_text("dit is geen database, maar een brief " * 100)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(StoreError) as caught, reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1 FROM publication").scalar()
    assert caught.value.code == "store.not-a-database"
    assert path.read_text().startswith("dit is geen database")
    engine.dispose()


@pytest.mark.parametrize("kept", [0.0, 0.2, 0.4, 0.6, 0.8, 0.97])
def test_a_journal_that_a_crash_cut_off_loses_no_post(here: World, tmp_path: Path, kept: float) -> None:
    """The last commits did not reach the disk: what they said is recognised on the account, and nothing is doubled."""
    here.server.honours_keys = False
    for number in range(12):
        here.announce("stad", f"{number}")
        here.work()
    was, copy = here.texts(), tmp_path / "na-de-stroomstoring"
    copy.mkdir()
    for name in ("omroeper.db", "omroeper.db-wal"):
        shutil.copy(tmp_path / name, copy / name)
    journal = copy / "omroeper.db-wal"
    os.truncate(journal, int(journal.stat().st_size * kept))
    after = World(url=f"sqlite:///{copy / 'omroeper.db'}", clock=here.clock, shows=here.shows, met={"stad"})
    after.server = here.server
    after.start()
    try:
        after.see("stad")
        after.settle()
    finally:
        after.stop()
    assert after.texts() == was


def test_a_backup_is_whole_while_others_write(here: World, tmp_path: Path) -> None:
    """A copy that is made while posts go out is one moment of the database, and can be started from."""
    ended = threading.Event()
    failed: list[BaseException] = []

    def deliver() -> None:
        try:
            for number in range(30):
                here.announce("stad", f"{number}")
                here.work()
        except BaseException as error:  # noqa: BLE001 - carried out of the thread
            failed.append(error)
        ended.set()

    thread = threading.Thread(target=deliver)
    thread.start()
    made: list[Path] = []
    engine = open_engine(here.url)
    while not ended.is_set() or not made:
        made.append(tmp_path / f"kopie-{len(made)}.db")
        backup(engine, made[-1])
    thread.join()
    engine.dispose()
    assert not failed
    for copy in made:
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            sending = connection.execute("SELECT count(*) FROM delivery WHERE state = 'sending'").fetchone()[0]
            waits = connection.execute("SELECT count(*) FROM publication WHERE state = 'sending'").fetchone()[0]
            assert sending == waits


def test_a_backup_never_overwrites(here: World, tmp_path: Path) -> None:
    """A file that is there already may be the only good copy."""
    target = tmp_path / "kopie.db"
    backup(here.engine, target)
    with pytest.raises(StoreError) as caught:
        backup(here.engine, target)
    assert caught.value.code == "store.backup-exists"


# ── the program ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[tuple[Installation, FeedHost, Standin]]:
    """An installation with one source that was met."""
    with FeedHost() as host, Standin("mastodon", windows={}) as server:
        host.feed("stad").add("oud")
        installation = Installation(folder=tmp_path)
        installation.configure(server=server.url, sources={"stad": f"{host.url}/stad"}, source="burst = 0")
        assert installation.once().returncode == 0
        yield installation, host, server


def test_the_program_on_a_newer_schema(installed: tuple[Installation, FeedHost, Standin]) -> None:
    """Every command that needs memory exits 2 and names the remedy; the database is not touched."""
    installation, _, _ = installed
    with sqlite3.connect(installation.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = everything(installation.database)
    for command in (("run", "--once"), ("migrate",), ("backup", "kopie.db"), ("pause",)):
        done = installation.call(*command)
        assert done.returncode == 2, command
        assert "store.newer-schema" in done.stderr
        assert "Traceback" not in done.stderr
    assert everything(installation.database) == before
    assert not (installation.folder / "kopie.db").exists()


def test_the_program_on_a_torn_database(installed: tuple[Installation, FeedHost, Standin]) -> None:
    """Exit 1, the code and what to do; no trace of the program's insides."""
    installation, _, _ = installed
    body = installation.database.read_bytes()
    installation.database.write_bytes(body[:4096] + os.urandom(len(body) - 4096))
    done = installation.once()
    assert done.returncode == 1
    assert "store.torn" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_program_on_a_full_disk(installed: tuple[Installation, FeedHost, Standin]) -> None:
    """Files may not grow: exit 1 and a clear word; with room again everything goes out once, in order."""
    installation, host, server = installed
    for number in range(200):
        host.feed("stad").add(f"{number}", text="Een heel lang verhaal. " * 200)
    size = installation.database.stat().st_size + 40_000
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--config", str(installation.config), "run", "--once", "--force"],
        capture_output=True,
        text=True,
        check=False,
        cwd=installation.folder,
        timeout=120,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PATH": "", "TEST_ACCOUNT_TOKEN": installation.token},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    assert done.returncode == 1, done.stderr
    assert "store." in done.stderr
    assert "Traceback" not in done.stderr
    assert installation.once(timeout=120).returncode == 0
    assert [text.splitlines()[0] for text in server.texts()] == [f"Bericht {n} van stad" for n in range(200)]


def test_the_program_on_a_locked_database(installed: tuple[Installation, FeedHost, Standin]) -> None:
    """Another program that will not let go: exit 1 after a while, and afterwards all is as if nothing had been."""
    installation, host, server = installed
    host.feed("stad").add("nieuw")
    with locked(installation.database):
        done = installation.once()
    assert done.returncode == 1
    assert "store.locked" in done.stderr
    assert server.texts() == []
    assert installation.once().returncode == 0
    assert len(server.texts()) == 1


def test_reading_needs_no_lock(installed: tuple[Installation, FeedHost, Standin]) -> None:
    """Whoever only asks never waits for a writer."""
    installation, _, _ = installed
    with locked(installation.database):
        assert installation.call("posts", timeout=8).returncode == 0

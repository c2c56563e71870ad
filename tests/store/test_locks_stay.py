"""A service holds its locks on the database file for as long as it runs, whatever else it does in that file's folder.

The system drops all locks of a process on a file when the process closes the file once, through whichever descriptor
(POSIX advisory locks): https://sqlite.org/howtocorrupt.html, section 2.2. Another program that then closes the database takes
itself for the last one, and deletes the journal under the service's feet: commits are lost, and the file is torn.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from bot.store.engine import open_engine, reading, writing

VISIT = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(c.execute('SELECT count(*) FROM t').fetchone()[0]); c.close()"


def visit(path: Path) -> int:
    """Let another program open the database, read, and close it, as every command does."""
    done = subprocess.run([sys.executable, "-c", VISIT, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_visitor_leaves_the_journal_alone(tmp_path: Path) -> None:
    """While a service runs, its journal survives every other program, and no commit is lost or torn."""
    path = tmp_path / "omroeper.db"
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    with reading(engine) as one, reading(engine) as two:  # a second connection: a service makes many
        for connection in (one, two):
            connection.execute(text("SELECT * FROM t")).all()
    journal = path.with_name("omroeper.db-wal")
    for number in range(1, 6):
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO t VALUES (1)"))
        before = journal.stat().st_ino
        assert visit(path) == number
        assert journal.exists()
        assert journal.stat().st_ino == before
    with reading(engine) as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """A database that the program makes, and its journals, can be read by nobody else; one that exists keeps its mode."""
    path = tmp_path / "omroeper.db"
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}
    engine.dispose()
    path.chmod(0o640)
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    assert path.stat().st_mode & 0o777 == 0o640
    engine.dispose()

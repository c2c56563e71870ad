"""Connections: SQLite so that nothing committed is ever forgotten, PostgreSQL beside it; and what a bad day looks like.

Writers begin with ``BEGIN IMMEDIATE``: under WAL, a transaction that reads first and writes later is refused at once, and
with the driver's own transactions updates were silently lost (measured; see ``docs/decisions.md``).
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

BUSY_SECONDS = 10


class StoreError(Exception):
    """The database cannot do what it must. ``code`` is stable; ``remedy`` says what to do."""

    def __init__(self, message: str, *, code: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """Make an engine for ``sqlite:///path`` or ``postgresql://…``. Connects to nothing yet.

    ``read_only`` opens a SQLite file so that no statement can change it.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, read_only=read_only)
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=8,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
    )


def sqlite_path(url: str) -> Path | None:
    """Give the file behind a SQLite address; None for other databases and for a database in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    name = str(parsed.database)
    # opened read-only, a file goes by an address of its own
    return Path(unquote(urlsplit(name).path)) if name.startswith("file:") else Path(name)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes. Raises ``StoreError`` where the database is locked, full, torn or read-only."""
    with _clear_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, and never waits for a writer."""
    with _clear_errors(engine), engine.connect().execution_options(readonly=True) as connection:
        yield connection


def _sqlite(url: str, *, read_only: bool) -> Engine:
    path = sqlite_path(url)
    arguments: dict[str, Any] = {"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None}
    if read_only and path is not None:
        # as_uri escapes what is special in an address, and SQLite reads the rest
        return _with_hooks(
            create_engine(
                f"sqlite:///{path.absolute().as_uri()}?mode=ro&uri=true", connect_args=arguments, pool_size=8
            ),
            read_only=True,
        )
    return _with_hooks(create_engine(url, connect_args=arguments), read_only=False)


def _with_hooks(engine: Engine, *, read_only: bool) -> Engine:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        if not read_only:
            cursor.execute("PRAGMA journal_mode=WAL")
            # NORMAL forgets the last commits when the power fails; a forgotten receipt is a doubled post
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reader = read_only or connection.get_execution_options().get("readonly", False)
        connection.exec_driver_sql("BEGIN" if reader else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _clear_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, DBAPIError) as error:
        clear = explain(error, str(engine.url.render_as_string(hide_password=True)))
        if clear is None:
            raise
        raise clear from error
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EROFS, errno.EACCES}:
            raise
        raise StoreError(
            f"The database cannot be written: {error.strerror}.", code="store.disk", remedy=_FREE
        ) from error


_FREE = "Make room on its disk, or give the program write access to the file and its folder; nothing was half done."

_CAUSES = (
    # fragments of SQLite's own result strings (sqlite3ErrStr), which are never localised
    (
        "database is locked",
        "store.locked",
        "Another program holds the database. Stop it, or try again; nothing was half done.",
    ),
    ("database or disk is full", "store.full", _FREE),
    (
        "disk i/o error",
        "store.disk",
        "The disk failed. Check it and the file's integrity, then restore the last backup if need be.",
    ),
    ("readonly database", "store.read-only", _FREE),
    (
        "unable to open database",
        "store.cannot-open",
        "Check that the folder exists and that the program may write in it.",
    ),
    (
        "malformed",
        "store.torn",
        "Restore the last backup: the posts made since are recognised on the account and not repeated.",
    ),
    ("not a database", "store.not-a-database", "Name another file under `database`, or restore the last backup."),
    ("no such table", "store.not-migrated", "Run `omroeper migrate`."),
    ("no such column", "store.not-migrated", "Run `omroeper migrate`."),
    ("undefinedtable", "store.not-migrated", "Run `omroeper migrate`."),
    ("undefinedcolumn", "store.not-migrated", "Run `omroeper migrate`."),
    ("connection", "store.unreachable", "Check that the database server runs and accepts this user."),
)


def explain(error: DBAPIError, where: str) -> StoreError | None:
    """Turn a driver's error into one that instructs; None where it is a mistake of ours."""
    said = f"{type(error.orig).__name__} {error.orig}".lower()
    for fragment, code, remedy in _CAUSES:
        if fragment in said:
            return StoreError(f"{where}: {error.orig}", code=code, remedy=remedy)
    return None

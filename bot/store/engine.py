"""Connections: SQLite so that nothing committed is ever forgotten, PostgreSQL beside it; and what a bad day looks like.

Writers begin with ``BEGIN IMMEDIATE``: under WAL, a transaction that reads first and writes later is refused at once, and
with the driver's own transactions updates were silently lost (measured; see ``docs/decisions.md``).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock
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

    ``read_only`` opens a SQLite file so that no statement can change it. A file that is made is its owner's alone. No error
    repeats the values of a statement: they are texts of sources, cursors and addresses with keys in them.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, read_only=read_only)
    try:
        return create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=8,
            max_overflow=16,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs a driver that is not installed.",
            code="store.no-driver",
            remedy="Install it: pip install 'omroeper[postgres]'.",
        ) from error


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
        address = f"sqlite:///{path.absolute().as_uri()}?mode=ro&uri=true"
        engine = create_engine(address, connect_args=arguments, pool_size=8, hide_parameters=True)
        return _with_hooks(engine, read_only=True)
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, **({"max_overflow": 24} if path else {}))
    if path is not None:
        event.listen(engine, "do_connect", partial(_make_private, path))
    return _with_hooks(engine, read_only=False)


def _make_private(path: Path, *_: object) -> None:
    """Make the file before SQLite does, which would let everybody read it; its journals get the same mode.

    A file that is there is never opened: closing it again would drop the locks that SQLite holds on it for this process, and
    the next program to leave would delete the journal under our feet (https://sqlite.org/howtocorrupt.html, section 2.2).
    """
    with _making, suppress(OSError):  # SQLite says better what is wrong; most often the file is there
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


_making = Lock()
"""Nobody of this process connects to a file between its making and its closing."""


def _with_hooks(engine: Engine, *, read_only: bool) -> Engine:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        if not read_only:
            cursor.execute("PRAGMA journal_mode=WAL")
            # NORMAL forgets the last commits when the power fails; a forgotten receipt is a doubled post
            cursor.execute("PRAGMA synchronous=FULL")
            # what was erased because it named people is gone from the file too; not every build of SQLite sees to that
            cursor.execute("PRAGMA secure_delete=ON")
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
        clear = explain(error, engine.url.set(query={}).render_as_string(hide_password=True))
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
_AGAIN = "Another program holds the database. Stop it, or try again; nothing was half done."
_MIGRATE = "Run `omroeper migrate`."
_SERVER = "Check that the database server runs and accepts this user."

_SQLITE = (
    # beginnings of SQLite's own names for its results, the more special first
    ("SQLITE_BUSY", "store.locked", _AGAIN),
    ("SQLITE_LOCKED", "store.locked", _AGAIN),
    ("SQLITE_FULL", "store.full", _FREE),
    ("SQLITE_READONLY", "store.read-only", _FREE),
    ("SQLITE_CANTOPEN", "store.cannot-open", "Check that the folder exists and that the program may write in it."),
    ("SQLITE_IOERR", "store.disk", "The disk failed. Check it and the file, then restore the last backup if need be."),
    (
        "SQLITE_CORRUPT",
        "store.torn",
        "Restore the last backup: the posts made since are recognised on the account and not repeated.",
    ),
    ("SQLITE_NOTADB", "store.not-a-database", "Name another file under `database`, or restore the last backup."),
)

_POSTGRES = (
    # beginnings of SQLSTATE codes (PostgreSQL's manual, appendix A)
    ("08", "store.unreachable", _SERVER),
    ("25006", "store.read-only", "The server is read-only, maybe a standby: name the one that can be written."),
    ("28", "store.unreachable", _SERVER),
    ("3D000", "store.cannot-open", "Create the database that `database` names."),
    ("40", "store.conflict", _AGAIN),
    ("42501", "store.read-only", "Give this user the right to write in the database's tables."),
    ("42P01", "store.not-migrated", _MIGRATE),
    ("42703", "store.not-migrated", _MIGRATE),
    ("53100", "store.full", _FREE),
    ("53", "store.unreachable", _SERVER),
    ("55P03", "store.locked", _AGAIN),
    ("57", "store.unreachable", _SERVER),
    ("58", "store.disk", "The server's disk failed. Check it, then restore the last backup if need be."),
    ("XX001", "store.torn", "Restore the last backup: what was posted since is recognised and not repeated."),
)


def explain(error: DBAPIError, where: str) -> StoreError | None:
    """Turn a driver's error into one that instructs; None where it is a mistake of ours."""
    found = _meaning(error.orig)
    return StoreError(f"{where}: {error.orig}", code=found[0], remedy=found[1]) if found else None


def _meaning(said: BaseException | None) -> tuple[str, str] | None:
    name, state = getattr(said, "sqlite_errorname", None), getattr(said, "sqlstate", None)
    for given, table in ((name, _SQLITE), (state, _POSTGRES)):
        found = next(((code, remedy) for start, code, remedy in table if given and given.startswith(start)), None)
        if found:
            return found
    if name == "SQLITE_ERROR" and str(said).startswith(("no such table", "no such column")):
        return ("store.not-migrated", _MIGRATE)
    if type(said).__name__ == "OperationalError" and not name and not state:
        return ("store.unreachable", _SERVER)  # psycopg never got as far as a server
    return None

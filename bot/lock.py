"""One owner: whoever collects and delivers holds the installation's lock, and thereby knows that no one else does.

On SQLite it is an OS lock on a file beside the database, which the system lets go when the process ends, however it ends;
on PostgreSQL an advisory lock on a connection of its own, which may die while we live: hence ``require`` before anything is
claimed or sent. Every ``sending`` row without a live owner is then an orphan.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from bot.store.engine import StoreError, sqlite_path

KEY = 0x6F6D726F6570  # "omroep"

_held: WeakKeyDictionary[Engine, Callable[[], bool]] = WeakKeyDictionary()
"""How to see whether the lock that was taken through an engine is still ours."""


class Held(Exception):
    """Another program holds the lock; ``owner`` names it."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"Another `omroeper run` has this installation: {owner}.")
        self.owner = owner


@contextmanager
def owning(engine: Engine) -> Iterator[None]:
    """Hold the lock. Raises ``Held`` at once where somebody else does, and ``StoreError`` where it cannot be tried."""
    with _lock(engine) as is_ours:
        _held[engine] = is_ours
        try:
            yield
        finally:
            del _held[engine]


def require(engine: Engine) -> None:
    """Raise ``StoreError`` unless this program still holds the lock: another one may be at work in its place."""
    is_ours = _held.get(engine)
    if is_ours is None or not is_ours():
        raise StoreError(
            "The lock of this installation was lost.",
            code="store.lock-lost",
            remedy="Start `omroeper run` again: it looks up what was under way. Another one may have taken over.",
        )


@contextmanager
def _lock(engine: Engine) -> Iterator[Callable[[], bool]]:
    if engine.dialect.name != "sqlite":
        with _advisory(engine) as is_ours:
            yield is_ours
        return
    path = sqlite_path(engine.url.render_as_string(hide_password=False))
    if path is None:
        yield lambda: True  # a database in memory is nobody else's
        return
    with _file(path.with_name(f"{path.name}.lock")) as is_ours:
        yield is_ours


@contextmanager
def _file(path: Path) -> Iterator[Callable[[], bool]]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror}.",
            code="store.cannot-open",
            remedy="Check that the folder of the database exists and that the program may write in it.",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(descriptor, 200).decode(errors="replace").strip()
            raise Held(owner or "unknown") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield lambda: _is_still(path, descriptor)
    finally:
        os.close(descriptor)  # the file stays: removing it would let two programs hold two locks


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the file that we locked is the one that others would lock: somebody may have removed it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def _advisory(engine: Engine) -> Iterator[Callable[[], bool]]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}):
            raise Held(_postgres_owner(engine))
        turn = threading.Lock()
        try:
            yield lambda: _lives(connection, turn)
        finally:
            if _lives(connection, turn):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": KEY})


def _lives(connection: Connection, turn: threading.Lock) -> bool:
    """Whether the connection that holds the lock still stands; the server gives the lock away with it."""
    with turn:
        if connection.invalidated or connection.closed:
            return False
        try:
            connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True


def _postgres_owner(engine: Engine) -> str:
    query = text(
        "SELECT a.pid, a.client_addr FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) + l.objid::bigint = :key"
    )
    with engine.connect() as connection:
        row = connection.execute(query, {"key": KEY}).first()
    return f"database connection {row.pid} from {row.client_addr or 'this machine'}" if row else "unknown"

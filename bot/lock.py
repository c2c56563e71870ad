"""One owner: whoever collects and delivers holds the installation's lock, and thereby knows that no one else does.

On SQLite it is an OS lock on a file beside the database, which the system lets go when the process ends, however it ends;
on PostgreSQL an advisory lock on a connection of its own. Every ``sending`` row without a live owner is then an orphan.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from bot.store.engine import StoreError, sqlite_path

KEY = 0x6F6D726F6570  # "omroep"


class Held(Exception):
    """Another program holds the lock; ``owner`` names it."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"Another `omroeper run` has this installation: {owner}.")
        self.owner = owner


@contextmanager
def owning(engine: Engine) -> Iterator[None]:
    """Hold the lock. Raises ``Held`` at once where somebody else does, and ``StoreError`` where it cannot be tried."""
    if engine.dialect.name == "sqlite":
        path = sqlite_path(engine.url.render_as_string(hide_password=False))
        if path is None:
            yield  # a database in memory is nobody else's
            return
        with _file(path.with_name(f"{path.name}.lock")):
            yield
    else:
        with _advisory(engine):
            yield


@contextmanager
def _file(path: Path) -> Iterator[None]:
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
        yield
    finally:
        os.close(descriptor)  # the file stays: removing it would let two programs hold two locks


@contextmanager
def _advisory(engine: Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}):
            raise Held(_postgres_owner(engine))
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": KEY})


def _postgres_owner(engine: Engine) -> str:
    query = text(
        "SELECT a.pid, a.client_addr FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) + l.objid::bigint = :key"
    )
    with engine.connect() as connection:
        row = connection.execute(query, {"key": KEY}).first()
    return f"database connection {row.pid} from {row.client_addr or 'this machine'}" if row else "unknown"

"""Building and renewing the schema, by Alembic alone, with a backup first.

Alembic is imported only where something has to be migrated: a database that is up to date costs one SELECT.
There is no way down: restore the backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError, SQLAlchemyError

from bot.store.engine import StoreError, reading, sqlite_path, writing

HEAD = "0003"
"""The newest revision; a test compares it with ``migrations/versions``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """Where the migrations are, and which of them is the newest."""

    folder: Path
    head: str = HEAD


class Standing(Enum):
    """How a database's schema stands to this program."""

    MISSING = "missing"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


def ours() -> Scripts:
    """The migrations of this program: inside the installed package, or in the checkout."""
    packaged = Path(__file__).parent.parent / "_migrations"
    return Scripts(folder=packaged if packaged.is_dir() else Path(__file__).parent.parent.parent / "migrations")


def standing(engine: Engine, head: str = HEAD) -> Standing:
    """Compare a database with this program. Raises ``StoreError`` where it cannot be read."""
    path = sqlite_path(str(engine.url.render_as_string(hide_password=False)))
    if path is not None and not path.exists():
        return Standing.MISSING
    revision = _revision(engine)
    if revision is None:
        return Standing.MISSING
    if revision == head:
        return Standing.CURRENT
    return Standing.BEHIND if revision < head else Standing.AHEAD


def require_current(engine: Engine) -> None:
    """Raise ``StoreError`` with the remedy unless the schema is this program's own."""
    found = standing(engine)
    if found is Standing.AHEAD:
        raise StoreError(
            "The database was made by a newer Omroeper.",
            code="store.newer-schema",
            remedy="Run that newer version, or restore the backup that its migration made.",
        )
    if found is not Standing.CURRENT:
        raise StoreError(
            "The database has no schema yet." if found is Standing.MISSING else "The database has an older schema.",
            code="store.not-migrated",
            remedy="Run `omroeper migrate`.",
        )


def migrate(engine: Engine, now: datetime, scripts: Scripts | None = None) -> Path | None:
    """Bring the schema up to date, in one transaction. Gives the backup made before, None where there was nothing to save.

    Raises ``StoreError``; the database is then as it was.
    """
    scripts = scripts or ours()
    found = standing(engine, scripts.head)
    if found is Standing.CURRENT:
        return None
    if found is Standing.AHEAD:
        require_current(engine)
    saved = _backup_before(engine, now, scripts.head) if found is Standing.BEHIND else None
    _upgrade(engine, scripts, saved)
    return saved


def _backup_before(engine: Engine, now: datetime, head: str) -> Path | None:
    """Copy a SQLite database beside itself; None where there is no file (PostgreSQL has its own tools)."""
    path = sqlite_path(str(engine.url.render_as_string(hide_password=False)))
    if path is None:
        return None
    target = path.with_name(f"{path.name}.before-{head}-{now:%Y%m%dT%H%M%SZ}")
    backup(engine, target)
    return target


def backup(engine: Engine, target: Path) -> None:
    """Write a consistent copy of a SQLite database, while others use it. Raises ``StoreError``."""
    if engine.dialect.name != "sqlite":
        raise StoreError(
            "This command copies SQLite databases.", code="store.not-sqlite", remedy="Use pg_dump for PostgreSQL."
        )
    if target.exists():
        raise StoreError(
            f"{target} exists already.", code="store.backup-exists", remedy="Name a file that does not exist."
        )
    unfinished = target.with_name(f"{target.name}.part")
    _start_afresh(unfinished)
    try:
        with reading(engine) as connection:
            connection.exec_driver_sql("COMMIT")  # VACUUM wants no transaction around it
            connection.exec_driver_sql("VACUUM INTO ?", (str(unfinished),))
            connection.exec_driver_sql("BEGIN")
        unfinished.rename(target)  # what bears the name of a backup is a whole one
    finally:
        unfinished.unlink(missing_ok=True)


def _start_afresh(path: Path) -> None:
    """Make an empty file for its owner alone: a backup holds everything that the database holds."""
    try:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror}.",
            code="store.cannot-open",
            remedy="Name a file in a folder that exists and that the program may write in.",
        ) from error


def _revision(engine: Engine) -> str | None:
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found
    except (OperationalError, ProgrammingError, DatabaseError) as error:
        raise StoreError(
            f"The database cannot be read: {error.orig}",
            code="store.unreadable",
            remedy="Check the address under `database`.",
        ) from error


def _upgrade(engine: Engine, scripts: Scripts, saved: Path | None) -> None:
    from alembic.util import CommandError

    sqlite = engine.dialect.name == "sqlite"
    migrating = engine if sqlite else create_engine(engine.url, hide_parameters=True)
    try:
        with writing(migrating) as connection:
            if sqlite:
                # outside a transaction this is a setting of the connection; inside it is ignored
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            _run(connection, scripts)
    except (CommandError, SQLAlchemyError, RuntimeError) as error:
        raise _failed(error, saved) from error
    except StoreError as error:
        if error.code != "store.not-migrated":
            raise  # locked, full, torn: that says what to do
        raise _failed(error, saved) from error  # a table that a migration misses, not one that waits for a migration
    finally:
        migrating.dispose()  # the next connections have foreign keys on again


def _failed(error: Exception, saved: Path | None) -> StoreError:
    kept = f" A backup was written to {saved} before." if saved else ""
    return StoreError(
        f"The database could not be migrated, and is as it was: {error}",
        code="store.migration-failed",
        remedy=f"Please report this.{kept} Until then, run the version that you had.",
    )


def _run(connection: Connection, scripts: Scripts) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

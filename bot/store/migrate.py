"""Building and renewing the schema, by Alembic alone, with a backup first.

Alembic is imported only where something has to be migrated: a database that is up to date costs one SELECT.
There is no way down: restore the backup.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from bot.store.engine import StoreError, reading, sqlite_path, writing

HEAD = "0001"
"""The newest revision; a test compares it with ``migrations/versions``."""


class Standing(Enum):
    """How a database's schema stands to this program."""

    MISSING = "missing"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


def standing(engine: Engine) -> Standing:
    """Compare a database with this program. Raises ``StoreError`` where it cannot be read."""
    path = sqlite_path(str(engine.url.render_as_string(hide_password=False)))
    if path is not None and not path.exists():
        return Standing.MISSING
    revision = _revision(engine)
    if revision is None:
        return Standing.MISSING
    if revision == HEAD:
        return Standing.CURRENT
    return Standing.BEHIND if revision < HEAD else Standing.AHEAD


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


def migrate(engine: Engine, now: datetime) -> Path | None:
    """Bring the schema up to date, in one transaction. Gives the backup made before, None where there was nothing to save.

    Raises ``StoreError``; the database is then as it was.
    """
    found = standing(engine)
    if found is Standing.CURRENT:
        return None
    if found is Standing.AHEAD:
        require_current(engine)
    saved = backup_before(engine, now) if found is Standing.BEHIND else None
    _upgrade(engine)
    return saved


def backup_before(engine: Engine, now: datetime) -> Path | None:
    """Copy a SQLite database beside itself; None where there is no file (PostgreSQL has its own tools)."""
    path = sqlite_path(str(engine.url.render_as_string(hide_password=False)))
    if path is None:
        return None
    target = path.with_name(f"{path.name}.before-{HEAD}-{now:%Y%m%dT%H%M%SZ}")
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
    target.touch(mode=0o600)  # a backup holds everything that the database holds
    try:
        with reading(engine) as connection:
            connection.exec_driver_sql("COMMIT")  # VACUUM wants no transaction around it
            connection.exec_driver_sql("VACUUM INTO ?", (str(target),))
            connection.exec_driver_sql("BEGIN")
    except StoreError:
        target.unlink(missing_ok=True)
        raise


def folder() -> Path:
    """Where the migrations are: inside the installed package, or in the checkout."""
    packaged = Path(__file__).parent.parent / "_migrations"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent.parent / "migrations"


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


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    migrating = create_engine(engine.url) if engine.dialect.name != "sqlite" else engine
    with writing(migrating) as connection:
        if engine.dialect.name == "sqlite":
            # outside a transaction this would be a setting of the connection; inside it is ignored
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if engine.dialect.name == "sqlite":
        engine.dispose()  # the next connections have foreign keys on again

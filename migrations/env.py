"""How Alembic meets the database: on the connection that `bot.store.migrate` hands over, in one transaction.

SQLite: batch operations recreate tables, and with foreign keys on that would delete children; hence they are off here and
checked at the end. PostgreSQL: the lock is taken inside the transaction, for one taken before it would begin another.
"""

from alembic import context
from sqlalchemy import Connection, text

from bot.store.tables import metadata

LOCK = 0x6F6D726F657065


def migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=sqlite,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        if not sqlite:
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()
        if sqlite:
            torn = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if torn:
                raise RuntimeError(f"the migration left {len(torn)} rows that point nowhere; nothing was changed")


migrate(context.config.attributes["connection"])

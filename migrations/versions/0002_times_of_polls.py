"""The times of polls in a table of their own: every poll writes them, and a row of ``source`` is long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMES = ("due", "last_try", "last_ok")


def upgrade() -> None:
    op.create_table(
        "polled",
        sa.Column("source", NUMBER, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in TIMES),
        sa.ForeignKeyConstraint(["source"], ["source.no"], name=op.f("fk_polled_source_source")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_polled")),
    )
    op.execute("INSERT INTO polled (source, due, last_try, last_ok) SELECT no, due, last_try, last_ok FROM source")
    op.create_index(op.f("ix_polled_due"), "polled", ["due"], unique=False)
    op.drop_index(op.f("ix_source_due"), table_name="source")
    for name in TIMES:
        op.drop_column("source", name)

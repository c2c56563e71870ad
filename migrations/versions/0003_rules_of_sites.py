"""What sites let programs read, so that a program that is started often does not ask again each time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_rules",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_site_rules")),
    )

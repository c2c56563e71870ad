"""The first schema: sources, items, announcements, publications, deliveries, and what they were decided by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:  # noqa: PLR0915  # one statement per table and index
    op.create_table(
        "account",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("remote_acct", sa.Text(), nullable=True),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column("limits", sa.Text(), nullable=True),
        sa.Column("limits_at", sa.BigInteger(), nullable=True),
        sa.Column("head", sa.String(), nullable=True),
        sa.Column("head_at", sa.BigInteger(), nullable=True),
        sa.Column("read_to", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("wait_until", sa.BigInteger(), nullable=True),
        sa.Column("wait_code", sa.String(), nullable=True),
        sa.Column("lane_waits", sa.Text(), nullable=True),
        sa.Column("budget", sa.Text(), nullable=True),
        sa.Column("uploads", sa.Text(), nullable=True),
        sa.Column("warning", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_account")),
        sa.UniqueConstraint("id", name=op.f("uq_account_id")),
    )
    op.create_table(
        "agency",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_agency")),
        sa.UniqueConstraint("id", name=op.f("uq_agency_id")),
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("lead", sa.BigInteger(), nullable=True),
        sa.Column("lead_source", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("notice", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_agency"), "announcement", ["agency"], unique=False)
    op.create_index(op.f("ix_announcement_created"), "announcement", ["created"], unique=False)
    op.create_index(op.f("ix_announcement_expires"), "announcement", ["expires"], unique=False)
    op.create_table(
        "event",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=True),
        sa.Column("item", sa.BigInteger(), nullable=True),
        sa.Column("announcement", sa.String(), nullable=True),
        sa.Column("publication", sa.String(), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_announcement"), "event", ["announcement"], unique=False)
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_index(
        "ix_event_by_hand",
        "event",
        ["no"],
        unique=False,
        sqlite_where=sa.text("stage = 'operate'"),
        postgresql_where=sa.text("stage = 'operate'"),
    )
    op.create_index(op.f("ix_event_item"), "event", ["item"], unique=False)
    op.create_index(op.f("ix_event_publication"), "event", ["publication"], unique=False)
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "source",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("last_try", sa.BigInteger(), nullable=True),
        sa.Column("last_ok", sa.BigInteger(), nullable=True),
        sa.Column("last_new", sa.BigInteger(), nullable=True),
        sa.Column("newest_item", sa.BigInteger(), nullable=True),
        sa.Column("pauses", sa.Text(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("retry_after", sa.BigInteger(), nullable=True),
        sa.Column("hints", sa.Text(), nullable=True),
        sa.Column("moved", sa.Text(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_source")),
        sa.UniqueConstraint("id", name=op.f("uq_source_id")),
    )
    op.create_index(op.f("ix_source_due"), "source", ["due"], unique=False)
    op.create_table(
        "identity",
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("announcement", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcement.id"], name=op.f("fk_identity_announcement_announcement")
        ),
        sa.PrimaryKeyConstraint("scheme", "key", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_announcement"), "identity", ["announcement"], unique=False)
    op.create_table(
        "item",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("source", NUMBER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("rule", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("announcement", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["announcement"], ["announcement.id"], name=op.f("fk_item_announcement_announcement")),
        sa.ForeignKeyConstraint(["source"], ["source.no"], name=op.f("fk_item_source_source")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_item")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_item_source_key")),
    )
    op.create_index(op.f("ix_item_announcement"), "item", ["announcement"], unique=False)
    op.create_index(
        "ix_item_broken",
        "item",
        ["source"],
        unique=False,
        sqlite_where=sa.text("state = 'broken'"),
        postgresql_where=sa.text("state = 'broken'"),
    )
    op.create_index(op.f("ix_item_link"), "item", ["link"], unique=False)
    op.create_index(op.f("ix_item_url"), "item", ["url"], unique=False)
    op.create_table(
        "likeness",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("announcement", sa.String(), nullable=False),
        sa.Column("retold", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcement.id"], name=op.f("fk_likeness_announcement_announcement")
        ),
        sa.PrimaryKeyConstraint("key", "announcement", name=op.f("pk_likeness")),
    )
    op.create_index(op.f("ix_likeness_at"), "likeness", ["at"], unique=False)
    op.create_table(
        "page",
        sa.Column("announcement", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("last_ok", sa.BigInteger(), nullable=True),
        sa.Column("gone_since", sa.BigInteger(), nullable=True),
        sa.Column("gone_times", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["announcement"], ["announcement.id"], name=op.f("fk_page_announcement_announcement")),
        sa.PrimaryKeyConstraint("announcement", name=op.f("pk_page")),
    )
    op.create_index(op.f("ix_page_due"), "page", ["due"], unique=False)
    op.create_table(
        "publication",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("announcement", sa.String(), nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("source", NUMBER, nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("bare", sa.Boolean(), nullable=False),
        sa.Column("mended", sa.Text(), nullable=True),
        sa.Column("prepared", sa.Integer(), nullable=False),
        sa.Column("aliases", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("parts", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("queued", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("check_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.no"], name=op.f("fk_publication_account_account")),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcement.id"], name=op.f("fk_publication_announcement_announcement")
        ),
        sa.ForeignKeyConstraint(["source"], ["source.no"], name=op.f("fk_publication_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint(
            "announcement", "account", "generation", name=op.f("uq_publication_announcement_account_generation")
        ),
    )
    op.create_index(
        op.f("ix_publication_account_lane_state_position"),
        "publication",
        ["account", "lane", "state", "position"],
        unique=False,
    )
    op.create_index(op.f("ix_publication_account_position"), "publication", ["account", "position"], unique=False)
    op.create_index(op.f("ix_publication_account_remote_id"), "publication", ["account", "remote_id"], unique=False)
    op.create_index(op.f("ix_publication_account_sent"), "publication", ["account", "sent"], unique=False)
    op.create_index(op.f("ix_publication_check_at"), "publication", ["check_at"], unique=False)
    op.create_index(op.f("ix_publication_sent"), "publication", ["sent"], unique=False)
    op.create_index(op.f("ix_publication_source_created"), "publication", ["source", "created"], unique=False)
    op.create_index(op.f("ix_publication_state_due"), "publication", ["state", "due"], unique=False)
    op.create_table(
        "relation",
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["announcement.id"], name=op.f("fk_relation_from_id_announcement")),
        sa.ForeignKeyConstraint(["to_id"], ["announcement.id"], name=op.f("fk_relation_to_id_announcement")),
        sa.PrimaryKeyConstraint("from_id", "to_id", "kind", name=op.f("pk_relation")),
    )
    op.create_index(op.f("ix_relation_to_id"), "relation", ["to_id"], unique=False)
    op.create_table(
        "route",
        sa.Column("source", NUMBER, nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("first_contact", sa.BigInteger(), nullable=True),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.no"], name=op.f("fk_route_account_account")),
        sa.ForeignKeyConstraint(["source"], ["source.no"], name=op.f("fk_route_source_source")),
        sa.PrimaryKeyConstraint("source", "account", name=op.f("pk_route")),
    )
    op.create_table(
        "spend",
        sa.Column("source", NUMBER, nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.no"], name=op.f("fk_spend_source_source")),
        sa.PrimaryKeyConstraint("source", "day", name=op.f("pk_spend")),
    )
    op.create_table(
        "subscription",
        sa.Column("source", NUMBER, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("heard", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.no"], name=op.f("fk_subscription_source_source")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_subscription")),
        sa.UniqueConstraint("token", name=op.f("uq_subscription_token")),
    )
    op.create_index(op.f("ix_subscription_due"), "subscription", ["due"], unique=False)
    op.create_table(
        "tie",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("announcement", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["announcement"], ["announcement.id"], name=op.f("fk_tie_announcement_announcement")),
        sa.PrimaryKeyConstraint("key", "announcement", name=op.f("pk_tie")),
    )
    op.create_index(op.f("ix_tie_announcement"), "tie", ["announcement"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("in_reply_to", sa.String(), nullable=True),
        sa.Column("anchor", sa.String(), nullable=True),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("settles", sa.BigInteger(), nullable=True),
        sa.Column("choked", sa.Boolean(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.no"], name=op.f("fk_delivery_account_account")),
        sa.ForeignKeyConstraint(["publication"], ["publication.id"], name=op.f("fk_delivery_publication_publication")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_account_started"), "delivery", ["account", "started"], unique=False)
    op.create_index(op.f("ix_delivery_publication"), "delivery", ["publication"], unique=False)
    op.create_index(op.f("ix_delivery_state"), "delivery", ["state"], unique=False)
    op.create_table(
        "picture",
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("mime", sa.String(), nullable=True),
        sa.Column("alt", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("uploaded", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["publication"], ["publication.id"], name=op.f("fk_picture_publication_publication")),
        sa.PrimaryKeyConstraint("publication", "place", name=op.f("pk_picture")),
    )
    op.create_table(
        "remote_post",
        sa.Column("account", NUMBER, nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("publication", sa.String(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("application", sa.Text(), nullable=True),
        sa.Column("in_reply_to", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.no"], name=op.f("fk_remote_post_account_account")),
        sa.ForeignKeyConstraint(
            ["publication"], ["publication.id"], name=op.f("fk_remote_post_publication_publication")
        ),
        sa.PrimaryKeyConstraint("account", "remote_id", name=op.f("pk_remote_post")),
    )
    op.create_index(op.f("ix_remote_post_account_digest"), "remote_post", ["account", "digest"], unique=False)
    op.create_index(op.f("ix_remote_post_account_link"), "remote_post", ["account", "link"], unique=False)
    op.create_index(op.f("ix_remote_post_publication"), "remote_post", ["publication"], unique=False)
    op.create_table(
        "version",
        sa.Column("item", NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["item.no"], name=op.f("fk_version_item_item")),
        sa.PrimaryKeyConstraint("item", "version", name=op.f("pk_version")),
    )
    op.create_index(op.f("ix_version_at"), "version", ["at"], unique=False)

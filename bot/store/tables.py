"""The one schema, as the program sees it. Databases are built by ``migrations/`` alone; a test compares the two.

Announcements, publications and deliveries have text ids (UUIDv7) that survive restores and moves; what a configuration
names has a number inside and keeps its id beside it, so that a renamed source stays the same source. Rows of agencies,
sources and accounts are retired, never deleted, and nothing cascades.

Partial indexes name their condition for SQLite alone here: named for PostgreSQL too, they would load that dialect at every
start, which takes a tenth of a round in which nothing is due. The migration, which makes them, names it for both.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.types import Json, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")
"""A row number. SQLite numbers rows by itself only where the column is spelled INTEGER."""


# Facts about the installation itself: paused, the lock's last owner, when housekeeping ran.
setting = Table(
    "setting",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Json),
)

agency = Table(
    "agency",
    metadata,
    Column("no", Number, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("parent", String),
    Column("retired", Moment),
)

source = Table(
    "source",
    metadata,
    Column("no", Number, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("agency", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("cursor", Json),  # the adapter's own; moves only with a body read in full
    Column("state", String, nullable=False),  # new ok failing disabled quarantined silent gap
    Column("last_new", Moment),  # when it last showed something that we did not know
    Column("newest_item", Moment),  # the newest date in it
    Column("pauses", Json),  # seconds between its last announcements, oldest first: its own rhythm
    Column("entries", Integer, nullable=False),  # how many items its last document had
    Column("failures", Integer, nullable=False),  # in a row
    Column("failing_since", Moment),
    Column("retry_after", Moment),  # what the host itself asked for; not even --force asks sooner
    Column("hints", Json),
    Column("moved", Json),  # a permanent redirect that keeps being seen: {"to", "times", "since"}
    Column("code", String),
    Column("error", Text),
    Column("title", Text),
    Column("paused", Boolean, nullable=False),
    Column("retired", Moment),
)

# When each source was asked, and is to be asked again: a row for every source. Every poll writes it, and a row of `source` is
# long, so that writing both took five times as long.
polled = Table(
    "polled",
    metadata,
    Column("source", Number, ForeignKey("source.no"), primary_key=True),
    Column("due", Moment),  # null: at once
    Column("last_try", Moment),
    Column("last_ok", Moment),
    Index(None, "due"),
)

account = Table(
    "account",
    metadata,
    Column("no", Number, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("server", Text, nullable=False),
    Column("remote_acct", Text),  # another one under the same id stops the account
    Column("remote_id", String),
    Column("application", Text),
    Column("limits", Json),
    Column("limits_at", Moment),
    Column("head", String),  # the newest post on the account that we know: the anchor of what is sent next
    Column("head_at", Moment),  # when its timeline was last read
    Column("read_to", String),  # the newest post that was there then: whatever lies above it, we have not looked at
    Column("state", String, nullable=False),  # ok stopped
    Column("code", String),
    Column("error", Text),
    Column("stopped_at", Moment),
    Column("wait_until", Moment),  # the server asked for a pause, or is down
    Column("wait_code", String),  # which of the two: limited, or the code of the failure
    Column("lane_waits", Json),  # {name: [until, rule]}: what waits by itself, see `bot.store.accounts`
    Column("budget", Json),  # what the server's headers said last: {"remaining", "limit", "until"}
    Column("uploads", Json),  # when pictures were uploaded lately, in seconds: no receipt says what is left
    Column("warning", Text),  # what its server does that nobody asked for; it goes with the next post that is as asked
    Column("failures", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("retired", Moment),
)

route = Table(
    "route",
    metadata,
    Column("source", ForeignKey("source.no"), primary_key=True),
    Column("account", ForeignKey("account.no"), primary_key=True),
    Column("first_contact", Moment),
    Column("retired", Moment),
)

# One native id of one source. `rule` is the version of the rules that made link and meaning.
item = Table(
    "item",
    metadata,
    Column("no", Number, primary_key=True),
    Column("source", ForeignKey("source.no"), nullable=False),
    Column("key", String, nullable=False),
    Column("native_id", Text),
    Column("link", Text),
    Column("url", Text),
    Column("digest", String, nullable=False),
    Column("meaning", String, nullable=False),
    Column("rule", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),  # known broken withdrawn
    Column("announcement", ForeignKey("announcement.id")),
    Column("title", Text, nullable=False),
    Column("content", Json),
    Column("published", Moment),
    Column("first_seen", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_item_broken", "source", sqlite_where=text("state = 'broken'")),  # partial on PostgreSQL too: see above
    Index(None, "link"),
    Index(None, "announcement"),
    Index(None, "url"),
)

# The raw entry of each version, for as long as `retain` says.
version = Table(
    "version",
    metadata,
    Column("item", ForeignKey("item.no"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("digest", String, nullable=False),
    Column("raw", LargeBinary),  # zlib, at most 64 KiB before compression
    Index(None, "at"),
)

announcement = Table(
    "announcement",
    metadata,
    Column("id", String, primary_key=True),
    Column("identity", Text, nullable=False),  # what idempotency keys are made from; never a row number
    Column("kind", String, nullable=False),  # news alert digest
    Column("agency", String, nullable=False),
    Column("language", String, nullable=False),
    Column("lead", BigInteger),  # the item that speaks for it; no foreign key, as items point here
    Column("lead_source", BigInteger),
    Column("version", Integer, nullable=False),
    Column("content", Json),  # what it says, where its item came to tell another announcement; else the item's own
    Column("notice", String),  # what its posts have to say about themselves: updated cancelled expired withdrawn
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("expires", Moment),
    Column("ended", Moment),
    Index(None, "agency"),
    Index(None, "expires"),
    Index(None, "created"),
)

# What leads to an announcement besides its own items: today a link.
identity = Table(
    "identity",
    metadata,
    Column("scheme", String, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("announcement", ForeignKey("announcement.id"), nullable=False),
    Column("shared", Boolean, nullable=False),  # two native ids of one source carried it: it identifies nothing
    Index(None, "announcement"),
)

# What ties announcements of one family in several languages: the source's own group, or an address without its language.
tie = Table(
    "tie",
    metadata,
    Column("key", Text, primary_key=True),
    Column("announcement", ForeignKey("announcement.id"), primary_key=True),
    Index(None, "announcement"),
)

# Keys under which announcements that may be told in other words are found, for a short while.
likeness = Table(
    "likeness",
    metadata,
    Column("key", String, primary_key=True),
    Column("announcement", ForeignKey("announcement.id"), primary_key=True),
    Column(
        "retold", Boolean, nullable=False
    ),  # by a platform, in its own words: a page that comes later may be its page
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)

relation = Table(
    "relation",
    metadata,
    Column("from_id", ForeignKey("announcement.id"), primary_key=True),
    Column("to_id", ForeignKey("announcement.id"), primary_key=True),
    Column("kind", String, primary_key=True),  # follows updates cancels translates merged split
    Column("at", Moment, nullable=False),
    Index(None, "to_id"),
)

# What we want of one announcement on one account, and what we have seen there. The outbox is where the two differ.
publication = Table(
    "publication",
    metadata,
    Column("id", String, primary_key=True),
    Column("announcement", ForeignKey("announcement.id"), nullable=False),
    Column("account", ForeignKey("account.no"), nullable=False),
    Column("source", ForeignKey("source.no"), nullable=False),
    Column("lane", String, nullable=False),
    Column("position", BigInteger, nullable=False),  # the order on the account; a number, for clocks jump
    Column("generation", Integer, nullable=False),
    Column("operation", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),  # why it is held, dead or dropped: a stable code
    Column("wanted", Integer, nullable=False),  # the announcement's version we want there; 0: absent
    Column("seen", Integer, nullable=False),  # the version that is there; 0: nothing
    Column("due", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("rung", Integer, nullable=False),  # how far down the ladder of fallbacks
    Column("alone", Boolean, nullable=False),  # the post that it answered is gone: as a root
    Column("bare", Boolean, nullable=False, default=False),  # its pictures were refused: without
    Column("mended", Json),  # {"version", "text"}: a person's own words for one version
    Column("prepared", Integer, nullable=False, default=0),  # the version whose pictures are ready, or given up
    Column("aliases", Integer, nullable=False),  # how often another key was needed
    Column("text", Text),  # the parts joined, for people and for looking things up
    Column("parts", Json),  # [{"text", "remote_id", "done"}]: frozen when claimed
    Column("post", Json),  # version, language, visibility, spoiler_text, sensitive, link of the frozen post
    Column("remote_id", String),
    Column("url", Text),
    Column("adopted", Boolean, nullable=False),  # another program's post, taken over and never touched
    Column("created", Moment, nullable=False),
    Column("queued", Moment, nullable=False),
    Column("sent", Moment),
    Column("check_at", Moment),  # when to look whether the server really shows it
    Column("error", Text),
    UniqueConstraint("announcement", "account", "generation"),
    Index(None, "account", "lane", "state", "position"),
    Index(None, "account", "position"),
    Index(None, "account", "sent"),
    Index(None, "sent"),
    Index(None, "state", "due"),
    Index(None, "check_at"),
    Index(None, "source", "created"),
    Index(None, "account", "remote_id"),
)

# One attempt to close the difference: written before anything is sent.
delivery = Table(
    "delivery",
    metadata,
    Column("id", String, primary_key=True),
    Column("publication", ForeignKey("publication.id"), nullable=False),
    Column("account", ForeignKey("account.no"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("operation", String, nullable=False),
    Column("state", String, nullable=False),  # sending unknown done failed released
    Column("key", String, nullable=False),
    Column("link", Text),
    Column("digest", String),
    Column("in_reply_to", String),
    Column("anchor", String),
    Column("searches", Integer, nullable=False),  # empty searches so far
    Column("settles", Moment),  # from when the request can no longer be running
    Column("choked", Boolean, nullable=False, default=False),  # the server answered with a failure: maybe this item's
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("remote_id", String),
    Column("error", Text),
    Index(None, "state"),
    Index(None, "publication"),
    Index(None, "account", "started"),
)

# A shadow of each account's own timeline: what is there, whose it is, and how it is recognised.
remote_post = Table(
    "remote_post",
    metadata,
    Column("account", ForeignKey("account.no"), primary_key=True),
    Column("remote_id", String, primary_key=True),
    Column("publication", ForeignKey("publication.id")),
    Column("link", Text),
    Column("digest", String),
    Column("text", Text),
    Column("url", Text),
    Column("application", Text),
    Column("in_reply_to", String),
    Column("created", Moment),
    Column("seen", Moment, nullable=False),
    Index(None, "account", "link"),
    Index(None, "account", "digest"),
    Index(None, "publication"),
)

# A prepared picture of a publication, until it is sent.
picture = Table(
    "picture",
    metadata,
    Column("publication", ForeignKey("publication.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("mime", String),
    Column("alt", Text),
    Column("body", LargeBinary),
    Column("state", String, nullable=False),  # ready failed uploaded
    Column("remote_id", String),
    Column("uploaded", Moment),
    Column("error", Text),
)

# The agency's own page behind an announcement: when it was last there, and since when it is not.
page = Table(
    "page",
    metadata,
    Column("announcement", ForeignKey("announcement.id"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("last_ok", Moment),
    Column("gone_since", Moment),
    Column("gone_times", Integer, nullable=False),
    Column("status", Integer),
    Index(None, "due"),
)

# What reading a paid platform has cost, per day, in the units of its meter.
spend = Table(
    "spend",
    metadata,
    Column("source", ForeignKey("source.no"), primary_key=True),
    Column("day", String, primary_key=True),
    Column("units", Integer, nullable=False),
)

# A hub that promised to say when a source has news (WebSub). Its word only makes the source due.
subscription = Table(
    "subscription",
    metadata,
    Column("source", ForeignKey("source.no"), primary_key=True),
    Column(
        "token", String, nullable=False, unique=True
    ),  # the end of the address that the hub calls; nobody guesses it
    Column("secret", String, nullable=False),  # with which the hub signs what it says
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("state", String, nullable=False),  # wanted active denied failed
    Column("asked", Moment),  # when the hub was last asked to promise
    Column("due", Moment, nullable=False),  # when to ask it next
    Column("expires", Moment),  # until when it promised
    Column("heard", Moment),  # when it last said something that was signed
    Column("failures", Integer, nullable=False),  # in a row
    Column("error", Text),
    Index(None, "due"),
)

# Append-only: `why`, the audit trail and the reports in one.
event = Table(
    "event",
    metadata,
    Column("no", Number, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("source", BigInteger),
    Column("item", BigInteger),
    Column("announcement", String),
    Column("publication", String),
    Column("account", BigInteger),
    Column("detail", Json),
    Index("ix_event_by_hand", "no", sqlite_where=text("stage = 'operate'")),  # partial on PostgreSQL too: see above
    Index(None, "announcement"),
    Index(None, "item"),
    Index(None, "publication"),
    Index(None, "at"),
)

# What robots.txt of a site says, until it is asked again; null: it could not be read, and nothing there is.
site_rules = Table(
    "site_rules",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("until", Moment, nullable=False),
    Column("rules", Text),
)

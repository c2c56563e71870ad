"""What a server remembers: who may post, posts and their versions, media, keys, and its clock."""

from __future__ import annotations

import random
import time
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from tests.standin.dialect import MASTODON, Dialect
from tests.standin.faults import Plan
from tests.standin.rates import MASTODON_WINDOWS, Meter, Window

KEY_LIFE = 3600.0
"""How many seconds a server remembers an idempotency key."""
LEAST_PRIVILEGE = frozenset({"profile", "write:statuses", "write:media", "read:statuses", "read:search"})
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(slots=True, kw_only=True)
class Actor:
    """An account: ours (with a token), or somebody else's (without)."""

    id: str
    username: str
    token: str | None = None
    domain: str | None = None
    application: str | None = "Omroeper"
    scopes: frozenset[str] = LEAST_PRIVILEGE
    state: Literal["ok", "revoked", "suspended", "limited"] = "ok"
    profile: dict[str, Any] = field(default_factory=dict)

    @property
    def acct(self) -> str:
        """The name as a server shows it to its own users."""
        return f"{self.username}@{self.domain}" if self.domain else self.username


@dataclass(slots=True, kw_only=True)
class Medium:
    """An uploaded file. ``status_id`` is the post that it belongs to."""

    id: str
    actor_id: str
    kind: str
    description: str
    size: int
    state: Literal["processing", "ready", "failed"] = "ready"
    looks: int = 0
    status_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a post says, in one version."""

    text: str
    at: datetime
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media: tuple[str, ...] = ()
    alts: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Status:
    """A post. The last of ``versions`` is the one that is shown; ``key`` is the idempotency key it came with."""

    id: str
    actor_id: str
    versions: list[Version]
    visibility: str = "public"
    application: str | None = None
    in_reply_to: str | None = None
    quote: str | None = None
    boost_of: str | None = None
    uri: str | None = None
    key: str | None = None
    deleted: bool = False

    @property
    def now(self) -> Version:
        """The version that is shown."""
        return self.versions[-1]


@dataclass(slots=True, kw_only=True)
class Settings:
    """What an admin can set, and what a test wants to be so."""

    dialect: Dialect = MASTODON
    host: str = "standin.example"
    max_characters: int | None = None
    honours_keys: bool | None = None
    windows: dict[str, Window] = field(default_factory=lambda: dict(MASTODON_WINDOWS))
    locale: Literal["nl", "ja"] = "nl"
    disabled_tags: set[str] = field(default_factory=set)
    known_accounts: dict[str, str] = field(default_factory=dict)
    downgrade_visibility: bool = False
    ip_blocked: bool = False
    has_v2: bool = True
    latency: float = 0.0
    picture_looks: int = 0

    @property
    def limit(self) -> int:
        """How long a post may be."""
        return self.max_characters or self.dialect.max_characters

    @property
    def keeps_keys(self) -> bool:
        """Whether a key that was used before gives the first post again."""
        return self.dialect.honours_keys if self.honours_keys is None else self.honours_keys


@dataclass(slots=True)
class World:
    """Everything one server knows. Changed only between the awaits of one event loop, or while nobody asks."""

    settings: Settings = field(default_factory=Settings)
    seed: int = 1
    actors: dict[str, Actor] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    shelves: dict[str, list[str]] = field(default_factory=dict)
    media: dict[str, Medium] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    log: list[dict[str, Any]] = field(default_factory=list)
    offset: float = 0.0
    meter: Meter = field(init=False)
    _last: int = 0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.meter = Meter(self.settings.windows)

    def clock(self) -> float:
        """Give the server's time in seconds since the epoch."""
        return time.time() + self.offset

    def now(self) -> datetime:
        """Give the server's time."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def new_id(self) -> str:
        """Give an id that sorts after every earlier one, as text among equals and as a number."""
        stamp = max(self._last + 1, int(self.clock() * 1000) << 16)
        self._last = stamp
        if self.settings.dialect.ids == "snowflake":
            return str(stamp)
        number = stamp << 64 | self._random.getrandbits(64)
        return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))

    def admit(self, username: str, token: str | None = None, **others: Any) -> Actor:
        """Make an account and give it."""
        actor = Actor(id=str(1000 + len(self.actors)), username=username, token=token, **others)
        self.actors[actor.id] = actor
        self.shelves[actor.id] = []
        return actor

    def bearer(self, token: str) -> Actor | None:
        """Give the account behind a token."""
        return next((actor for actor in self.actors.values() if actor.token and actor.token == token), None)

    def named(self, acct: str) -> Actor | None:
        """Give the account with this name."""
        return next((actor for actor in self.actors.values() if actor.acct == acct), None)

    def keep(self, status: Status) -> Status:
        """Put a post on its author's shelf."""
        self.statuses[status.id] = status
        insort(self.shelves[status.actor_id], status.id, key=_rank)
        return status

    def find(self, status_id: str) -> Status | None:
        """Give a post that was not deleted."""
        status = self.statuses.get(status_id)
        return None if status is None or status.deleted else status

    def remove(self, status: Status) -> None:
        """Take a post away. It stays in ``statuses``, marked, so that a tally can still see it."""
        status.deleted = True
        self.shelves[status.actor_id].remove(status.id)
        for medium in (self.media[i] for i in status.now.media if i in self.media):
            medium.status_id = None

    def page(
        self, actor_id: str, *, below: str | None, above: str | None, nearest: str | None, limit: int
    ) -> list[Status]:
        """Give one page of an account's posts, newest first.

        ``below`` is ``max_id``; ``above`` is ``since_id`` (the newest ones above it); ``nearest`` is ``min_id`` (the ones
        just above it).
        """
        shelf = self.shelves.get(actor_id, [])
        end = bisect_left(shelf, _rank(below), key=_rank) if below else len(shelf)
        floor = nearest or above
        start = min(bisect_right(shelf, _rank(floor), key=_rank), end) if floor else 0
        chosen = shelf[start:end][:limit] if nearest else shelf[start:end][-limit:]
        return [self.statuses[i] for i in reversed(chosen)]

    def reset(self) -> None:
        """Forget what was done: posts, media, keys, counts, faults and log. Accounts and settings stay."""
        for kept in (self.statuses, self.media, self.keys, self.log, self.meter.counts):
            kept.clear()
        self.shelves = {actor: [] for actor in self.actors}
        self.plan.clear()

    def forget_keys(self) -> None:
        """Lose every idempotency key, as Redis may."""
        self.keys.clear()


def _rank(status_id: str) -> tuple[int, str]:
    """Sort ids as numbers without asking whether they are any (ULIDs are all of one length)."""
    return len(status_id), status_id

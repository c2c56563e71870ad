"""What an adapter promises, and what it may expect. This docstring is the law; ``tests/contract`` enforces it.

A *source* adapter translates one kind of place where agencies announce into ``Item`` values.

1. ``read`` is pure: bytes in, ``Batch`` out; no network, no clock, no files. It gives values as they were published:
   it never invents an id, a date or a text, and it never drops an item that it could read.
2. ``fetch`` asks the network through the ``HttpClient`` it was given and nothing else, and hands anything that costs
   more than a millisecond to ``offload``. It raises only the errors of ``adapters.errors``.
3. A cursor belongs to the adapter: JSON values, opaque to everybody else, at most a few tens of KiB. ``fetch`` may be
   called again with the same cursor (a crash, a failed transaction) and must then find the same items again.
4. ``Batch.cursor`` may advance past what was read only when everything in it was read. One entry that cannot be read
   is a ``Broken`` beside the others, not an error of the whole.
5. All times are aware UTC. A time without a zone is read in ``SourceConfig.time_zone`` and named in ``problems``.
6. Addresses are absolute where the document allows it, and otherwise as published.

A *publisher* adapter speaks to one place where we publish, for one account.

7. Every verb is synchronous, has a time-out, makes at most one attempt and never sleeps: the outbox alone retries.
8. ``publish`` raises ``Unknown`` whenever the request may have left and no usable answer came, 5xx included.
   It raises anything else only when it is sure that nothing was published.
9. ``edit`` and ``publish`` take the complete desired state; what is absent from a ``Post`` is removed by an edit.
10. Nothing an adapter raises, logs or returns holds a credential.

Both are built without touching the network, files or threads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from adapters.http import HttpClient

Cursor = Mapping[str, Any]
"""What an adapter wants to be told at its next fetch: JSON values, opaque to the rest of the program."""


# ── what a source shows ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as published: plain, or HTML where ``markup`` is set (entities inside are then still escaped)."""

    value: str
    markup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, film or sound that belongs to an item.

    ``alt`` is the source's own description, None where it gave none; ``width`` and ``height`` in pixels and ``length``
    in bytes are claims of the source, never trusted; ``credit`` is the maker or licence line.
    """

    url: str
    mime: str | None = None
    alt: str | None = None
    width: int | None = None
    height: int | None = None
    length: int | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where an alert holds: a name, codes as (scheme, value), and polygons as published (``lat,lon lat,lon …``)."""

    name: str
    codes: tuple[tuple[str, str], ...] = ()
    polygons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What makes an item an alert (CAP 1.2, section 3.2; other alert services are mapped to its terms).

    Values are CAP's own, in lower case. ``references`` are native ids, of this source, of the messages that this one
    updates or cancels; ``expires`` None means unsaid; ``ended`` is set where a service marks the end on the alert itself.
    """

    status: Literal["actual", "exercise", "system", "test", "draft"] = "actual"
    message: Literal["alert", "update", "cancel", "ack", "error"] = "alert"
    scope: Literal["public", "restricted", "private"] = "public"
    sent: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    ended: datetime | None = None
    event: str = ""
    urgency: str = "unknown"
    severity: str = "unknown"
    certainty: str = "unknown"
    instruction: Text | None = None
    areas: tuple[Area, ...] = ()
    references: tuple[str, ...] = ()
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing a source shows, in one version.

    ``native_id`` and ``url`` are as published (the address made absolute), None where none was. ``digest`` is a hash of
    the raw entry: equal digests mean that nothing at all changed. ``group`` ties siblings in other languages together.
    ``links`` are the addresses that the text itself points to, in order. ``boost`` is the ActivityPub id of a native
    post that should be boosted instead of copied. ``withdrawn``: the source itself says that this item is withdrawn.
    ``raw`` is the entry as published, for the archive.
    """

    native_id: str | None
    url: str | None
    digest: str
    title: Text | None = None
    summary: Text | None = None
    content: Text | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    media: tuple[Media, ...] = ()
    categories: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    alert: Alert | None = None
    group: str | None = None
    boost: str | None = None
    withdrawn: bool = False
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An entry that could not be read: its hash, its raw bytes and the reason in one sentence."""

    digest: str
    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a source says about how it wants to be asked.

    ``interval``: seconds between polls it asks for at least (ttl, sy:, max-age, Expires), None where unsaid; ``skip_hours``
    0–23 and ``skip_days`` 0 (Monday)–6 in UTC; ``hub`` and ``topic`` for WebSub; ``moved_to``: a permanent redirect
    that answered this fetch.
    """

    interval: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    topic: str | None = None
    moved_to: str | None = None


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one fetch, or one document, showed.

    ``items`` in document order, without the entries whose digest the cursor already knew; the digests of those are
    ``unchanged``. ``not_modified``: the source answered that nothing changed (304, or the same body).
    ``whole``: everything the source shows now is in ``items`` and ``unchanged`` (false for an increment or a page).
    ``title`` and ``language`` are the document's own. ``problems`` are sentences for people, each starting with a stable
    code and a colon. ``cost`` is what the fetch cost in the units of the adapter's spend meter.

    Nobody changes it. It is not frozen, because one is made for every poll and that would take three times as long.
    """

    items: tuple[Item, ...] = ()
    unchanged: frozenset[str] = frozenset()
    broken: tuple[Broken, ...] = ()
    cursor: Cursor = field(default_factory=dict)
    not_modified: bool = False
    whole: bool = True
    title: str | None = None
    language: str | None = None
    problems: tuple[str, ...] = ()
    hints: Hints = Hints()
    cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A body with what is known about it. ``url`` is where relative addresses start; ``charset`` is what HTTP said."""

    body: bytes
    url: str = ""
    content_type: str = ""
    charset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """What an operator configured for one source, as far as an adapter may know.

    ``options`` is an instance of the adapter's ``Options``; ``secrets`` come from environment or files, never from the
    configuration itself, and are kept out of every repr. ``own``: the operator owns what is shown here, so that its full
    text may be copied where a platform's terms forbid that to others.
    """

    id: str
    url: str
    time_zone: str = "Europe/Amsterdam"
    own: bool = False
    options: Any = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class NoOptions:
    """The options of an adapter that has none."""


P = ParamSpec("P")
R = TypeVar("R")


class Offload(Protocol):
    """Runs work that costs CPU away from the event loop, one call at a time."""

    def __call__(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        """Run ``work`` and give what it gives."""


class Source(Protocol):
    """One place where an agency announces. See the law above."""

    Options: ClassVar[type]
    """A frozen dataclass whose fields are the extra keys that ``[[source]]`` may have for this kind."""
    secrets: ClassVar[Sequence[str]]
    """Names of the credentials it needs; ``token`` is configured as ``token_env`` or ``token_file``."""
    urgent: ClassVar[bool]
    """Whether what it shows are alerts."""
    mergeable: ClassVar[bool]
    """Whether it is a platform, where the same announcement is told in other words (``merge = "text"`` by default)."""

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        """Keep what it needs; touch nothing."""

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask the place what it shows. An empty cursor is first contact: unconditional, everything is new."""

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read one document of this kind. Raises ``Malformed`` where it is none."""

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether a document looks like one of this kind: cheap, and never raises."""


# ── what a publisher says ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server allows, as read from the server itself.

    Lengths in characters as the server counts them (``url_length`` is what a recognised address counts for, None where
    addresses count in full); sizes in bytes; matrices in pixels; ``family`` is ``mastodon``, ``gotosocial``,
    ``pleroma``, ``takahe``, ``local`` or ``other``; ``features`` are names out of ``edit``, ``delete``, ``idempotency``,
    ``quote``, ``allowed_mentions``, ``language``, ``boost``, ``source``.
    """

    family: str = "other"
    version: str = ""
    max_characters: int = 500
    url_length: int | None = 23
    max_media: int = 4
    alt_length: int = 1500
    image_size: int = 16_777_216
    image_matrix: int = 33_177_600
    mime_types: frozenset[str] = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are on a server: the full name (``acct@host``), the account's id there, its page, and our application."""

    acct: str
    remote_id: str
    url: str | None = None
    application: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture ready for upload: bytes within the server's limits, already without metadata."""

    body: bytes = field(repr=False)
    mime: str
    alt: str
    name: str = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A picture that the server has: its id there and its description.

    ``ready`` is false while the server still works on it: ``Publisher.ready`` says when a post may use it.
    """

    remote_id: str
    alt: str
    ready: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The complete desired state of one post. ``in_reply_to`` and ``quote`` are ids on the server."""

    text: str
    language: str
    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    spoiler_text: str = ""
    sensitive: bool = False
    media: tuple[Attached, ...] = ()
    in_reply_to: str | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePost:
    """A post as the server shows it.

    ``text`` is its content as plain text; ``links`` the addresses in it; ``application`` the program that wrote it,
    None where the server does not say; ``boost_of`` the id of the post that it boosts.
    """

    remote_id: str
    url: str | None
    text: str
    links: tuple[str, ...] = ()
    created: datetime | None = None
    edited: bool = False
    application: str | None = None
    in_reply_to: str | None = None
    visibility: str | None = None
    language: str | None = None
    media: tuple[Attached, ...] = ()
    boost_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the server's headers said about what is left: a number of requests until a moment."""

    remaining: int
    until: datetime
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the server said when it accepted. ``post`` is what it shows now; None where it showed nothing."""

    remote_id: str
    url: str | None
    post: RemotePost | None = None
    budget: Budget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLimits:
    """What a server allows in a profile, in characters; ``fields`` is their number.

    ``avatar_alt`` None: the server has no description of the picture.
    """

    name: int = 30
    note: int = 500
    fields: int = 4
    field: int = 255
    avatar_alt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How an account presents itself: plain texts, fields as (name, value).

    ``bot`` marks it as a program, ``discoverable`` lets directories show it, ``language`` is that of its posts, ``quotes``
    who may quote them (``public``, ``followers``, ``nobody``). None: the server does not say, or leave it as it is.
    """

    name: str = ""
    note: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    bot: bool = False
    discoverable: bool | None = None
    language: str | None = None
    quotes: str | None = None
    avatar_alt: str | None = None
    limits: ProfileLimits = ProfileLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """What an operator configured for one account, as far as an adapter may know. Time-outs in seconds.

    ``proxy`` is the address of the proxy through which everything goes, None for none; it may hold a password.
    """

    id: str
    server: str = ""
    token: str = field(default="", repr=False)
    user_agent: str = "Omroeper"
    timeout: float = 10.0
    proxy: str | None = field(default=None, repr=False)


class Publisher(Protocol):
    """One account where we publish. See the law above."""

    def __init__(self, config: AccountConfig) -> None:
        """Keep what it needs; touch nothing."""

    def identity(self) -> Identity:
        """Who the credential belongs to."""

    def limits(self) -> Limits:
        """What the server allows now."""

    def profile(self) -> Profile:
        """How the account presents itself now, and what its server allows there."""

    def set_profile(self, profile: Profile) -> Profile:
        """Let it present itself so; give what the server made of it. Needs more rights than posting does."""

    def publish(self, post: Post, key: str) -> Receipt:
        """Publish. ``key`` is the idempotency key. Raises ``Gone`` where the parent or quoted post is not there."""

    def edit(self, remote_id: str, post: Post) -> Receipt:
        """Make a published post say exactly this. Raises ``Gone`` where it is not there any more."""

    def delete(self, remote_id: str) -> None:
        """Take a post away; a post that is not there any more is a success."""

    def boost(self, target: str) -> Receipt:
        """Boost the post with this ActivityPub id or address. Raises ``Gone`` where the server does not find it."""

    def unboost(self, remote_id: str) -> None:
        """Take a boost back, by the id that ``boost`` gave; one that is not there any more is a success."""

    def upload(self, picture: Picture) -> Attached:
        """Hand a picture over. Raises ``Refused(about="media")`` where the server will not have it.

        It changes nothing that anybody sees, so that a lost answer is ``Temporary``: uploading again is harmless.
        """

    def ready(self, media_id: str) -> bool:
        """Whether a picture that was not ready can be used now. Raises ``Gone`` or ``Refused(about="media")``."""

    def timeline(self, before: str | None = None) -> tuple[RemotePost, ...]:
        """One page of the account's own posts, newest first, older than ``before``. Empty: there are no older ones."""

    def post(self, remote_id: str) -> RemotePost | None:
        """One post; None where it is not there."""

    def history(self, remote_id: str) -> tuple[str, ...]:
        """Every text that a post has had as plain text, the source text first where the server gives it."""

    def close(self) -> None:
        """Give connections back."""

"""The values that travel through the program, at its bottom: no I/O, no clock, nothing imported but the contract.

Words are those of ``docs/glossary.md``. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from adapters.contract import Alert, Media
from bot.filters import Pattern

Lane = Literal["alert", "rest"]
Operation = Literal["publish", "edit", "delete", "boost", "unboost"]
Errand = Literal["search", "post", "take-down", "check"]
PublicationState = Literal["queued", "sending", "unknown", "retry", "held", "sent", "dead", "dropped"]
Stage = Literal["collect", "match", "decide", "compose", "deliver", "operate", "health"]

LANES: tuple[Lane, ...] = ("alert", "rest")
ERRANDS: tuple[Errand, ...] = ("search", "post", "take-down", "check")
"""What a lane has to do on its account: look for posts in doubt, post and edit, take away, look whether it is there."""
ALERT_HOLDS = timedelta(hours=24)
"""How long an alert that names no end counts as in force (Google's profile of CAP; facts on CAP 1.2)."""

WAITING: tuple[PublicationState, ...] = ("queued", "sending", "unknown", "retry", "held")
"""States in which the account does not yet show what we want."""


# ── what an item says ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an item says, as plain text, ready to be composed from.

    ``title`` is one line; ``text`` has paragraphs and is what a post is made of; ``body`` is the whole story where the
    source gives more than that. ``url`` is fit to be shown (tracking removed), None where the item
    has no address. ``own_page``: the address lies on the agency's own site. ``links`` are the addresses that the item
    points to, kept where its own is on a platform: a post may have to lead elsewhere.
    """

    title: str = ""
    text: str = ""
    body: str = ""
    url: str | None = None
    own_page: bool = False
    links: tuple[str, ...] = ()
    language: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    media: tuple[Media, ...] = ()
    categories: tuple[str, ...] = ()
    alert: Alert | None = None
    boost: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of a source besides its policy: the agency's own domains, and whether it is a platform.

    ``languages``: those that a mixed source is in, so that the language of an item that says none is guessed.
    """

    domains: tuple[str, ...] = ()
    platform: bool = False
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """An item as one document showed it, normalised.

    ``key`` is its identity within the source; ``link`` the canonical form of its address, None where it may never serve
    as identity; ``references`` canonical forms of the addresses its text points to; ``meaning`` a hash of what it says;
    ``group`` ties siblings in other languages; ``variant`` is the address with its language left out, None where it
    names none.
    """

    key: str
    native_id: str | None
    link: str | None
    digest: str
    meaning: str
    content: Content
    references: tuple[str, ...] = ()
    group: str | None = None
    variant: str | None = None
    withdrawn: bool = False
    raw: bytes = field(default=b"", repr=False)


def ties(source: str, observed: Observed) -> tuple[str, ...]:
    """Give what ties an item to its siblings in other languages: its source's own group, its address without language."""
    group = (f"group:{source}\n{observed.group}",) if observed.group else ()
    return (*group, f"variant:{observed.variant}") if observed.variant else group


# ── what we already know, read as rows before deciding ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """An item in memory. ``rule`` is the version of the rules that made ``meaning`` and ``link``."""

    no: int
    source: int
    key: str
    link: str | None
    digest: str
    meaning: str
    rule: int
    version: int
    state: Literal["known", "broken", "withdrawn"]
    announcement: str | None
    title: str
    published: datetime | None
    first_seen: datetime
    changed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPublication:
    """What we want of one announcement on one account, and how far it came.

    ``wanted`` and ``seen`` are versions of the announcement: what should be there and what is; 0 is nothing.
    """

    id: str
    account: int
    state: PublicationState
    operation: Operation
    wanted: int
    seen: int
    reason: str | None
    sent: datetime | None
    remote_id: str | None
    adopted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnnouncement:
    """An announcement in memory: ``lead`` is the item that speaks for it, ``identity`` what its keys are made from."""

    id: str
    identity: str
    lead: int | None
    lead_source: int
    agency: str
    language: str
    created: datetime
    version: int
    kind: Literal["news", "alert", "digest"]
    content: Content
    publications: tuple[KnownPublication, ...] = ()
    notice: str | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLink:
    """An address that leads to an announcement. ``shared``: two native ids of one source carried it: no identity."""

    link: str
    announcement: str
    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRoute:
    """A source's way to an account; ``first_contact`` is when its first whole document was remembered."""

    account: int
    account_id: str
    first_contact: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything in memory that deciding about one batch needs."""

    items: Mapping[str, KnownItem] = field(default_factory=dict)
    items_by_link: Mapping[str, tuple[KnownItem, ...]] = field(default_factory=dict)
    links: Mapping[str, KnownLink] = field(default_factory=dict)
    announcements: Mapping[str, KnownAnnouncement] = field(default_factory=dict)
    similar: Mapping[str, tuple[KnownAnnouncement, ...]] = field(default_factory=dict)
    siblings: Mapping[str, tuple[KnownAnnouncement, ...]] = field(default_factory=dict)
    """Announcements that may say the same in another language, by what ties them: a group or a variant."""
    routes: tuple[KnownRoute, ...] = ()
    recent: int = 0
    """How many announcements of this source were queued in the last hour."""
    had_items: bool = False
    """Whether the last good document of this source had items."""
    apart: frozenset[tuple[str, str]] = frozenset()
    """Pairs of announcement identities that a person split."""
    newest: tuple[KnownItem, ...] = ()
    """The newest items of this source, newest first: what a new account is given where ``first_run`` says so."""


# ── what an operator wants of a source, as far as deciding needs it ──────────────────────────────────────────────────


class SourcePolicy(Protocol):
    """The settings of a source that decide; ``bot.settings.SourceSettings`` has them."""

    @property
    def id(self) -> str:
        """Its name in the configuration."""

    @property
    def agency(self) -> str:
        """The agency that announces here."""

    @property
    def language(self) -> str | None:
        """The language of items that say none."""

    @property
    def identity(self) -> str:
        """What makes two items the same."""

    @property
    def merge(self) -> str:
        """How it is recognised elsewhere."""

    @property
    def first_run(self) -> int:
        """How many of the newest items first contact publishes."""

    @property
    def burst(self) -> int:
        """A batch that crosses this number within an hour is held; 0 is never."""

    @property
    def alert_burst(self) -> int:
        """The same for alerts."""

    @property
    def urgent(self) -> bool:
        """Whether it shows alerts."""

    @property
    def settle(self) -> timedelta:
        """How long a platform's item waits for a better copy elsewhere."""

    @property
    def edit_window(self) -> timedelta:
        """How long a correction edits the post."""

    @property
    def withdrawal(self) -> str:
        """What a withdrawal does to the post."""

    @property
    def personal(self) -> bool:
        """Whether it has personal data."""

    @property
    def digest(self) -> str:
        """Whether its items are gathered in one post: ``none``, ``daily`` or ``weekly``."""

    @property
    def include(self) -> tuple[Pattern, ...]:
        """Only items with one of these words."""

    @property
    def exclude(self) -> tuple[Pattern, ...]:
        """No items with one of these words."""


# ── what was decided, to be written in the same transaction ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of ``why``: what happened to what, by which rule. ``verdict`` is a short word, ``detail`` its data.

    ``key`` names an item of the batch at hand, which has no number yet.
    """

    stage: Stage
    verdict: str
    rule: str
    actor: str = "omroeper"
    source: int | None = None
    item: int | None = None
    key: str | None = None
    announcement: str | None = None
    publication: str | None = None
    account: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWrite:
    """An item to be written: new where ``no`` is None. ``renamed``: the known item now goes by ``observed.key``."""

    observed: Observed
    no: int | None
    announcement: str | None
    version: int
    new_version: bool = True
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementWrite:
    """A new announcement, led by the item with ``lead_key`` of the batch at hand."""

    id: str
    identity: str
    kind: Literal["news", "alert", "digest"]
    agency: str
    language: str
    lead_key: str
    expires: datetime | None = None
    ties: tuple[str, ...] = ()
    """What ties it to siblings in other languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementChange:
    """What becomes different about a known announcement; None leaves as it is. ``lead_key`` as in ``AnnouncementWrite``."""

    id: str
    version: int
    lead_key: str | None = None
    content: Content | None = None
    """What it keeps saying although its item now tells another announcement."""
    notice: str | None = None
    expires: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationWrite:
    """A new publication, at the end of its account's line. ``follows``: the announcement that it answers there."""

    id: str
    announcement: str
    account: int
    lane: Lane
    operation: Operation
    state: Literal["queued", "held"]
    wanted: int
    reason: str | None = None
    delay: timedelta = timedelta()
    """How long it waits for a better copy to appear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationChange:
    """What a known publication becomes, and what it was when that was decided."""

    id: str
    state: PublicationState
    operation: Operation
    wanted: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything that one batch changes in memory, in the order in which it must be written."""

    announcements: tuple[AnnouncementWrite, ...] = ()
    changes: tuple[AnnouncementChange, ...] = ()
    items: tuple[ItemWrite, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Addresses that now lead to an announcement: (canonical link, announcement id)."""
    shared_links: tuple[str, ...] = ()
    relations: tuple[tuple[str, str, str], ...] = ()
    """(from, to, kind), announcement ids."""
    publications: tuple[PublicationWrite, ...] = ()
    publication_changes: tuple[PublicationChange, ...] = ()
    first_contacts: tuple[int, ...] = ()
    """Accounts whose first contact with the source ends now."""
    events: tuple[Event, ...] = ()
    gap: bool = False
    new_items: int = 0


# ── what leaves ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """How a post of ours is recognised: its canonical link, the digest of its text, and the post that it answers."""

    link: str | None
    digest: str
    in_reply_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The exact texts of a post: one part, or the parts of a thread in order."""

    parts: tuple[str, ...]
    language: str
    visibility: Literal["public", "unlisted", "private", "direct"]
    spoiler_text: str = ""
    sensitive: bool = False
    media: tuple[Media, ...] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One post of a publication: the text it should have, its id on the server, and whether the server shows it so.

    An empty text: this part is to go.
    """

    text: str
    remote_id: str | None = None
    done: bool = False

    @property
    def operation(self) -> Operation:
        """What brings this part in line."""
        if not self.text:
            return "delete"
        return "edit" if self.remote_id else "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A publication as it was composed, kept until it is there: the texts and what goes with them.

    ``version`` is the announcement's version that it says; ``rung`` the step of the ladder of fallbacks it was made for;
    ``pictures`` a hash of those that go with it, "" for none.
    """

    parts: tuple[Part, ...]
    version: int
    rung: int
    language: str
    visibility: Literal["public", "unlisted", "private", "direct"]
    spoiler_text: str = ""
    sensitive: bool = False
    link: str | None = None
    pictures: str = ""

    def next_part(self) -> int | None:
        """Give the first part that is not as it should be; those that are to go, from the last; None where all are."""
        wanting = [place for place, part in enumerate(self.parts) if not part.done and part.text]
        leaving = [place for place, part in enumerate(self.parts) if not part.done and not part.text]
        return wanting[0] if wanting else leaving[-1] if leaving else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A publication that waits to be delivered, with everything that composing it needs.

    ``answers`` is the post on the same account that it replies to, where its announcement follows another; ``aliases``
    how often another key was needed (ours gave somebody else's post, or one that was deleted); ``bare``: its pictures were refused; ``mended`` are a
    person's own words for this version, in place of what would be composed. ``created`` is when it was first wanted,
    ``sent`` when its post first appeared, ``changed`` when what it says last changed; ``prepared`` the version whose
    pictures are ready or given up.
    """

    id: str
    announcement: str
    identity: str
    account: int
    source: int
    source_id: str
    lane: Lane
    position: int
    generation: int
    operation: Operation
    state: PublicationState
    wanted: int
    seen: int
    attempts: int
    rung: int
    frozen: Frozen | None
    remote_id: str | None
    queued: datetime
    agency: str
    kind: Literal["news", "alert", "digest"]
    notice: str | None
    content: Content
    expires: datetime | None = None
    answers: str | None = None
    alone: bool = False
    aliases: int = 0
    bare: bool = False
    mended: str | None = None
    created: datetime | None = None
    sent: datetime | None = None
    changed: datetime | None = None
    prepared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt, written down before anything leaves."""

    delivery: str
    wanted: Wanted
    frozen: Frozen
    part: int
    operation: Operation
    key: str
    fingerprint: Fingerprint
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A delivery of which nobody knows whether it happened, and how often the timeline was searched in vain."""

    delivery: str
    publication: str
    announcement: str
    source: int
    lane: Lane
    part: int
    fingerprint: Fingerprint
    anchor: str | None
    searches: int
    settles: datetime
    started: datetime

"""One batch under decision: what is known, and what has been decided about it so far.

The other modules of this package write down what they decide through the few verbs in here; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.decide.wanting import Change, as_change, renewed
from bot.match import InDocument
from bot.model import (
    AnnouncementChange,
    AnnouncementWrite,
    Content,
    Decision,
    Event,
    ItemWrite,
    Known,
    KnownAnnouncement,
    KnownItem,
    KnownLink,
    KnownPublication,
    Observed,
    PublicationChange,
    PublicationWrite,
    SourcePolicy,
    ties,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at a source: what its document showed, and the digests of the entries in it that did not change.

    ``whole``: everything that the source shows now was read; only then can first contact end, or a gap be seen.
    """

    source: int
    observed: Sequence[Observed]
    unchanged: frozenset[str] = frozenset()
    whole: bool = True


@dataclass(slots=True, kw_only=True)
class Case:
    """One batch under decision. ``new_id`` gives ids for what is new."""

    now: datetime
    policy: SourcePolicy
    sight: Sight
    known: Known
    new_id: Callable[[], str]

    document: InDocument = field(init=False)
    announcements: dict[str, KnownAnnouncement] = field(init=False)
    links: dict[str, KnownLink] = field(init=False)
    written: list[AnnouncementWrite] = field(default_factory=list)
    changes: dict[str, AnnouncementChange] = field(default_factory=dict)
    items: list[ItemWrite] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    led: dict[str, str] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    publications: list[PublicationWrite] = field(default_factory=list)
    altered: dict[str, PublicationChange] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    new_items: list[Observed] = field(default_factory=list)
    tied: dict[str, set[str]] = field(default_factory=dict)
    met_again: int = 0

    def __post_init__(self) -> None:
        self.document = InDocument(keys={one.key for one in self.sight.observed}, digests=self.sight.unchanged)
        self.announcements = dict(self.known.announcements)
        self.links = dict(self.known.links)

    def note(self, observed: Observed, verdict: str, rule: str, **places: Any) -> None:
        """Write an event about an item of this batch; what is no column of an event becomes its detail."""
        columns = {
            name: places.pop(name) for name in ("item", "announcement", "publication", "account") if name in places
        }
        self.events.append(
            Event(
                stage="match" if verdict in {"merged", "same-item", "no-identity"} else "decide",
                verdict=verdict,
                rule=rule,
                source=self.sight.source,
                key=observed.key,
                detail=places,
                **columns,
            )
        )

    def keep(self, observed: Observed, item: KnownItem, *, version: int | None = None, **changes: Any) -> None:
        """Write a known item as it is now; a new ``version`` keeps its raw entry too."""
        write = ItemWrite(
            observed=observed,
            no=item.no,
            announcement=item.announcement,
            version=version or item.version,
            new_version=version is not None,
            withdrawn=item.state == "withdrawn",
        )
        self.items.append(replace(write, **changes))

    def announce(self, observed: Observed, *, follows: KnownAnnouncement | None = None) -> KnownAnnouncement:
        """Make a new announcement, led by this item.

        Its identity is what idempotency keys are made from: equal in a restored or second database, so never a row's id.
        """
        content = observed.content
        identity = f"item:{self.policy.id}\n{observed.key}"
        write = AnnouncementWrite(
            id=self.new_id(),
            identity=f"{identity}\n{observed.meaning}" if follows else identity,
            kind="alert" if content.alert else "news",
            agency=self.policy.agency,
            language=content.language,
            lead_key=observed.key,
            expires=content.alert.expires if content.alert else None,
            ties=ties(self.policy.id, observed),
        )
        self.written.append(write)
        self.announcements[write.id] = KnownAnnouncement(
            id=write.id,
            identity=write.identity,
            lead=None,
            lead_source=self.sight.source,
            agency=write.agency,
            language=write.language,
            created=self.now,
            version=1,
            kind=write.kind,
            content=content,
        )
        return self.announcements[write.id]

    def lead_to(self, link: str | None, announcement: str) -> None:
        """Let an address lead to an announcement, where it may serve as identity."""
        if link is None or link in self.shared or (link in self.links and self.links[link].shared):
            return
        self.links[link] = KnownLink(link=link, announcement=announcement, shared=False)
        self.led[link] = announcement

    def change(self, announcement: KnownAnnouncement, content: Content, **changes: Any) -> KnownAnnouncement:
        """Let an announcement say something else, as its next version."""
        changed = replace(announcement, version=announcement.version + 1, content=content)
        self.announcements[announcement.id] = changed
        self.changes[announcement.id] = AnnouncementChange(
            id=announcement.id,
            version=changed.version,
            expires=content.alert.expires if content.alert else None,
            **changes,
        )
        return changed

    def alter(self, publication: KnownPublication, **changes: Any) -> None:
        """Want something else of a known publication."""
        self.altered[publication.id] = as_change(replace(publication, **changes))

    def renew(self, announcement: KnownAnnouncement, *, hold: str | None = None) -> None:
        """Want the newest version wherever an older one is, or will be; what waits is replaced in place."""
        for publication in announcement.publications:
            if change := renewed(publication, announcement.version, hold=hold):
                self.altered[change.id] = change

    def take(self, change: Change) -> None:
        """Take over what a rule makes of an announcement and its publications."""
        self.changes[change.announcement.id] = change.announcement
        self.altered |= {one.id: one for one in change.publications}

    def decision(self) -> Decision:
        """Everything that was decided, to be written in one transaction."""
        fresh = tuple(route.account for route in self.known.routes if route.first_contact is None)
        return Decision(
            announcements=tuple(self.written),
            changes=tuple(self.changes.values()),
            items=tuple(self.items),
            links=tuple(self.led.items()),
            shared_links=tuple(self.shared),
            relations=tuple(self.relations),
            publications=tuple(self.publications),
            publication_changes=tuple(self.altered.values()),
            # a source that is known, and only shows what came since, was met whole by another account before
            first_contacts=fresh if self.sight.whole or len(fresh) < len(self.known.routes) else (),
            events=tuple(self.events),
            gap=self._is_gap(),
            new_items=len(self.new_items),
        )

    def _is_gap(self) -> bool:
        """Nothing of the last good document is in this one: items may have rolled out of its window unseen."""
        shown = bool(self.sight.observed)
        if self.policy.urgent:
            return False  # lists of alerts show what is in force: they turn over as a whole
        return self.sight.whole and self.known.had_items and shown and not self.met_again and not self.sight.unchanged

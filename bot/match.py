"""Is this the same item, the same announcement, or something new? Pure; a wrong merge hides an official warning.

Order of proof: the native id; an address, while it is specific; an explicit reference; and last, where the source is a
platform, near-equal text. Everything else is new: seeing something twice is a small annoyance.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from adapters.contract import Alert
from bot.model import ALERT_HOLDS, Content, Known, KnownAnnouncement, KnownItem, Observed
from bot.similar import Telling, compare_tellings, telling
from bot.text import collapse


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """An item that tells a known announcement: by which rule, and what agreed on both sides."""

    announcement: KnownAnnouncement
    rule: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InDocument:
    """What the document at hand shows: the keys of its items, and the digests of those that did not change."""

    keys: Container[str]
    digests: Container[str]

    def has(self, item: KnownItem) -> bool:
        """Whether a known item is still in the document."""
        return item.key in self.keys or item.digest in self.digests


def same_item(observed: Observed, known: Known, document: InDocument) -> KnownItem | None:
    """Find the item in memory that this one is.

    The native id decides. A new id with a known address is the same item only where the old id has left the document
    and the title is equal: a system that changed its ids, not a second announcement on one page.
    """
    found = known.items.get(observed.key)
    if found or observed.link is None or observed.content.alert:
        # one page tells of many alerts, and often under no title: a new message of an alert has a new id
        return found
    return next(
        (
            item
            for item in known.items_by_link.get(observed.link, ())
            if not document.has(item) and _same_title(item, observed)
        ),
        None,
    )


def _same_title(item: KnownItem, observed: Observed) -> bool:
    """Whether both bear one title; what has none, as on most platforms, must say the very same."""
    if not item.title:
        return item.meaning == observed.meaning
    return item.title == observed.content.title


def is_shared(observed: Observed, known: Known) -> bool:
    """Whether another native id of the same source carries the same address, which then identifies nothing."""
    others = known.items_by_link.get(observed.link or "", ())
    return any(item.key != observed.key for item in others)


def same_announcement(observed: Observed, known: Known, *, merge: str, link_is_shared: bool) -> Joined | None:
    """Find the announcement in memory that this new item tells too."""
    if merge == "never":
        return None
    by_link = None if link_is_shared else _by_address(observed, (observed.link,), known, "link")
    referred = observed.references if merge == "text" else ()
    return by_link or _by_address(observed, referred, known, "reference") or _by_text(observed, known)


def _by_address(observed: Observed, links: Iterable[str | None], known: Known, rule: str) -> Joined | None:
    for link in links:
        entry = known.links.get(link or "")
        if entry is None or entry.shared:
            continue
        announcement = known.announcements[entry.announcement]
        if _may_join(observed, announcement, known):
            return Joined(announcement=announcement, rule=rule, evidence=(f"both lead to {link}",))
    return None


def _by_text(observed: Observed, known: Known) -> Joined | None:
    candidates = known.similar.get(observed.key, ())
    told = _told(observed.content) if candidates else None
    for announcement in candidates:
        if observed.content.own_page and announcement.content.own_page:
            continue
        if not _may_join(observed, announcement, known) or not _wanted_everywhere(announcement, known):
            continue
        found = compare_tellings(told or _told(observed.content), _told(announcement.content))
        if found.same:
            evidence = (f"score {found.score:.2f}", *found.evidence)
            return Joined(announcement=announcement, rule=found.rule, evidence=evidence)
    return None


def _told(content: Content) -> Telling:
    return telling(content.title, content.text, language=content.language or None)


def _may_join(observed: Observed, announcement: KnownAnnouncement, known: Known) -> bool:
    """Refuse what no evidence can outweigh: another language, a person's split, an alert that says something else."""
    content, other = observed.content, announcement.content
    if content.language and announcement.language and content.language != announcement.language:
        return False
    if (announcement.identity, observed.key) in known.apart:
        return False
    if content.alert or other.alert:
        return _words(content) == _words(other)
    return True


def _words(content: Content) -> tuple[object, ...]:
    """Give everything that two copies of one alert share; warnings of one body often differ in time and place alone."""
    alert = content.alert
    if alert is None:
        return ()
    text = (
        content.text
        if not content.title or content.text.startswith(content.title)
        else f"{content.title} {content.text}"
    )
    areas = tuple(sorted(area.name for area in alert.areas))
    return (collapse(text), alert.status, alert.message, alert.event, alert.severity, alert.onset, alert.expires, areas)


def _wanted_everywhere(announcement: KnownAnnouncement, known: Known) -> bool:
    """Merge by text only into something that is sent or queued on every account concerned."""
    there = {one.account for one in announcement.publications if one.state not in {"held", "dead", "dropped"}}
    return all(route.account in there for route in known.routes)


def in_force(alert: Alert, published: datetime | None, now: datetime) -> bool:
    """Whether an alert holds at this moment: actual, not cancelled or ended, and not past its end."""
    if alert.status != "actual" or alert.message in {"cancel", "ack", "error"} or alert.ended:
        return False
    sent = alert.sent or published
    until = alert.expires or (sent + ALERT_HOLDS if sent else None)
    return until is None or until > now

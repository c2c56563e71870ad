"""What becomes of a publication when its announcement changes: it says the newest version, or it goes.

Shared by everything that changes announcements: batches, pages that vanish, alerts that expire.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import AnnouncementChange, KnownAnnouncement, KnownPublication, PublicationChange

WITHDRAWN = "withdrawn"
"""Why a post is held that its sender withdrew, until a person agrees."""

RELAUNCH = "relaunch"
"""Why posts are held whose pages vanished together: nearly always a site that was rebuilt."""

_IN_FLIGHT = frozenset({"sending", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an announcement and its publications become."""

    announcement: AnnouncementChange
    publications: tuple[PublicationChange, ...]


def renewed(publication: KnownPublication, version: int, *, hold: str | None = None) -> PublicationChange | None:
    """Want a version wherever an older one is, or will be; what waits is replaced in place. None: nothing changes.

    ``hold`` is why what is posted already waits for a person.
    """
    if publication.state == "dropped" or publication.adopted or publication.wanted == 0:
        return None
    if publication.state in _IN_FLIGHT or (publication.state == "held" and publication.seen == 0):
        changed = replace(publication, wanted=version)
    elif publication.seen == 0:
        changed = replace(publication, wanted=version, state="queued", reason=None)
    else:
        changed = replace(
            publication, wanted=version, operation="edit", state="held" if hold else "queued", reason=hold
        )
    return as_change(changed)


def taken_down(publication: KnownPublication, *, hold: str | None) -> PublicationChange | None:
    """Want a publication gone: at once, or, where ``hold`` says why, when a person agrees. None: nothing changes."""
    if publication.state == "dropped" or publication.wanted == 0 or publication.adopted:
        return None
    if publication.seen == 0 and publication.remote_id is None and publication.state not in _IN_FLIGHT:
        return as_change(replace(publication, wanted=0, state="dropped", reason=WITHDRAWN))
    if publication.state in _IN_FLIGHT:
        # what is under way ends first; then it is taken away, or held for a person
        return as_change(replace(publication, wanted=0, reason=WITHDRAWN if hold else None))
    gone = replace(publication, wanted=0, state="held" if hold else "queued", reason=hold)
    boost = publication.operation in {"boost", "unboost"}
    return as_change(replace(gone, operation="unboost" if boost else "delete"))


def withdrawn(
    now: datetime, announcement: KnownAnnouncement, *, withdrawal: str, personal: bool, hold: str | None = None
) -> Change | None:
    """Say what a withdrawal makes of an announcement; None where it is ignored.

    ``withdrawal`` is the source's setting; what names people is taken away at once. ``hold`` overrules both, and says why.
    """
    if withdrawal == "ignore" and not personal:
        return None
    if withdrawal == "edit" and not personal and not hold:
        return _said(now, announcement)
    at_once = personal or withdrawal == "delete"
    reason = hold or (None if at_once else WITHDRAWN)
    changes = [taken_down(one, hold=reason) for one in announcement.publications]
    notice = AnnouncementChange(id=announcement.id, version=announcement.version, notice="withdrawn", ended=now)
    return Change(announcement=notice, publications=tuple(filter(None, changes)))


def expired(announcement: KnownAnnouncement, ended: datetime) -> Change:
    """Let the posts of an alert say that it is no longer in force; what was never posted is not posted for that."""
    version = announcement.version + 1
    there = [one for one in announcement.publications if one.seen or one.state in _IN_FLIGHT]
    changes = [renewed(one, version) for one in there if one.state != "held"]
    notice = AnnouncementChange(id=announcement.id, version=version, notice="expired", ended=ended)
    return Change(announcement=notice, publications=tuple(filter(None, changes)))


def as_change(publication: KnownPublication) -> PublicationChange:
    """Give what a publication becomes as a change to be written."""
    return PublicationChange(
        id=publication.id,
        state=publication.state,
        operation=publication.operation,
        wanted=publication.wanted,
        reason=publication.reason,
    )


def _said(now: datetime, announcement: KnownAnnouncement) -> Change:
    """Let the posts say that their sender withdrew it; what is not posted yet never is."""
    version = announcement.version + 1
    changes = [
        renewed(one, version) if one.seen or one.state in _IN_FLIGHT else taken_down(one, hold=None)
        for one in announcement.publications
    ]
    notice = AnnouncementChange(id=announcement.id, version=version, notice="withdrawn", ended=now)
    return Change(announcement=notice, publications=tuple(filter(None, changes)))

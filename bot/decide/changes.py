"""Known items that say something else, or that their source withdraws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.decide.arrivals import route
from bot.decide.case import Case
from bot.decide.chains import supersede
from bot.decide.wanting import withdrawn
from bot.model import AnnouncementChange, KnownAnnouncement, KnownItem, Observed

MOST_EDITS = 10
"""How often the posts of one announcement are edited: a source that keeps flapping is held for a person to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a changed meaning leads to: ``edit``, ``follow`` (a new post that answers), ``copy`` or ``remember``."""

    verdict: str
    rule: str
    hold: str | None = None


def correct(case: Case, observed: Observed, item: KnownItem) -> None:
    """Take in a known item whose meaning changed."""
    case.keep(observed, item, version=item.version + 1)
    announcement = case.announcements.get(item.announcement or "")
    if announcement is None:
        return
    found = judge(case.now, case, observed, item, announcement)
    case.note(observed, found.verdict, found.rule, item=item.no, announcement=announcement.id)
    if found.verdict == "edit":
        case.renew(case.change(announcement, observed.content), hold=found.hold)
    elif found.verdict == "remember":
        case.change(announcement, observed.content)
    elif found.verdict == "follow":
        _follow(case, observed, announcement)


def judge(
    now: datetime, case: Case, observed: Observed, item: KnownItem, announcement: KnownAnnouncement
) -> Correction:
    """Say what a changed meaning leads to.

    A post younger than the source's ``edit_window`` is edited; an older one, or one whose date moved beyond it, is followed
    by a new one. What no account was told stays untold, unless the source gave it a new date.
    """
    if announcement.lead != item.no:
        return Correction(verdict="copy", rule="correction.not-the-lead")
    moved = _moved(item.published, observed.content.published) > case.policy.edit_window
    told = [one for one in announcement.publications if one.state != "dropped" and not one.adopted]
    if not told and not moved:
        return Correction(verdict="remember", rule="correction.untold")
    if moved:
        return Correction(verdict="follow", rule="correction.redated")
    if announcement.kind == "alert":
        return Correction(verdict="follow", rule="correction.alert")
    if any(one.sent and now - one.sent > case.policy.edit_window for one in told):
        return Correction(verdict="follow", rule="correction.late")
    hold = "flapping" if announcement.version >= MOST_EDITS else None
    return Correction(verdict="edit", rule="correction.flapping" if hold else "correction", hold=hold)


def withdraw(case: Case, observed: Observed, item: KnownItem) -> None:
    """Take in that the source itself withdraws an item."""
    case.keep(observed, item, withdrawn=True)
    announcement = case.announcements.get(item.announcement or "")
    if announcement is None or announcement.lead != item.no:
        return
    case.note(observed, "withdrawn", "withdrawal.said", item=item.no, announcement=announcement.id)
    change = withdrawn(case.now, announcement, withdrawal=case.policy.withdrawal, personal=case.policy.personal)
    if change is not None:
        # a source that says no more than "deleted" must not take the words out of a post that may stay
        words = None if case.policy.personal else announcement.content
        case.take(replace(change, announcement=replace(change.announcement, content=words)))


def _moved(before: datetime | None, after: datetime | None) -> timedelta:
    return abs(after - before) if before and after else timedelta()


def _follow(case: Case, observed: Observed, old: KnownAnnouncement) -> None:
    """Say it anew, in a post that answers the old one."""
    new = case.announce(observed, follows=old)
    case.items[-1] = replace(case.items[-1], announcement=new.id)
    case.lead_to(observed.link, new.id)
    alert = observed.content.alert
    if alert:
        supersede(case, observed, new, old, message="cancel" if alert.ended or alert.message == "cancel" else "update")
    else:
        case.relations.append((new.id, old.id, "follows"))
    # the item speaks for the new announcement now; the old one keeps its own words
    kept = case.changes.get(old.id) or AnnouncementChange(id=old.id, version=old.version)
    case.changes[old.id] = replace(kept, content=old.content)
    for publication in old.publications:
        begun = publication.seen or publication.remote_id  # a thread that was begun is ended
        if not begun and publication.state in {"queued", "retry", "held", "dead"}:
            case.alter(publication, state="dropped", reason="superseded")
    route(case, observed, new)

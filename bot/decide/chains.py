"""Alerts that speak of earlier alerts: an update supersedes, a cancel ends; both are said in a post that answers the first.

The first is edited to say so, and never silently deleted. A reference to an alert that we do not know leaves the new one
standing alone (CAP 1.2, section 3.2.1: both may arrive without the original).
"""

from __future__ import annotations

from bot.decide.case import Case
from bot.model import KnownAnnouncement, Observed

_KINDS = {"update": ("updates", "updated"), "cancel": ("cancels", "cancelled")}


def chain(case: Case, observed: Observed, announcement: KnownAnnouncement) -> None:
    """Tie an update or cancel to the announcements that it names."""
    alert = observed.content.alert
    if alert is None or alert.message not in _KINDS or alert.status != "actual":
        return
    for reference in alert.references:
        item = case.known.items.get(reference)
        target = case.announcements.get(item.announcement or "") if item else None
        if target is None or target.id == announcement.id:
            case.note(observed, "alone", "alert.unknown-reference", announcement=announcement.id, reference=reference)
        else:
            supersede(case, observed, announcement, target, message=alert.message)


def supersede(
    case: Case, observed: Observed, announcement: KnownAnnouncement, target: KnownAnnouncement, *, message: str
) -> None:
    """Let an announcement update or cancel an earlier one, whose posts then say so."""
    kind, notice = _KINDS[message]
    case.relations.append((announcement.id, target.id, kind))
    ended = case.now if notice == "cancelled" else None
    changed = case.change(target, target.content, notice=notice, ended=ended)
    case.note(observed, notice, f"alert.{kind}", announcement=target.id, by=announcement.id)
    case.renew(changed)

"""What stops a flood: a batch that crosses its source's ``burst``, and old items that suddenly come to light.

Both are nearly always a system that changed its ids or was rebuilt. What is held is kept, in order, until a person
approves or drops it. Alerts are exempt, unless the operator says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.decide.case import Case
from bot.model import Event, PublicationWrite

BACKLOG_AGE = timedelta(days=7)
"""How long before first contact an unseen item must be dated to count as backlog."""

BACKLOG_LIMIT = 3
"""How many such items may still go out at once."""


def hold_burst(case: Case) -> None:
    """Hold a whole batch that, with what was announced in the last hour, is more than the source's ``burst``."""
    for lane, most, recent in (("rest", case.policy.burst, case.known.recent), ("alert", case.policy.alert_burst, 0)):
        told = [one for one in case.publications if one.lane == lane and one.state == "queued"]
        if most and told and len({one.announcement for one in told}) + recent > most:
            _hold(case, "burst", told, limit=most, recent=recent)


def hold_backlog(case: Case) -> None:
    """Hold unseen items that are dated long before first contact, where there are more than a few of them."""
    for way in case.known.routes:
        if way.first_contact is None:
            continue
        limit = way.first_contact - BACKLOG_AGE
        old = {
            write.announcement
            for write in case.items
            if write.no is None and write.observed.content.published and write.observed.content.published < limit
        }
        here = [
            one
            for one in case.publications
            if one.account == way.account and one.lane == "rest" and one.announcement in old and one.state == "queued"
        ]
        if len(here) > BACKLOG_LIMIT:
            _hold(case, "backlog", here)


def _hold(case: Case, reason: str, held: Sequence[PublicationWrite], **detail: int) -> None:
    """Hold publications, say so in their own events, and leave one notice of it all."""
    ids = {one.id for one in held}
    case.publications = [
        replace(one, state="held", reason=reason) if one.id in ids else one for one in case.publications
    ]
    case.events = [replace(one, verdict="held", rule=reason) if one.publication in ids else one for one in case.events]
    case.events.append(
        Event(
            stage="decide",
            verdict="held",
            rule=reason,
            source=case.sight.source,
            detail={"count": len({one.announcement for one in held}), **detail},
        )
    )

"""What a new account is given of a source's past: the newest ``first_run`` items, out of the document and of memory."""

from __future__ import annotations

from datetime import datetime

from bot.decide.arrivals import publication
from bot.decide.case import Case
from bot.model import Event, KnownRoute


def give_history(case: Case) -> None:
    """Queue the newest items for accounts that meet this source for the first time, oldest of them first."""
    if case.policy.first_run <= 0 or not case.sight.whole or case.policy.digest != "none":
        return  # what is gathered begins with the first digest
    for way in case.known.routes:
        if way.first_contact is None:
            _give(case, way)


def _give(case: Case, way: KnownRoute) -> None:
    already = {one.announcement for one in case.publications if one.account == way.account}
    for announcement in _newest(case):
        known = case.announcements[announcement]
        there = {one.account for one in known.publications}
        if announcement in already or way.account in there or known.ended or known.kind == "alert":
            continue
        write = publication(case, known, way.account, known.content)
        case.publications.append(write)
        case.events.append(
            Event(
                stage="decide",
                verdict="queued",
                rule="first-contact.first-run",
                source=case.sight.source,
                announcement=announcement,
                publication=write.id,
                account=way.account,
            )
        )


def _newest(case: Case) -> list[str]:
    """Give the announcements of the source's newest items, oldest first."""
    dated: dict[str, datetime] = {}
    for item in reversed(case.known.newest):
        if item.announcement and item.state == "known":
            dated[item.announcement] = item.published or item.first_seen
    fallback = case.now
    for write in case.items:
        if write.announcement and not write.withdrawn:
            dated[write.announcement] = write.observed.content.published or fallback
    newest = sorted(dated, key=lambda one: dated[one])
    return newest[-case.policy.first_run :]

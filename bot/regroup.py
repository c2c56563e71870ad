"""Undoing and making merges by hand, remembered for ever: a person knows better than any rule.

``split`` gives a copy an announcement of its own, and says it where it was hidden. ``join`` lets one announcement speak for
another. Neither reaches the outside world by itself.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.ids import new_id
from bot.model import Event
from bot.operate import Person
from bot.store import regroup as rows
from bot.store import views, wishes
from bot.store.record import add_events
from bot.text import canonical_link


class CannotRegroup(Exception):
    """What was asked makes no sense; the message says why, ``remedy`` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def split(connection: Connection, person: Person, query: str) -> str:
    """Give the copy that is meant an announcement of its own, wanted wherever the old one was; give its id."""
    copy = _one_item(connection, query)
    old = rows.announcement_row(connection, copy.announcement)
    others = [one for one in rows.items_of(connection, copy.announcement) if one.no != copy.no]
    if old is None or not others:
        raise CannotRegroup(
            f"{query} is the only copy of its announcement.",
            "Name one copy of an announcement that has several: omroeper why.",
        )
    new = new_id(person.now)
    identity = f"split:{old.identity}\n{copy.source}\n{copy.key}"
    rows.add_announcement(connection, person.now, old, id_=new, identity_=identity, lead=copy)
    rows.move_item(connection, copy.no, new)
    rows.relate(connection, person.now, new, old.id, "split")
    if copy.link in {one.link for one in others}:
        rows.share_link(connection, copy.link)
    if old.lead == copy.no:
        _speak_for(connection, person, old, others[0])
    _say_it(connection, person, old.id, new, copy)
    _log(connection, person, "split", new, item=copy.no, from_=old.id)
    _log(connection, person, "split", old.id, item=copy.no, to=new)
    return new


def join(connection: Connection, person: Person, keep: str, other: str, *, retract: bool = False) -> str:
    """Let the announcement ``keep`` speak for ``other``; give its id. ``retract`` takes the other's posts away too."""
    kept, lost = _one_announcement(connection, keep), _one_announcement(connection, other)
    if kept.id == lost.id:
        raise CannotRegroup("Both are the same announcement already.", "omroeper why shows its copies.")
    if kept.language and lost.language and kept.language != lost.language:
        raise CannotRegroup(
            f"One is in {kept.language}, the other in {lost.language}.", "Each language keeps a post of its own."
        )
    for one in rows.items_of(connection, lost.id):
        rows.move_item(connection, one.no, kept.id)
    rows.move_identities(connection, lost.id, kept.id)
    rows.relate(connection, person.now, lost.id, kept.id, "merged")
    rows.end(connection, person.now, lost.id)
    for publication in rows.publications_of(connection, lost.id):
        _give_up(connection, person, publication, retract=retract)
    _log(connection, person, "joined", kept.id, other=lost.id)
    _log(connection, person, "joined", lost.id, into=kept.id)
    return str(kept.id)


def _one_item(connection: Connection, query: str) -> Any:
    links = [canonical_link(query)] if "://" in query else []
    named = [row for row in views.items_for(connection, query, links) if row.announcement]
    exact = [row for row in named if query in {row.native_id, row.url, row.key} or row.link in links]
    if not exact:
        raise CannotRegroup(f"No copy is known as {query}.", "Name a copy by its address or native id: omroeper why.")
    if len(exact) > 1 and len({row.source for row in exact}) > 1:
        exact = [row for row in exact if row.no != _leader(connection, row.announcement)] or exact
    if len(exact) > 1:
        names = ", ".join(f"{row.native_id or row.key} ({row.source_id})" for row in exact)
        raise CannotRegroup(f"{query} means several copies.", f"Name one by its native id: {names}.")
    return exact[0]


def _leader(connection: Connection, announcement: str) -> int | None:
    row = rows.announcement_row(connection, announcement)
    return row.lead if row else None


def _one_announcement(connection: Connection, query: str) -> Any:
    links = [canonical_link(query)] if "://" in query else []
    ids = {row.announcement for row in views.items_for(connection, query, links) if row.announcement}
    row = rows.announcement_row(connection, ids.pop()) if len(ids) == 1 else None
    if row is None:
        raise CannotRegroup(
            f"{query} means {'several announcements' if ids else 'no announcement'}.",
            "Name one by its id: omroeper posts.",
        )
    return row


def _speak_for(connection: Connection, person: Person, old: Any, lead: Any) -> None:
    """Let the next copy lead what stays, and its posts say what that copy says."""
    version = old.version + 1
    rows.set_lead(connection, person.now, old.id, lead, version)
    for publication in rows.publications_of(connection, old.id):
        if publication.state in {"sending", "unknown", "dropped"} or not publication.wanted:
            continue
        operation = "edit" if publication.seen else publication.operation
        state = publication.state if publication.state == "held" else "queued"
        wishes.want(
            connection,
            person.now,
            publication.id,
            wanted=version,
            operation=operation,
            state=state,
            reason=publication.reason,
        )


def _say_it(connection: Connection, person: Person, old: str, new: str, copy: Any) -> None:
    """Want the new announcement wherever the old one is, or waits."""
    told: dict[int, Any] = {
        one.account: one for one in rows.publications_of(connection, old) if one.state not in {"dropped", "dead"}
    }
    additions = [
        wishes.Addition(
            id=new_id(person.now),
            announcement=new,
            account=account,
            source=copy.source,
            lane=one.lane,
            operation="publish",
            generation=0,
            wanted=1,
        )
        for account, one in told.items()
    ]
    wishes.add(connection, person.now, additions)


def _give_up(connection: Connection, person: Person, publication: Any, *, retract: bool) -> None:
    if publication.seen == 0 and publication.state not in {"sending", "unknown"}:
        wishes.want(connection, person.now, publication.id, wanted=0, state="dropped", reason="joined")
    elif retract and publication.state not in {"sending", "unknown"}:
        wishes.want(connection, person.now, publication.id, wanted=0, state="queued", operation="delete")


def _log(connection: Connection, person: Person, verdict: str, announcement: str, **detail: Any) -> None:
    item = detail.pop("item", None)
    event = Event(
        stage="operate",
        verdict=verdict,
        rule="by-hand",
        actor=person.name,
        announcement=announcement,
        item=item,
        detail={"reason": person.reason, **detail},
    )
    add_events(connection, person.now, [event])

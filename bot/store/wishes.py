"""Changing what is wanted, by hand. Verbs for ``bot.operate``; none of them reaches the outside world.

A running service sees the rows at its next look at the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, delete, func, insert, or_, select, update

from bot.store.recall import chunks
from bot.store.record import next_position
from bot.store.tables import (
    account,
    announcement,
    delivery,
    event,
    item,
    polled,
    publication,
    remote_post,
    route,
    setting,
    source,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which announcements are meant: by their ids, or by what was announced where and when."""

    announcements: tuple[str, ...] = ()
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A publication to be added at the end of an account's line."""

    id: str
    announcement: str
    account: int
    source: int
    lane: str
    operation: str
    generation: int
    wanted: int


def announcements(connection: Connection, wanted: Selection) -> list[Row[Any]]:
    """Give announcements, oldest first, with the source that leads them and what their item says."""
    query = (
        select(announcement, source.c.id.label("source_id"), item.c.content.label("lead_content"))
        .join(source, source.c.no == announcement.c.lead_source)
        .outerjoin(item, item.c.no == announcement.c.lead)
    )
    conditions = [
        source.c.id == wanted.source if wanted.source else None,
        announcement.c.created >= wanted.since if wanted.since else None,
        announcement.c.created < wanted.until if wanted.until else None,
    ]
    query = query.where(*[one for one in conditions if one is not None]).order_by(
        announcement.c.created, announcement.c.id
    )
    if not wanted.announcements:
        return list(connection.execute(query))
    found = _each(connection, query, announcement.c.id, wanted.announcements)
    return sorted(found, key=lambda row: (row.created, row.id))


def publications_of(connection: Connection, ids: Iterable[str]) -> list[Row[Any]]:
    """Give every publication of announcements, in the order of their accounts' lines."""
    query = select(publication, account.c.id.label("account_id")).join(account, account.c.no == publication.c.account)
    found = _each(connection, query, publication.c.announcement, ids)
    return sorted(found, key=lambda row: (row.account, row.position))


def publications_by_id(connection: Connection, ids: Iterable[str]) -> list[Row[Any]]:
    """Give publications by their own ids."""
    query = select(publication, account.c.id.label("account_id")).join(account, account.c.no == publication.c.account)
    return _each(connection, query, publication.c.id, ids)


def routes_of(connection: Connection) -> dict[int, list[int]]:
    """Give the accounts that each source leads to."""
    found: dict[int, list[int]] = {}
    for row in connection.execute(select(route).where(route.c.retired.is_(None)).order_by(route.c.account)):
        found.setdefault(row.source, []).append(row.account)
    return found


def sources_of_items(connection: Connection, ids: Iterable[str]) -> dict[str, set[int]]:
    """Give the sources that told each announcement."""
    query = select(item.c.announcement, item.c.source).distinct()
    found: dict[str, set[int]] = {}
    for row in _each(connection, query, item.c.announcement, ids):
        found.setdefault(row.announcement, set()).add(row.source)
    return found


def left_out(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Give the announcements that an operator's filters kept from being posted at all."""
    query = select(event.c.announcement).where(event.c.verdict == "dropped", event.c.rule.startswith("filter."))
    return {row.announcement for row in _each(connection, query.distinct(), event.c.announcement, ids)}


def gathered(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Give the announcements that a digest tells, or will tell, in place of a post of their own."""
    query = select(event.c.announcement).where(event.c.verdict == "gathered")
    return {row.announcement for row in _each(connection, query.distinct(), event.c.announcement, ids)}


def add(connection: Connection, now: datetime, additions: Sequence[Addition]) -> None:
    """Add publications, in order."""
    places: dict[int, int] = {}
    rows = []
    for one in additions:
        place = places.get(one.account) or next_position(connection, one.account)
        places[one.account] = place + 1
        rows.append(
            {
                "id": one.id,
                "announcement": one.announcement,
                "account": one.account,
                "source": one.source,
                "lane": one.lane,
                "position": place,
                "generation": one.generation,
                "operation": one.operation,
                "state": "queued",
                "wanted": one.wanted,
                "seen": 0,
                "due": now,
                "attempts": 0,
                "rung": 0,
                "alone": False,
                "aliases": 0,
                "adopted": False,
                "created": now,
                "queued": now,
            }
        )
    if rows:
        connection.execute(insert(publication), rows)


def want(connection: Connection, now: datetime, publication_id: str, **values: Any) -> None:
    """Put a publication back in line with what is now wanted of it."""
    fresh = {"due": now, "queued": now, "attempts": 0, "rung": 0, "bare": False, "error": None}
    connection.execute(
        update(publication).where(publication.c.id == publication_id).values(**{**fresh, "reason": None, **values})
    )


def forget_digest(connection: Connection, account_no: int, remote_id: str) -> None:
    """Let the next edit overwrite whatever is there: a person looked at it."""
    connection.execute(
        update(remote_post)
        .where(remote_post.c.account == account_no, remote_post.c.remote_id == remote_id)
        .values(digest=None)
    )


def leave_behind(connection: Connection, account_no: int) -> dict[str, int]:
    """Settle what an account that is another one now had on the old one; give how many were left, and how many wait.

    What was posted stays recorded as there, and is never touched again. What was begun, or is in doubt, starts over.
    """
    here = publication.c.account == account_no
    posted, begun = publication.c.seen > 0, publication.c.seen == 0
    undone = publication.c.state.in_(("queued", "sending", "retry", "unknown"))
    gone_with_it = and_(posted, publication.c.wanted == 0)
    afresh = {"state": "queued", "reason": None, "remote_id": None, "url": None, "alone": False}
    changes: tuple[tuple[ColumnElement[bool], dict[str, Any]], ...] = (
        (and_(gone_with_it, publication.c.state != "sent"), {"state": "dropped", "reason": "moved"}),
        (and_(posted, publication.c.wanted > 0), {"state": "sent", "reason": None}),
        (posted, {"adopted": True, "check_at": None}),
        (and_(begun, undone, publication.c.wanted == 0), {"state": "dropped", "reason": "moved"}),
        (
            and_(begun, undone, publication.c.wanted > 0),
            {**afresh, "parts": None, "post": None, "attempts": 0, "rung": 0, "aliases": 0},
        ),
    )
    many = [
        connection.execute(update(publication).where(here, which).values(values)).rowcount for which, values in changes
    ]
    connection.execute(
        update(delivery)
        .where(delivery.c.account == account_no, delivery.c.state.in_(("sending", "unknown")))
        .values(state="failed", error="the account moved")
    )
    return {"left": many[2], "waiting": many[4]}


def pause(connection: Connection, kind: str, id_: str, *, paused: bool) -> bool:
    """Pause or resume a source or an account; false where there is none of that name."""
    table: Table = source if kind == "source" else account
    changed = connection.execute(update(table).where(table.c.id == id_).values(paused=paused)).rowcount
    return bool(changed)


def wake(connection: Connection, kind: str, id_: str) -> None:
    """Let a source or account that stopped itself try again."""
    if kind == "account":
        values: dict[str, Any] = {
            "state": "ok",
            "code": None,
            "error": None,
            "stopped_at": None,
            "failures": 0,
            "wait_until": None,
            "wait_code": None,
        }
        connection.execute(update(account).where(account.c.id == id_).values(values))
    else:
        values = {
            "state": "new",
            "code": None,
            "error": None,
            "failures": 0,
            "failing_since": None,
            "moved": None,
        }
        stopped = (source.c.id == id_, source.c.state.not_in(("ok", "new")))
        numbers_ = select(source.c.no).where(*stopped)
        connection.execute(update(polled).where(polled.c.source.in_(numbers_)).values(due=None))
        connection.execute(update(source).where(*stopped).values(values))


def write_setting(connection: Connection, key: str, value: Any) -> None:
    """Write a fact about the installation."""
    connection.execute(delete(setting).where(setting.c.key == key))
    connection.execute(insert(setting).values(key=key, value=value))


def numbers(connection: Connection, kind: str) -> dict[str, int]:
    """Give the row numbers of sources or accounts by id."""
    table: Table = source if kind == "source" else account
    return {row.id: row.no for row in connection.execute(select(table.c.id, table.c.no))}


def unfinished(connection: Connection, ids: Sequence[str]) -> int:
    """How many of these publications are not done yet."""
    states = publication.c.state.in_(("queued", "sending", "retry", "unknown"))
    return sum(
        connection.scalar(select(func.count()).where(publication.c.id.in_(some), states)) or 0 for some in chunks(ids)
    )


def _each(connection: Connection, query: Select[Any], column: Any, values: Iterable[str]) -> list[Row[Any]]:
    return [row for some in chunks(values) for row in connection.execute(query.where(or_(column.in_(some))))]

"""The line before each account, as rows: what may leave now, what falls due next, and what has waited too long.

A line is read by its states, never as a whole: what was sent over the years costs nothing here, and ten thousand posts that
wait cost a few milliseconds (``docs/delivery.md`` has the figures).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
    update,
)

from bot.model import ALERT_HOLDS, Errand, Lane, PublicationState, Wanted
from bot.store.codec import unpack_content
from bot.store.queue import LONGEST_RETRY, PUBLISHING, READY, REMOVING, read_frozen
from bot.store.tables import announcement, item, publication, relation, source
from bot.store.types import EPOCH, Moment

LANES: tuple[Lane, Lane] = ("alert", "rest")

OPEN: tuple[PublicationState, ...] = (*READY, "sending", "unknown")
"""What is not done yet, and does not wait for a person."""

SKEW = timedelta(minutes=1)
"""What was queued so far ahead of now was queued by a clock that has been set back since."""


def waiting(
    connection: Connection, account: int, lane: Lane, now: datetime, *, posts: int, take_downs: int
) -> list[Wanted]:
    """Give what may be delivered now, take-downs first, as many of each as are asked for, in order.

    Nothing is published past an unfinished publication of its own source. A new alert goes before the edit that lets an
    earlier one say so. On PostgreSQL the rows are locked.
    """
    here = (publication.c.account == account, publication.c.lane == lane)
    removing, new = publication.c.operation.in_(REMOVING), publication.c.operation.in_(PUBLISHING)
    ids = _first(connection, take_downs, select(publication).where(*here, _is_due(now), removing))
    if posts > 0:
        unfinished = _unfinished(now, *here)
        free = _behind(select(publication), unfinished).where(*here, _is_due(now), not_(removing), _is_free(unfinished))
        if lane == "alert":
            fresh = _first(connection, posts, free.where(new))
            ids += fresh + _first(connection, posts - len(fresh), free.where(not_(new)))
        else:
            ids += _first(connection, posts, free)
    found = connection.execute(_wanted().where(publication.c.id.in_(ids))) if ids else ()
    rows = {row.id: row for row in found if row.state in READY}
    answers = _answered(connection, [row.announcement for row in rows.values()], account)
    return [_to_wanted(rows[one], answers.get(rows[one].announcement)) for one in ids if one in rows]


def next_due(
    connection: Connection, now: datetime, account: int | None = None
) -> dict[tuple[int, Lane, Errand], datetime]:
    """When the next errand of each kind is due on each lane; what has to wait for another of its source is left out."""
    here = () if account is None else (publication.c.account == account, publication.c.lane.in_(LANES))
    unfinished = _unfinished(now, *here)
    errand = case(
        (publication.c.state == "unknown", "search"), (publication.c.operation.in_(REMOVING), "take-down"), else_="post"
    )
    moment = case((_is_due(now), literal(now, Moment())), else_=publication.c.due)
    query = _behind(select(publication.c.account, publication.c.lane, errand, func.min(moment)), unfinished)
    query = query.where(
        *here,
        publication.c.state.in_((*READY, "unknown")),
        or_(publication.c.state.in_(READY), _is_searched()),
        _is_free(unfinished),
    )
    found = {
        (row[0], row[1], row[2]): row[3]
        for row in connection.execute(query.group_by(publication.c.account, publication.c.lane, errand))
    }
    return found | _looks(connection, now, account)


def checks_due(connection: Connection, account: int, lane: Lane, now: datetime) -> list[Row[Any]]:
    """Give the posts of which it is time to see whether the server really shows them."""
    found = connection.execute(select(publication).where(publication.c.check_at > EPOCH))
    return [row for row in found if (row.account, row.lane) == (account, lane) and _look_at(row, now) <= now]


def hold_stale(
    connection: Connection,
    account: int,
    lane: Lane,
    now: datetime,
    *,
    before: datetime,
    before_by_source: Mapping[int, datetime] | None = None,
) -> list[tuple[str, str]]:
    """Hold what waited too long on a lane, and nothing of which is posted yet. Gives (publication, announcement).

    News is late where it was queued ``before``, or before its source's own moment; an alert once it has expired.
    """
    query = select(publication.c.id, publication.c.announcement).where(
        publication.c.account == account,
        publication.c.lane == lane,
        publication.c.state.in_(READY),
        publication.c.operation.in_(PUBLISHING),
        publication.c.remote_id.is_(None),
    )
    if lane == "alert":
        query = query.join(announcement, announcement.c.id == publication.c.announcement).where(_has_ended(now))
    else:
        query = query.where(_is_old(before, before_by_source or {}))
    rows = [(row.id, row.announcement) for row in connection.execute(query.with_for_update(of=publication))]
    for one, _ in rows:
        connection.execute(update(publication).where(publication.c.id == one).values(state="held", reason="stale"))
    return rows


def _first(connection: Connection, many: int, query: Select[Any]) -> list[str]:
    """Give the ids of the first of those that wait, in order: of each state by itself, as the index has them."""
    if many <= 0:
        return []
    each = [
        query.with_only_columns(publication.c.id, publication.c.position)
        .where(publication.c.state == state)
        .order_by(publication.c.position)
        .limit(many)
        .subquery()
        for state in READY
    ]
    found = connection.execute(union_all(*(select(one.c.id, one.c.position) for one in each)))
    return [row.id for row in sorted(found, key=lambda row: row.position)[:many]]


def _looks(connection: Connection, now: datetime, account: int | None) -> dict[tuple[int, Lane, Errand], datetime]:
    """When to look next whether posts are really shown; there are never many of those."""
    columns = (publication.c.account, publication.c.lane, publication.c.check_at)
    found: dict[tuple[int, Lane, Errand], datetime] = {}
    for row in connection.execute(select(*columns).where(publication.c.check_at > EPOCH)):
        key: tuple[int, Lane, Errand] = (row.account, row.lane, "check")
        if account in {None, row.account}:
            found[key] = min(_look_at(row, now), found.get(key, _look_at(row, now)))
    return found


def _look_at(row: Any, now: datetime) -> datetime:
    """Give when a post is looked at; what lies too far ahead was written before the clock was set back."""
    moment: datetime = row.check_at
    return now if moment > now + LONGEST_RETRY else moment


def _is_old(before: datetime, by_source: Mapping[int, datetime]) -> ColumnElement[bool]:
    own = [and_(publication.c.source == no, publication.c.queued < moment) for no, moment in by_source.items()]
    return or_(and_(publication.c.source.not_in(list(by_source)), publication.c.queued < before), *own)


def _has_ended(now: datetime) -> ColumnElement[bool]:
    unsaid = and_(announcement.c.expires.is_(None), publication.c.queued < now - ALERT_HOLDS)
    return or_(announcement.c.expires <= now, unsaid)


def _is_due(now: datetime) -> ColumnElement[bool]:
    tried = publication.c.state.in_(("retry", "unknown"))
    return or_(
        publication.c.due <= now,
        and_(not_(tried), publication.c.queued > now + SKEW),
        and_(tried, publication.c.due > now + LONGEST_RETRY),
    )


def _is_searched() -> ColumnElement[bool]:
    """In doubt, and looked up by us: any other reason than a withdrawal leaves it to a person."""
    return and_(
        publication.c.state == "unknown", or_(publication.c.reason.is_(None), publication.c.reason == "withdrawn")
    )


def _unfinished(now: datetime, *here: ColumnElement[bool]) -> CTE:
    """Per account, lane and source, the place in line behind which nothing may be published yet.

    What waits because the server chokes on it alone has a reason, and lets the others pass.
    """
    put_off = and_(publication.c.state.in_(READY), publication.c.reason.is_(None), not_(_is_due(now)))
    unfinished = or_(publication.c.state == "sending", _is_searched(), put_off)
    return (
        select(
            publication.c.account,
            publication.c.lane,
            publication.c.source,
            func.min(publication.c.position).label("position"),
        )
        .where(*here, publication.c.state.in_(OPEN), publication.c.operation.in_(PUBLISHING), unfinished)
        .group_by(publication.c.account, publication.c.lane, publication.c.source)
        .cte("unfinished")
    )


def _behind(query: Select[Any], unfinished: CTE) -> Select[Any]:
    same = (
        unfinished.c.account == publication.c.account,
        unfinished.c.lane == publication.c.lane,
        unfinished.c.source == publication.c.source,
    )
    return query.outerjoin(unfinished, and_(*same))


def _is_free(unfinished: CTE) -> ColumnElement[bool]:
    return or_(
        publication.c.operation.not_in(PUBLISHING),
        unfinished.c.position.is_(None),
        publication.c.position <= unfinished.c.position,
    )


def _wanted() -> Select[Any]:
    return (
        select(
            publication,
            announcement.c.identity,
            announcement.c.agency,
            announcement.c.kind,
            announcement.c.notice,
            announcement.c.expires,
            item.c.content,
            announcement.c.content.label("kept"),
            announcement.c.changed,
            source.c.id.label("source_id"),
        )
        .join(announcement, announcement.c.id == publication.c.announcement)
        .join(item, item.c.no == announcement.c.lead)
        .join(source, source.c.no == publication.c.source)
        .with_for_update(of=publication)
    )


def _answered(connection: Connection, announcements: list[str], account: int) -> dict[str, str]:
    """Give, per announcement that follows another, the post that it answers on this account."""
    query = (
        select(relation.c.from_id, publication.c.remote_id)
        .join(publication, publication.c.announcement == relation.c.to_id)
        .where(
            relation.c.from_id.in_(announcements),
            relation.c.kind.in_(("follows", "updates", "cancels")),
            publication.c.account == account,
            publication.c.remote_id.is_not(None),
            publication.c.wanted > 0,
        )
        .order_by(relation.c.at, publication.c.generation)
    )
    return {row.from_id: row.remote_id for row in connection.execute(query)} if announcements else {}


def _to_wanted(row: Row[Any], answers: str | None) -> Wanted:
    mended = row.mended if row.mended and row.mended["version"] == row.wanted else None
    return Wanted(
        id=row.id,
        announcement=row.announcement,
        identity=row.identity,
        account=row.account,
        source=row.source,
        source_id=row.source_id,
        lane=row.lane,
        position=row.position,
        generation=row.generation,
        operation=row.operation,
        state=row.state,
        wanted=row.wanted,
        seen=row.seen,
        attempts=row.attempts,
        rung=row.rung,
        frozen=read_frozen(row.parts, row.post),
        remote_id=row.remote_id,
        queued=row.queued,
        agency=row.agency,
        kind=row.kind,
        notice=row.notice,
        content=unpack_content(row.kept or row.content),
        expires=row.expires,
        answers=answers,
        alone=row.alone,
        aliases=row.aliases,
        bare=row.bare,
        mended=mended["text"] if mended else None,
        created=row.created,
        sent=row.sent,
        changed=row.changed,
        prepared=row.prepared,
    )

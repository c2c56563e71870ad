"""What operators and citizens ask of memory: how things stand, what was posted, and why. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from bot.store.recall import chunks
from bot.store.sources import LIGHT, SOURCES
from bot.store.tables import (
    account,
    announcement,
    delivery,
    event,
    item,
    publication,
    relation,
    remote_post,
    setting,
    source,
)

COUNTED = ("queued", "sending", "retry", "held", "unknown", "dead")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilter:
    """Which posts are meant: all that every given field allows."""

    ids: tuple[str, ...] = ()
    source: str | None = None
    account: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    states: tuple[str, ...] = ()
    limit: int | None = 100


def read_setting(connection: Connection, key: str) -> Any:
    """Read a fact about the installation; None where it was never written."""
    return connection.scalar(select(setting.c.value).where(setting.c.key == key))


def source_rows(connection: Connection, id_: str | None = None) -> list[Row[Any]]:
    """Give every configured source, or the one with an id; without what its adapter keeps for itself."""
    query = select(*LIGHT).select_from(SOURCES).where(source.c.retired.is_(None)).order_by(source.c.id)
    return list(connection.execute(query if id_ is None else query.where(source.c.id == id_)))


def account_rows(connection: Connection) -> list[Row[Any]]:
    """Give every configured account."""
    return list(connection.execute(select(account).where(account.c.retired.is_(None)).order_by(account.c.id)))


def queue_counts(connection: Connection) -> dict[int, dict[str, int]]:
    """Give, per account, how many publications are in each state that is not finished."""
    query = (
        select(publication.c.account, publication.c.state, func.count())
        .where(publication.c.state.in_(COUNTED))
        .group_by(publication.c.account, publication.c.state)
    )
    counts: dict[int, dict[str, int]] = {}
    for number, state, many in connection.execute(query):
        counts.setdefault(number, {})[state] = many
    return counts


def held_reasons(connection: Connection) -> dict[tuple[int, str], int]:
    """Give, per account and reason, how many publications are held."""
    query = (
        select(publication.c.account, publication.c.reason, func.count())
        .where(publication.c.state == "held")
        .group_by(publication.c.account, publication.c.reason)
    )
    return {(number, reason or "by hand"): many for number, reason, many in connection.execute(query)}


def broken_counts(connection: Connection) -> dict[int, int]:
    """Give, per source, how many of its entries could not be read."""
    query = select(item.c.source, func.count()).where(item.c.state == "broken").group_by(item.c.source)
    return {row[0]: row[1] for row in connection.execute(query)}


def post_rows(connection: Connection, wanted: PostFilter) -> list[Row[Any]]:
    """Give publications, newest first."""
    query = _posts().order_by(publication.c.created.desc(), publication.c.position.desc())
    conditions = [
        source.c.id == wanted.source if wanted.source else None,
        account.c.id == wanted.account if wanted.account else None,
        publication.c.created >= wanted.since if wanted.since else None,
        publication.c.created < wanted.until if wanted.until else None,
        publication.c.state.in_(wanted.states) if wanted.states else None,
        or_(publication.c.id.in_(wanted.ids), publication.c.announcement.in_(wanted.ids)) if wanted.ids else None,
    ]
    return list(connection.execute(query.where(*[one for one in conditions if one is not None]).limit(wanted.limit)))


def delivered(connection: Connection) -> dict[str, datetime]:
    """Give when each publication was last changed on its account."""
    query = (
        select(delivery.c.publication, func.max(delivery.c.ended))
        .where(delivery.c.state == "done")
        .group_by(delivery.c.publication)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _posts() -> Select[Any]:
    return (
        select(
            publication,
            account.c.id.label("account_id"),
            source.c.id.label("source_id"),
            announcement.c.agency,
            announcement.c.language.label("announced_language"),
            item.c.url.label("item_url"),
            item.c.title,
        )
        .join(account, account.c.no == publication.c.account)
        .join(source, source.c.no == publication.c.source)
        .join(announcement, announcement.c.id == publication.c.announcement)
        .join(item, item.c.no == announcement.c.lead)
    )


def items_for(connection: Connection, query: str, links: Sequence[str]) -> list[Row[Any]]:
    """Find the items that a person means: by address, native id, an id of ours, or the address or id of a post."""
    by_post = select(publication.c.announcement).where(
        or_(publication.c.id == query, publication.c.url == query, publication.c.remote_id == query)
    )
    by_shadow = (
        select(publication.c.announcement)
        .join(remote_post, remote_post.c.publication == publication.c.id)
        .where(or_(remote_post.c.remote_id == query, remote_post.c.url == query))
    )
    condition = or_(
        item.c.url == query,
        item.c.link.in_(links) if links else item.c.link == query,
        item.c.native_id == query,
        item.c.key == query,
        item.c.announcement == query,
        item.c.announcement.in_(by_post),
        item.c.announcement.in_(by_shadow),
    )
    query_ = select(item, source.c.id.label("source_id")).join(source, source.c.no == item.c.source).where(condition)
    rows = list(connection.execute(query_.order_by(item.c.first_seen, item.c.no).limit(100)))
    return _with_siblings(connection, rows)


def _with_siblings(connection: Connection, rows: list[Row[Any]]) -> list[Row[Any]]:
    """Add the other copies of the same announcements."""
    announcements = {row.announcement for row in rows if row.announcement}
    known = {row.no for row in rows}
    query = select(item, source.c.id.label("source_id")).join(source, source.c.no == item.c.source)
    others = [
        row
        for some in chunks(sorted(announcements))
        for row in connection.execute(query.where(item.c.announcement.in_(some)).limit(200))
        if row.no not in known
    ]
    return rows + others


def events_about(connection: Connection, announcements: set[str], items: set[int]) -> list[Row[Any]]:
    """Give everything that happened to announcements and items, oldest first, with the account's id."""
    query = select(event, account.c.id.label("account_id")).outerjoin(account, account.c.no == event.c.account)
    found = {
        row.no: row
        for column, values in ((event.c.announcement, sorted(announcements)), (event.c.item, sorted(items)))
        for some in chunks(values)
        for row in connection.execute(query.where(column.in_(some)))
    }
    return [found[no] for no in sorted(found)]


def recent_events(connection: Connection, since: datetime, stages: Sequence[str]) -> list[Row[Any]]:
    """Give what happened lately in some stages, oldest first."""
    query = select(event).where(and_(event.c.at >= since, event.c.stage.in_(stages))).order_by(event.c.no)
    return list(connection.execute(query))


def relations_of(connection: Connection, announcement_id: str) -> list[Row[Any]]:
    """Give how an announcement is related to others."""
    query = select(relation).where(or_(relation.c.from_id == announcement_id, relation.c.to_id == announcement_id))
    return list(connection.execute(query.order_by(relation.c.at)))

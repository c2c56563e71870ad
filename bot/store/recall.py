"""Everything in memory that deciding about one batch needs, read at once: the number of queries does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, and_, func, select

from bot.model import (
    Known,
    KnownAnnouncement,
    KnownItem,
    KnownLink,
    KnownPublication,
    KnownRoute,
    Observed,
    ties,
)
from bot.store.codec import unpack_content
from bot.store.tables import account, announcement, identity, item, likeness, publication, relation, route, source, tie

_CHUNK = 500
_SAME_LINK = 50
_CANDIDATES = 40
_BURST_WINDOW = timedelta(hours=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a batch wants to know: of which source, which items, and which texts may be told in other words.

    ``likenesses`` maps an item's key to the keys under which similar announcements are found; ``family`` are the ids of
    the agencies whose announcements count; ``first_run`` is how many of the newest items a new account is given.
    """

    source: int
    source_id: str
    observed: Sequence[Observed]
    likenesses: Mapping[str, tuple[str, ...]]
    family: frozenset[str] = frozenset()
    first_run: int = 0


def recall(connection: Connection, now: datetime, question: Question) -> Known:
    """Read what is known about a batch. On PostgreSQL its publications are locked until the transaction ends."""
    observed = question.observed
    references = {one for each in observed if each.content.alert for one in each.content.alert.references}
    items = _items(connection, question.source, {one.key for one in observed} | references)
    links = {one.link for one in observed if one.link}
    by_link = _items_by_link(connection, question.source, links)
    known_links = _links(connection, links | {one for each in observed for one in each.references})
    similar = _similar(connection, question)
    routes = _routes(connection, question.source)
    newest = _newest(connection, question, routes)
    wanted = {
        one.announcement for one in (*items.values(), *newest, *(each for some in by_link.values() for each in some))
    }
    wanted |= {one.announcement for one in known_links.values()} | {one for some in similar.values() for one in some}
    announcements = _announcements(connection, {one for one in wanted if one})
    return Known(
        items=items,
        items_by_link=by_link,
        links={key: one for key, one in known_links.items() if one.announcement in announcements},
        announcements=announcements,
        similar={
            key: tuple(announcements[one] for one in some if one in announcements) for key, some in similar.items()
        },
        routes=routes,
        recent=_recent(connection, question.source, now),
        had_items=bool(connection.scalar(select(source.c.entries).where(source.c.no == question.source))),
        apart=_apart(connection, announcements),
        siblings=_siblings(connection, question),
        newest=newest,
    )


def chunks(values: Iterable[T], size: int = _CHUNK) -> Iterable[list[T]]:
    """Cut values into lists that a database takes as parameters of one statement."""
    held = list(values)
    return (held[start : start + size] for start in range(0, len(held), size))


def _items(connection: Connection, no: int, keys: set[str]) -> dict[str, KnownItem]:
    rows = _all(connection, select(item).where(item.c.source == no), item.c.key, keys)
    return {row.key: _item(row) for row in rows}


def _items_by_link(connection: Connection, no: int, links: set[str]) -> dict[str, tuple[KnownItem, ...]]:
    found: dict[str, list[KnownItem]] = {}
    for row in _all(connection, select(item).where(item.c.source == no), item.c.link, links):
        some = found.setdefault(row.link, [])
        if len(some) < _SAME_LINK:
            some.append(_item(row))
    return {link: tuple(some) for link, some in found.items()}


def _links(connection: Connection, links: set[str]) -> dict[str, KnownLink]:
    rows = _all(connection, select(identity).where(identity.c.scheme == "link"), identity.c.key, links)
    return {row.key: KnownLink(link=row.key, announcement=row.announcement, shared=row.shared) for row in rows}


def _similar(connection: Connection, question: Question) -> dict[str, list[str]]:
    """Find announcements of the same family, told by other sources, that share a key with an item."""
    keys = {one for some in question.likenesses.values() for one in some}
    here = select(item.c.announcement).where(item.c.source == question.source)
    query = (
        select(likeness.c.key, likeness.c.announcement)
        .join(announcement, announcement.c.id == likeness.c.announcement)
        .where(announcement.c.agency.in_(sorted(question.family)), likeness.c.announcement.not_in(here))
        .order_by(likeness.c.at.desc())
    )
    found: dict[str, list[str]] = {}
    for row in _all(connection, query, likeness.c.key, keys):
        found.setdefault(row.key, []).append(row.announcement)
    return {
        key: list(dict.fromkeys(one for each in some for one in found.get(each, ())))[:_CANDIDATES]
        for key, some in question.likenesses.items()
    }


def _siblings(connection: Connection, question: Question) -> dict[str, tuple[KnownAnnouncement, ...]]:
    """Find announcements of the same family that are tied to an item of the batch."""
    keys = {key for one in question.observed for key in ties(question.source_id, one)}
    query = (
        select(tie)
        .join(announcement, announcement.c.id == tie.c.announcement)
        .where(announcement.c.agency.in_(sorted(question.family)))
        .order_by(announcement.c.created.desc())
    )
    rows = _all(connection, query, tie.c.key, keys)
    known = _announcements(connection, {row.announcement for row in rows})
    found: dict[str, list[KnownAnnouncement]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(known[row.announcement])
    return {key: tuple(some[:_SAME_LINK]) for key, some in found.items()}


def _routes(connection: Connection, no: int) -> tuple[KnownRoute, ...]:
    query = (
        select(route.c.account, account.c.id, route.c.first_contact)
        .join(account, account.c.no == route.c.account)
        .where(route.c.source == no, route.c.retired.is_(None), account.c.retired.is_(None))
        .order_by(account.c.no)
    )
    return tuple(
        KnownRoute(account=row.account, account_id=row.id, first_contact=row.first_contact)
        for row in connection.execute(query)
    )


def _newest(connection: Connection, question: Question, routes: tuple[KnownRoute, ...]) -> tuple[KnownItem, ...]:
    if question.first_run <= 0 or all(one.first_contact for one in routes):
        return ()
    query = (
        select(item)
        .where(item.c.source == question.source, item.c.state == "known")
        .order_by(func.coalesce(item.c.published, item.c.first_seen).desc(), item.c.no.desc())
        .limit(question.first_run)
    )
    return tuple(_item(row) for row in connection.execute(query))


def _announcements(connection: Connection, ids: set[str]) -> dict[str, KnownAnnouncement]:
    query = select(announcement, item.c.content).outerjoin(item, item.c.no == announcement.c.lead)
    rows = _all(connection, query, announcement.c.id, ids)
    published: dict[str, list[KnownPublication]] = {}
    for row in _all(connection, _publications(), publication.c.announcement, ids):
        published.setdefault(row.announcement, []).append(_publication(row))
    return {row.id: _announcement(row, tuple(published.get(row.id, ()))) for row in rows}


def _publications() -> Select[Any]:
    newest = publication.alias("newer")
    later = select(newest.c.id).where(
        and_(
            newest.c.announcement == publication.c.announcement,
            newest.c.account == publication.c.account,
            newest.c.generation > publication.c.generation,
        )
    )
    return select(publication).where(~later.exists()).with_for_update()


def _recent(connection: Connection, no: int, now: datetime) -> int:
    query = select(func.count(publication.c.announcement.distinct())).where(
        publication.c.source == no, publication.c.created > now - _BURST_WINDOW, publication.c.lane == "rest"
    )
    return connection.scalar(query) or 0


def _apart(connection: Connection, announcements: Mapping[str, KnownAnnouncement]) -> frozenset[tuple[str, str]]:
    query = (
        select(relation.c.to_id, item.c.key)
        .join(item, item.c.announcement == relation.c.from_id)
        .where(relation.c.kind == "split")
    )
    rows = _all(connection, query, relation.c.to_id, set(announcements))
    return frozenset((announcements[row.to_id].identity, row.key) for row in rows)


def _all(connection: Connection, query: Select[Any], column: Any, values: set[str]) -> list[Row[Any]]:
    return [row for some in chunks(sorted(values)) for row in connection.execute(query.where(column.in_(some)))]


def _item(row: Row[Any]) -> KnownItem:
    return KnownItem(
        no=row.no,
        source=row.source,
        key=row.key,
        link=row.link,
        digest=row.digest,
        meaning=row.meaning,
        rule=row.rule,
        version=row.version,
        state=row.state,
        announcement=row.announcement,
        title=row.title,
        published=row.published,
        first_seen=row.first_seen,
        changed=row.changed,
    )


def _announcement(row: Row[Any], publications: tuple[KnownPublication, ...]) -> KnownAnnouncement:
    return KnownAnnouncement(
        id=row.id,
        identity=row.identity,
        lead=row.lead,
        lead_source=row.lead_source,
        agency=row.agency,
        language=row.language,
        created=row.created,
        version=row.version,
        kind=row.kind,
        content=unpack_content(row.content),
        publications=publications,
        notice=row.notice,
        ended=row.ended,
    )


def _publication(row: Row[Any]) -> KnownPublication:
    return KnownPublication(
        id=row.id,
        account=row.account,
        state=row.state,
        operation=row.operation,
        wanted=row.wanted,
        seen=row.seen,
        reason=row.reason,
        sent=row.sent,
        remote_id=row.remote_id,
        adopted=row.adopted,
    )

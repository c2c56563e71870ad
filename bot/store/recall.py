"""Everything in memory that deciding about one batch needs, read at once: the number of queries does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Boolean, Connection, Row, Select, bindparam, func, or_, select

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

ALIKE_FOR = timedelta(hours=72)
"""How long after it was last told an announcement may be recognised by its words: a weekly notice must not meet that of last week."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a batch wants to know: of which source, which items, and which texts may be told in other words.

    ``likenesses`` maps an item's key to the keys under which similar announcements are found; ``family`` are the ids of
    the agencies whose announcements count; ``retold``: only those that a platform told; ``first_run`` is how many of the newest items a new account is given.
    """

    source: int
    source_id: str
    observed: Sequence[Observed]
    likenesses: Mapping[str, tuple[str, ...]]
    family: frozenset[str] = frozenset()
    retold: bool = False
    first_run: int = 0


def recall(connection: Connection, now: datetime, question: Question) -> Known:
    """Read what is known about a batch. On PostgreSQL its publications are locked until the transaction ends."""
    observed = question.observed
    references = {one for each in observed if each.content.alert for one in each.content.alert.references}
    items = _items(connection, question.source, {one.key for one in observed} | references)
    links = {one.link for one in observed if one.link}
    by_link = _items_by_link(connection, question.source, links)
    known_links = _links(connection, links | {one for each in observed for one in each.references})
    similar = _similar(connection, now, question)
    routes = _routes(connection, question.source)
    newest = _newest(connection, question, routes)
    wanted = {
        one.announcement for one in (*items.values(), *newest, *(each for some in by_link.values() for each in some))
    }
    wanted |= {one.announcement for one in known_links.values()} | {one for some in similar.values() for one in some}
    announcements = announcements_by_id(connection, {one for one in wanted if one})
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
        had_items=bool(connection.scalar(_ENTRIES, {"no": question.source})),
        apart=_apart(connection, announcements),
        siblings=_siblings(connection, question),
        newest=newest,
    )


def chunks(values: Iterable[T], size: int = _CHUNK) -> Iterable[list[T]]:
    """Cut values into lists that a database takes as parameters of one statement."""
    held = list(values)
    return (held[start : start + size] for start in range(0, len(held), size))


# ── statements ───────────────────────────────────────────────────────────────────────────────────────────────────────
# Made once: building a statement costs more than running it. Each takes a list of ``values``.

_VALUES: BindParameter[Any] = bindparam("values", expanding=True)
_NO: BindParameter[int] = bindparam("no")

_ITEMS = select(item).where(item.c.source == _NO, item.c.key.in_(_VALUES))
_ITEMS_BY_LINK = select(item).where(item.c.source == _NO, item.c.link.in_(_VALUES))
_LINKS = select(identity).where(identity.c.scheme == "link", identity.c.key.in_(_VALUES))

# Not as a bare column: SQLite would take its index first and walk through all that a family ever announced.
_OF_FAMILY = announcement.c.agency.concat("").in_(bindparam("family", expanding=True))

_TOLD_HERE = select(item.c.no).where(item.c.announcement == likeness.c.announcement, item.c.source == _NO)
_SIMILAR = (
    select(likeness.c.key, likeness.c.announcement)
    .join(announcement, announcement.c.id == likeness.c.announcement)
    .where(
        likeness.c.key.in_(_VALUES),
        likeness.c.at > bindparam("since"),
        or_(likeness.c.retold, ~bindparam("retold", type_=Boolean)),
        _OF_FAMILY,
        ~_TOLD_HERE.exists(),
    )
    .order_by(likeness.c.at.desc())
)

_SIBLINGS = (
    select(tie)
    .join(announcement, announcement.c.id == tie.c.announcement)
    .where(tie.c.key.in_(_VALUES), _OF_FAMILY)
    .order_by(announcement.c.created.desc())
)

_ROUTES = (
    select(route.c.account, account.c.id, route.c.first_contact)
    .join(account, account.c.no == route.c.account)
    .where(route.c.source == _NO, route.c.retired.is_(None), account.c.retired.is_(None))
    .order_by(account.c.no)
)

_NEWEST = (
    select(item)
    .where(item.c.source == _NO, item.c.state == "known")
    .order_by(func.coalesce(item.c.published, item.c.first_seen).desc(), item.c.no.desc())
    .limit(bindparam("limit"))
)

_ANNOUNCEMENTS = (
    select(announcement, item.c.content.label("told"))
    .outerjoin(item, item.c.no == announcement.c.lead)
    .where(announcement.c.id.in_(_VALUES))
)

_newer = publication.alias("newer")
_PUBLICATIONS = (
    select(publication)
    .where(
        publication.c.announcement.in_(_VALUES),
        ~select(_newer.c.id)
        .where(
            _newer.c.announcement == publication.c.announcement,
            _newer.c.account == publication.c.account,
            _newer.c.generation > publication.c.generation,
        )
        .exists(),
    )
    .with_for_update()
)

_RECENT = select(func.count(publication.c.announcement.distinct())).where(
    publication.c.source == _NO, publication.c.created > bindparam("since"), publication.c.lane == "rest"
)

_ENTRIES = select(source.c.entries).where(source.c.no == _NO)

_APART = (
    select(relation.c.to_id, item.c.key)
    .join(item, item.c.announcement == relation.c.from_id)
    .where(relation.c.kind == "split", relation.c.to_id.in_(_VALUES))
)


def _items(connection: Connection, no: int, keys: set[str]) -> dict[str, KnownItem]:
    return {row.key: _item(row) for row in _all(connection, _ITEMS, keys, no=no)}


def _items_by_link(connection: Connection, no: int, links: set[str]) -> dict[str, tuple[KnownItem, ...]]:
    found: dict[str, list[KnownItem]] = {}
    for row in _all(connection, _ITEMS_BY_LINK, links, no=no):
        some = found.setdefault(row.link, [])
        if len(some) < _SAME_LINK:
            some.append(_item(row))
    return {link: tuple(some) for link, some in found.items()}


def _links(connection: Connection, links: set[str]) -> dict[str, KnownLink]:
    rows = _all(connection, _LINKS, links)
    return {row.key: KnownLink(link=row.key, announcement=row.announcement, shared=row.shared) for row in rows}


def _similar(connection: Connection, now: datetime, question: Question) -> dict[str, list[str]]:
    """Find announcements of the same family, told by other sources, that share a key with an item."""
    keys = {one for some in question.likenesses.values() for one in some}
    found: dict[str, list[str]] = {}
    for row in _all(
        connection,
        _SIMILAR,
        keys,
        no=question.source,
        family=sorted(question.family),
        since=now - ALIKE_FOR,
        retold=question.retold,
    ):
        found.setdefault(row.key, []).append(row.announcement)
    return {
        key: list(dict.fromkeys(one for each in some for one in found.get(each, ())))[:_CANDIDATES]
        for key, some in question.likenesses.items()
    }


def _siblings(connection: Connection, question: Question) -> dict[str, tuple[KnownAnnouncement, ...]]:
    """Find announcements of the same family that are tied to an item of the batch."""
    keys = {key for one in question.observed for key in ties(question.source_id, one)}
    rows = _all(connection, _SIBLINGS, keys, family=sorted(question.family))
    known = announcements_by_id(connection, {row.announcement for row in rows})
    found: dict[str, list[KnownAnnouncement]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(known[row.announcement])
    return {key: tuple(some[:_SAME_LINK]) for key, some in found.items()}


def _routes(connection: Connection, no: int) -> tuple[KnownRoute, ...]:
    return tuple(
        KnownRoute(account=row.account, account_id=row.id, first_contact=row.first_contact)
        for row in connection.execute(_ROUTES, {"no": no})
    )


def _newest(connection: Connection, question: Question, routes: tuple[KnownRoute, ...]) -> tuple[KnownItem, ...]:
    if question.first_run <= 0 or all(one.first_contact for one in routes):
        return ()
    rows = connection.execute(_NEWEST, {"no": question.source, "limit": question.first_run})
    return tuple(_item(row) for row in rows)


def announcements_by_id(connection: Connection, ids: set[str]) -> dict[str, KnownAnnouncement]:
    """Read announcements with what is wanted of them on each account."""
    rows = _all(connection, _ANNOUNCEMENTS, ids)
    published: dict[str, list[KnownPublication]] = {}
    for row in _all(connection, _PUBLICATIONS, ids):
        published.setdefault(row.announcement, []).append(_publication(row))
    return {row.id: _announcement(row, tuple(published.get(row.id, ()))) for row in rows}


def _recent(connection: Connection, no: int, now: datetime) -> int:
    return connection.scalar(_RECENT, {"no": no, "since": now - _BURST_WINDOW}) or 0


def _apart(connection: Connection, announcements: Mapping[str, KnownAnnouncement]) -> frozenset[tuple[str, str]]:
    rows = _all(connection, _APART, set(announcements))
    return frozenset((announcements[row.to_id].identity, row.key) for row in rows)


def _all(connection: Connection, statement: Select[Any], values: set[str], **parameters: Any) -> list[Row[Any]]:
    return [
        row for some in chunks(sorted(values)) for row in connection.execute(statement, {"values": some, **parameters})
    ]


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
        content=unpack_content(row.content or row.told),
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

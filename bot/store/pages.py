"""What citizens may see: only what is on an account now, and that something was there and went. Read only.

A post counts as there when its account was seen to have it and nobody decided to take it away: these pages are emptied
before a slow server is. What was never out (held, dropped, remembered) is nobody's business and does not exist here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    func,
    not_,
    or_,
    select,
    tuple_,
    type_coerce,
)

from bot.model import Content
from bot.store.codec import unpack_content
from bot.store.recall import chunks
from bot.store.tables import account, agency, announcement, delivery, item, publication, relation, source, version
from bot.store.views import events_about, read_setting

_SECRET = ('%"visibility":"private"%', '%"visibility":"direct"%')
"""How a post that is not for everybody looks in its column; quotes inside other values are escaped there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A point in a timeline: when a post was sent, and its publication's id where moments are equal."""

    sent: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which timeline is meant: everything, one account's, or one agency's. Ids as configured."""

    account: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A post as it stands on an account.

    ``changed``: when it was last edited there, else when it was sent. ``pending``: another version is on its way.
    """

    account: str
    source: str
    parts: tuple[str, ...]
    language: str
    spoiler_text: str
    url: str | None
    sent: datetime
    changed: datetime
    pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An announcement that is out, with its posts, oldest first.

    ``content`` is what its leading copy says now; empty where that copy tells something else by now.
    """

    id: str
    kind: str
    agency: str
    agency_name: str
    language: str
    content: Content
    notice: str | None
    expires: datetime | None
    ended: datetime | None
    lead: int | None
    group_key: str | None
    posts: tuple[Posted, ...]

    @property
    def title(self) -> str:
        """What it is about in one line: its title, else how its first post begins; empty where neither says."""
        parts = self.posts[0].parts if self.posts else ()
        return self.content.title or (parts[0].split("\n", 1)[0] if parts else "")

    @property
    def sent(self) -> datetime:
        """When it first went out."""
        return min(one.sent for one in self.posts)

    @property
    def changed(self) -> datetime:
        """When a post of it last changed; when it first went out, where none did."""
        return max((one.changed for one in self.posts if one.changed > one.sent), default=self.sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """That something was here: nothing of what it said is left."""

    id: str
    agency: str
    agency_name: str
    sent: datetime
    ended: datetime | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One place where an announcement was found."""

    source: str
    source_title: str
    agency_name: str
    url: str | None
    title: str
    first_seen: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another announcement that is out. ``forward``: the one at hand is the subject (it follows the other)."""

    kind: str
    forward: bool
    id: str
    title: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event, without its detail: that may hold what a server or an operator said."""

    at: datetime
    stage: str
    verdict: str
    rule: str
    source: str | None
    account: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that the page of one announcement shows. ``versions``: when its leading copy was seen to differ."""

    told: Told
    copies: tuple[Copy, ...]
    related: tuple[Related, ...]
    versions: tuple[datetime, ...]
    happenings: tuple[Happening, ...]


# ── timelines ────────────────────────────────────────────────────────────────────────────────────────────────────────


def timeline(
    connection: Connection, scope: Scope, *, before: Position | None, limit: int
) -> tuple[list[Told], Position | None]:
    """Give announcements that are out, the last one sent first, and where the next page starts; None at the end."""
    rows = connection.execute(_heads(scope, before).limit(limit + 1)).all()
    shown = rows[:limit]
    told = _told(connection, [row.announcement for row in shown], scope)
    rest = Position(sent=shown[-1].sent, id=shown[-1].id) if len(rows) > limit else None
    return [told[row.announcement] for row in shown], rest


def last_sent(connection: Connection) -> datetime | None:
    """When something last went out that is still there."""
    query = select(publication.c.sent).where(_there(publication)).order_by(publication.c.sent.desc()).limit(1)
    found: datetime | None = connection.scalar(query)
    return found


def _heads(scope: Scope, before: Position | None) -> Select[Any]:
    """Choose the first post of each announcement within a scope, newest first."""
    other = publication.alias("other")
    earlier = select(other.c.id).where(
        other.c.announcement == publication.c.announcement,
        tuple_(other.c.sent, other.c.id) < tuple_(publication.c.sent, publication.c.id),
        _there(other),
    )
    query = select(publication.c.announcement, publication.c.sent, publication.c.id).where(_there(publication))
    if scope.account is not None:
        number = select(account.c.no).where(account.c.id == scope.account).scalar_subquery()
        query = query.where(publication.c.account == number)
        earlier = earlier.where(other.c.account == publication.c.account)
    if scope.agency is not None:
        query = query.join(announcement, announcement.c.id == publication.c.announcement)
        query = query.where(announcement.c.agency == scope.agency)
    if before is not None:
        query = query.where(_before(before))
    return query.where(~earlier.exists()).order_by(publication.c.sent.desc(), publication.c.id.desc())


def _before(position: Position) -> ColumnElement[bool]:
    # spelled out: the planners use an index on `sent` for this, and not for a comparison of pairs
    return and_(
        publication.c.sent <= position.sent,
        or_(publication.c.sent < position.sent, publication.c.id < position.id),
    )


def _there(table: FromClause) -> ColumnElement[bool]:
    """Whether everybody may see a publication: it is on its account, and wanted there until a person says otherwise."""
    columns = table.c
    text = type_coerce(columns.post, Text)
    removed_there = and_(columns.state == "dropped", func.coalesce(columns.reason, "") == "removed-there")
    return and_(
        columns.seen > 0,
        columns.sent.is_not(None),
        or_(columns.wanted > 0, columns.state == "held"),
        not_(removed_there),
        or_(columns.post.is_(None), and_(*[text.not_like(one) for one in _SECRET])),
    )


def _told(connection: Connection, ids: Sequence[str], scope: Scope) -> dict[str, Told]:
    posts = _posts(connection, ids, scope)
    query = (
        select(
            announcement,
            agency.c.name.label("agency_name"),
            item.c.content,
            item.c.announcement.label("lead_tells"),
        )
        .outerjoin(item, item.c.no == announcement.c.lead)
        .outerjoin(agency, agency.c.id == announcement.c.agency)
    )
    rows = _all(connection, query, announcement.c.id, ids)
    return {row.id: _one_told(row, posts.get(row.id, ())) for row in rows}


def _one_told(row: Row[Any], posts: Sequence[Posted]) -> Told:
    # a late correction is a new announcement, and the item that led the old one leads the new one from then on
    own = row.lead_tells == row.id
    return Told(
        id=row.id,
        kind=row.kind,
        agency=row.agency,
        agency_name=row.agency_name or row.agency,
        language=row.language,
        content=unpack_content(row.content) if own else Content(),
        notice=row.notice,
        expires=row.expires,
        ended=row.ended,
        lead=row.lead,
        group_key=row.group_key,
        posts=tuple(posts),
    )


def _posts(connection: Connection, ids: Sequence[str], scope: Scope) -> dict[str, list[Posted]]:
    query = (
        select(publication, account.c.id.label("account_id"), source.c.id.label("source_id"), _last_delivery())
        .join(account, account.c.no == publication.c.account)
        .join(source, source.c.no == publication.c.source)
        .where(_there(publication))
        .order_by(publication.c.sent, publication.c.id)
    )
    if scope.account is not None:
        query = query.where(account.c.id == scope.account)
    found: dict[str, list[Posted]] = {}
    for row in _all(connection, query, publication.c.announcement, ids):
        found.setdefault(row.announcement, []).append(_posted(row))
    return found


def _last_delivery() -> ColumnElement[datetime | None]:
    query = select(func.max(delivery.c.ended)).where(
        delivery.c.publication == publication.c.id, delivery.c.state == "done"
    )
    return query.scalar_subquery().label("delivered")


def _posted(row: Row[Any]) -> Posted:
    post = row.post or {}
    parts = [part for part in row.parts or () if part["text"]]
    return Posted(
        account=row.account_id,
        source=row.source_id,
        parts=tuple(part["text"] for part in parts),
        language=post.get("language") or "",
        spoiler_text=post.get("spoiler_text") or "",
        url=row.url,
        sent=row.sent,
        changed=max(row.sent, row.delivered or row.sent),
        pending=row.wanted != row.seen or not all(part["done"] for part in parts),
    )


# ── one announcement ─────────────────────────────────────────────────────────────────────────────────────────────────


def dossier(connection: Connection, announcement_id: str) -> Dossier | Removed | None:
    """Give what is known of an announcement that is out; that it is gone where it was; None for all others."""
    told = _told(connection, [announcement_id], Scope()).get(announcement_id)
    if told is None:
        return None
    if not told.posts:
        return _removed(connection, told)
    copies = _copies(connection, told)
    return Dossier(
        told=told,
        copies=tuple(_copy(row) for row in copies),
        related=_related(connection, told),
        versions=_versions(connection, told),
        happenings=_happenings(connection, told, {row.no for row in copies}),
    )


def _removed(connection: Connection, told: Told) -> Removed | None:
    text = type_coerce(publication.c.post, Text)
    query = select(func.min(publication.c.sent)).where(
        publication.c.announcement == told.id, *[text.not_like(one) for one in _SECRET]
    )
    sent = connection.scalar(query)
    if sent is None:
        return None
    return Removed(
        id=told.id,
        agency=told.agency,
        agency_name=told.agency_name,
        sent=sent,
        ended=told.ended,
        withdrawn=told.notice == "withdrawn",
    )


def _copies(connection: Connection, told: Told) -> list[Row[Any]]:
    query = (
        select(
            item,
            source.c.id.label("source_id"),
            source.c.title.label("source_title"),
            agency.c.name.label("agency_name"),
            source.c.agency.label("agency_id"),
        )
        .join(source, source.c.no == item.c.source)
        .outerjoin(agency, agency.c.id == source.c.agency)
        .where(item.c.announcement == told.id, item.c.state != "broken")
        .order_by(item.c.first_seen, item.c.no)
    )
    return list(connection.execute(query.limit(100)))


def _copy(row: Row[Any]) -> Copy:
    return Copy(
        source=row.source_id,
        source_title=row.source_title or "",
        agency_name=row.agency_name or row.agency_id,
        url=row.url,
        title=row.title,
        first_seen=row.first_seen,
        withdrawn=row.state == "withdrawn",
    )


def _related(connection: Connection, told: Told) -> tuple[Related, ...]:
    """Give the announcements that this one is tied to, as far as they are out."""
    ties = connection.execute(
        select(relation)
        .where(or_(relation.c.from_id == told.id, relation.c.to_id == told.id))
        .order_by(relation.c.at)
        .limit(100)
    ).all()
    kinds = {(row.to_id if row.from_id == told.id else row.from_id): (row.kind, row.from_id == told.id) for row in ties}
    if told.group_key:
        query = select(announcement.c.id).where(
            announcement.c.group_key == told.group_key, announcement.c.id != told.id
        )
        kinds |= dict.fromkeys(connection.scalars(query.limit(100)), ("translates", True))
    others = _told(connection, list(kinds), Scope())
    return tuple(
        Related(
            kind=kind,
            forward=forward,
            id=one,
            title=others[one].title,
            language=others[one].language,
        )
        for one, (kind, forward) in kinds.items()
        if one in others and others[one].posts
    )


def _versions(connection: Connection, told: Told) -> tuple[datetime, ...]:
    if told.lead is None or not told.content.title:
        return ()
    query = select(version.c.at).where(version.c.item == told.lead, version.c.version > 1).order_by(version.c.version)
    return tuple(connection.scalars(query))


def _happenings(connection: Connection, told: Told, items: set[int]) -> tuple[Happening, ...]:
    rows = events_about(connection, {told.id}, items)
    rows = [row for row in rows if row.announcement in {None, told.id}]
    names = _source_names(connection, {row.source for row in rows if row.source})
    return tuple(
        Happening(
            at=row.at,
            stage=row.stage,
            verdict=row.verdict,
            rule=row.rule,
            source=names.get(row.source),
            account=row.account_id,
        )
        for row in rows
    )


def _source_names(connection: Connection, numbers: set[int]) -> dict[int, str]:
    query = select(source.c.no, source.c.id, source.c.title)
    return {row.no: row.title or row.id for row in _all(connection, query, source.c.no, sorted(numbers))}


# ── how things stand ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSource:
    """A source of alerts that does not answer as it should, by its agency's name. ``since``: None where it never did."""

    agency: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the whole stands, as far as citizens need to know."""

    sources: int
    last_sent: datetime | None
    paused: bool
    unreachable: tuple[AlertSource, ...]


def standing(connection: Connection, alert_sources: Iterable[str], *, patience: datetime) -> Standing:
    """Say how things stand. A source of alerts counts as unreachable where it has failed since before ``patience``."""
    return Standing(
        sources=connection.scalar(select(func.count()).select_from(source).where(source.c.retired.is_(None))) or 0,
        last_sent=last_sent(connection),
        paused=bool(read_setting(connection, "paused")),
        unreachable=_unreachable(connection, sorted(alert_sources), patience),
    )


def _unreachable(connection: Connection, ids: Sequence[str], patience: datetime) -> tuple[AlertSource, ...]:
    failing = and_(source.c.state == "failing", source.c.failing_since <= patience)
    query = (
        select(source.c.id, source.c.failing_since, source.c.last_ok, agency.c.name)
        .outerjoin(agency, agency.c.id == source.c.agency)
        .where(
            source.c.retired.is_(None), or_(failing, source.c.paused, source.c.state.in_(("disabled", "quarantined")))
        )
    )
    rows = _all(connection, query, source.c.id, ids)
    return tuple(AlertSource(agency=row.name or row.id, since=row.failing_since or row.last_ok) for row in rows)


def account_row(connection: Connection, account_id: str) -> Row[Any] | None:
    """Give an account as memory has it, a retired one too; None where there never was one."""
    return connection.execute(select(account).where(account.c.id == account_id)).one_or_none()


def agency_name(connection: Connection, agency_id: str) -> str | None:
    """Give the name of an agency, a retired one too; None where there never was one."""
    found: str | None = connection.scalar(select(agency.c.name).where(agency.c.id == agency_id))
    return found


def _all(connection: Connection, query: Select[Any], column: Any, values: Iterable[Any]) -> list[Row[Any]]:
    return [row for some in chunks(values) for row in connection.execute(query.where(column.in_(some)))]

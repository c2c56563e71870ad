"""What citizens may see: only what is on an account now, and that something was there and went. Read only.

A post counts as there when its account was seen to have it and nobody decided to take it away: these pages are emptied
before a slow server is. What was never out (held, dropped, remembered) is nobody's business and does not exist here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    case,
    func,
    not_,
    or_,
    select,
    type_coerce,
)

from bot.alerts import is_ended
from bot.model import ALERT_HOLDS, Content
from bot.store.codec import unpack_content
from bot.store.recall import chunks
from bot.store.tables import account, agency, announcement, delivery, item, polled, publication, source
from bot.store.views import read_setting

_SECRET = ('%"visibility":"private"%', '%"visibility":"direct"%')
"""How a post that is not for everybody looks in its column; quotes inside other values are escaped there."""

MOST_ALERTS = 200


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

    ``content`` is what its leading copy says now, or what it kept when that copy came to tell something else; ``lead`` is
    None from then on.
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
    posts: tuple[Posted, ...]

    @property
    def title(self) -> str:
        """What it is about in one line: its title, else how its first post begins; empty where neither says."""
        parts = self.posts[0].parts if self.posts else ()
        return self.content.title or (parts[0].split("\n", 1)[0] if parts else "")

    @property
    def blank(self) -> bool:
        """Whether nothing of it is to be seen: no post is out, or what it said was erased."""
        return not self.posts or not (self.title or self.content.boost)

    @property
    def sent(self) -> datetime:
        """When it first went out."""
        return min(one.sent for one in self.posts)

    @property
    def changed(self) -> datetime:
        """When a post of it last changed; when it first went out, where none did."""
        return max((one.changed for one in self.posts if one.changed > one.sent), default=self.sent)


# ── timelines ────────────────────────────────────────────────────────────────────────────────────────────────────────


def timeline(
    connection: Connection, scope: Scope, *, before: Position | None, limit: int
) -> tuple[list[Told], Position | None]:
    """Give announcements that are out, the last one sent first, and where the next page starts; None at the end."""
    rows = connection.execute(_heads(scope, before).limit(limit + 1)).all()
    shown = rows[:limit]
    told = tell(connection, [row.announcement for row in shown], scope)
    rest = Position(sent=shown[-1].sent, id=shown[-1].id) if len(rows) > limit else None
    return [one for row in shown if not (one := told[row.announcement]).blank], rest


def in_force(connection: Connection, scope: Scope, now: datetime, limit: int) -> list[Told]:
    """Give the alerts within a scope that hold now, the last one sent first.

    Nothing took their place, and they neither ended nor tell an end. One that never said when it ends counts for as long as
    ``bot.model.ALERT_HOLDS`` says.
    """
    endless = and_(announcement.c.expires.is_(None), announcement.c.created > now - ALERT_HOLDS)
    query = select(announcement.c.id).where(
        announcement.c.kind == "alert",
        announcement.c.notice.is_(None),
        announcement.c.ended.is_(None),
        or_(announcement.c.expires > now, endless),
    )
    if scope.agency is not None:
        query = query.where(announcement.c.agency == scope.agency)
    told = tell(connection, list(connection.scalars(query.limit(MOST_ALERTS))), scope)
    holding = [one for one in told.values() if not (one.blank or (one.content.alert and is_ended(one.content.alert)))]
    return sorted(holding, key=lambda one: one.sent, reverse=True)[:limit]


def last_sent(connection: Connection) -> datetime | None:
    """When something last went out that is still there."""
    query = select(publication.c.sent).where(is_out(publication)).order_by(publication.c.sent.desc()).limit(1)
    found: datetime | None = connection.scalar(query)
    return found


def _heads(scope: Scope, before: Position | None) -> Select[Any]:
    """Choose the first post of each announcement within a scope, newest first."""
    query = select(publication.c.announcement, publication.c.sent, publication.c.id).where(
        is_out(publication), ~_earlier(scope).exists()
    )
    if scope.account is not None:
        number = select(account.c.no).where(account.c.id == scope.account).scalar_subquery()
        query = query.where(publication.c.account == number)
    if scope.agency is not None:
        query = query.join(announcement, announcement.c.id == publication.c.announcement)
        query = query.where(announcement.c.agency == scope.agency)
    if before is not None:
        query = query.where(_before(before))
    return query.order_by(publication.c.sent.desc(), publication.c.id.desc())


def _earlier(scope: Scope) -> Select[Any]:
    """Find another post of the same announcement that went out before; on one account that is an earlier generation."""
    other = publication.alias("other")
    query = select(other.c.id).where(other.c.announcement == publication.c.announcement, is_out(other))
    if scope.account is not None:
        # not by `sent`: SQLite would walk the account's whole past for each of its posts
        return query.where(other.c.account == publication.c.account, other.c.generation < publication.c.generation)
    return query.where(
        or_(other.c.sent < publication.c.sent, and_(other.c.sent == publication.c.sent, other.c.id < publication.c.id))
    )


def _before(position: Position) -> ColumnElement[bool]:
    # spelled out: the planners use an index on `sent` for this, and not for a comparison of pairs
    return and_(
        publication.c.sent <= position.sent,
        or_(publication.c.sent < position.sent, publication.c.id < position.id),
    )


def is_out(table: FromClause) -> ColumnElement[bool]:
    """Whether everybody may see a publication: it is on its account, and wanted there until a person says otherwise."""
    columns = table.c
    removed_there = and_(columns.state == "dropped", func.coalesce(columns.reason, "") == "removed-there")
    return and_(
        columns.seen > 0,
        columns.sent.is_not(None),
        or_(columns.wanted > 0, columns.state == "held"),
        not_(removed_there),
        for_everybody(table),
    )


def for_everybody(table: FromClause) -> ColumnElement[bool]:
    """Whether a publication was meant for everybody's eyes; one that was never composed has nothing to see."""
    text = type_coerce(table.c.post, Text)
    return or_(table.c.post.is_(None), and_(*[text.not_like(one) for one in _SECRET]))


def tell(connection: Connection, ids: Sequence[str], scope: Scope) -> dict[str, Told]:
    """Give announcements by id, each with those of its posts within the scope that are out: perhaps none."""
    posts = _posts(connection, ids, scope)
    query = (
        select(
            announcement,
            agency.c.name.label("agency_name"),
            item.c.content.label("told"),
            item.c.announcement.label("lead_tells"),
        )
        .outerjoin(item, item.c.no == announcement.c.lead)
        .outerjoin(agency, agency.c.id == announcement.c.agency)
    )
    rows = rows_for(connection, query, announcement.c.id, ids)
    return {row.id: _told(row, posts.get(row.id, ())) for row in rows}


def _told(row: Row[Any], posts: Sequence[Posted]) -> Told:
    # a late correction is a new announcement, and the item that led the old one leads the new one from then on
    own = row.lead_tells == row.id
    return Told(
        id=row.id,
        kind=row.kind,
        agency=row.agency,
        agency_name=row.agency_name or row.agency,
        language=row.language,
        content=unpack_content(row.content or (row.told if own else None)),
        notice=row.notice,
        expires=row.expires,
        ended=row.ended,
        lead=row.lead if own else None,
        posts=tuple(posts),
    )


def _posts(connection: Connection, ids: Sequence[str], scope: Scope) -> dict[str, list[Posted]]:
    query = (
        select(publication, account.c.id.label("account_id"), source.c.id.label("source_id"), _last_delivery())
        .join(account, account.c.no == publication.c.account)
        .join(source, source.c.no == publication.c.source)
        .where(is_out(publication))
        .order_by(publication.c.sent, publication.c.id)
    )
    found: dict[str, list[Posted]] = {}
    for row in rows_for(connection, query, publication.c.announcement, ids):
        if scope.account in {None, row.account_id}:
            found.setdefault(row.announcement, []).append(_posted(row))
    return found


def _last_delivery() -> ColumnElement[datetime | None]:
    # the state inside the maximum, not in the condition: SQLite would walk every delivery that is done
    done = case((delivery.c.state == "done", delivery.c.ended))
    query = select(func.max(done)).where(delivery.c.publication == publication.c.id)
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


# ── how things stand ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSource:
    """A source of alerts that does not answer as it should, by its agency's name. ``since``: None where it never did."""

    agency: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the whole stands, as far as citizens need to know. ``paused``: ``all``, or ``rest`` where alerts go on."""

    sources: int
    last_sent: datetime | None
    paused: Literal["all", "rest"] | None
    unreachable: tuple[AlertSource, ...]


def standing(connection: Connection, alert_sources: Iterable[str], *, patience: datetime) -> Standing:
    """Say how things stand. A source of alerts counts as unreachable where it has failed since before ``patience``."""
    return Standing(
        sources=connection.scalar(select(func.count()).select_from(source).where(source.c.retired.is_(None))) or 0,
        last_sent=last_sent(connection),
        paused=_paused(connection),
        unreachable=_unreachable(connection, sorted(alert_sources), patience),
    )


def _paused(connection: Connection) -> Literal["all", "rest"] | None:
    found = read_setting(connection, "paused")
    return None if not found else "rest" if found == "rest" else "all"


def _unreachable(connection: Connection, ids: Sequence[str], patience: datetime) -> tuple[AlertSource, ...]:
    failing = and_(source.c.state == "failing", source.c.failing_since <= patience)
    query = (
        select(source.c.id, source.c.failing_since, polled.c.last_ok, agency.c.name)
        .join(polled, polled.c.source == source.c.no)
        .outerjoin(agency, agency.c.id == source.c.agency)
        .where(
            source.c.retired.is_(None), or_(failing, source.c.paused, source.c.state.in_(("disabled", "quarantined")))
        )
    )
    rows = rows_for(connection, query, source.c.id, ids)
    return tuple(AlertSource(agency=row.name or row.id, since=row.failing_since or row.last_ok) for row in rows)


def account_row(connection: Connection, account_id: str) -> Row[Any] | None:
    """Give an account as memory has it, a retired one too; None where there never was one."""
    return connection.execute(select(account).where(account.c.id == account_id)).one_or_none()


def agency_name(connection: Connection, agency_id: str) -> str | None:
    """Give the name of an agency, a retired one too; None where there never was one."""
    found: str | None = connection.scalar(select(agency.c.name).where(agency.c.id == agency_id))
    return found


def rows_for(connection: Connection, query: Select[Any], column: Any, values: Iterable[Any]) -> list[Row[Any]]:
    """Give the rows of a query where a column has one of many values."""
    return [row for some in chunks(values) for row in connection.execute(query.where(column.in_(some)))]

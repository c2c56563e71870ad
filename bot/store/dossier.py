"""Everything that is known of one announcement that is out: where it was found, what it belongs to, what happened. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from bot.store.pages import Scope, Told, for_everybody, rows_for, tell
from bot.store.tables import agency, item, publication, relation, source, version
from bot.store.views import events_about

MOST = 100
"""How many copies and relations a page names."""


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


def dossier(connection: Connection, announcement_id: str) -> Dossier | Removed | None:
    """Give what is known of an announcement that is out; that it is gone where it was; None for all others."""
    told = tell(connection, [announcement_id], Scope()).get(announcement_id)
    if told is None:
        return None
    if told.blank:
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
    query = select(func.min(publication.c.sent)).where(
        publication.c.announcement == told.id, for_everybody(publication)
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
    return list(connection.execute(query.limit(MOST)))


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
        .limit(MOST)
    ).all()
    kinds = {(row.to_id if row.from_id == told.id else row.from_id): (row.kind, row.from_id == told.id) for row in ties}
    others = tell(connection, list(kinds), Scope())
    return tuple(
        Related(
            kind=kind,
            forward=forward,
            id=one,
            title=others[one].title,
            language=others[one].language,
        )
        for one, (kind, forward) in kinds.items()
        if one in others and not others[one].blank
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
    return {row.no: row.title or row.id for row in rows_for(connection, query, source.c.no, sorted(numbers))}

"""Figures for those who watch over the program: how many of what, in which state, and how old the oldest is. Read only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from bot.store.recall import chunks
from bot.store.sources import spent_since
from bot.store.tables import account, polled, publication, source
from bot.store.views import broken_counts, held_reasons, read_setting

_WAITING = ("queued", "sending", "retry", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts by state, and moments. ``publications`` and ``sent`` by account id; ``seen`` by source id."""

    paused: bool
    sources: dict[str, int]
    accounts: dict[str, int]
    publications: dict[tuple[str, str], int]
    sent: dict[str, int]
    last_sent: dict[str, datetime]
    waiting_since: dict[str, datetime]
    alert_sources: dict[str, datetime | None]
    held: dict[tuple[str, str], int]
    problems: dict[str, int]
    broken: dict[str, int]
    spent: dict[str, int]


def figures(connection: Connection, alert_sources: Iterable[str], since: str) -> Figures:
    """Count. ``alert_sources`` are the ids of those whose last good answer is given one by one.

    ``held`` goes by account and reason, ``problems`` (sources in trouble) by code, ``broken`` (entries that cannot be
    read) and ``spent`` (units of the source's meter ``since`` a day, ``2026-11-01``) by source.
    """
    return Figures(
        paused=bool(read_setting(connection, "paused")),
        sources=_by_state(connection, source),
        accounts=_by_state(connection, account),
        publications=_publications(connection),
        sent=_sent(connection),
        last_sent=_last_sent(connection),
        waiting_since=_waiting_since(connection),
        alert_sources=_alert_sources(connection, sorted(alert_sources)),
        held=_held(connection),
        problems=_problems(connection),
        broken=_by_source(connection, broken_counts(connection)),
        spent=_by_source(connection, spent_since(connection, since)),
    )


def _by_state(connection: Connection, table: Table) -> dict[str, int]:
    """Count sources or accounts; what is paused by hand counts as that, whatever else it is."""
    query = select(table.c.paused, table.c.state, func.count()).where(table.c.retired.is_(None))
    found: Counter[str] = Counter()
    for paused, state, many in connection.execute(query.group_by(table.c.paused, table.c.state)):
        found["paused" if paused else state] += many
    return dict(found)


def _publications(connection: Connection) -> dict[tuple[str, str], int]:
    counted = (
        select(publication.c.account, publication.c.state, func.count().label("many"))
        .group_by(publication.c.account, publication.c.state)
        .subquery()
    )
    query = select(account.c.id, counted.c.state, counted.c.many).join(account, account.c.no == counted.c.account)
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _sent(connection: Connection) -> dict[str, int]:
    counted = (
        select(publication.c.account, func.count(publication.c.sent).label("many"))
        .group_by(publication.c.account)
        .subquery()
    )
    query = select(account.c.id, func.coalesce(counted.c.many, 0)).outerjoin(counted, counted.c.account == account.c.no)
    return {row[0]: row[1] for row in connection.execute(query.where(account.c.retired.is_(None)))}


def _last_sent(connection: Connection) -> dict[str, datetime]:
    latest = select(func.max(publication.c.sent)).where(publication.c.account == account.c.no).scalar_subquery()
    query = select(account.c.id, latest).where(account.c.retired.is_(None))
    return {row[0]: row[1] for row in connection.execute(query) if row[1] is not None}


def _waiting_since(connection: Connection) -> dict[str, datetime]:
    query = (
        select(account.c.id, func.min(publication.c.queued))
        .join(account, account.c.no == publication.c.account)
        .where(publication.c.state.in_(_WAITING))
        .group_by(account.c.id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _alert_sources(connection: Connection, ids: list[str]) -> dict[str, datetime | None]:
    query = (
        select(source.c.id, polled.c.last_ok)
        .join(polled, polled.c.source == source.c.no)
        .where(source.c.retired.is_(None))
    )
    return {
        row.id: row.last_ok for some in chunks(ids) for row in connection.execute(query.where(source.c.id.in_(some)))
    }


def _held(connection: Connection) -> dict[tuple[str, str], int]:
    names = {row.no: row.id for row in connection.execute(select(account.c.no, account.c.id))}
    return {(names[number], reason): many for (number, reason), many in held_reasons(connection).items()}


def _problems(connection: Connection) -> dict[str, int]:
    query = (
        select(source.c.state, source.c.code, func.count())
        .where(source.c.retired.is_(None), source.c.state.not_in(("new", "ok")))
        .group_by(source.c.state, source.c.code)
    )
    found: Counter[str] = Counter()
    for state, code, many in connection.execute(query):
        found[code or f"source.{state}"] += many
    return dict(found)


def _by_source(connection: Connection, counts: Mapping[int, int]) -> dict[str, int]:
    """Give counts by the ids of sources in place of their numbers."""
    return {
        row.id: counts[row.no]
        for some in chunks(sorted(counts))
        for row in connection.execute(select(source.c.no, source.c.id).where(source.c.no.in_(some)))
    }

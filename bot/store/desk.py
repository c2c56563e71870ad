"""What operators look at: the queue by state and reason, one post with everything around it, and what was done by hand.

Read only. What changes is changed by ``bot.store.wishes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, literal_column, select

from bot.model import LANES
from bot.store.recall import chunks
from bot.store.sources import LIGHT, SOURCES
from bot.store.tables import account, agency, announcement, event, item, publication, source, subscription

OPEN = ("held", "unknown", "dead", "retry", "sending", "queued")
"""States in which a publication still needs something: a person first, then time."""

_BY_HAND = event.c.stage == literal_column("'operate'")  # no parameter: a partial index serves only what is spelled out


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Which publications are meant: all that every given field allows. ``created`` and ``before`` leave out what came later."""

    states: tuple[str, ...] = OPEN
    reason: str | None = None
    account: str | None = None
    source: str | None = None
    created: datetime | None = None
    before: str | None = None
    limit: int | None = 50


def pile(connection: Connection, wanted: Pile) -> list[Row[Any]]:
    """Give publications, the last one first."""
    meant = _meant(connection, wanted)
    if meant is None:
        return []
    # which ones first, by an index alone; then what belongs to each of those few
    ids = select(publication.c.id).where(*meant).order_by(publication.c.id.desc()).limit(wanted.limit).subquery()
    query = _posts().where(publication.c.id.in_(select(ids.c.id))).order_by(publication.c.id.desc())
    return list(connection.execute(query))


def heights(connection: Connection, wanted: Pile) -> dict[tuple[str, str], int]:
    """Give how many publications there are by state and reason; "" where there is no reason."""
    meant = _meant(connection, wanted)
    if meant is None:
        return {}
    query = select(publication.c.state, publication.c.reason, func.count()).where(*meant)
    rows = connection.execute(query.group_by(publication.c.state, publication.c.reason))
    return {(state, reason or ""): many for state, reason, many in rows}


def post(connection: Connection, id_: str) -> Row[Any] | None:
    """Give one publication with its account, source and announcement."""
    return connection.execute(_posts().where(publication.c.id == id_)).one_or_none()


def copies(connection: Connection, announcement_id: str) -> list[Row[Any]]:
    """Give the items that tell an announcement, the first one first."""
    query = select(item, source.c.id.label("source_id")).join(source, source.c.no == item.c.source)
    return list(
        connection.execute(
            query.where(item.c.announcement == announcement_id).order_by(item.c.first_seen, item.c.no).limit(200)
        )
    )


def elsewhere(connection: Connection, announcement_id: str) -> list[Row[Any]]:
    """Give the publications of an announcement on all accounts, the first one first."""
    query = _posts().where(publication.c.announcement == announcement_id)
    return list(connection.execute(query.order_by(publication.c.id).limit(200)))


def titles(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Give what announcements are about."""
    query = select(announcement.c.id, item.c.title).join(item, item.c.no == announcement.c.lead)
    return {
        row.id: row.title
        for some in chunks(ids)
        for row in connection.execute(query.where(announcement.c.id.in_(some)))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which sources are meant: all that every given field allows. ``after`` is the id of the last one that was seen.

    ``bad``: only those that are not well; ``code``: only those with this trouble, as ``bot.attentions`` names it.
    """

    bad: bool = False
    state: str | None = None
    code: str | None = None
    like: str | None = None
    after: str | None = None
    limit: int | None = 100


WELL = ("new", "ok")
"""States of a source that needs nothing."""

_BAD = source.c.state.not_in(WELL) | source.c.paused


def sources(connection: Connection, wanted: Sources) -> list[Row[Any]]:
    """Give configured sources by id."""
    query = (
        select(*LIGHT, agency.c.name.label("agency_name"))
        .select_from(SOURCES)
        .outerjoin(agency, agency.c.id == source.c.agency)
        .where(source.c.retired.is_(None))
    )
    conditions = [
        _BAD if wanted.bad else None,
        source.c.state == wanted.state if wanted.state else None,
        _troubled(wanted.code) if wanted.code else None,
        _holds(wanted.like) if wanted.like else None,
        source.c.id > wanted.after if wanted.after else None,
    ]
    query = query.where(*[one for one in conditions if one is not None]).order_by(source.c.id)
    return list(connection.execute(query.limit(wanted.limit)))


def source_row(connection: Connection, id_: str) -> Row[Any] | None:
    """Give one configured source, with what a hub promised to say about it."""
    query: Select[Any] = (
        select(
            *LIGHT,
            agency.c.name.label("agency_name"),
            subscription.c.state.label("push_state"),
            subscription.c.hub,
            subscription.c.expires.label("push_until"),
            subscription.c.error.label("push_error"),
        )
        .select_from(SOURCES)
        .outerjoin(agency, agency.c.id == source.c.agency)
        .outerjoin(subscription, subscription.c.source == source.c.no)
        .where(source.c.id == id_, source.c.retired.is_(None))
    )
    return connection.execute(query).one_or_none()


def bad_sources(connection: Connection) -> int:
    """Say how many configured sources are not well."""
    return connection.scalar(select(func.count()).select_from(source).where(source.c.retired.is_(None), _BAD)) or 0


def sources_by_state(connection: Connection) -> dict[str, int]:
    """Give how many configured sources are in each state."""
    query = select(source.c.state, func.count()).where(source.c.retired.is_(None)).group_by(source.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def acts(connection: Connection, *, before: int | None = None, limit: int = 50) -> list[Row[Any]]:
    """Give what was done by hand, the last first, with the ids of account and source and the title of what it was about."""
    query = (
        select(
            event,
            account.c.id.label("account_id"),
            source.c.id.label("source_id"),
            item.c.title,
        )
        .outerjoin(account, account.c.no == event.c.account)
        .outerjoin(source, source.c.no == event.c.source)
        .outerjoin(announcement, announcement.c.id == event.c.announcement)
        .outerjoin(item, item.c.no == announcement.c.lead)
        .where(_BY_HAND)
        .order_by(event.c.no.desc())
    )
    if before is not None:
        query = query.where(event.c.no < before)
    return list(connection.execute(query.limit(limit)))


def last_stop(connection: Connection) -> Row[Any] | None:
    """Give when, by whom and why everything was paused the last time."""
    query = select(event).where(
        _BY_HAND,
        event.c.verdict == "paused",
        event.c.account.is_(None),
        event.c.source.is_(None),
        event.c.announcement.is_(None),
    )
    return connection.execute(query.order_by(event.c.no.desc()).limit(1)).one_or_none()


def _posts() -> Select[Any]:
    return (
        select(
            publication,
            account.c.id.label("account_id"),
            account.c.limits,
            source.c.id.label("source_id"),
            announcement.c.agency,
            announcement.c.kind,
            announcement.c.lead,
            announcement.c.language.label("announced_language"),
            announcement.c.version,
            announcement.c.content.label("kept_content"),
            announcement.c.notice,
            announcement.c.identity,
            announcement.c.changed.label("announcement_changed"),
            announcement.c.expires,
            announcement.c.ended,
            item.c.title,
            item.c.url.label("item_url"),
            item.c.content.label("item_content"),
            item.c.announcement.label("lead_tells"),
            item.c.published,
        )
        .join(account, account.c.no == publication.c.account)
        .join(source, source.c.no == publication.c.source)
        .join(announcement, announcement.c.id == publication.c.announcement)
        .outerjoin(item, item.c.no == announcement.c.lead)
    )


def _meant(connection: Connection, wanted: Pile) -> list[ColumnElement[bool]] | None:
    """Give what publications have to be; None where no account or source has the name that is asked for."""
    places: list[ColumnElement[bool]] = []
    for table, name in ((account, wanted.account), (source, wanted.source)):
        number = connection.scalar(select(table.c.no).where(table.c.id == name)) if name else None
        if name and number is None:
            return None
        if number is not None:
            places.append(publication.c[table.name] == number)
    if wanted.account:
        places.append(publication.c.lane.in_(LANES))  # true of all: with it an index reaches the state
    conditions = [
        _in_state(wanted),
        func.coalesce(publication.c.reason, "") == wanted.reason if wanted.reason is not None else None,
        publication.c.created <= wanted.created if wanted.created else None,
        publication.c.id < wanted.before if wanted.before else None,
    ]
    return [*places, *[one for one in conditions if one is not None]]


def _in_state(wanted: Pile) -> ColumnElement[bool]:
    if set(wanted.states) & {"sent", "dropped"} and not (wanted.account or wanted.source):
        # nearly all are: the last fifty are found sooner by their order than by their state
        return func.coalesce(publication.c.state, "").in_(wanted.states)
    return publication.c.state.in_(wanted.states)


def _troubled(code: str) -> ColumnElement[bool]:
    """Whether a source has a trouble; one without a code of its own is called after its state."""
    if code == "paused":
        return source.c.paused
    if code == "item.broken":
        return (
            select(item.c.no).where(item.c.source == source.c.no, item.c.state == literal_column("'broken'")).exists()
        )
    return func.coalesce(source.c.code, literal("source.") + source.c.state) == code


def _holds(text: str) -> Any:
    return source.c.id.contains(text, autoescape=True) | agency.c.name.contains(text, autoescape=True)

"""What hubs promised, as rows, one per source. Verbs for ``bot.collecting.subscribe``, and for the pages, where hubs knock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, delete, insert, select, type_coerce, update

from bot.store.sources import DORMANT
from bot.store.tables import polled, source, subscription
from bot.websub import Confirmed, Subscription

GAP = timedelta(minutes=1)
"""The least time between two looks at a source, however often its hub says that there is news."""

_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Hinted:
    """A source whose last document named a hub. ``topic`` is None where it did not say what it is called there."""

    no: int
    id: str
    hub: str
    topic: str | None


def hinted(connection: Connection) -> list[Hinted]:
    """Give every configured source whose document names a hub."""
    query = select(source.c.no, source.c.id, source.c.hints).where(
        source.c.retired.is_(None),
        source.c.state.not_in(DORMANT),
        type_coerce(source.c.hints, Text).contains('"hub"'),  # most sources name none, and need not be read
    )
    return [
        Hinted(no=row.no, id=row.id, hub=row.hints["hub"], topic=row.hints.get("topic"))
        for row in connection.execute(query)
        if row.hints and row.hints.get("hub")
    ]


def known(connection: Connection) -> dict[int, Subscription]:
    """Give every promise by the number of its source."""
    return {row.source: _subscription(row) for row in connection.execute(select(subscription))}


def by_token(connection: Connection, token: str) -> Subscription | None:
    """Give the promise that an address of ours belongs to."""
    row = connection.execute(select(subscription).where(subscription.c.token == token)).one_or_none()
    return _subscription(row) if row else None


def replace(connection: Connection, now: datetime, fresh: Sequence[Subscription], gone: Collection[int]) -> None:
    """Forget the promises about some sources, and note that others are to be asked for, in place of any older one."""
    for no in {*gone, *(one.source for one in fresh)}:
        connection.execute(delete(subscription).where(subscription.c.source == no))
    rows = [
        {
            "source": one.source,
            "token": one.token,
            "secret": one.secret,
            "hub": one.hub,
            "topic": one.topic,
            "state": "wanted",
            "due": now,
            "failures": 0,
        }
        for one in fresh
    ]
    if rows:
        connection.execute(insert(subscription), rows)


def due(connection: Connection, now: datetime, limit: int) -> list[Subscription]:
    """Give what hubs are to be asked now, longest waiting first."""
    query: Select[Any] = select(subscription).where(subscription.c.due <= now).order_by(subscription.c.due)
    return [_subscription(row) for row in connection.execute(query.limit(limit))]


def asked(connection: Connection, now: datetime, one: Subscription, again: datetime) -> None:
    """Note, before it is asked, that a hub is asked now, and when again if it never comes back to it."""
    _set(connection, one, asked=now, due=again, failures=one.failures + 1)


def refused(connection: Connection, one: Subscription, error: str) -> None:
    """Note that a hub would not, or could not be reached."""
    _set(connection, one, state="failed", error=error[:_LONGEST_ERROR])


def confirmed(connection: Connection, one: Subscription, found: Confirmed) -> None:
    """Note that a hub goes on."""
    _set(connection, one, state="active", due=found.due, expires=found.expires, failures=0, error=None)


def denied(connection: Connection, one: Subscription, reason: str, again: datetime) -> None:
    """Note that a hub will not go on."""
    _set(connection, one, state="denied", due=again, expires=None, error=reason[:_LONGEST_ERROR] or None)


def heard(connection: Connection, now: datetime, one: Subscription) -> None:
    """Let a source be due as its hub says that it has news: never within a minute of the last look, nor where it asked for rest."""
    _set(connection, one, heard=now)
    row = connection.execute(
        select(polled.c.due, polled.c.last_try, source.c.retry_after)
        .join(source, source.c.no == polled.c.source)
        .where(polled.c.source == one.source)
    ).one()
    soonest = max(one for one in (now, row.retry_after, row.last_try and row.last_try + GAP) if one)
    if row.due is not None and row.due > soonest:
        connection.execute(update(polled).where(polled.c.source == one.source).values(due=soonest))


def _set(connection: Connection, one: Subscription, **values: Any) -> None:
    # by its token: a hub that answers late must not change what was agreed with another one since
    connection.execute(update(subscription).where(subscription.c.token == one.token).values(values))


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        source=row.source,
        token=row.token,
        secret=row.secret,
        hub=row.hub,
        topic=row.topic,
        asked=row.asked,
        failures=row.failures,
    )

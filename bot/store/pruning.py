"""Forgetting in time, a little at a time: raw entries, what is needed for a short while, events, pictures that were sent.

What tells a known item from a new one (key, hashes, address, title) is kept for ever, so that nothing that was forgotten ever
becomes news again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import Connection, and_, delete, or_, select, tuple_, update

from bot.store.recall import ALIKE_FOR, chunks
from bot.store.tables import event, item, likeness, picture, publication, spend, version

EVENTS = timedelta(days=400)
"""How long ``why`` goes back. What a person did is kept for ever."""

UNTOLD = timedelta(days=180)
"""How long the words of an item are kept that was never posted anywhere."""

PICTURES = timedelta(days=2)
"""How long a picture is kept that a server has taken."""

AT_A_TIME = 2000


def prune_raw(connection: Connection, now: datetime, retain: Mapping[int, timedelta]) -> int:
    """Forget raw entries older than their source keeps them; ``retain`` by source number. Gives how many."""
    spans: dict[timedelta, list[int]] = {}
    for no, span in retain.items():
        spans.setdefault(span, []).append(no)
    gone = 0
    for span, numbers in spans.items():
        for some in chunks(numbers):
            query = (
                select(version.c.item, version.c.version)
                .join(item, item.c.no == version.c.item)
                .where(version.c.at < now - span, item.c.source.in_(some))
                .limit(AT_A_TIME - gone)
            )
            rows = [tuple(row) for row in connection.execute(query)]
            for keys in chunks(rows):
                connection.execute(delete(version).where(tuple_(version.c.item, version.c.version).in_(keys)))
            gone += len(rows)
            if gone >= AT_A_TIME:
                return gone
    return gone


def prune_likenesses(connection: Connection, now: datetime) -> int:
    """Forget by which words announcements are found; gives how many."""
    return connection.execute(delete(likeness).where(likeness.c.at < now - ALIKE_FOR)).rowcount


def prune_events(connection: Connection, now: datetime) -> int:
    """Forget what the program did long ago; gives how many."""
    old = select(event.c.no).where(event.c.at < now - EVENTS, event.c.stage != "operate").limit(AT_A_TIME)
    return connection.execute(delete(event).where(event.c.no.in_(old.scalar_subquery()))).rowcount


def prune_spent(connection: Connection, now: datetime) -> int:
    """Forget what reading cost long ago; gives how many."""
    return connection.execute(delete(spend).where(spend.c.day < f"{now - EVENTS:%Y-%m-%d}")).rowcount


def prune_pictures(connection: Connection, now: datetime) -> int:
    """Forget the bytes of pictures that servers have taken, or that nobody will send; gives how many."""
    done = select(publication.c.id).where(
        or_(
            publication.c.state == "dropped",
            and_(publication.c.state == "sent", publication.c.sent < now - PICTURES),
        )
    )
    here = and_(picture.c.body.is_not(None), picture.c.publication.in_(done))
    return connection.execute(update(picture).where(here).values(body=None)).rowcount


def prune_untold(connection: Connection, now: datetime, after: int) -> tuple[int, int]:
    """Forget the words of old items that were never posted, from item number ``after`` on.

    Gives up to which number all was seen to, and how many were forgotten. An item that is posted keeps its words.
    """
    query = select(item.c.no, item.c.announcement, item.c.content, item.c.first_seen).where(item.c.no > after)
    rows = list(
        # numbers grow with time: the first young one ends the walk
        takewhile(
            lambda row: row.first_seen < now - UNTOLD,
            connection.execute(query.order_by(item.c.no).limit(AT_A_TIME)),
        )
    )
    told = _posted(connection, {row.announcement for row in rows if row.announcement})
    forgotten = [row.no for row in rows if row.content is not None and row.announcement not in told]
    for some in chunks(forgotten):
        connection.execute(update(item).where(item.c.no.in_(some)).values(content=None))
    return (rows[-1].no if rows else after), len(forgotten)


def _posted(connection: Connection, announcements: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(announcements):
        query = select(publication.c.announcement).where(
            publication.c.announcement.in_(some), publication.c.state != "dropped"
        )
        found.update(connection.execute(query).scalars())
    return found

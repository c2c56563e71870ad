"""Deliveries: single attempts to bring an account in line, and what came of them. Verbs for ``bot.delivery.outbox`` and ``bot.delivery.settle``.

An attempt is written down before its request leaves (``bot.store.queue.claim``), and ends as done, failed, or released (it
never left); while nobody knows what came of it, it is unknown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from bot.model import Claim, Fingerprint, Lane, Undecided
from bot.store.queue import LONGEST_RETRY
from bot.store.tables import delivery, publication
from bot.text import digest

_END = update(delivery).where(delivery.c.id == bindparam("row_id"))


def end(
    connection: Connection,
    now: datetime,
    delivery_id: str,
    state: str,
    *,
    remote_id: str | None = None,
    error: str | None = None,
    choked: bool | None = None,
) -> None:
    """Close one attempt: ``done``, ``failed`` or ``released`` (it never left). ``choked`` None leaves that as it is."""
    values: dict[str, Any] = {"state": state, "ended": now, "error": error}
    values |= {} if remote_id is None else {"remote_id": remote_id}
    values |= {} if choked is None else {"choked": choked}
    connection.execute(_END, {"row_id": delivery_id, **values})


def end_all(connection: Connection, now: datetime, publication_id: str, error: str) -> None:
    """Close every attempt of a publication that is in doubt: somebody decided."""
    connection.execute(
        update(delivery)
        .where(delivery.c.publication == publication_id, delivery.c.state == "unknown")
        .values(state="failed", ended=now, error=error)
    )


def doubt(connection: Connection, delivery_id: str, *, settles: datetime, error: str | None, choked: bool) -> None:
    """Nobody knows what came of an attempt; from ``settles`` on, its request can no longer be running."""
    connection.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(state="unknown", settles=settles, error=error, choked=choked, searches=0)
    )


def searched(connection: Connection, delivery_id: str, times: int) -> None:
    """Remember that the timeline was searched for an attempt, in vain."""
    connection.execute(update(delivery).where(delivery.c.id == delivery_id).values(searches=times))


def undecided(connection: Connection, account: int, lane: Lane, now: datetime) -> list[Undecided]:
    """Give the attempts whose search is due, in order."""
    query = (
        select(delivery, publication.c.announcement, publication.c.source, publication.c.lane)
        .join(publication, publication.c.id == delivery.c.publication)
        .where(
            delivery.c.state == "unknown",
            publication.c.account == account,
            publication.c.lane == lane,
            publication.c.state == "unknown",
            or_(publication.c.reason.is_(None), publication.c.reason == "withdrawn"),
            or_(publication.c.due <= now, publication.c.due > now + LONGEST_RETRY),
        )
        .order_by(publication.c.position)
    )
    return [
        Undecided(
            delivery=row.id,
            publication=row.publication,
            announcement=row.announcement,
            source=row.source,
            lane=row.lane,
            part=row.part,
            fingerprint=Fingerprint(link=row.link, digest=row.digest or "", in_reply_to=row.in_reply_to),
            anchor=row.anchor,
            searches=row.searches,
            settles=row.settles,
            started=row.started,
        )
        for row in connection.execute(query)
    ]


def open_elsewhere(connection: Connection, account: int, publications: set[str]) -> set[str]:
    """Give the digests of what other publications than these are posting, or may have posted."""
    query = select(delivery.c.publication, delivery.c.digest).where(
        delivery.c.account == account, delivery.c.operation == "publish", delivery.c.state.in_(("sending", "unknown"))
    )
    return {row.digest for row in connection.execute(query) if row.publication not in publications}


def choked(connection: Connection, publication_id: str, since: datetime) -> int:
    """How often the server answered a publication with a failure since it was put in line."""
    query = select(func.count()).where(
        delivery.c.publication == publication_id, delivery.c.choked, delivery.c.started >= since
    )
    return connection.scalar(query) or 0


def tried_to_delete(connection: Connection, publication_id: str, remote_id: str) -> bool:
    """Whether we ever asked the server to delete a post of a publication, also where its answer was never heard."""
    query = select(delivery.c.id).where(
        delivery.c.publication == publication_id,
        delivery.c.operation == "delete",
        delivery.c.remote_id == remote_id,
        delivery.c.state != "released",
    )
    return connection.execute(query.limit(1)).first() is not None


def failed_with(connection: Connection, publication_id: str, error: str) -> int:
    """How often attempts at a publication ended with this error."""
    query = select(func.count()).where(delivery.c.publication == publication_id, delivery.c.error == error)
    return connection.scalar(query) or 0


def others_arrived(connection: Connection, account: int, publication_id: str, since: datetime) -> bool:
    """Whether other posts arrived on the account since this publication was first attempted."""
    first = (
        select(func.min(delivery.c.started))
        .where(delivery.c.publication == publication_id, delivery.c.started >= since)
        .scalar_subquery()
    )
    query = select(delivery.c.id).where(
        delivery.c.account == account,
        delivery.c.started >= first,
        delivery.c.state == "done",
        delivery.c.operation == "publish",
        delivery.c.publication != publication_id,
    )
    return connection.execute(query.limit(1)).first() is not None


def digests(connection: Connection, publication_id: str, part: int) -> frozenset[str]:
    """Give the digest of every text that we ever sent for one part of a publication."""
    query = select(delivery.c.digest).where(
        delivery.c.publication == publication_id,
        delivery.c.part == part,
        delivery.c.operation.in_(("publish", "edit")),
        delivery.c.digest.is_not(None),
    )
    return frozenset(connection.execute(query).scalars())


def words_before(connection: Connection, claim: Claim, shown: str) -> str | None:
    """Give the digest of a shown text where it is not what was just sent but what an earlier attempt of this part was."""
    found = digest(shown)
    earlier = select(delivery.c.id).where(
        delivery.c.publication == claim.wanted.id,
        delivery.c.part == claim.part,
        delivery.c.id != claim.delivery,
        delivery.c.digest == found,
    )
    if found == claim.fingerprint.digest or connection.execute(earlier.limit(1)).first() is None:
        return None
    return found

"""The outbox as rows: what waits, what was claimed, what came of it. Verbs for ``bot.outbox``; each is one transaction's work.

A publication moves: queued → sending → sent, or → retry, unknown, held, dead, dropped. It is claimed by writing a
delivery before anything leaves, and settled by what the server said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, update

from bot.model import (
    Claim,
    Fingerprint,
    Frozen,
    Lane,
    Operation,
    Part,
    Undecided,
    Wanted,
)
from bot.store.codec import unpack_content
from bot.store.tables import announcement, delivery, item, publication, relation, source

_READY = ("queued", "retry")
_BLOCKING = ("sending", "unknown", "retry")
_LOOK_AHEAD = 64


def waiting(connection: Connection, account: int, lane: Lane, now: datetime, limit: int) -> list[Wanted]:
    """Give what may be delivered now, in order: take-downs first, and nothing past an unfinished one of its own source."""
    take_down = case((publication.c.operation.in_(("delete", "unboost")), 0), else_=1)
    query = (
        _wanted()
        .where(
            publication.c.account == account,
            publication.c.lane == lane,
            publication.c.state.in_(_READY),
            publication.c.due <= now,
        )
        .order_by(take_down, publication.c.position)
        .limit(_LOOK_AHEAD)
    )
    rows = connection.execute(query).all()
    blocked = _blocked(connection, account, lane, now) if rows else {}
    free = [row for row in rows if row.operation != "publish" or row.position <= blocked.get(row.source, row.position)]
    chosen = free[:limit]
    answers = _answered(connection, [row.announcement for row in chosen], account)
    return [_to_wanted(row, answers.get(row.announcement)) for row in chosen]


def next_due(connection: Connection, account: int | None = None) -> dict[tuple[int, Lane], datetime]:
    """When the next publication or search of each lane is due; lanes where nothing waits are left out."""
    waits = or_(publication.c.state.in_(_READY), and_(publication.c.state == "unknown", publication.c.reason.is_(None)))
    query = (
        select(publication.c.account, publication.c.lane, func.min(publication.c.due))
        .where(waits)
        .group_by(publication.c.account, publication.c.lane)
    )
    if account is not None:
        query = query.where(publication.c.account == account)
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def claim(connection: Connection, now: datetime, claims: Sequence[Claim]) -> None:
    """Write attempts down, before anything leaves."""
    if not claims:
        return
    connection.execute(insert(delivery), [_delivery(now, one) for one in claims])
    for one in claims:
        connection.execute(
            update(publication)
            .where(publication.c.id == one.wanted.id)
            .values(
                state="sending",
                reason=None,
                attempts=publication.c.attempts + 1,
                text="\n\n".join(part.text for part in one.frozen.parts) or None,
                **frozen_columns(one.frozen),
            )
        )


def end(
    connection: Connection,
    now: datetime,
    delivery_id: str,
    state: str,
    *,
    remote_id: str | None = None,
    error: str | None = None,
) -> None:
    """Close one attempt: ``done``, ``failed`` or ``released`` (it never left)."""
    connection.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(state=state, ended=now, remote_id=remote_id, error=error)
    )


def doubt(connection: Connection, delivery_id: str, *, settles: datetime, error: str | None, searches: int = 0) -> None:
    """Nobody knows what came of an attempt; from ``settles`` on, its request can no longer be running."""
    connection.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(state="unknown", settles=settles, error=error, searches=searches)
    )


def move(connection: Connection, publication_id: str, **values: Any) -> None:
    """Set columns of a publication."""
    connection.execute(update(publication).where(publication.c.id == publication_id).values(**values))


def current(connection: Connection, publication_id: str) -> Row[Any] | None:
    """Read a publication as it is now: it may have changed while its delivery was under way."""
    return connection.execute(
        select(publication).where(publication.c.id == publication_id).with_for_update()
    ).one_or_none()


def orphans(connection: Connection, now: datetime, settles: datetime) -> int:
    """Turn every attempt that was under way into one to be looked up. Only whoever holds the lock may call this."""
    open_ones = select(delivery.c.publication).where(delivery.c.state == "sending")
    moved = connection.execute(
        update(publication)
        .where(publication.c.id.in_(open_ones), publication.c.state == "sending")
        .values(state="unknown", reason=None, due=now)
    ).rowcount
    connection.execute(
        update(delivery).where(delivery.c.state == "sending").values(state="unknown", settles=settles, searches=0)
    )
    return moved


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
            publication.c.reason.is_(None),
            publication.c.due <= now,
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


def sent_since(
    connection: Connection,
    account: int,
    since: datetime,
    operations: Iterable[Operation] = ("publish", "edit", "boost"),
) -> list[datetime]:
    """Give when attempts started that count against a budget, oldest first. Survives restarts, being rows."""
    query = (
        select(delivery.c.started)
        .where(
            delivery.c.account == account,
            delivery.c.started > since,
            delivery.c.operation.in_(list(operations)),
            delivery.c.state.in_(("sending", "unknown", "done")),
        )
        .order_by(delivery.c.started)
    )
    return list(connection.execute(query).scalars())


def others_arrived(connection: Connection, account: int, publication_id: str) -> bool:
    """Whether other posts arrived on the account since this publication was first attempted."""
    first = select(func.min(delivery.c.started)).where(delivery.c.publication == publication_id).scalar_subquery()
    query = select(delivery.c.id).where(
        delivery.c.account == account,
        delivery.c.started >= first,
        delivery.c.state == "done",
        delivery.c.operation == "publish",
        delivery.c.publication != publication_id,
    )
    return connection.execute(query.limit(1)).first() is not None


def hold_stale(connection: Connection, account: int, now: datetime, *, before: datetime) -> list[tuple[str, str]]:
    """Hold what waited too long: news since ``before``, alerts past their end. Gives (publication, announcement)."""
    expired = select(announcement.c.id).where(announcement.c.expires.is_not(None), announcement.c.expires <= now)
    late = or_(
        and_(publication.c.lane == "rest", publication.c.queued < before),
        and_(publication.c.lane == "alert", publication.c.announcement.in_(expired)),
    )
    here = and_(
        publication.c.account == account,
        publication.c.state.in_(_READY),
        publication.c.operation.in_(("publish", "boost")),
        publication.c.remote_id.is_(None),
        late,
    )
    rows = [
        (row.id, row.announcement)
        for row in connection.execute(select(publication.c.id, publication.c.announcement).where(here))
    ]
    if rows:
        connection.execute(
            update(publication)
            .where(publication.c.id.in_([one for one, _ in rows]))
            .values(state="held", reason="stale")
        )
    return rows


def frozen_columns(frozen: Frozen) -> dict[str, Any]:
    """Give a frozen publication as the columns that keep it."""
    return {
        "parts": [{"text": one.text, "remote_id": one.remote_id, "done": one.done} for one in frozen.parts],
        "post": {
            "version": frozen.version,
            "rung": frozen.rung,
            "language": frozen.language,
            "visibility": frozen.visibility,
            "spoiler_text": frozen.spoiler_text,
            "sensitive": frozen.sensitive,
            "link": frozen.link,
        },
    }


def read_frozen(parts: Sequence[Mapping[str, Any]] | None, post: Mapping[str, Any] | None) -> Frozen | None:
    """Read a frozen publication back; None where nothing was composed yet."""
    if not parts or post is None:
        return None
    return Frozen(parts=tuple(Part(**one) for one in parts), **post)


def _delivery(now: datetime, one: Claim) -> dict[str, Any]:
    return {
        "id": one.delivery,
        "publication": one.wanted.id,
        "account": one.wanted.account,
        "part": one.part,
        "operation": one.operation,
        "state": "sending",
        "key": one.key,
        "link": one.fingerprint.link,
        "digest": one.fingerprint.digest,
        "in_reply_to": one.fingerprint.in_reply_to,
        "anchor": one.anchor,
        "searches": 0,
        "started": now,
    }


def _wanted() -> Any:
    return (
        select(
            publication,
            announcement.c.identity,
            announcement.c.agency,
            announcement.c.kind,
            announcement.c.notice,
            announcement.c.expires,
            item.c.content,
            source.c.id.label("source_id"),
        )
        .join(announcement, announcement.c.id == publication.c.announcement)
        .join(item, item.c.no == announcement.c.lead)
        .join(source, source.c.no == publication.c.source)
    )


def _blocked(connection: Connection, account: int, lane: Lane, now: datetime) -> dict[int, int]:
    """Give, per source, the place in line behind which nothing may be published yet."""
    query = (
        select(publication.c.source, func.min(publication.c.position))
        .where(
            publication.c.account == account,
            publication.c.lane == lane,
            publication.c.operation == "publish",
            publication.c.state.in_(_BLOCKING),
            or_(publication.c.state != "unknown", publication.c.reason.is_(None)),
            # one that waits because the server chokes on it alone lets the others pass
            or_(publication.c.state != "retry", and_(publication.c.due > now, publication.c.reason.is_(None))),
        )
        .group_by(publication.c.source)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _answered(connection: Connection, announcements: list[str], account: int) -> dict[str, str]:
    """Give, per announcement that follows another, the post that it answers on this account."""
    query = (
        select(relation.c.from_id, publication.c.remote_id)
        .join(publication, publication.c.announcement == relation.c.to_id)
        .where(
            relation.c.from_id.in_(announcements),
            relation.c.kind.in_(("follows", "updates", "cancels")),
            publication.c.account == account,
            publication.c.remote_id.is_not(None),
            publication.c.wanted > 0,
        )
        .order_by(relation.c.at, publication.c.generation)
    )
    return {row.from_id: row.remote_id for row in connection.execute(query)} if announcements else {}


def _to_wanted(row: Row[Any], answers: str | None) -> Wanted:
    return Wanted(
        id=row.id,
        announcement=row.announcement,
        identity=row.identity,
        account=row.account,
        source=row.source,
        source_id=row.source_id,
        lane=row.lane,
        position=row.position,
        generation=row.generation,
        operation=row.operation,
        state=row.state,
        wanted=row.wanted,
        seen=row.seen,
        attempts=row.attempts,
        rung=row.rung,
        frozen=read_frozen(row.parts, row.post),
        remote_id=row.remote_id,
        queued=row.queued,
        agency=row.agency,
        kind=row.kind,
        notice=row.notice,
        content=unpack_content(row.content),
        expires=row.expires,
        answers=answers,
        alone=row.alone,
        aliases=row.aliases,
    )

"""The outbox as rows: what waits, and what was claimed. Verbs for ``bot.delivery.outbox``; each is one transaction's work.

A publication moves: queued → sending → sent, or → retry, unknown, held, dead, dropped. It is claimed by writing a
delivery before anything leaves, and settled by what the server said.

``due`` is when it may go at the earliest. What lies further ahead than anything ever waits was written before the clock was
set back, and is due now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.sql import FromClause

from bot.model import ALERT_HOLDS, Claim, Errand, Frozen, Lane, Operation, Part, PublicationState, Wanted
from bot.store.codec import unpack_content
from bot.store.tables import announcement, delivery, item, publication, relation, source
from bot.store.types import Moment

READY: tuple[PublicationState, ...] = ("queued", "retry")
REMOVING: tuple[Operation, ...] = ("delete", "unboost")
PUBLISHING: tuple[Operation, ...] = ("publish", "boost")
POSTING: tuple[Operation, ...] = ("publish", "edit", "boost")

LONGEST_RETRY = timedelta(hours=1)
"""Nothing that was tried is put off longer."""

SKEW = timedelta(minutes=1)
"""What was queued so far ahead of now was queued by a clock that has been set back since."""


def waiting(
    connection: Connection, account: int, lane: Lane, now: datetime, *, posts: int, take_downs: int
) -> list[Wanted]:
    """Give what may be delivered now, take-downs first, as many of each as are asked for, in order.

    Nothing is published past an unfinished publication of its own source. On PostgreSQL the rows are locked.
    """
    here = (publication.c.account == account, publication.c.lane == lane)
    ready = (*here, publication.c.state.in_(READY), _is_due(now))
    removing = publication.c.operation.in_(REMOVING)
    rows: list[Row[Any]] = []
    if take_downs > 0:
        rows += connection.execute(_wanted().where(*ready, removing).limit(take_downs))
    if posts > 0:
        unfinished = _unfinished(now, *here)
        free = _behind(_wanted(), unfinished).where(*ready, not_(removing), _is_free(unfinished))
        rows += connection.execute(free.limit(posts))
    answers = _answered(connection, [row.announcement for row in rows], account)
    return [_to_wanted(row, answers.get(row.announcement)) for row in rows]


def next_due(
    connection: Connection, now: datetime, account: int | None = None
) -> dict[tuple[int, Lane, Errand], datetime]:
    """When the next errand of each kind is due on each lane; what has to wait for another of its source is left out."""
    here = () if account is None else (publication.c.account == account,)
    unfinished = _unfinished(now, *here)
    errand = case(
        (publication.c.state == "unknown", "search"), (publication.c.operation.in_(REMOVING), "take-down"), else_="post"
    )
    moment = case((_is_due(now), literal(now, Moment())), else_=publication.c.due)
    query = _behind(select(publication.c.account, publication.c.lane, errand, func.min(moment)), unfinished)
    query = query.where(*here, or_(publication.c.state.in_(READY), _is_searched()), _is_free(unfinished))
    found = {
        (row[0], row[1], row[2]): row[3]
        for row in connection.execute(query.group_by(publication.c.account, publication.c.lane, errand))
    }
    checks = select(publication.c.account, publication.c.lane, func.min(publication.c.check_at))
    checks = checks.where(*here, publication.c.check_at.is_not(None))
    for row in connection.execute(checks.group_by(publication.c.account, publication.c.lane)):
        found[row[0], row[1], "check"] = now if row[2] > now + LONGEST_RETRY else row[2]
    return found


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
                text="\n\n".join(part.text for part in one.frozen.parts if part.text) or publication.c.text,
                **frozen_columns(one.frozen),
            )
        )


def move(connection: Connection, publication_id: str, **values: Any) -> None:
    """Set columns of a publication."""
    connection.execute(update(publication).where(publication.c.id == publication_id).values(**values))


def current(connection: Connection, publication_id: str) -> Row[Any] | None:
    """Read a publication as it is now: it may have changed while its delivery was under way."""
    return connection.execute(
        select(publication).where(publication.c.id == publication_id).with_for_update()
    ).one_or_none()


def hurry(connection: Connection, now: datetime) -> None:
    """Let what waits after a failure of its own go at once: somebody asked for it."""
    connection.execute(
        update(publication).where(publication.c.state == "retry", publication.c.due > now).values(due=now)
    )


def is_wanted(connection: Connection, publication_id: str) -> bool:
    """Whether a claimed publication is still to be sent: it may have been withdrawn since."""
    row = connection.execute(
        select(publication.c.state, publication.c.wanted, publication.c.operation).where(
            publication.c.id == publication_id
        )
    ).one()
    return row.state == "sending" and (row.wanted > 0 or row.operation in REMOVING)


def checks_due(connection: Connection, account: int, lane: Lane, now: datetime) -> list[Row[Any]]:
    """Give the posts of which it is time to see whether the server really shows them."""
    late = or_(publication.c.check_at <= now, publication.c.check_at > now + LONGEST_RETRY)
    here = (publication.c.account == account, publication.c.lane == lane)
    return list(connection.execute(select(publication).where(*here, late)))


def orphans(connection: Connection, now: datetime, settles: datetime, *, only: tuple[int, Lane] | None = None) -> int:
    """Turn every attempt that was under way into one to be looked up. Only whoever holds the lock may call this.

    What can be repeated without harm (an edit, a deletion, a boost) goes back in line instead. Gives how many there were.
    ``only``: those of one lane of an account.
    """
    under_way = delivery.c.state == "sending"
    if only:
        on_lane = select(publication.c.id).where(publication.c.account == only[0], publication.c.lane == only[1])
        under_way = and_(under_way, delivery.c.publication.in_(on_lane))
    to_search = and_(under_way, delivery.c.operation == "publish")
    for which, state in ((to_search, "unknown"), (and_(under_way, delivery.c.operation != "publish"), "queued")):
        connection.execute(
            update(publication)
            .where(publication.c.id.in_(select(delivery.c.publication).where(which)), publication.c.state == "sending")
            .values(state=state, due=now)
        )
    found = connection.execute(update(delivery).where(to_search).values(state="unknown", settles=settles, searches=0))
    interrupted = update(delivery).where(under_way).values(state="failed", ended=now, error="interrupted")
    return found.rowcount + connection.execute(interrupted).rowcount


def sent_since(
    connection: Connection, account: int, since: datetime, operations: Iterable[Operation] = POSTING
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


def hold_stale(
    connection: Connection,
    account: int,
    now: datetime,
    *,
    before: datetime,
    before_by_source: Mapping[int, datetime] | None = None,
) -> list[tuple[str, str]]:
    """Hold what waited too long, and nothing of which is posted yet. Gives (publication, announcement).

    News is late where it was queued ``before``, or before its source's own moment; an alert once it has expired.
    """
    own = before_by_source or {}
    late_here = [and_(publication.c.source == no, publication.c.queued < moment) for no, moment in own.items()]
    late_news = or_(and_(publication.c.source.not_in(list(own)), publication.c.queued < before), *late_here)
    ended = or_(
        announcement.c.expires <= now, and_(announcement.c.expires.is_(None), publication.c.queued < now - ALERT_HOLDS)
    )
    late = or_(and_(publication.c.lane == "rest", late_news), and_(publication.c.lane == "alert", ended))
    query = (
        select(publication.c.id, publication.c.announcement)
        .join(announcement, announcement.c.id == publication.c.announcement)
        .where(
            publication.c.account == account,
            publication.c.state.in_(READY),
            publication.c.operation.in_(PUBLISHING),
            publication.c.remote_id.is_(None),
            late,
        )
    )
    rows = [(row.id, row.announcement) for row in connection.execute(query.with_for_update(of=publication))]
    for one, _ in rows:
        move(connection, one, state="held", reason="stale")
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
            "pictures": frozen.pictures,
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


def _is_due(now: datetime) -> ColumnElement[bool]:
    tried = publication.c.state.in_(("retry", "unknown"))
    return or_(
        publication.c.due <= now,
        and_(not_(tried), publication.c.queued > now + SKEW),
        and_(tried, publication.c.due > now + LONGEST_RETRY),
    )


def _is_searched() -> ColumnElement[bool]:
    """In doubt, and looked up by us: any other reason than a withdrawal leaves it to a person."""
    return and_(
        publication.c.state == "unknown", or_(publication.c.reason.is_(None), publication.c.reason == "withdrawn")
    )


def _unfinished(now: datetime, *here: ColumnElement[bool]) -> FromClause:
    """Per account, lane and source, the place in line behind which nothing may be published yet.

    What waits because the server chokes on it alone has a reason, and lets the others pass.
    """
    put_off = and_(publication.c.state.in_(READY), publication.c.reason.is_(None), not_(_is_due(now)))
    unfinished = or_(publication.c.state == "sending", _is_searched(), put_off)
    return (
        select(
            publication.c.account,
            publication.c.lane,
            publication.c.source,
            func.min(publication.c.position).label("position"),
        )
        .where(*here, publication.c.operation.in_(PUBLISHING), unfinished)
        .group_by(publication.c.account, publication.c.lane, publication.c.source)
        .subquery("unfinished")
    )


def _behind(query: Select[Any], unfinished: FromClause) -> Select[Any]:
    same = (
        unfinished.c.account == publication.c.account,
        unfinished.c.lane == publication.c.lane,
        unfinished.c.source == publication.c.source,
    )
    return query.outerjoin(unfinished, and_(*same))


def _is_free(unfinished: FromClause) -> ColumnElement[bool]:
    return or_(
        publication.c.operation.not_in(PUBLISHING),
        unfinished.c.position.is_(None),
        publication.c.position <= unfinished.c.position,
    )


def _wanted() -> Select[Any]:
    return (
        select(
            publication,
            announcement.c.identity,
            announcement.c.agency,
            announcement.c.kind,
            announcement.c.notice,
            announcement.c.expires,
            item.c.content,
            announcement.c.content.label("kept"),
            announcement.c.changed,
            source.c.id.label("source_id"),
        )
        .join(announcement, announcement.c.id == publication.c.announcement)
        .join(item, item.c.no == announcement.c.lead)
        .join(source, source.c.no == publication.c.source)
        .order_by(publication.c.position)
        .with_for_update(of=publication)
    )


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
    mended = row.mended if row.mended and row.mended["version"] == row.wanted else None
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
        content=unpack_content(row.kept or row.content),
        expires=row.expires,
        answers=answers,
        alone=row.alone,
        aliases=row.aliases,
        bare=row.bare,
        mended=mended["text"] if mended else None,
        created=row.created,
        sent=row.sent,
        changed=row.changed,
        prepared=row.prepared,
    )

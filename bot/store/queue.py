"""The outbox as rows: what is claimed, sent, and changed. Verbs for ``bot.delivery.outbox``; each is one transaction's work.

A publication moves: queued → sending → sent, or → retry, unknown, held, dead, dropped. It is claimed by writing a
delivery before anything leaves, and settled by what the server said.

``due`` is when it may go at the earliest. What lies further ahead than anything ever waits was written before the clock was
set back, and is due now. ``bot.store.line`` says what may leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, select, update

from bot.model import Claim, Frozen, Lane, Operation, Part, PublicationState
from bot.store.tables import delivery, publication

READY: tuple[PublicationState, ...] = ("queued", "retry")
REMOVING: tuple[Operation, ...] = ("delete", "unboost")
PUBLISHING: tuple[Operation, ...] = ("publish", "boost")
POSTING: tuple[Operation, ...] = ("publish", "edit", "boost")

LONGEST_RETRY = timedelta(hours=1)
"""Nothing that was tried is put off longer."""


# Made once: every post needs them, and building a statement costs more than running it.
_MOVE = update(publication).where(publication.c.id == bindparam("row_id"))
_CURRENT = select(publication).where(publication.c.id == bindparam("row_id")).with_for_update()
_WANTED = select(publication.c.state, publication.c.wanted, publication.c.operation).where(
    publication.c.id == bindparam("row_id")
)


def claim(connection: Connection, now: datetime, claims: Sequence[Claim]) -> None:
    """Write attempts down, before anything leaves."""
    if not claims:
        return
    connection.execute(insert(delivery), [_delivery(now, one) for one in claims])
    for one in claims:
        words = "\n\n".join(part.text for part in one.frozen.parts if part.text)
        text = {"text": words} if words else {}
        attempts = one.wanted.attempts + 1
        move(
            connection,
            one.wanted.id,
            state="sending",
            reason=None,
            attempts=attempts,
            **text,
            **frozen_columns(one.frozen),
        )


def move(connection: Connection, publication_id: str, **values: Any) -> None:
    """Set columns of a publication."""
    connection.execute(_MOVE, {"row_id": publication_id, **values})


def current(connection: Connection, publication_id: str) -> Row[Any] | None:
    """Read a publication as it is now: it may have changed while its delivery was under way."""
    return connection.execute(_CURRENT, {"row_id": publication_id}).one_or_none()


def hurry(connection: Connection, now: datetime) -> None:
    """Let what waits after a failure of its own go at once: somebody asked for it."""
    connection.execute(
        update(publication).where(publication.c.state == "retry", publication.c.due > now).values(due=now)
    )


def is_wanted(connection: Connection, publication_id: str) -> bool:
    """Whether a claimed publication is still to be sent: it may have been withdrawn since."""
    row = connection.execute(_WANTED, {"row_id": publication_id}).one()
    return row.state == "sending" and (row.wanted > 0 or row.operation in REMOVING)


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
        "remote_id": one.frozen.parts[one.part].remote_id if one.frozen.parts else one.wanted.remote_id,
        "searches": 0,
        "started": now,
    }

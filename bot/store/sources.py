"""What is remembered of each source between polls: which are due, and what the last poll found.

The statements are made once: building one costs more than running it, and one tick a second runs them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    TypeDecorator,
    Update,
    bindparam,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.types import TypeEngine

from adapters.contract import Hints
from bot.store.recall import chunks
from bot.store.tables import item, source, spend
from bot.store.types import EPOCH

QUIET_AT_A_TIME = 500
QUIET = ("row", "last_try", "last_ok", "due")
"""What is written of a poll that found nothing: when it was, and when the next one is."""

DORMANT = ("disabled", "quarantined")
"""States that only a person ends."""

CLOCK = timedelta(minutes=10)
"""By so much a clock may be set back without anything being done about it."""


class SourceState(NamedTuple):
    """A source as remembered, as far as asking it needs: ``pauses`` as ``bot.collecting.silence`` keeps them.

    A tuple, because one is made for every poll out of the columns as they come.
    """

    no: int
    id: str
    cursor: Mapping[str, Any]
    state: str
    failures: int
    failing_since: datetime | None
    retry_after: datetime | None
    entries: int
    moved: Mapping[str, Any] | None
    newest_item: datetime | None
    last_new: datetime | None
    code: str | None = None
    pauses: Sequence[int] = ()
    due: int | None = None
    """Microseconds since 1970, as it lies in memory."""
    hints: str | None = None
    """How its last document wants it to be asked, as it lies in memory: ``unpack_hints`` reads it."""


class Place(NamedTuple):
    """A place among the sources that are due."""

    due: int
    no: int


def due_sources(
    connection: Connection,
    moment: datetime,
    limit: int,
    *,
    busy: Collection[int] = (),
    after: Place | None = None,
) -> list[SourceState]:
    """Give the sources that are due at a moment, longest waiting first, but for those that are busy.

    ``after`` goes on behind a source that was given before: those before it are not looked at again.
    """
    values = {"now": _micros(moment), "limit": limit + len(busy)}
    if after is None:
        rows = [*connection.execute(_NEW, values).all(), *connection.execute(_DUE, values).all()]
    else:
        values = {"now": values["now"], "limit": limit, "due": after.due, "no": after.no}
        rows = [*connection.execute(_DUE_WITH, values).all()]
        if len(rows) < limit:
            rows += connection.execute(_DUE_AFTER, values).all()
    return [_state(*row) for row in rows if row[0] not in busy][:limit]


def due_among(
    connection: Connection, moment: datetime, numbers: Collection[int], *, busy: Collection[int] = ()
) -> list[SourceState]:
    """Give those of some sources that are due."""
    return [
        _state(*row)
        for some in chunks(numbers)
        for row in connection.execute(_DUE_AMONG, {"now": _micros(moment), "values": some})
        if row[0] not in busy
    ]


def make_due(connection: Connection, now: datetime) -> None:
    """Let every source be due, whatever its interval and failures; never one whose host asked to be left alone."""
    at_liberty = or_(source.c.retry_after.is_(None), source.c.retry_after <= now)
    connection.execute(update(source).where(*_AWAKE, at_liberty).values(due=now))


def spread_new(connection: Connection, dues: Mapping[str, datetime]) -> None:
    """Give sources their first due time, by id; those that have one keep it."""
    rows = [{"id_": id_, "at": at} for id_, at in dues.items()]
    if rows:
        statement = update(source).where(source.c.id == bindparam("id_"), source.c.due.is_(None))
        connection.execute(statement.values(due=bindparam("at")), rows)


def new_ids(connection: Connection) -> list[str]:
    """Give the ids of the sources that wait for their very first poll, in their order in memory."""
    return list(
        connection.execute(select(source.c.id).where(*_AWAKE, source.c.due.is_(None)).order_by(source.c.no)).scalars()
    )


def mend_clock(connection: Connection, now: datetime, longest: timedelta) -> int:
    """Let go of due times that no rule can have made: the clock was set back since. Gives how many.

    ``longest`` is the furthest that a source may be due from now.
    """
    ahead = or_(source.c.last_try > now + CLOCK, source.c.due > now + longest)
    return connection.execute(update(source).where(ahead).values(due=now, last_try=now, retry_after=None)).rowcount


def note_polls(connection: Connection, polls: Sequence[Mapping[str, Any]]) -> None:
    """Write what polls found: rows with ``row`` (the source's number) and the columns to set, grouped by their shape."""
    shapes: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for poll in polls:
        shapes.setdefault(tuple(poll), []).append(poll)
    _note_quiet(connection, shapes.pop(QUIET, []))
    for shape, rows in shapes.items():
        connection.execute(_setting(shape), rows)


def _note_quiet(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the polls that found nothing, which are nearly all of them, in one statement.

    A driver gives the interpreter's lock away for each row that it writes, and takes it back from the event loop each
    time: that cost more than the writing.
    """
    for some in chunks(rows, QUIET_AT_A_TIME):
        values = [f"{row['row']:d},{_micros(row['last_ok']):d},{_micros(row['due']):d}" for row in some]
        if connection.dialect.name == "sqlite":
            # one statement for all: its driver keeps the last 128, and those of 500 rows each took 10 MiB
            connection.exec_driver_sql(_QUIET_JSON, (f"[[{'],['.join(values)}]]",))
        else:
            connection.exec_driver_sql(f"{_QUIET_VALUES} (VALUES ({'),('.join(values)})) AS poll{_QUIET_WHERE}")


_QUIET_WHERE = " WHERE source.no = poll.column1"
_QUIET_VALUES = "UPDATE source SET last_try = poll.column2, last_ok = poll.column2, due = poll.column3 FROM"
_EACH = ", ".join(f"json_extract(value, '$[{place}]') AS column{place + 1}" for place in range(3))
_QUIET_JSON = f"{_QUIET_VALUES} (SELECT {_EACH} FROM json_each(?)) AS poll{_QUIET_WHERE}"  # noqa: S608 - our own words


def note_spent(connection: Connection, now: datetime, no: int, units: int) -> None:
    """Add what a poll cost to its source's meter of the day, in the units of the adapter."""
    where = (spend.c.source == no, spend.c.day == f"{now:%Y-%m-%d}")
    if not connection.execute(update(spend).where(*where).values(units=spend.c.units + units)).rowcount:
        connection.execute(insert(spend).values(source=no, day=f"{now:%Y-%m-%d}", units=units))


def spent_since(connection: Connection, day: str) -> dict[int, int]:
    """Give what each source has cost since a day (``2026-11-01``), that day included."""
    query = select(spend.c.source, func.sum(spend.c.units)).where(spend.c.day >= day).group_by(spend.c.source)
    return {row[0]: row[1] for row in connection.execute(query)}


def read_anew(connection: Connection) -> int:
    """Let sources with entries that could not be read show everything once more, as at first contact. Gives how many."""
    broken = select(item.c.source).where(item.c.state == "broken")
    return connection.execute(update(source).where(source.c.no.in_(broken)).values(cursor=None)).rowcount


def pack_hints(hints: Hints) -> dict[str, Any]:
    """Give a source's hints as JSON values; empty where it gives none."""
    found = {
        "interval": hints.interval,
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
        "hub": hints.hub,
        "topic": hints.topic,
    }
    return {name: value for name, value in found.items() if value}


def unpack_hints(kept: str | None) -> Hints:
    """Read back what ``pack_hints`` gave, as it lies in memory."""
    found: dict[str, Any] = json.loads(kept or "{}") or {}
    return Hints(
        interval=found.get("interval"),
        skip_hours=frozenset(found.get("skip_hours", ())),
        skip_days=frozenset(found.get("skip_days", ())),
        hub=found.get("hub"),
        topic=found.get("topic"),
    )


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


_AWAKE = (source.c.retired.is_(None), source.c.paused.is_(False), source.c.state.not_in(DORMANT))
# Columns as they lie in memory: most are null, and `_state` reads the others faster than a column type does.
_COLUMNS = [type_coerce(source.c[name], _plain(source.c[name].type)) for name in SourceState._fields]
_when = type_coerce(source.c.due, BigInteger)
_NEW = select(*_COLUMNS).where(*_AWAKE, source.c.due.is_(None)).limit(bindparam("limit"))
_DUE = (
    select(*_COLUMNS)
    .where(*_AWAKE, _when <= bindparam("now"))
    .order_by(source.c.due, source.c.no)
    .limit(bindparam("limit"))
)
# Two statements, since a database finds its place in an index for each, and for neither in a union of both.
_DUE_WITH = _DUE.where(_when == bindparam("due"), source.c.no > bindparam("no"))
_DUE_AFTER = _DUE.where(_when > bindparam("due"))
_DUE_AMONG = (
    select(*_COLUMNS)
    .where(*_AWAKE, or_(source.c.due.is_(None), _when <= bindparam("now")))
    .where(source.c.no.in_(bindparam("values", expanding=True)))
    .order_by(source.c.due)
)


def _state(  # noqa: PLR0917 - the columns of a row, in their order
    no: int,
    id_: str,
    cursor: str | None,
    state: str,
    failures: int,
    failing_since: int | None,
    retry_after: int | None,
    entries: int,
    moved: str | None,
    newest_item: int | None,
    last_new: int | None,
    code: str | None,
    pauses: str | None,
    due: int | None,
    hints: str | None,
) -> SourceState:
    return SourceState(
        no,
        id_,
        json.loads(cursor) if cursor else {},
        state,
        failures,
        _moment(failing_since),
        _moment(retry_after),
        entries,
        json.loads(moved) if moved else None,
        _moment(newest_item),
        _moment(last_new),
        code,
        json.loads(pauses) if pauses else (),
        due,
        hints,
    )


def _micros(moment: datetime) -> int:
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


@cache
def _setting(shape: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in shape if name != "row"}
    return update(source).where(source.c.no == bindparam("row")).values(values)

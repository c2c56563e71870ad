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
from bot.store.tables import item, polled, source, spend
from bot.store.types import EPOCH

QUIET_AT_A_TIME = 500
LIGHT = (
    *(one for one in source.c if one.name not in {"cursor", "hints"}),
    polled.c.due,
    polled.c.last_try,
    polled.c.last_ok,
)
"""What is remembered of a source without what its adapter keeps for itself, which is as large as all the rest."""

SOURCES = source.join(polled, polled.c.source == source.c.no)
"""Where ``LIGHT`` is read from."""

DORMANT = ("disabled", "quarantined")
"""States that only a person ends."""

CLOCK = timedelta(minutes=10)
"""By so much a clock may be set back without anything being done about it."""


class SourceState(NamedTuple):
    """A source as remembered, as far as asking it needs: ``pauses`` as ``bot.collecting.silence`` keeps them.

    A tuple, because one is made for every poll out of the columns as they come.
    """

    no: int
    cursor: Mapping[str, Any]
    state: str
    failures: int
    failing_since: datetime | None
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


class Times(NamedTuple):
    """When a source, by its row's number, was asked and answered, and when it is to be asked again."""

    row: int
    at: datetime
    due: datetime


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
    return _states([row for row in rows if row[0] not in busy][:limit])


def due_among(
    connection: Connection, moment: datetime, numbers: Collection[int], *, busy: Collection[int] = ()
) -> list[SourceState]:
    """Give those of some sources that are due."""
    rows = [
        row
        for some in chunks(numbers)
        for row in connection.execute(_DUE_AMONG, {"now": _micros(moment), "values": some})
        if row[0] not in busy
    ]
    return _states(rows)


def make_due(connection: Connection, now: datetime) -> None:
    """Let every source be due, whatever its interval and failures; never one whose host asked to be left alone."""
    at_liberty = or_(source.c.retry_after.is_(None), source.c.retry_after <= now)
    willing = select(source.c.no).where(*_AWAKE, at_liberty)
    connection.execute(update(polled).where(polled.c.source.in_(willing)).values(due=now))


def spread_new(connection: Connection, dues: Mapping[str, datetime]) -> None:
    """Give sources their first due time, by id; those that have one keep it."""
    rows = [{"id_": id_, "at": at} for id_, at in dues.items()]
    if rows:
        named = select(source.c.no).where(source.c.id == bindparam("id_")).scalar_subquery()
        statement = update(polled).where(polled.c.source == named, polled.c.due.is_(None))
        connection.execute(statement.values(due=bindparam("at")), rows)


def new_ids(connection: Connection) -> list[str]:
    """Give the ids of the sources that wait for their very first poll, in their order in memory."""
    query = select(source.c.id).select_from(SOURCES).where(*_AWAKE, polled.c.due.is_(None)).order_by(source.c.no)
    return list(connection.execute(query).scalars())


def mend_clock(connection: Connection, now: datetime, longest: timedelta) -> int:
    """Let go of due times that no rule can have made: the clock was set back since. Gives how many.

    ``longest`` is the furthest that a source may be due from now.
    """
    ahead = or_(polled.c.last_try > now + CLOCK, polled.c.due > now + longest)
    numbers = list(connection.execute(select(polled.c.source).where(ahead)).scalars())
    for some in chunks(numbers):
        connection.execute(update(polled).where(polled.c.source.in_(some)).values(due=now, last_try=now))
        connection.execute(update(source).where(source.c.no.in_(some)).values(retry_after=None))
    return len(numbers)


def note_polls(connection: Connection, polls: Sequence[Mapping[str, Any]]) -> None:
    """Write what polls found: rows with ``row`` (the source's number) and the columns to set, grouped by their shape."""
    shapes: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for poll in polls:
        shapes.setdefault(tuple(poll), []).append(poll)
    for shape, rows in shapes.items():
        for names, statement in _settings(shape):
            connection.execute(statement, [{name: row[name] for name in names} for row in rows])


def note_times(connection: Connection, polls: Sequence[Times]) -> None:
    """Write the polls that found nothing, which are nearly all of them, in one statement.

    A driver gives the interpreter's lock away for each row that it writes, and takes it back from the event loop each
    time: that cost more than the writing.
    """
    for some in chunks(polls, QUIET_AT_A_TIME):
        values = [f"{row},{_micros(at)},{_micros(due)}" for row, at, due in some]
        if connection.dialect.name == "sqlite":
            # one statement for all: its driver keeps the last 128, and those of 500 rows each took 10 MiB
            connection.exec_driver_sql(_QUIET_JSON, (f"[[{'],['.join(values)}]]",))
        else:
            connection.exec_driver_sql(f"{_QUIET_VALUES} (VALUES ({'),('.join(values)})) AS poll{_QUIET_WHERE}")


_QUIET_WHERE = " WHERE polled.source = poll.column1"
_QUIET_VALUES = "UPDATE polled SET last_try = poll.column2, last_ok = poll.column2, due = poll.column3 FROM"
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
_CURSOR = SourceState._fields.index("cursor")
# Columns as they lie in memory: most are null, and `_states` reads the others faster than a column type does.
_FIELDS = [polled.c.due if name == "due" else source.c[name] for name in SourceState._fields]
_COLUMNS = [type_coerce(one, _plain(one.type)) for one in _FIELDS]
_STATES = select(*_COLUMNS).select_from(SOURCES).where(*_AWAKE)
_when = type_coerce(polled.c.due, BigInteger)
_NEW = _STATES.where(polled.c.due.is_(None)).limit(bindparam("limit"))
_DUE = _STATES.where(_when <= bindparam("now")).order_by(polled.c.due, polled.c.source).limit(bindparam("limit"))
# Two statements, since a database finds its place in an index for each, and for neither in a union of both.
_DUE_WITH = _DUE.where(_when == bindparam("due"), polled.c.source > bindparam("no"))
_DUE_AFTER = _DUE.where(_when > bindparam("due"))
_DUE_AMONG = (
    _STATES.where(or_(polled.c.due.is_(None), _when <= bindparam("now")))
    .where(polled.c.source.in_(bindparam("values", expanding=True)))
    .order_by(polled.c.due)
)


def _states(rows: Sequence[Sequence[Any]]) -> list[SourceState]:
    """Give rows of ``_COLUMNS`` as states. Their cursors are parsed all at once, which takes half the time."""
    cursors = json.loads(f"[{','.join([row[_CURSOR] or '{}' for row in rows])}]")
    return [
        SourceState(
            no,
            cursor,
            state,
            failures,
            _moment(failing_since),
            entries,
            json.loads(moved) if moved else None,
            _moment(newest_item),
            _moment(last_new),
            code,
            json.loads(pauses) if pauses else (),
            due,
            hints,
        )
        for cursor, (
            no,
            _,
            state,
            failures,
            failing_since,
            entries,
            moved,
            newest_item,
            last_new,
            code,
            pauses,
            due,
            hints,
        ) in zip(cursors, rows, strict=True)
    ]


def _micros(moment: datetime) -> int:
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


@cache
def _settings(shape: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], Update], ...]:
    """Give the statements that write the columns of a shape, each into its own table, and what each of them takes."""
    found = []
    for table, number in ((polled, polled.c.source), (source, source.c.no)):
        names = tuple(name for name in shape if name in table.c)
        if names:
            values: dict[str, Any] = {name: bindparam(name) for name in names}
            found.append((("row", *names), update(table).where(number == bindparam("row")).values(values)))
    return tuple(found)

"""What is remembered of each source between polls: which are due, and what the last poll found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from adapters.contract import Hints
from bot.store.tables import source

DORMANT = ("disabled", "quarantined")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as remembered, as far as asking it needs."""

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


def due_sources(
    connection: Connection,
    now: datetime,
    longest: timedelta,
    limit: int,
    *,
    busy: Collection[int] = (),
    force: bool = False,
) -> list[SourceState]:
    """Give the sources to ask now, longest waiting first. A due time further off than ``longest`` counts as due.

    ``force`` passes over due times, never over what a host itself asked for, nor over a source that was switched off.
    """
    at_liberty = or_(source.c.retry_after.is_(None), source.c.retry_after <= now, source.c.retry_after > now + longest)
    due = or_(source.c.due.is_(None), source.c.due <= now, source.c.due > now + longest)
    query = (
        select(source)
        .where(
            source.c.retired.is_(None),
            source.c.paused.is_(False),
            source.c.state.not_in(DORMANT),
            at_liberty if force else due,
        )
        .order_by(source.c.due)
        .limit(limit + len(busy))
    )
    return [_state(row) for row in connection.execute(query) if row.no not in busy][:limit]


def next_due(connection: Connection, now: datetime, longest: timedelta) -> datetime | None:
    """When the next source is due; None where none is configured."""
    query = select(source.c.due).where(
        source.c.retired.is_(None), source.c.paused.is_(False), source.c.state.not_in(DORMANT)
    )
    row = connection.execute(query.order_by(source.c.due).limit(1)).first()
    if row is None:
        return None
    return now if row.due is None or row.due > now + longest else row.due


def note_polls(connection: Connection, polls: Sequence[Mapping[str, Any]]) -> None:
    """Write what polls found: rows with ``row`` (the source's number) and the columns to set, grouped by their shape."""
    shapes: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for poll in polls:
        shapes.setdefault(tuple(sorted(poll)), []).append(poll)
    for shape, rows in shapes.items():
        values: dict[str, Any] = {name: bindparam(name) for name in shape if name != "row"}
        connection.execute(update(source).where(source.c.no == bindparam("row")).values(values), list(rows))


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


def _state(row: Row[Any]) -> SourceState:
    return SourceState(
        no=row.no,
        id=row.id,
        cursor=row.cursor or {},
        state=row.state,
        failures=row.failures,
        failing_since=row.failing_since,
        retry_after=row.retry_after,
        entries=row.entries,
        moved=row.moved,
        newest_item=row.newest_item,
        last_new=row.last_new,
    )

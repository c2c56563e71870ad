"""Bringing memory in line with the configuration: what is new, renamed, moved or gone. Nothing is ever deleted.

A source whose id changed while its address stayed is the same source; one whose address changed stays itself too, and
starts with fresh validators. What left the configuration is retired, and comes back with its memory if it returns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from bot.store.recall import chunks
from bot.store.tables import account, agency, polled, route, source


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRow:
    """An agency as configured."""

    id: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source as configured, with the accounts it leads to."""

    id: str
    agency: str
    kind: str
    url: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account as configured."""

    id: str
    kind: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The row numbers of what is configured, by id."""

    sources: dict[str, int]
    accounts: dict[str, int]


def sync(
    connection: Connection,
    now: datetime,
    agencies: Collection[AgencyRow],
    sources: Collection[SourceRow],
    accounts: Collection[AccountRow],
) -> Numbers:
    """Bring memory in line, in the caller's transaction."""
    _agencies(connection, now, agencies)
    account_numbers = _accounts(connection, now, accounts)
    source_numbers = _sources(connection, now, sources)
    wanted = {
        (source_numbers[one.id], account_numbers[to]) for one in sources for to in one.to if to in account_numbers
    }
    _routes(connection, now, wanted)
    return Numbers(sources=source_numbers, accounts=account_numbers)


def first_contacts_open(connection: Connection) -> set[int]:
    """Give the sources that lead to an account which has not met them yet."""
    query = select(route.c.source).where(route.c.retired.is_(None), route.c.first_contact.is_(None))
    return set(connection.execute(query).scalars())


def _agencies(connection: Connection, now: datetime, wanted: Collection[AgencyRow]) -> None:
    known = {row.id: row for row in connection.execute(select(agency))}
    for one in wanted:
        values = {"name": one.name, "parent": one.parent, "retired": None}
        _upsert(connection, agency, known.get(one.id), {"id": one.id}, values)
    ids = {one.id for one in wanted}
    _retire(connection, agency, now, [row.no for row in known.values() if row.id not in ids])


def _accounts(connection: Connection, now: datetime, wanted: Collection[AccountRow]) -> dict[str, int]:
    known = {row.id: row for row in connection.execute(select(account))}
    for one in wanted:
        row = known.get(one.id)
        values: dict[str, Any] = {"kind": one.kind, "retired": None}
        if row is None or row.remote_acct is None:
            values["server"] = one.server
        elif row.server != one.server:
            # another server under the same id: the queue stays where it is until someone says so
            values |= {
                "state": "stopped",
                "code": "account.changed",
                "error": f"The configuration names {one.server}; the account has been {row.remote_acct}. "
                f"If that is meant, run `omroeper account moved {one.id}`.",
                "stopped_at": now,
            }
        fresh = {"id": one.id, "state": "ok", "failures": 0, "paused": False}
        _upsert(connection, account, row, fresh, values)
    ids = {one.id for one in wanted}
    _retire(connection, account, now, [row.no for row in known.values() if row.id not in ids])
    return _numbers(connection, account, ids)


_CONFIGURED = (source.c.no, source.c.id, source.c.agency, source.c.kind, source.c.url, source.c.retired)
"""What a configuration says of a source. The rest of the row, its cursor above all, is not read to compare this."""


def _sources(connection: Connection, now: datetime, wanted: Collection[SourceRow]) -> dict[str, int]:
    known = {row.id: row for row in connection.execute(select(*_CONFIGURED))}
    ids = {one.id for one in wanted}
    by_address = {(row.kind, row.url): row for row in known.values() if row.id not in ids}
    elsewhere: list[int] = []
    for one in wanted:
        row = known.get(one.id)
        renamed = by_address.pop((one.kind, one.url), None) if row is None else None
        values: dict[str, Any] = {"agency": one.agency, "kind": one.kind, "url": one.url, "retired": None}
        if renamed is not None:
            known.pop(renamed.id)
            _upsert(connection, source, renamed, {}, {**values, "id": one.id})
            continue
        if row is not None and (row.url != one.url or row.kind != one.kind):
            elsewhere.append(row.no)
            values |= {
                "cursor": None,
                "state": "new",
                "failures": 0,
                "failing_since": None,
                "retry_after": None,
                "hints": None,
                "moved": None,
                "error": None,
                "code": None,
            }
        fresh = {"id": one.id, "state": "new", "entries": 0, "failures": 0, "paused": False}
        _upsert(connection, source, row, fresh, values)
    _retire(connection, source, now, [row.no for row in known.values() if row.id not in ids])
    _polled(connection, elsewhere)
    return _numbers(connection, source, ids)


def _polled(connection: Connection, elsewhere: list[int]) -> None:
    """Let new sources be due at once, and those whose address changed."""
    unknown = source.c.no.not_in(select(polled.c.source))
    connection.execute(insert(polled).from_select(["source"], select(source.c.no).where(unknown)))
    for some in chunks(elsewhere):
        connection.execute(update(polled).where(polled.c.source.in_(some)).values(due=None))


def _routes(connection: Connection, now: datetime, wanted: Collection[tuple[int, int]]) -> None:
    known = {(row.source, row.account): row for row in connection.execute(select(route))}
    fresh = [{"source": one, "account": other} for one, other in wanted if (one, other) not in known]
    if fresh:
        connection.execute(insert(route), fresh)
    for key, row in known.items():
        retired = None if key in wanted else now
        if (row.retired is None) != (retired is None):
            # a route that comes back meets its source anew: what was announced in between is history there
            values = {"retired": retired} if retired else {"retired": None, "first_contact": None}
            connection.execute(update(route).where(route.c.source == key[0], route.c.account == key[1]).values(values))


def _upsert(connection: Connection, table: Table, row: Any, fresh: dict[str, Any], values: dict[str, Any]) -> None:
    if row is None:
        connection.execute(insert(table).values({**fresh, **values}))
        return
    changed = {name: value for name, value in values.items() if getattr(row, name, ...) != value}
    if changed:
        connection.execute(update(table).where(table.c.no == row.no).values(changed))


def _retire(connection: Connection, table: Table, now: datetime, numbers: list[int]) -> None:
    if numbers:
        connection.execute(update(table).where(table.c.no.in_(numbers), table.c.retired.is_(None)).values(retired=now))


def _numbers(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, int]:
    held = set(ids)
    return {row.id: row.no for row in connection.execute(select(table.c.id, table.c.no)) if row.id in held}

"""How every source and account stands, as a line of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from bot import health
from bot.store import sources as source_store
from bot.store import views
from bot.store.desk import WELL
from bot.web.desk import words
from bot.web.desk.paper import Call
from bot.web.moments import Stamp, stamp
from bot.web.prose import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source in a table. ``asleep``: it is not read at all until somebody lets it go on.

    ``spent`` is what it cost this month, in the units of its meter.
    """

    id: str
    href: str
    agency: str
    state: str
    well: bool
    paused: bool
    asleep: bool
    due: Stamp | None
    last_ok: Stamp | None
    newest: Stamp | None
    failures: int
    error: str
    spent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account in a table: its state, and how much of what it has."""

    id: str
    href: str
    state: str
    well: bool
    paused: bool
    counts: tuple[tuple[str, int, str], ...]
    sent: int
    left: int | None
    waits: Stamp | None
    error: str


def source_lines(connection: Connection, call: Call, rows: Iterable[Row[Any]]) -> list[SourceLine]:
    """Give sources as lines."""
    spent = source_store.spent_since(connection, f"{call.site.now():%Y-%m}-01")
    return [_source(row, spent, call) for row in rows]


def account_lines(connection: Connection, call: Call) -> list[AccountLine]:
    """Give every configured account as a line."""
    standing = health.accounts_standing(connection, call.site.now(), call.desk.caps)
    rows = {row.id: row for row in views.account_rows(connection)}
    return [_account(one, rows[one["id"]], call) for one in standing]


def _source(row: Any, spent: Mapping[int, int], call: Call) -> SourceLine:
    voice = call.here.voice
    return SourceLine(
        id=row.id,
        href=call.here.link(f"/desk/sources/{row.id}"),
        agency=one_line(row.agency_name or row.agency),
        state=words.state(row.state, voice),
        well=row.state in WELL,
        paused=row.paused,
        asleep=row.paused or row.state in source_store.DORMANT,
        due=stamp(row.due, voice) if row.due else None,
        last_ok=stamp(row.last_ok, voice) if row.last_ok else None,
        newest=stamp(row.newest_item, voice) if row.newest_item else None,
        failures=row.failures,
        error=one_line(row.error or ""),
        spent=spent.get(row.no, 0),
    )


def _account(one: Mapping[str, Any], row: Any, call: Call) -> AccountLine:
    voice, here = call.here.voice, call.here
    waits = row.wait_until if one.get("waits_until") else None
    counts = tuple(
        (words.state(state, voice), one[state], here.link("/desk/queue", account=one["id"], state=state))
        for state in ("held", "unknown", "dead", "queued")
    )
    return AccountLine(
        id=one["id"],
        href=here.link(f"/desk/accounts/{one['id']}"),
        state=words.state(row.state, voice),
        well=row.state == "ok",
        paused=row.paused,
        counts=counts,
        sent=one["sent_3h"],
        left=one["budget_left"],
        waits=stamp(waits, voice) if waits else None,
        error=one_line(one["error"] or ""),
    )

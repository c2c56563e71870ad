"""How things stand: what needs a person, every account and source, and what was done by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import health
from bot.store import desk as store
from bot.store import sources as source_store
from bot.store import views
from bot.store.engine import reading
from bot.web.desk import words
from bot.web.desk.needs import needs
from bot.web.desk.paper import Call, show
from bot.web.moments import Stamp, stamp
from bot.web.prose import host, one_line, safe_link

SOURCES_FIRST = 20
NEEDS_MOST = 60
PAGE = 100
ACTS = 50

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source in a table. ``spent`` is what it cost this month, in the units of its meter."""

    id: str
    href: str
    agency: str
    state: str
    well: bool
    paused: bool
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that was done by hand: what, to what, by whom, when and why."""

    at: Stamp
    who: str
    words: str
    about: str
    href: str
    reason: str
    details: tuple[tuple[str, str], ...]


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def overview(call: Call) -> Response:
    """What needs a person, and how accounts and sources stand."""
    now = call.site.now()
    with reading(call.engine) as connection:
        found = health.attention(connection, now)
        accounts = _accounts(connection, call)
        bad = store.sources(connection, store.Sources(bad=True, limit=SOURCES_FIRST))
        sources = _lines(connection, call, bad)
        states = store.sources_by_state(connection)
    told = needs(found, {one.id for one in accounts}, call.here)
    values = {
        "needs": told[:NEEDS_MOST],
        "more": len(told) - NEEDS_MOST,
        "accounts": accounts,
        "sources": sources,
        "states": [(words.state(one, call.here.voice), many) for one, many in sorted(states.items())],
        "failed_ever": call.failed_ever,
    }
    return show(call, "overview", call.here.voice("desk_overview"), values)


def sources(call: Call) -> Response:
    """Every source, a page at a time; those that are not well, or whose name holds a word."""
    wanted = store.Sources(
        bad=call.asked("show") == "bad",
        like=call.asked("like") or None,
        after=call.asked("after") or None,
        limit=PAGE + 1,
    )
    with reading(call.engine) as connection:
        rows = store.sources(connection, wanted)
        lines = _lines(connection, call, rows[:PAGE])
    kept = {name: value for name in ("show", "like") if (value := call.asked(name))}
    more = call.here.link("/desk/sources", after=rows[PAGE - 1].id, **kept) if len(rows) > PAGE else None
    values = {"sources": lines, "more": more, "like": call.asked("like"), "bad": wanted.bad}
    return show(call, "sources", call.here.voice("desk_sources"), values)


def source(call: Call) -> Response:
    """One source: its state, its error in full, and how to pause it."""
    name = named(call)
    with reading(call.engine) as connection:
        row = store.source_row(connection, name)
        if row is None:
            raise HTTPException(404)
        line = _lines(connection, call, [row])[0]
        taken = name in {one.id for one in views.account_rows(connection)}
    link = safe_link(row.url)
    values = {
        "line": line,
        "kind": row.kind,
        "url": link,
        "host": host(link) if link else one_line(row.url),
        "failing": stamp(row.failing_since, call.here.voice) if row.failing_since else None,
        "hub": words.state(row.push_state, call.here.voice) if row.push_state else "",
        "hub_until": stamp(row.push_until, call.here.voice) if row.push_until else None,
        "hub_error": one_line(row.push_error or ""),
        "stopped": row.state not in {"ok", "new"},
        "taken": taken,
    }
    return show(call, "source", name, values)


def account(call: Call) -> Response:
    """One account: its state, its error in full, and how to pause it."""
    name = named(call)
    with reading(call.engine) as connection:
        line = next((one for one in _accounts(connection, call) if one.id == name), None)
        row = next((one for one in views.account_rows(connection) if one.id == name), None)
    if line is None or row is None:
        raise HTTPException(404)
    values = {
        "line": line,
        "kind": row.kind,
        "remote": row.remote_acct or "",
        "stopped": row.state != "ok",
        "since": stamp(row.stopped_at, call.here.voice) if row.stopped_at else None,
    }
    return show(call, "account", name, values)


def log(call: Call) -> Response:
    """What was done by hand, the last first."""
    before = call.asked("before", 18)
    with reading(call.engine) as connection:
        rows = store.acts(connection, before=int(before) if before.isdecimal() else None, limit=ACTS + 1)
    more = call.here.link("/desk/log", before=str(rows[ACTS - 1].no)) if len(rows) > ACTS else None
    values = {"acts": [_act(row, call) for row in rows[:ACTS]], "more": more}
    return show(call, "log", call.here.voice("desk_log"), values)


def named(call: Call) -> str:
    """Read the id of a source or account from the address. What could never be one is never asked of the database."""
    name: str = call.request.path_params["id"]
    if not _NAME.fullmatch(name):
        raise HTTPException(404)
    return name


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(connection: Connection, call: Call, rows: list[Row[Any]]) -> list[SourceLine]:
    spent = source_store.spent_since(connection, f"{call.site.now():%Y-%m}-01")
    return [_line(row, spent, call) for row in rows]


def _line(row: Any, spent: Mapping[int, int], call: Call) -> SourceLine:
    voice = call.here.voice
    return SourceLine(
        id=row.id,
        href=call.here.link(f"/desk/sources/{row.id}"),
        agency=one_line(row.agency_name or row.agency),
        state=words.state(row.state, voice),
        well=row.state in {"ok", "new"},
        paused=row.paused,
        due=stamp(row.due, voice) if row.due else None,
        last_ok=stamp(row.last_ok, voice) if row.last_ok else None,
        newest=stamp(row.newest_item, voice) if row.newest_item else None,
        failures=row.failures,
        error=one_line(row.error or ""),
        spent=spent.get(row.no, 0),
    )


def _accounts(connection: Connection, call: Call) -> list[AccountLine]:
    standing = health.status(connection, call.site.now(), call.desk.caps)["accounts"]
    rows = {row.id: row for row in views.account_rows(connection)}
    return [_account(one, rows[one["id"]], call) for one in standing]


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


def _act(row: Any, call: Call) -> Act:
    about, path = _about(row)
    return Act(
        at=stamp(row.at, call.here.voice),
        who=one_line(row.actor),
        words=words.act(row.verdict, row.rule, call.here.voice),
        about=one_line(about),
        href=call.here.link(path) if path else "",
        reason=one_line((row.detail or {}).get("reason") or ""),
        details=tuple(words.details(row.detail)),
    )


def _about(row: Any) -> tuple[str, str]:
    """Say what somebody did something to, and give its page."""
    if row.publication:
        return row.title or row.publication, f"/desk/posts/{row.publication}"
    if row.announcement:
        return row.title or row.announcement, ""
    if row.account_id:
        return row.account_id, f"/desk/accounts/{row.account_id}"
    return (row.source_id, f"/desk/sources/{row.source_id}") if row.source_id else ("", "")

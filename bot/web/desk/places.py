"""Where announcements come from and where they go: every source, one source, and one account."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import health
from bot.store import desk as store
from bot.store import views
from bot.store.desk import WELL
from bot.store.engine import reading
from bot.web.desk import words
from bot.web.desk.needs import Need, needs
from bot.web.desk.paper import Call, show
from bot.web.desk.queue import Choice
from bot.web.desk.standing import account_lines, source_lines
from bot.web.moments import stamp
from bot.web.prose import host, one_line, safe_link

PAGE = 100

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_STATES = ("ok", "new", "failing", "silent", "gap", "quarantined", "disabled")


def sources(call: Call) -> Response:
    """Every source, a page at a time; those in a state, with a trouble, or whose name holds a word."""
    shown = call.asked("show")
    wanted = store.Sources(
        bad=shown == "bad",
        state=shown if shown in _STATES else None,
        code=call.asked("code") or None,
        like=call.asked("like") or None,
        after=call.asked("after") or None,
        limit=PAGE + 1,
    )
    with reading(call.engine) as connection:
        rows = store.sources(connection, wanted)
        lines = source_lines(connection, call, rows[:PAGE])
        states, bad = store.sources_by_state(connection), store.bad_sources(connection)
    kept = {name: value for name in ("show", "code", "like") if (value := call.asked(name))}
    values = {
        "sources": lines,
        "more": call.here.link("/desk/sources", after=rows[PAGE - 1].id, **kept) if len(rows) > PAGE else None,
        "choices": _choices(call, states, bad, shown),
        "fields": [(name, value) for name, value in kept.items() if name != "like"],
        "code": call.asked("code"),
        "like": call.asked("like"),
    }
    return show(call, "sources", call.here.voice("desk_sources"), values)


def source(call: Call) -> Response:
    """One source: its state, its error in full with what to do, and how to pause it."""
    name = named(call)
    with reading(call.engine) as connection:
        row = store.source_row(connection, name)
        if row is None:
            raise HTTPException(404)
        line = source_lines(connection, call, [row])[0]
        accounts = {one.id for one in views.account_rows(connection)}
        about = _needs(connection, call, name, accounts)
    link = safe_link(row.url)
    values = {
        "line": line,
        "needs": about,
        "kind": row.kind,
        "url": link,
        "host": host(link) if link else one_line(row.url),
        "failing": stamp(row.failing_since, call.here.voice) if row.failing_since else None,
        "hub": words.state(row.push_state, call.here.voice) if row.push_state else "",
        "hub_until": stamp(row.push_until, call.here.voice) if row.push_until else None,
        "hub_error": one_line(row.push_error or ""),
        "stopped": row.state not in WELL,
        "taken": name in accounts,
    }
    return show(call, "source", name, values)


def account(call: Call) -> Response:
    """One account: its state, its error in full with what to do, and how to pause it."""
    name = named(call)
    with reading(call.engine) as connection:
        lines = account_lines(connection, call)
        line = next((one for one in lines if one.id == name), None)
        row = next((one for one in views.account_rows(connection) if one.id == name), None)
        if line is None or row is None:
            raise HTTPException(404)
        about = _needs(connection, call, name, {one.id for one in lines})
    values = {
        "line": line,
        "needs": about,
        "kind": row.kind,
        "remote": row.remote_acct or "",
        "stopped": row.state != "ok",
        "since": stamp(row.stopped_at, call.here.voice) if row.stopped_at else None,
    }
    return show(call, "account", name, values)


def named(call: Call) -> str:
    """Read the id of a source or account from the address. What could never be one is never asked of the database."""
    name: str = call.request.path_params["id"]
    if not _NAME.fullmatch(name):
        raise HTTPException(404)
    return name


def _needs(connection: Connection, call: Call, name: str, accounts: set[str]) -> list[Need]:
    """Give what needs a person here; a source with the name of an account shows what both need."""
    return needs(health.attention(connection, call.site.now(), name), accounts, call.here)


def _choices(call: Call, states: Mapping[str, int], bad: int, shown: str) -> list[Choice]:
    voice, here = call.here.voice, call.here
    whole = [("", voice("queue_all"), sum(states.values())), ("bad", voice("sources_bad"), bad)]
    found = [*whole, *((one, words.state(one, voice), states[one]) for one in _STATES if one in states)]
    return [
        Choice(
            words=each,
            many=many,
            href=here.link("/desk/sources", **({"show": name} if name else {})),
            here=shown == name and not call.asked("code"),
        )
        for name, each, many in found
    ]

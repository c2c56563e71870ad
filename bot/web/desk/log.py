"""What was done by hand: the audit trail, the last act first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from bot.store import desk as store
from bot.store.engine import reading
from bot.web.desk import words
from bot.web.desk.paper import Call, show
from bot.web.moments import Stamp, stamp
from bot.web.prose import one_line

ACTS = 50


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


def log(call: Call) -> Response:
    """What was done by hand, the last first."""
    before = call.asked("before", 18)
    with reading(call.engine) as connection:
        rows = store.acts(connection, before=int(before) if before.isdecimal() else None, limit=ACTS + 1)
    more = call.here.link("/desk/log", before=str(rows[ACTS - 1].no)) if len(rows) > ACTS else None
    values = {"acts": [_act(row, call) for row in rows[:ACTS]], "more": more}
    return show(call, "log", call.here.voice("desk_log"), values)


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

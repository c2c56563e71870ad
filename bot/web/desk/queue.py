"""What is not out yet: by state and reason, by account and source, a page at a time; and letting a whole lot of it go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from bot import operate
from bot.store import desk as store
from bot.store import wishes
from bot.store.desk import OPEN, Pile
from bot.store.engine import reading, writing
from bot.store.types import EPOCH
from bot.web.cards import LONGEST_TITLE
from bot.web.desk import words
from bot.web.desk.paper import Call, show
from bot.web.moments import Stamp, stamp
from bot.web.prose import one_line, shorten

PAGE = 50

_TABS = ("held", "unknown", "dead", "retry", "queued")
_STATES = {
    **{one: (one,) for one in OPEN},
    "queued": ("queued", "sending"),
    "waiting": ("queued", "sending", "retry"),
    "sent": ("sent",),
    "dropped": ("dropped",),
}
_OUT = frozenset({"withdrawn", "relaunch", "changed-there", "flapping"})
"""Reasons to hold what is out already."""

_LONGEST_ERROR = 200
_MICROSECOND = timedelta(microseconds=1)
_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A publication in the queue."""

    href: str
    title: str
    language: str
    account: str
    source: str
    state: str
    reason: str
    operation: str
    alert: bool
    created: Stamp
    due: Stamp | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A part of the queue that can be chosen, and how many are in it."""

    words: str
    many: int
    href: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """All that is held for one reason, as it was when the page was made: what its forms have to say again.

    ``out``: these are on their accounts, and to give up means that they stay as they are there.
    """

    many: int
    reason: str
    out: bool
    fields: tuple[tuple[str, str], ...]


def queue(call: Call) -> Response:
    """What is not out yet, the last first."""
    wanted = _wanted(call.asked)
    with reading(call.engine) as connection:
        rows = store.pile(connection, replace(wanted, limit=PAGE + 1))
        around = store.heights(connection, replace(wanted, states=OPEN, reason=None, before=None))
    values = {
        "lines": [line(row, call) for row in rows[:PAGE]],
        "more": _link(call, before=rows[PAGE - 1].id) if len(rows) > PAGE else None,
        "states": _states(around, call),
        "reasons": _reasons(around, call),
        "fields": _fields(call, "account", "source"),
        "account": call.asked("account"),
        "source": call.asked("source"),
        "lot": _lot(wanted, around, call),
    }
    return show(call, "queue", call.here.voice("desk_queue"), values)


def approve_lot(call: Call) -> Response:
    """Let everything go that was held for one reason when the page was made, in its order."""
    return _with_lot(call, operate.approve, "done_approved_lot")


def drop_lot(call: Call) -> Response:
    """Give up everything that was held for one reason when the page was made."""
    return _with_lot(call, operate.drop, "done_dropped_lot")


def line(row: Any, call: Call) -> Line:
    """Give a publication as a line of a list."""
    voice = call.here.voice
    waits = row.state in {"queued", "retry"}
    return Line(
        href=call.here.link(f"/desk/posts/{row.id}"),
        title=shorten(one_line(row.title or ""), LONGEST_TITLE) or row.id,
        language=row.announced_language,
        account=row.account_id,
        source=row.source_id,
        state=words.state(row.state, voice),
        reason=words.reason(row.reason, voice),
        operation="" if row.operation == "publish" else words.operation(row.operation, voice),
        alert=row.lane == "alert",
        created=stamp(row.created, voice),
        due=stamp(row.due, voice) if waits else None,
        error=shorten(one_line(row.error or ""), _LONGEST_ERROR),
    )


# ── a whole lot at once ──────────────────────────────────────────────────────────────────────────────────────────────


def _lot(wanted: Pile, around: Mapping[tuple[str, str], int], call: Call) -> Lot | None:
    """Give what can be approved at once; None where the page does not show one reason alone."""
    many = around.get(("held", wanted.reason or ""), 0)
    if wanted.states != ("held",) or wanted.reason is None or not many:
        return None
    at = (call.site.now() - EPOCH) // _MICROSECOND
    fields = (*_fields(call), ("many", str(many)), ("at", str(at)))
    said = words.reason(wanted.reason, call.here.voice) or wanted.reason
    return Lot(many=many, reason=said, out=wanted.reason in _OUT, fields=fields)


def _with_lot(call: Call, work: Any, key: str) -> Response:
    wanted = replace(_wanted(call.form.line), created=_moment(call.form.raw("at")), before=None, limit=None)
    many = call.form.raw("many")
    if wanted.states != ("held",) or wanted.reason is None or wanted.created is None or not many.isdecimal():
        return call.back("/desk/queue", "done_nothing", good=False)
    with writing(call.writer) as connection:
        ids = [row.id for row in store.pile(connection, wanted)]
        if len(ids) > int(many[:_DIGITS]):
            # more came to be held since somebody looked at the list: that somebody should look again
            return call.back("/desk/queue", "done_grown", good=False, query=_kept(wanted))
        rows = sorted(wishes.publications_by_id(connection, ids), key=lambda row: (row.account, row.position))
        changed = work(connection, call.person, rows)
    said = key if changed else "done_nothing"
    return call.back("/desk/queue", said, good=bool(changed), query={"state": "held"}, many=len(changed))


# ── what was asked for ───────────────────────────────────────────────────────────────────────────────────────────────


def _wanted(asked: Any) -> Pile:
    state = asked("state")
    return Pile(
        states=_STATES.get(state, OPEN),
        reason=asked("reason") or None,
        account=asked("account") or None,
        source=asked("source") or None,
        before=asked("before") or None,
    )


def _fields(call: Call, *left_out: str) -> tuple[tuple[str, str], ...]:
    names = (one for one in ("state", "reason", "account", "source") if one not in left_out)
    return tuple((name, value) for name in names if (value := call.asked(name)))


def _link(call: Call, *left_out: str, **more: str) -> str:
    return call.here.link("/desk/queue", **{**dict(_fields(call, *left_out)), **more})


def _kept(wanted: Pile) -> dict[str, str]:
    found = {"state": "held", "reason": wanted.reason, "account": wanted.account, "source": wanted.source}
    return {name: value for name, value in found.items() if value}


def _moment(written: str) -> datetime | None:
    return EPOCH + int(written) * _MICROSECOND if written.isdecimal() and len(written) < _DIGITS else None


def _states(around: Mapping[tuple[str, str], int], call: Call) -> list[Choice]:
    chosen = call.asked("state")
    counts = {one: sum(many for (state, _), many in around.items() if state in _STATES[one]) for one in _TABS}
    every = Choice(
        words=call.here.voice("queue_all"),
        many=sum(around.values()),
        href=_link(call, "state", "reason"),
        here=chosen not in _STATES,
    )
    tabs = [
        Choice(
            words=words.state(one, call.here.voice),
            many=counts[one],
            href=_link(call, "reason", state=one),
            here=chosen == one,
        )
        for one in _TABS
    ]
    return [every, *tabs]


def _reasons(around: Mapping[tuple[str, str], int], call: Call) -> list[Choice]:
    """Give the reasons for which something is held; only where that is what is looked at."""
    if call.asked("state") != "held":
        return []
    held: Iterable[tuple[str, int]] = sorted((why, many) for (state, why), many in around.items() if state == "held")
    return [
        Choice(
            words=words.reason(why, call.here.voice) or call.here.voice("reason_none"),
            many=many,
            href=_link(call, reason=why),
            here=call.asked("reason") == why,
        )
        for why, many in held
        if why
    ]

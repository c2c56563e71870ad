"""The acts: each changes what is wanted in one transaction, with actor, time and reason in the log, and says what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import operate, regroup
from bot.attentions import instruction
from bot.operate import NothingMeant, Person
from bot.store import desk as store
from bot.store import wishes
from bot.store.engine import reading, writing
from bot.store.views import account_rows
from bot.web.desk.paper import Call
from bot.web.desk.places import named
from bot.web.desk.post import Mending, fingerprint, length_of, page, possible
from bot.web.prose import one_line

Work = Callable[[Connection, Person, Iterable[Any]], list[Any]]

WORKS: dict[str, Work] = {
    "approve": operate.approve,
    "hold": operate.hold,
    "drop": operate.drop,
    "retract": operate.retract,
}

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# ── one publication ──────────────────────────────────────────────────────────────────────────────────────────────────


def change(call: Call) -> Response:
    """Approve, hold, drop or retract one publication, if it still is what somebody looked at."""
    name, act = _post_id(call), call.request.path_params["act"]
    if act not in WORKS:
        raise HTTPException(404)
    return _change(call, name, act, WORKS[act])


def mend(call: Call) -> Response:
    """Give a publication that is held or dead words of one's own, and let it go."""
    name, text = _post_id(call), call.form.text("text")
    with reading(call.engine) as connection:
        row = store.post(connection, name)
    if row is None:
        raise HTTPException(404)
    length, limit = length_of(text, row)
    if not text or length > limit:
        key = "mend_too_long" if text else "mend_empty"
        wrong = call.here.voice(key, length=length, limit=limit)
        return page(call, mending=Mending(text=text, limit=limit, wrong=wrong), status=422)

    def work(connection: Connection, person: Person, rows: Iterable[Any]) -> list[Any]:
        return operate.approve(connection, person, rows, text=text)

    return _change(call, name, "mend", work)


def split(call: Call) -> Response:
    """Give a copy an announcement of its own."""
    return _regroup(call, lambda connection, _: regroup.split(connection, call.person, call.form.raw("copy")), "split")


def join(call: Call) -> Response:
    """Let the announcement of this publication speak for another one too."""
    other, retract = call.form.line("other", 2000), call.form.raw("retract") == "yes"

    def work(connection: Connection, announcement: str) -> str:
        return regroup.join(connection, call.person, announcement, other, retract=retract)

    return _regroup(call, work, "joined")


def _change(call: Call, name: str, act: str, work: Work) -> Response:
    path = f"/desk/posts/{name}"
    with writing(call.writer) as connection:
        rows = wishes.publications_by_id(connection, [name])
        if not rows:
            raise HTTPException(404)
        if fingerprint(rows[0]) != call.form.raw("seen_as"):
            return call.back(path, "done_changed_since", good=False)
        changed = work(connection, call.person, rows) if act in possible(rows[0]) else []
    said = "done_leave" if act == "drop" and rows[0].seen else f"done_{act}"
    return call.back(path, said if changed else "done_nothing", good=bool(changed), many=1)


def _regroup(call: Call, work: Callable[[Connection, str], str], act: str) -> Response:
    name = _post_id(call)
    path = f"/desk/posts/{name}"
    try:
        with writing(call.writer) as connection:
            rows = wishes.publications_by_id(connection, [name])
            if not rows:
                raise HTTPException(404)
            work(connection, rows[0].announcement)
    except regroup.CannotRegroup as error:
        return call.back(path, "done_refused", good=False, detail=one_line(instruction(str(error), error.remedy)))
    return call.back(path, f"done_{act}")


def _post_id(call: Call) -> str:
    name: str = call.request.path_params["id"]
    if not _ID.fullmatch(name):
        raise HTTPException(404)
    return name


# ── pause and resume ─────────────────────────────────────────────────────────────────────────────────────────────────


def stop(call: Call) -> Response:
    """Pause everything, or everything but alerts: the emergency stop."""
    except_alerts = call.form.raw("what") == "rest"
    with writing(call.writer) as connection:
        operate.set_pause(connection, call.person, None, paused=True, except_alerts=except_alerts)
    return call.back("/desk", "done_stopped_rest" if except_alerts else "done_stopped_all")


def go_on(call: Call) -> Response:
    """Let everything go on."""
    with writing(call.writer) as connection:
        operate.set_pause(connection, call.person, None, paused=False)
    return call.back("/desk", "done_resumed_all")


def pause_account(call: Call) -> Response:
    """Pause an account, or let it go on."""
    return _pause(call, f"/desk/accounts/{named(call)}")


def pause_source(call: Call) -> Response:
    """Pause a source, or let it go on. One that is called as an account is cannot be told from it by its name."""
    with reading(call.engine) as connection:
        taken = named(call) in {one.id for one in account_rows(connection)}
    path = f"/desk/sources/{named(call)}"
    return call.back(path, "done_nothing", good=False) if taken else _pause(call, path)


def _pause(call: Call, path: str) -> Response:
    paused = call.form.raw("what") != "resume"
    try:
        with writing(call.writer) as connection:
            operate.set_pause(connection, call.person, named(call), paused=paused)
    except NothingMeant as error:
        raise HTTPException(404) from error
    return call.back(path, "done_paused" if paused else "done_resumed", name=named(call))

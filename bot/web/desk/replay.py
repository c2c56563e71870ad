"""Wanting announcements again: what would be done is shown first, and done only if it is still the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot.operate import NothingMeant, Person, find_announcements
from bot.replay import Replay, Step, apply_replay, plan_replay
from bot.store import desk as store
from bot.store import wishes
from bot.store.engine import reading, writing
from bot.store.wishes import Selection
from bot.web.desk.paper import Call, show
from bot.web.moments import HERE
from bot.web.prose import one_line

SHOWN = 200
FIELDS = ("ids", "source", "account", "to", "state", "since", "until", "mode")
MODES = ("missing", "in-place", "again")
STATES = ("sent", "dead", "dropped", "held")

_CHOOSING = ("ids", "source", "account", "since", "until", "state")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?", re.ASCII)
_MOST_IDS = 50


class Unclear(Exception):
    """What was asked for cannot be planned; the message is the key of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step of a plan."""

    title: str
    account: str
    action: str
    why: str
    href: str


def replay(call: Call) -> Response:
    """The form, and below it the plan for what was chosen."""
    asked = {name: call.asked(name, 2000) for name in FIELDS}
    with reading(call.engine) as connection:
        numbers = wishes.numbers(connection, "account")
        chosen = any(asked[name] for name in _CHOOSING)
        plan, wrong = _plan(connection, call.person, asked, numbers) if chosen else (None, "")
        titles = store.titles(connection, [step.announcement for step in (plan or ())[:SHOWN]])
    values = {
        "asked": asked,
        "accounts": sorted(numbers),
        "modes": MODES,
        "states": STATES,
        "wrong": call.here.voice(wrong) if wrong else "",
        "plan": None if plan is None else [_line(step, numbers, titles, call) for step in plan[:SHOWN]],
        "many": len(plan or ()),
        "counts": sorted(Counter(one.action for one in plan or ()).items()),
        "doing": any(one.action != "nothing" for one in plan or ()),
        "print": plan_print(plan or ()),
        "fields": [(name, value) for name, value in asked.items() if value],
    }
    return show(call, "replay", call.here.voice("desk_replay"), values)


def carry_out(call: Call) -> Response:
    """Do what the plan said, if memory still gives the same plan."""
    asked = {name: call.form.line(name, 2000) for name in FIELDS}
    kept = {name: value for name, value in asked.items() if value}
    with writing(call.writer) as connection:
        plan, wrong = _plan(connection, call.person, asked, wishes.numbers(connection, "account"))
        if wrong or plan is None or plan_print(plan) != call.form.raw("print"):
            return call.back("/desk/replay", "done_changed_since", good=False, query=kept)
        waiting = apply_replay(connection, call.person, plan)
    said = "done_replayed" if waiting else "done_nothing"
    return call.back("/desk/queue", said, good=bool(waiting), many=len(waiting))


def plan_print(plan: Sequence[Step]) -> str:
    """Give what tells one plan from another."""
    lines = (f"{one.announcement} {one.account} {one.action} {one.wanted} {one.generation}" for one in plan)
    return blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


def _plan(
    connection: Connection, person: Person, asked: Mapping[str, str], numbers: Mapping[str, int]
) -> tuple[list[Step] | None, str]:
    """Plan what was asked for; or give the key of the text that says why that cannot be done."""
    try:
        return plan_replay(connection, person, _chosen(connection, asked, numbers)), ""
    except NothingMeant:
        return None, "replay_unknown"
    except Unclear as error:
        return None, str(error)


def _chosen(connection: Connection, asked: Mapping[str, str], numbers: Mapping[str, int]) -> Replay:
    if not any(asked[name] for name in _CHOOSING):
        raise Unclear("replay_nothing")
    for name in ("account", "to"):
        if asked[name] and asked[name] not in numbers:
            raise Unclear("replay_unknown")
    if asked["to"] and asked["mode"] not in {"", "missing"}:
        raise Unclear("replay_one_way")
    ids = asked["ids"].split()[:_MOST_IDS]
    mode: Any = asked["mode"] if asked["mode"] in MODES else "missing"
    return Replay(
        selection=Selection(
            announcements=find_announcements(connection, ids),
            source=asked["source"] or None,
            since=_moment(asked["since"]),
            until=_moment(asked["until"]),
        ),
        mode=mode,
        account=numbers.get(asked["account"]),
        to=numbers.get(asked["to"]),
        states=(asked["state"],) if asked["state"] in STATES else (),
    )


def _moment(written: str) -> datetime | None:
    """Read a moment as the browser's own field writes it: on our clock."""
    if not written:
        return None
    if not _LOCAL.fullmatch(written):
        raise Unclear("replay_moment")
    try:
        return datetime.fromisoformat(written).replace(tzinfo=HERE).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unclear("replay_moment") from error


def _line(step: Step, numbers: Mapping[str, int], titles: Mapping[str, str], call: Call) -> Line:
    names = {number: name for name, number in numbers.items()}
    voice = call.here.voice
    key = f"plan_{step.action}"
    return Line(
        title=one_line(titles.get(step.announcement) or "") or step.announcement,
        account=names.get(step.account, str(step.account)),
        action=voice(key) if voice.has(key) else step.action,
        why=step.why,
        href=call.here.link(f"/desk/posts/{step.publication}") if step.publication else "",
    )

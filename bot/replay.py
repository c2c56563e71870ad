"""Wanting announcements again: what is missing on an account, all of it on another one, or its wording anew. A plan first.

Like everything that a person does by hand it only changes what is wanted; the outbox sends it, in order and within limits. A
plan that was carried out leaves nothing to plan, so that doing it twice, or being killed in between, doubles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from bot.alerts import is_told
from bot.delivery.freeze import STALE
from bot.ids import new_id
from bot.match import in_force
from bot.model import Content, Event, Operation
from bot.operate import Person
from bot.store import wishes
from bot.store.codec import unpack_content
from bot.store.record import add_events

Mode = Literal["missing", "in-place", "again"]
Action = Literal["publish", "edit", "approve", "nothing"]
Verdict = tuple[Action, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What should be wanted again: which announcements, on which account, in which way.

    ``account``: only what concerns this account; ``to``: another account that should have it too; ``states``: only
    publications in these states; ``vanished``: publications that their account does not show any more.
    """

    selection: wishes.Selection
    mode: Mode = "missing"
    account: int | None = None
    to: int | None = None
    states: tuple[str, ...] = ()
    vanished: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a plan: what will become of one announcement on one account, and why. ``publication`` where one is known."""

    announcement: str
    account: int
    action: Action
    why: str
    known: Any = None
    source: int | None = None
    lane: str = "rest"
    operation: Operation = "publish"
    wanted: int = 1
    generation: int = 0

    @property
    def publication(self) -> str | None:
        """The publication that is wanted again; None where a new one is made."""
        return self.known.id if self.known is not None and self.action != "publish" else None

    def as_json(self, accounts: Mapping[int, str]) -> dict[str, Any]:
        """Give the step as the JSON of a plan."""
        return {
            "announcement": self.announcement,
            "account": accounts.get(self.account),
            "action": self.action,
            "why": self.why,
            "id": self.publication,
        }


def plan_replay(connection: Connection, person: Person, replay: Replay) -> list[Step]:
    """Say what a replay would do, in order, and change nothing."""
    rows = wishes.announcements(connection, replay.selection)
    ids = [row.id for row in rows]
    there = _newest(wishes.publications_of(connection, ids))
    reached = _reached(connection, ids, there)
    left_out = wishes.left_out(connection, ids)
    gathered = set[str]() if replay.selection.announcements else wishes.gathered(connection, ids)
    if replay.to is not None and replay.account is not None:
        rows = _in_its_order(rows, there, replay.account)
    steps = []
    for row in rows:
        content = unpack_content(row.content or row.lead_content)
        unfit = "a filter keeps it out" if row.id in left_out else _unfit(row, content, person)
        for account in _accounts(replay, reached.get(row.id, set())):
            known = there.get((row.id, account))
            if replay.states and (known is None or known.state not in replay.states):
                continue
            verdict: Verdict = ("nothing", unfit) if unfit else _verdict(known, replay)
            if verdict[0] == "publish" and row.id in gathered and known is None:
                verdict = ("nothing", "a digest tells it; name it to post it by itself")
            steps.append(_step(row, content, account, known, verdict))
    return steps


def on_account(steps: Iterable[Step]) -> dict[int, dict[str, str]]:
    """Give the posts that a plan believes to be there, per account: their ids, and the publications that they are."""
    found: dict[int, dict[str, str]] = {}
    for step in steps:
        known = step.known
        if known is not None and known.state == "sent" and known.remote_id and known.seen and not known.adopted:
            found.setdefault(step.account, {})[known.remote_id] = known.id
    return found


def apply_replay(connection: Connection, person: Person, steps: Iterable[Step]) -> list[str]:
    """Want what a plan says; give the ids of the publications that now wait."""
    additions: list[wishes.Addition] = []
    waiting: list[str] = []
    for step in steps:
        if step.action == "publish":
            addition = _addition(person, step)
            additions.append(addition)
            waiting.append(addition.id)
            _close_what_vanished(connection, person, step)
            _log(connection, person, "replay.publish", step, addition.id)
        elif step.action in {"edit", "approve"} and step.publication:
            wishes.want(connection, person.now, step.publication, state="queued", wanted=step.wanted, **_afresh(step))
            waiting.append(step.publication)
            _log(connection, person, f"replay.{step.action}", step, step.publication)
    wishes.add(connection, person.now, additions)
    return waiting


# ── planning ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _newest(publications: Iterable[Any]) -> dict[tuple[str, int], Any]:
    """Give the newest generation of each announcement on each account; it stands last in the account's line."""
    return {(one.announcement, one.account): one for one in publications}


def _reached(connection: Connection, ids: list[str], there: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    """Give the accounts that each announcement leads to, or is on."""
    routes = wishes.routes_of(connection)
    found = {
        announcement: {account for one in sources for account in routes.get(one, ())}
        for announcement, sources in wishes.sources_of_items(connection, ids).items()
    }
    for announcement, account in there:
        found.setdefault(announcement, set()).add(account)
    return found


def _accounts(replay: Replay, reached: set[int]) -> list[int]:
    if replay.to is not None:
        return [replay.to]
    return [one for one in sorted(reached) if replay.account in {None, one}]


def _in_its_order(rows: Iterable[Any], there: Mapping[tuple[str, int], Any], account: int) -> list[Any]:
    """Give what one account has, in the order in which it has it: that is what moves house."""
    had = [(there[row.id, account], row) for row in rows if (row.id, account) in there]
    return [row for known, row in sorted(had, key=lambda pair: pair[0].position) if known.seen]


def _unfit(row: Any, content: Content, person: Person) -> str | None:
    """Say why nobody should hear of an announcement any more; None where they may."""
    if row.ended:
        return "it was withdrawn or has ended"
    if content.alert and not is_told(content.alert):
        return "it was not meant for everybody"
    if content.alert and not in_force(content.alert, content.published, person.now):
        return "it is not in force any more"
    return None


def _step(row: Any, content: Content, account: int, known: Any, verdict: Verdict) -> Step:
    action, why = verdict
    return Step(
        announcement=row.id,
        account=account,
        action=action,
        why=why,
        known=known,
        source=known.source if known is not None else row.lead_source,
        lane="alert" if row.kind == "alert" else "rest",
        operation="boost" if content.boost else "publish",
        wanted=row.version,
        generation=known.generation + 1 if known is not None and action == "publish" else 0,
    )


def _verdict(known: Any, replay: Replay) -> Verdict:
    if known is None:
        never = "it was never posted there" if replay.mode == "in-place" else "never posted there"
        return ("nothing" if replay.mode == "in-place" else "publish"), never
    cases = (*_always(known), *_by_mode(known, replay))
    fits = next(((action, why) for holds, action, why in cases if holds), None)
    return fits or ("approve", f"it was {known.state}" + (f" ({known.reason})" if known.reason else ""))


def _always(known: Any) -> Iterable[tuple[bool, Action, str]]:
    yield known.state in {"queued", "sending", "retry", "unknown"}, "nothing", f"it is {known.state}"
    yield known.reason == "superseded", "nothing", "a later announcement says it"


def _by_mode(known: Any, replay: Replay) -> Iterable[tuple[bool, Action, str]]:
    was_there = bool(known.seen) or bool(known.remote_id)
    yield was_there and replay.mode == "again", "publish", "again, as asked"
    yield known.reason == "removed-there", "nothing", "it was removed there by hand"
    yield known.adopted, "nothing", "another program's post says it"
    yield known.id in replay.vanished, "publish", "it is not there any more"
    yield known.state == "sent" and not known.seen and was_there, "publish", "it was taken away"
    yield known.state == "held" and bool(known.seen), "nothing", f"it is there, and held ({known.reason})"
    yield bool(known.seen) and replay.mode == "in-place", "edit", "its wording may have changed"
    yield bool(known.seen), "nothing", "it is there"


# ── carrying out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _addition(person: Person, step: Step) -> wishes.Addition:
    return wishes.Addition(
        id=new_id(person.now),
        announcement=step.announcement,
        account=step.account,
        source=step.source or 0,
        lane=step.lane,
        operation=step.operation,
        generation=step.generation,
        wanted=step.wanted,
    )


def _close_what_vanished(connection: Connection, person: Person, step: Step) -> None:
    if step.why == "it is not there any more":
        wishes.want(connection, person.now, step.known.id, state="dropped", reason="vanished")


def _afresh(step: Step) -> dict[str, Any]:
    """Let it be composed again: over the posts that are there, or as if never composed."""
    post = {**step.known.post, "version": STALE} if step.known.post else None
    if step.action == "edit":
        return {"operation": "edit", "post": post}
    return {"post": post} if step.known.remote_id else {"operation": step.operation, "post": None, "parts": None}


def _log(connection: Connection, person: Person, rule: str, step: Step, publication: str) -> None:
    event = Event(
        stage="operate",
        verdict="replay",
        rule=rule,
        actor=person.name,
        announcement=step.announcement,
        publication=publication,
        account=step.account,
        source=step.source,
        detail={"reason": person.reason, "why": step.why},
    )
    add_events(connection, person.now, [event])

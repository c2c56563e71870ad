"""What a person does by hand: replay, retract, hold, approve, pause, resume. Each leaves actor, time and reason in the log.

None of these calls a publisher: they change what is wanted, and the outbox closes the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from bot.ids import new_id
from bot.model import Event
from bot.store import views, wishes
from bot.store.record import add_events
from bot.text import canonical_link

Mode = Literal["missing", "in-place", "again"]
Action = Literal["publish", "edit", "approve", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who did it, when, and why."""

    name: str
    now: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a plan: what will become of one announcement on one account, and why. ``publication`` where one is known."""

    announcement: str
    account: int
    action: Action
    why: str
    publication: str | None = None
    source: int | None = None
    lane: str = "rest"
    wanted: int = 1
    generation: int = 0

    def as_json(self, accounts: dict[int, str]) -> dict[str, Any]:
        """Give the step as the JSON of a plan."""
        return {
            "announcement": self.announcement,
            "account": accounts.get(self.account),
            "action": self.action,
            "why": self.why,
            "id": self.publication,
        }


class NothingMeant(Exception):
    """Nothing in memory answers to what was named."""


def find(connection: Connection, queries: Sequence[str]) -> list[Any]:
    """Give the publications that a person names: by id, by announcement, by address of item or post."""
    found: dict[str, Any] = {}
    for query in queries:
        rows = wishes.publications_by_id(connection, [query])
        if not rows:
            links = [canonical_link(query)] if "://" in query else []
            announcements = {row.announcement for row in views.items_for(connection, query, links) if row.announcement}
            rows = wishes.publications_of(connection, announcements)
        if not rows:
            raise NothingMeant(query)
        found |= {row.id: row for row in rows}
    return list(found.values())


def find_announcements(connection: Connection, queries: Sequence[str]) -> tuple[str, ...]:
    """Give the announcements that a person names."""
    found: dict[str, None] = {}
    for query in queries:
        rows = wishes.publications_by_id(connection, [query])
        ids = [row.announcement for row in rows]
        if not ids:
            links = [canonical_link(query)] if "://" in query else []
            ids = [row.announcement for row in views.items_for(connection, query, links) if row.announcement]
        if not ids:
            raise NothingMeant(query)
        found |= dict.fromkeys(ids)
    return tuple(found)


# ── replay ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What should be wanted again: which announcements, on which account, in which way.

    ``account``: only what concerns this account; ``to``: another account that should have them too; ``states``: only
    publications in these states.
    """

    selection: wishes.Selection
    mode: Mode = "missing"
    account: int | None = None
    to: int | None = None
    states: tuple[str, ...] = ()


def plan_replay(connection: Connection, replay: Replay) -> list[Step]:
    """Say what a replay would do, in order, and change nothing."""
    rows = wishes.announcements(connection, replay.selection)
    ids = [row.id for row in rows]
    routes = wishes.routes_of(connection)
    sources = wishes.sources_of_items(connection, ids)
    there: dict[tuple[str, int], Any] = {}
    for one in wishes.publications_of(connection, ids):
        there[one.announcement, one.account] = one  # the newest generation comes last
    steps = []
    for row in rows:
        reached = {account for one in sources.get(row.id, ()) for account in routes.get(one, ())}
        reached |= {account for announcement, account in there if announcement == row.id}
        accounts = [replay.to] if replay.to is not None else sorted(reached)
        for account in accounts:
            if replay.account not in {None, account} and replay.to is None:
                continue
            known = there.get((row.id, account))
            if replay.states and (known is None or known.state not in replay.states):
                continue
            steps.append(_replay_one(row, account, known, replay))
    return steps


def _replay_one(row: Any, account: int, known: Any, replay: Replay) -> Step:
    action, why = _never_there(row, replay) if known is None else _was_there(row, known, replay)
    again = known is not None and action == "publish"
    return Step(
        announcement=row.id,
        account=account,
        action=action,
        why=why,
        publication=known.id if known is not None and not again else None,
        source=known.source if known is not None else row.lead_source,
        lane="alert" if row.kind == "alert" else "rest",
        wanted=row.version,
        generation=known.generation + 1 if again else 0,
    )


def _never_there(row: Any, replay: Replay) -> tuple[Action, str]:
    if row.ended:
        return "nothing", "it was withdrawn or has ended"
    if replay.mode == "in-place":
        return "nothing", "it was never posted there"
    return "publish", "never posted there"


def _was_there(row: Any, known: Any, replay: Replay) -> tuple[Action, str]:
    removed = known.state == "dropped" and known.reason == "removed-there"
    verdicts: tuple[tuple[bool, Action, str], ...] = (
        (bool(row.ended), "nothing", "it was withdrawn or has ended"),
        (known.state in {"queued", "sending", "retry", "unknown"}, "nothing", f"it is {known.state}"),
        (bool(known.seen) and replay.mode == "again", "publish", "again, as asked"),
        (removed, "nothing", "it was removed there by hand"),
        (bool(known.seen) and replay.mode == "in-place", "edit", "its wording may have changed"),
        (bool(known.seen), "nothing", "it is there"),
    )
    fits = next((verdict for verdict in verdicts if verdict[0]), None)
    if fits:
        return fits[1], fits[2]
    return "approve", f"it was {known.state}" + (f" ({known.reason})" if known.reason else "")


def apply_replay(connection: Connection, person: Person, steps: Iterable[Step]) -> list[str]:
    """Want what a plan says; give the ids of the publications that now wait."""
    additions: list[wishes.Addition] = []
    waiting: list[str] = []
    for step in steps:
        if step.action == "publish":
            addition = wishes.Addition(
                id=new_id(person.now),
                announcement=step.announcement,
                account=step.account,
                source=step.source or 0,
                lane=step.lane,
                operation="publish",
                generation=step.generation,
                wanted=step.wanted,
            )
            additions.append(addition)
            waiting.append(addition.id)
            _log(connection, person, "replay", f"replay.{step.why.split()[0]}", step, publication=addition.id)
        elif step.action in {"edit", "approve"} and step.publication:
            _again(connection, person, step)
            waiting.append(step.publication)
    wishes.add(connection, person.now, additions)
    return waiting


def _again(connection: Connection, person: Person, step: Step) -> None:
    values: dict[str, Any] = {"state": "queued", "wanted": step.wanted}
    if step.action == "edit":
        values |= {"operation": "edit", "post": _composed_anew(connection, step)}
    else:
        values |= {"operation": "publish", "post": None, "parts": None}
    wishes.want(connection, person.now, step.publication or "", **values)
    _log(connection, person, "replay", f"replay.{step.action}", step, publication=step.publication)


def _composed_anew(connection: Connection, step: Step) -> Any:
    """Give the frozen post marked as older than any version, so that it is composed again over the posts that are there."""
    row = wishes.publications_by_id(connection, [step.publication or ""])[0]
    return {**row.post, "version": 0} if row.post else None


# ── retract, hold, approve ───────────────────────────────────────────────────────────────────────────────────────────


def retract(connection: Connection, person: Person, rows: Iterable[Any]) -> list[Any]:
    """Want posts gone. Gives the rows that changed."""
    changed = []
    for row in rows:
        if row.wanted == 0 and row.state != "held":
            continue
        in_flight = row.state == "sending" or (row.state == "unknown" and row.reason is None)
        if in_flight:
            wishes.want(connection, person.now, row.id, wanted=0, state=row.state, rung=row.rung, attempts=row.attempts)
        elif row.remote_id is None:
            wishes.want(connection, person.now, row.id, wanted=0, state="dropped", reason="retracted")
        else:
            wishes.want(connection, person.now, row.id, wanted=0, state="queued", operation="delete")
        _log_row(connection, person, "retracted", "by-hand", row)
        changed.append(row)
    return changed


def hold(connection: Connection, person: Person, rows: Iterable[Any]) -> list[Any]:
    """Keep back what waits. Gives the rows that changed."""
    changed = [row for row in rows if row.state in {"queued", "retry"}]
    for row in changed:
        wishes.want(connection, person.now, row.id, state="held", reason="by-hand")
        _log_row(connection, person, "held", "by-hand", row)
    return changed


def approve(connection: Connection, person: Person, rows: Iterable[Any], *, text: str | None = None) -> list[Any]:
    """Let held, dead or undecided publications go. ``text`` mends the words of what is not posted yet."""
    changed = [
        row for row in rows if row.state in {"held", "dead"} or (row.state == "unknown" and row.reason is not None)
    ]
    for row in changed:
        values: dict[str, Any] = {"state": "queued"}
        if row.reason == "changed-there" and row.remote_id:
            wishes.forget_digest(connection, row.account, row.remote_id)
        if row.state == "dead" and row.remote_id is None:
            values |= {"parts": None, "post": None}
        if text is not None:
            values |= _mended(row, text)
        wishes.want(connection, person.now, row.id, **values)
        _log_row(connection, person, "approved", "by-hand", row, was=row.reason or row.state, mended=text is not None)
    return changed


def drop(connection: Connection, person: Person, rows: Iterable[Any]) -> list[Any]:
    """Give up what is held, dead or undecided and not posted. Gives the rows that changed."""
    changed = [row for row in rows if row.state in {"held", "dead", "unknown"} and row.seen == 0]
    for row in changed:
        wishes.want(connection, person.now, row.id, state="dropped", reason="by-hand")
        _log_row(connection, person, "dropped", "by-hand", row)
    return changed


def _mended(row: Any, text: str) -> dict[str, Any]:
    post = row.post or {"language": "", "visibility": "public", "spoiler_text": "", "sensitive": False, "link": None}
    first = (row.parts or [{"remote_id": None}])[0]
    return {
        "parts": [{"text": text, "remote_id": first["remote_id"], "done": False}],
        "post": {**post, "version": row.wanted, "rung": 0},
        "text": text,
    }


# ── pause, resume ────────────────────────────────────────────────────────────────────────────────────────────────────


def set_pause(
    connection: Connection, person: Person, id_: str | None, *, paused: bool, except_alerts: bool = False
) -> str:
    """Pause or resume everything (no id), an account or a source; give what it was. Raises ``NothingMeant``."""
    verdict = "paused" if paused else "resumed"
    if id_ is None:
        wishes.write_setting(connection, "paused", ("rest" if except_alerts else "all") if paused else None)
        _log_about(connection, person, verdict, "except-alerts" if except_alerts else "all")
        return "everything"
    for kind in ("account", "source"):
        number = wishes.numbers(connection, kind).get(id_)
        if number is None:
            continue
        wishes.pause(connection, kind, id_, paused=paused)
        if not paused:
            wishes.wake(connection, kind, id_)
        _log_about(connection, person, verdict, kind, **{kind: number})
        return kind
    raise NothingMeant(id_)


def _log(
    connection: Connection, person: Person, verdict: str, rule: str, step: Step, *, publication: str | None
) -> None:
    event = Event(
        stage="operate",
        verdict=verdict,
        rule=rule,
        actor=person.name,
        announcement=step.announcement,
        publication=publication,
        account=step.account,
        source=step.source,
        detail={"reason": person.reason},
    )
    add_events(connection, person.now, [event])


def _log_row(connection: Connection, person: Person, verdict: str, rule: str, row: Any, **detail: Any) -> None:
    event = Event(
        stage="operate",
        verdict=verdict,
        rule=rule,
        actor=person.name,
        announcement=row.announcement,
        publication=row.id,
        account=row.account,
        source=row.source,
        detail={"reason": person.reason, **detail},
    )
    add_events(connection, person.now, [event])


def _log_about(connection: Connection, person: Person, verdict: str, rule: str, **places: Any) -> None:
    event = Event(
        stage="operate", verdict=verdict, rule=rule, actor=person.name, detail={"reason": person.reason}, **places
    )
    add_events(connection, person.now, [event])

"""What a person does by hand: retract, hold, approve, pause, resume. Each leaves actor, time and reason in the log.

None of these calls a publisher: they change what is wanted, and the outbox closes the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.delivery.freeze import STALE
from bot.model import Event
from bot.store import accounts, attempts, shadow, views, wishes
from bot.store.record import add_events
from bot.text import canonical_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who did it, when, and why."""

    name: str
    now: datetime
    reason: str = ""


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


# ── retract, hold, approve ───────────────────────────────────────────────────────────────────────────────────────────


def retract(connection: Connection, person: Person, rows: Iterable[Any]) -> list[Any]:
    """Want posts gone. Gives the rows that changed; posts that another program made are never touched."""
    changed = []
    for row in rows:
        if row.adopted or (row.wanted == 0 and row.state != "held"):
            continue
        in_flight = row.state == "sending" or (row.state == "unknown" and row.reason is None)
        if in_flight:
            wishes.want(connection, person.now, row.id, wanted=0, state=row.state, rung=row.rung, attempts=row.attempts)
        elif row.remote_id is None:
            attempts.end_all(connection, person.now, row.id, "retracted")
            wishes.want(connection, person.now, row.id, wanted=0, state="dropped", reason="retracted")
        else:
            wishes.want(connection, person.now, row.id, wanted=0, state="queued", operation="delete")
        log_row(connection, person, "retracted", "by-hand", row)
        changed.append(row)
    return changed


def hold(connection: Connection, person: Person, rows: Iterable[Any]) -> list[Any]:
    """Keep back what waits. Gives the rows that changed."""
    changed = [row for row in rows if row.state in {"queued", "retry"}]
    for row in changed:
        wishes.want(connection, person.now, row.id, state="held", reason="by-hand")
        log_row(connection, person, "held", "by-hand", row)
    return changed


def approve(connection: Connection, person: Person, rows: Iterable[Any], *, text: str | None = None) -> list[Any]:
    """Let held, dead or undecided publications go. ``text`` mends the words of one. Gives the rows that changed."""
    changed = [
        row for row in rows if row.state in {"held", "dead"} or (row.state == "unknown" and row.reason is not None)
    ]
    for row in changed:
        if row.reason == "changed-there":
            for part in row.parts or ():
                wishes.forget_digest(connection, row.account, part["remote_id"])
        attempts.end_all(connection, person.now, row.id, "approved")
        wishes.want(connection, person.now, row.id, state="queued", **_words(row, text))
        log_row(connection, person, "approved", "by-hand", row, was=row.reason or row.state, mended=text is not None)
    return changed


def drop(connection: Connection, person: Person, rows: Iterable[Any]) -> list[Any]:
    """Give up what is held, dead or undecided. Gives the rows that changed.

    Of what is not out nothing is posted; what is held although it is out, such as a removal that nobody wants, stays as it
    is there.
    """
    changed = []
    for row in rows:
        given = _given_up(row)
        if given:
            verdict, values = given
            attempts.end_all(connection, person.now, row.id, "dropped")
            wishes.want(connection, person.now, row.id, **values)
            log_row(connection, person, verdict, "by-hand", row)
            changed.append(row)
    return changed


def _given_up(row: Any) -> tuple[str, dict[str, Any]] | None:
    """Say what becomes of a publication that is given up, and how that is called; None where there is nothing to give up."""
    if row.state in {"held", "dead", "unknown"} and row.seen == 0 and not row.remote_id:
        return "dropped", {"state": "dropped", "reason": "by-hand"}
    if row.state == "held" and row.seen > 0:
        parts = [{**part, "done": True} for part in row.parts] if row.parts else row.parts
        shared = row.operation in {"boost", "unboost"}
        stays = {"state": "sent", "wanted": row.seen, "operation": "boost" if shared else "publish", "parts": parts}
        return "left", stays
    return None


def _words(row: Any, text: str | None) -> dict[str, Any]:
    """Say with which words an approved publication goes: a person's own, or composed anew where nothing of it is there."""
    afresh: dict[str, Any] = {"parts": None, "post": None} if row.remote_id is None else {}
    if text is not None and row.wanted > 0:
        laid_over = {"post": {**row.post, "version": STALE}} if row.remote_id and row.post else afresh
        return {"mended": {"version": row.wanted, "text": text}, "text": text, **laid_over}
    return afresh if row.state == "dead" else {}


# ── another account under the same id ────────────────────────────────────────────────────────────────────────────────


def move_account(connection: Connection, person: Person, id_: str, server: str) -> dict[str, int]:
    """Accept that an account has another name or server now; give how many posts stay behind, and how many wait to go.

    What is on the old one stays there, recorded and untouched; what waits goes to the new one. Raises ``NothingMeant``.
    """
    number = wishes.numbers(connection, "account").get(id_)
    if number is None:
        raise NothingMeant(id_)
    was = accounts.read_account(connection, number)
    found = wishes.leave_behind(connection, number)
    shadow.forget(connection, number)
    accounts.move(connection, number, server=server)
    _log_about(connection, person, "moved", "account", {"was": was.remote_acct, "server": server}, account=number)
    return found


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
        _log_about(connection, person, verdict, kind, {}, **{kind: number})
        return kind
    raise NothingMeant(id_)


def log_row(connection: Connection, person: Person, verdict: str, rule: str, row: Any, **detail: Any) -> None:
    """Write who did what to a publication, when and why."""
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


def _log_about(
    connection: Connection,
    person: Person,
    verdict: str,
    rule: str,
    detail: Mapping[str, Any] | None = None,
    **places: Any,
) -> None:
    told = {"reason": person.reason, **(detail or {})}
    event = Event(stage="operate", verdict=verdict, rule=rule, actor=person.name, detail=told, **places)
    add_events(connection, person.now, [event])

"""How things stand, and what needs a person's attention: for ``status``, the desk, metrics and every exit code alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.budget import LOOK_BACK, Caps, Spent, left
from bot.store import accounts, queue, views

THREE_HOURS = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing that needs a person: what it concerns, a stable code, and a sentence. ``grave`` makes the exit code 1."""

    subject: str
    code: str
    message: str
    grave: bool = True


def status(connection: Connection, now: datetime, caps: Mapping[str, Caps]) -> dict[str, Any]:
    """Give the contract's JSON of ``status``. ``caps`` are the settings of the accounts, by id."""
    counts = views.queue_counts(connection)
    return {
        "paused": bool(views.read_setting(connection, "paused")),
        "sources": [_source(row) for row in views.source_rows(connection)],
        "accounts": [
            _account(connection, now, row, counts.get(row.no, {}), caps.get(row.id))
            for row in views.account_rows(connection)
        ],
    }


def attention(connection: Connection, now: datetime) -> list[Attention]:
    """Say what needs a person, and what merely waits."""
    found: list[Attention] = []
    broken = views.broken_counts(connection)
    for row in views.source_rows(connection):
        found += _about_source(row, broken.get(row.no, 0))
    counts, reasons = views.queue_counts(connection), views.held_reasons(connection)
    for state in accounts.active_accounts(connection):
        found += _about_account(state, counts.get(state.no, {}), reasons, now)
    if views.read_setting(connection, "paused"):
        found.append(Attention(subject="omroeper", code="paused", message="Everything is paused: omroeper resume."))
    return found


def moment(value: datetime | None) -> str | None:
    """Write a time as the contract does."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def _source(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "agency": row.agency,
        "kind": row.kind,
        "state": row.state,
        "last_ok": moment(row.last_ok),
        "next_due": moment(row.due),
        "failures": row.failures,
        "newest_item": moment(row.newest_item),
        "error": row.error,
        "paused": row.paused,
    }


def _account(
    connection: Connection, now: datetime, row: Any, counts: Mapping[str, int], caps: Caps | None
) -> dict[str, Any]:
    sent = queue.sent_since(connection, row.no, now - LOOK_BACK)
    return {
        "id": row.id,
        "state": "paused" if row.paused else row.state,
        "queued": sum(counts.get(state, 0) for state in ("queued", "sending", "retry")),
        "held": counts.get("held", 0),
        "unknown": counts.get("unknown", 0),
        "dead": counts.get("dead", 0),
        "sent_3h": sum(1 for one in sent if one > now - THREE_HOURS),
        "budget_left": left(now, caps, "alert", Spent(sent=sent)) if caps else None,
        "error": row.error if row.state != "ok" or row.wait_code not in {None, "limited"} else None,
        "waits_until": moment(row.wait_until) if row.wait_until and row.wait_until > now else None,
    }


def _about_source(row: Any, broken: int) -> list[Attention]:
    found = []
    if row.state not in {"new", "ok"}:
        detail = row.error or _SOURCE_STATES.get(row.state, "")
        message, grave = f"{row.state}: {detail}", row.state != "gap"
        found.append(Attention(subject=row.id, code=row.code or row.state, message=message, grave=grave))
    if broken:
        found.append(
            Attention(subject=row.id, code="item.broken", message=f"{broken} entries could not be read; they are kept.")
        )
    if row.paused:
        found.append(Attention(subject=row.id, code="paused", message="paused by hand.", grave=False))
    return found


_SOURCE_STATES = {
    "gap": "nothing of its last document was in the new one; announcements may have passed unseen.",
    "silent": "it has been quieter than it usually is.",
    "disabled": "it says that it is gone for good.",
    "quarantined": "it leads to a site that is not the agency's.",
}


def _about_account(
    state: accounts.AccountState, counts: Mapping[str, int], reasons: Mapping[tuple[int, str], int], now: datetime
) -> list[Attention]:
    found = []
    if state.state != "ok":
        found.append(Attention(subject=state.id, code=state.code or "stopped", message=f"stopped: {state.error or ''}"))
    if state.paused:
        found.append(Attention(subject=state.id, code="paused", message="paused by hand.", grave=False))
    for (number, reason), many in reasons.items():
        if number == state.no:
            found.append(Attention(subject=state.id, code=f"held.{reason}", message=f"{many} held: {reason}."))
    found += [
        Attention(subject=state.id, code=code, message=f"{counts[code]} {words}")
        for code, words in (("unknown", "of unknown outcome: look at the account."), ("dead", "could not be posted."))
        if counts.get(code)
    ]
    waiting = sum(counts.get(one, 0) for one in ("queued", "sending", "retry"))
    if waiting and state.state == "ok" and not state.paused:
        found.append(_waiting(state, waiting, now))
    return found


def _waiting(state: accounts.AccountState, many: int, now: datetime) -> Attention:
    waits = [one for lane in ("alert", "rest") if (one := state.waits(lane, now))]
    if not waits:
        return Attention(subject=state.id, code="queued", message=f"{many} wait to be sent.")
    longest = max(waits, key=lambda one: one.until)
    harmless = longest.rule == "limited" or longest.rule.startswith(("budget.", "quiet-hours"))
    why = "by its limits" if harmless else f"after a failure ({state.error or longest.rule})"
    return Attention(
        subject=state.id,
        code=longest.rule,
        message=f"{many} wait {why} until {moment(longest.until)}.",
        grave=not harmless,
    )

"""How things stand, and what needs a person's attention: for ``status``, the desk, metrics and every exit code alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.attentions import WAITS, Attention, attend, ended
from bot.collecting.silence import FROZEN, Past, silence
from bot.delivery.budget import LOOK_BACK, Caps, Spent, left
from bot.store import accounts, queue, sources, views

__all__ = ["Attention", "attention", "moment", "status"]

THREE_HOURS = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """What reading has cost, by source number, in the units of each source's adapter."""

    today: Mapping[int, int] = field(default_factory=dict)
    month: Mapping[int, int] = field(default_factory=dict)


def status(connection: Connection, now: datetime, caps: Mapping[str, Caps]) -> dict[str, Any]:
    """Give the contract's JSON of ``status``. ``caps`` are the settings of the accounts, by id."""
    meter = Meter(
        today=sources.spent_since(connection, f"{now:%Y-%m-%d}"),
        month=sources.spent_since(connection, f"{now:%Y-%m}-01"),
    )
    return {
        "paused": bool(views.read_setting(connection, "paused")),
        "sources": [_source(row, meter) for row in views.source_rows(connection)],
        "accounts": accounts_standing(connection, now, caps),
    }


def accounts_standing(connection: Connection, now: datetime, caps: Mapping[str, Caps]) -> list[dict[str, Any]]:
    """Give the accounts of the contract's JSON of ``status``."""
    counts = views.queue_counts(connection)
    return [
        _account(connection, now, row, counts.get(row.no, {}), caps.get(row.id))
        for row in views.account_rows(connection)
    ]


def attention(connection: Connection, now: datetime, subject: str | None = None) -> list[Attention]:
    """Say what needs a person, and what merely waits: everywhere, or with the source or account of an id."""
    found: list[Attention] = []
    broken = views.broken_counts(connection)
    for row in views.source_rows(connection, subject):
        found += _about_source(row, broken.get(row.no, 0), now)
    counts, reasons = views.queue_counts(connection), views.held_reasons(connection)
    states = [one for one in accounts.active_accounts(connection) if subject in {None, one.id}]
    for state in states:
        found += _about_account(state, counts.get(state.no, {}), reasons, now)
    if subject is None and views.read_setting(connection, "paused"):
        found.append(attend("omroeper", "paused", "Everything is paused."))
    return found


def moment(value: datetime | None) -> str | None:
    """Write a time as the contract does."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _source(row: Any, meter: Meter) -> dict[str, Any]:
    spent = {"today": meter.today.get(row.no, 0), "month": meter.month[row.no]} if row.no in meter.month else None
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
        "code": row.code,
        "last_new": moment(row.last_new),
        "failing_since": moment(row.failing_since),
        "retry_after": moment(row.retry_after),
        "moved_to": (row.moved or {}).get("adopted"),
        "spent": spent,
        "paused": row.paused,
    }


def _about_source(row: Any, broken: int, now: datetime) -> list[Attention]:
    found = [] if row.state in {"new", "ok"} and not row.code else [_state(row, now)]
    if row.state in {"new", "ok"} and not row.code and row.newest_item and now - row.newest_item > FROZEN:
        sentence = f"Its newest item is of {row.newest_item:%Y-%m-%d}."
        found.append(attend(row.id, "source.old", sentence, grave=False))
    if broken:
        found.append(attend(row.id, "item.broken", f"{broken} entries could not be read; they are kept."))
    if row.paused:
        found.append(attend(row.id, "paused", "Paused by hand.", grave=False))
    return found


def _state(row: Any, now: datetime) -> Attention:
    """Say what the state of a source means; the error of an adapter carries its remedy."""
    code = row.code or f"source.{row.state}"
    if row.state in {"new", "ok"}:
        return attend(row.id, code, row.error or "", grave=False)
    if row.state == "gap":
        return attend(row.id, code, "gap: nothing of its last document was in the new one.", grave=False)
    if row.state == "silent":
        past = Past(pauses=row.pauses or (), newest=row.newest_item, last_new=row.last_new)
        heard = silence(now, past)
        return attend(row.id, code, f"silent: {row.error}", grave=heard is not None and heard.certain)
    if row.state == "disabled":
        gone = "it says that it is gone for good. Find its new address, or retire it."
        return attend(row.id, "source.disabled", f"disabled: {row.error or gone}")
    if row.state == "quarantined" and row.error:  # which says what to do
        return Attention(subject=row.id, code=code, message=ended(f"quarantined: {row.error}"))
    return attend(row.id, code, f"{row.state}: {row.error or ''}", grave=not code.startswith(WAITS) or _lasts(row, now))


def _lasts(row: Any, now: datetime) -> bool:
    """Whether a host has asked for pauses for longer than any limit lasts; a budget of ours may."""
    long = row.failing_since is not None and now - row.failing_since > timedelta(days=1)
    return long and not row.code.startswith("x.cap-")


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


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


def _about_account(
    state: accounts.AccountState, counts: Mapping[str, int], reasons: Mapping[tuple[int, str], int], now: datetime
) -> list[Attention]:
    found = []
    if state.state != "ok":
        code = state.code or "account.stopped"
        found.append(attend(state.id, code, f"stopped: {state.error or ''}"))
    if state.paused:
        found.append(attend(state.id, "paused", "Paused by hand.", grave=False))
    if state.warning:
        found.append(attend(state.id, "account.warning", state.warning, grave=False))
    for (number, reason), many in reasons.items():
        if number == state.no:
            found.append(attend(state.id, f"held.{reason}", f"{many} held: {reason}."))
    found += [
        attend(state.id, code, f"{counts[code]} {words}")
        for code, words in (("unknown", "of unknown outcome."), ("dead", "could not be posted."))
        if counts.get(code)
    ]
    waiting = sum(counts.get(one, 0) for one in ("queued", "sending", "retry"))
    if waiting and state.state == "ok" and not state.paused:
        found.append(_waiting(state, waiting, now))
    return found


def _waiting(state: accounts.AccountState, many: int, now: datetime) -> Attention:
    waits = [one for lane in ("alert", "rest") if (one := state.waits(lane, now))]
    if not waits:
        return attend(state.id, "queued", f"{many} wait to be sent.")
    longest = max(waits, key=lambda one: one.until)
    harmless = longest.rule == "limited" or longest.rule.startswith(("budget.", "quiet-hours"))
    why = "by its limits" if harmless else f"after a failure ({state.error or longest.rule})"
    until = moment(longest.until)
    return attend(state.id, longest.rule, f"{many} wait {why} until {until}.", grave=not harmless)

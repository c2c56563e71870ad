"""The books of a source: what one poll changes in its row, and which change of its state is worth a notice. Pure.

A state lasts until a poll says otherwise, and leaves one event when it begins and one when it ends, never one per poll.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.contract import Batch, Hints
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Temporary
from bot.attentions import instruction
from bot.collecting.moves import ADOPT_TIMES, QUARANTINE, adopted, sighted
from bot.collecting.poll import Origin, Poll
from bot.collecting.rhythm import LONGEST, next_due
from bot.collecting.silence import SHORTEST_SILENCE, Past, first_pauses, silence, with_pause
from bot.model import Decision, Event
from bot.store.sources import SourceState, Times, pack_hints, unpack_hints

GONE, NOT_FOUND = 410, 404
GONE_AFTER = timedelta(days=14)
"""How long an address may answer 404 before it is given up."""

ALARM_AFTER = timedelta(minutes=5)
"""How long a source of alerts may be out of reach before that is an alarm of its own."""

LIMITED_FOR = timedelta(hours=24)
"""How long a host may ask for a pause before the source counts as failing."""

LASTING = 3
"""From so many failures in a row on a failure is worth a notice."""

LONGEST_ERROR = 500
EMPTY, GAP, ALARM = "source.empty", "source.gap", "alert.unreachable"
_STILL = frozenset({EMPTY, GAP})
_BROKE_OFF = ("feed.truncated", "cap.truncated", "cap.unfetched", "http.")
_TO_TELL = (
    "token.",
    "account.",
    "cap.elsewhere",
    "folder.too-many",
    "rijksoverheid.truncated",
    "sitemap.too-many-pages",
)
"""Problems that last until a person does something about them."""

Row = dict[str, Any]
_NOTHING: Row = {}


def entry(poll: Poll, decision: Decision | None) -> Row:
    """Give what a poll changes in its source's row; ``row`` is the row's number."""
    if poll.error is not None:
        return _failed(poll, poll.error)
    batch = poll.batch
    assert batch is not None
    if batch.not_modified:
        due = next_due(poll.at, poll.origin.rhythm, batch.hints, quiet=_quiet(poll.state, poll.at))
        times: Row = {"row": poll.state.no, "last_try": poll.at, "last_ok": poll.at, "due": due}
        return times | _besides(poll.origin, poll.state, poll.at, batch)
    row = _answered(poll, batch)
    if decision is not None:
        row |= _document(poll, batch, decision)
    broke_off = next((one for one in batch.problems if one.startswith(_BROKE_OFF)), None)
    if broke_off and not batch.whole:
        return row | _half(poll, broke_off)
    if decision and decision.gap:
        return row | {"state": "gap", "code": GAP, "error": None}
    if poll.state.entries and any(one.partition(":")[0].endswith(".no-entries") for one in batch.problems):
        return row | _empty(poll)
    return row | _listened(poll.origin, poll.state, poll.at, row) | _told(batch)


def routine(origin: Origin, state: SourceState, at: datetime, batch: Batch) -> Times | None:
    """Give what is left of a poll that found nothing: when it was, and when the next one is. None where it changes more."""
    if batch.cost or _besides(origin, state, at, batch):
        return None
    return Times(state.no, at, next_due(at, origin.rhythm, batch.hints, quiet=_quiet(state, at)))


def notice(poll: Poll, row: Row) -> Event | None:
    """Give the event that a poll leaves about the source itself; None where nothing of note changed."""
    state = poll.state
    if "state" not in row and "moved" not in row:
        return None  # as nearly every poll
    address = adopted(row.get("moved", state.moved))
    if address != adopted(state.moved):
        return _event(poll, "moved", "redirect.adopted" if address else "redirect.given-up", {"to": address})
    before = _standing(state.state, state.code, state.failures)
    now, code = row.get("state", state.state), row.get("code", state.code)
    after = _standing(now, code, row.get("failures", state.failures))
    if after == before:
        return None
    return _event(poll, after[0], after[1] or code or "source.well", {"error": row.get("error")})


def _standing(state: str, code: str | None, failures: int) -> tuple[str, str | None]:
    """Give what of a state is worth a notice where it changes: single failures and pauses that a host asks for are not."""
    if state == "failing" and code not in {ALARM, EMPTY}:
        return ("failing" if failures >= LASTING else "ok", None)
    if state in {"new", "ok"}:
        return ("ok", code if code and code.startswith(_TO_TELL) else None)
    return (state, code)


def _event(poll: Poll, verdict: str, rule: str, detail: Mapping[str, Any]) -> Event:
    told = {name: value for name, value in detail.items() if value}
    return Event(stage="health", verdict=verdict, rule=rule, source=poll.origin.no, detail=told)


# ── it answered ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _besides(origin: Origin, state: SourceState, at: datetime, batch: Batch) -> Row:
    """Give what changes besides the times where a source answers that nothing did: nothing, nearly always."""
    moves = state.moved or batch.hints.moved_to
    same = batch.cursor is state.cursor or batch.cursor == state.cursor
    if same and not moves and _stays_well(state, at, batch):
        return _NOTHING
    row: Row = {} if same else {"cursor": dict(batch.cursor)}
    if moves:
        row["moved"] = sighted(at, origin.home, state.moved, batch.hints.moved_to)
    if state.code in _STILL:
        return row  # what the last document was still holds
    heard = _listened(origin, state, at, _NOTHING) | _told(batch)
    if state.state != heard["state"] or state.code != heard["code"] or state.failures:
        row |= {"failures": 0, "failing_since": None, "retry_after": None, **heard}
    return row


def _stays_well(state: SourceState, at: datetime, batch: Batch) -> bool:
    """Whether there is nothing to look into."""
    if state.state != "ok" or state.code or state.failures or batch.problems:
        return False
    return state.last_new is None or at - state.last_new <= SHORTEST_SILENCE


def _answered(poll: Poll, batch: Batch) -> Row:
    return {
        "row": poll.state.no,
        "last_try": poll.at,
        "last_ok": poll.at,
        "failures": 0,
        "failing_since": None,
        "retry_after": None,
        "moved": sighted(poll.at, poll.origin.home, poll.state.moved, batch.hints.moved_to),
        "due": next_due(poll.at, poll.origin.rhythm, batch.hints, quiet=_quiet(poll.state, poll.at)),
    }


def _document(poll: Poll, batch: Batch, decision: Decision) -> Row:
    """What a document says of its source, and what its dates say of its rhythm."""
    state, at = poll.state, poll.at
    dates = [one.content.published for one in poll.observed if one.content.published]
    newest = max([*dates, *([state.newest_item] if state.newest_item else [])], default=None)
    row: Row = {
        "cursor": dict(batch.cursor),
        "hints": pack_hints(batch.hints),
        "title": batch.title,
        "newest_item": newest,
    }
    if batch.whole and (decision.new_items or batch.items or batch.unchanged):
        row["entries"] = len(batch.items) + len(batch.unchanged)
    if state.last_new is None:
        row |= {"last_new": at, "pauses": list(first_pauses(one for one in dates if one <= at))}
    elif decision.new_items:
        row |= {
            "last_new": at,
            "pauses": list(with_pause(state.pauses, state.last_new, at)),
            "due": next_due(at, poll.origin.rhythm, batch.hints),
        }
    return row


def _half(poll: Poll, problem: str) -> Row:
    """A document that broke off: what was readable is taken in, and the source is asked for all of it again."""
    code, _, sentence = problem.partition(":")
    failures = poll.state.failures + 1
    return {
        "state": "failing",
        "failures": failures,
        "failing_since": poll.state.failing_since or poll.at,
        "code": code,
        "error": sentence.strip()[:LONGEST_ERROR],
        "due": next_due(poll.at, poll.origin.rhythm, Hints(), failures=failures),
    }


def _empty(poll: Poll) -> Row:
    """A sound document with nothing in it, where there was something: an outage in disguise, and nothing is withdrawn."""
    return {
        "state": "failing",
        "failures": poll.state.failures + 1,
        "failing_since": poll.state.failing_since or poll.at,
        "code": EMPTY,
        "error": f"It answers with no entries, where there were {poll.state.entries}.",
    }


def _listened(origin: Origin, state: SourceState, at: datetime, row: Row) -> Row:
    """Say whether a source that answers well has something to say. ``row`` is what a poll changes of what is known of it."""
    past = Past(
        pauses=row.get("pauses", state.pauses),
        newest=row.get("newest_item", state.newest_item),
        last_new=row.get("last_new", state.last_new),
        urgent=origin.rhythm.urgent,
    )
    found = silence(at, past)
    if found is None:
        return {"state": "ok", "code": None, "error": None}
    return {"state": "silent", "code": found.code, "error": found.sentence}


def _told(batch: Batch) -> Row:
    """Give what the adapter wants a person to know, though all is well."""
    problem = next((one for one in batch.problems if one.startswith(_TO_TELL)), None)
    if problem is None:
        return {}
    code, _, sentence = problem.partition(":")
    return {"code": code, "error": sentence.strip()[:LONGEST_ERROR]}


def _quiet(state: SourceState, now: datetime) -> timedelta:
    return now - state.last_new if state.last_new else timedelta()


# ── it did not ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _failed(poll: Poll, error: AdapterError) -> Row:
    state, at = poll.state, poll.at
    # a refusal does not go away by itself: it is worth a notice, and a longer pause, from the first on
    failures = max(state.failures + 1, LASTING if isinstance(error, AuthFailed) else 0)
    since = state.failing_since or at
    retry_after = _retry_after(error, at)
    blind = max(at, retry_after or at) - since
    row: Row = {
        "row": state.no,
        "state": _state(poll, error, since, blind),
        "last_try": at,
        "failures": failures,
        "failing_since": since,
        "retry_after": retry_after,
        "code": error.code,
        "error": instruction(str(error), error.remedy)[:LONGEST_ERROR],
        "due": _again(poll, since, failures, retry_after),
    }
    if poll.origin.rhythm.urgent and row["state"] == "failing" and blind >= ALARM_AFTER:
        sentence = (
            f"No alert can be seen since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC ({error.code}). {row['error']}"
        )
        row |= {"code": ALARM, "error": sentence[:LONGEST_ERROR]}
    if adopted(state.moved) and failures >= ADOPT_TIMES:
        row["moved"] = None  # the address that it moved to does not answer: back to the configured one
    return row


def _again(poll: Poll, since: datetime, failures: int, retry_after: datetime | None) -> datetime:
    """Give when a source that failed is asked again: later with each failure, and not in the hours that it wants for itself.

    Its document said how often it changes, not how often it may be down: that hint counts again once it answers. A source
    of alerts is asked as soon as its silence becomes an alarm, unless its host asked for a pause.
    """
    rhythm, asked = poll.origin.rhythm, unpack_hints(poll.state.hints)
    hints = Hints(skip_hours=asked.skip_hours, skip_days=asked.skip_days)
    due = next_due(poll.at, rhythm, hints, failures=failures, retry_after=retry_after)
    alarm = since + ALARM_AFTER
    if rhythm.urgent and retry_after is None and poll.at < alarm < due + rhythm.every:
        return max(alarm, poll.at + rhythm.every)
    return due


def _state(poll: Poll, error: AdapterError, since: datetime, blind: timedelta) -> str:
    """Say what a failure makes of its source: given up, kept away from, left alone for a while, or failing.

    ``blind`` is how long nothing will have been seen of it when it may be asked again.
    """
    if error.code == QUARANTINE:
        return "quarantined"
    if isinstance(error, Gone):
        long = error.status == NOT_FOUND and poll.at - since >= GONE_AFTER
        if error.status == GONE or long:
            return "failing" if adopted(poll.state.moved) else "disabled"
    patient = blind < ALARM_AFTER if poll.origin.rhythm.urgent else poll.at - since < LIMITED_FOR
    if _asked_to_wait(error) and patient and poll.state.state != "failing":
        return poll.state.state
    return "failing"


def _asked_to_wait(error: AdapterError) -> bool:
    return isinstance(error, Limited) and (error.until is not None or error.retry_after is not None)


def _retry_after(error: AdapterError, now: datetime) -> datetime | None:
    """Give the moment until which a host asked to be left alone. Seconds count from our own clock."""
    if isinstance(error, Temporary) and error.retry_after is not None:
        return now + min(timedelta(seconds=error.retry_after), LONGEST)
    if isinstance(error, Limited) and error.until:
        return min(error.until.astimezone(UTC), now + LONGEST)
    return None

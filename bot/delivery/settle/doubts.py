"""Attempts of which nobody knows whether they happened: what is done about them, and what a search makes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from adapters.errors import Temporary, Unknown
from bot.delivery.attempt import SURPRISE, Outcome
from bot.delivery.reconcile import Finding
from bot.delivery.settle.arrivals import Arrival, arrived
from bot.delivery.settle.rests import ALERT_PAUSE, LONGEST_PAUSE, asked, pause, rest
from bot.delivery.settle.rows import Rows, code_of
from bot.model import Undecided
from bot.store import attempts, queue

ALERT_PATIENCE = timedelta(seconds=60)
"""After so much not knowing an alert is sent: a doubled alert is better than none."""

CHOKES = 2
"""Server errors on one item before it rests by itself; other sources' items then go first."""

PATIENCE = 8
"""Server errors on one item before those of its own source are let past it; it is dead once any arrives where it does not."""

MOST_ATTEMPTS = 20
"""The same for attempts of which nothing at all was heard."""


def unknown(rows: Rows, outcome: Outcome) -> None:
    """Write that nobody knows: a post is looked for, anything else is done again."""
    claim, error = outcome.claim, outcome.error
    choked = bool(error and (error.status is not None or error.code == SURPRISE))
    if claim.operation != "publish":
        _again(rows, outcome, choked=choked)
        return
    settles = rows.now + timedelta(seconds=error.settles_after if isinstance(error, Unknown) else 0)
    attempts.doubt(rows.connection, claim.delivery, settles=settles, error=str(error), choked=choked)
    row = rows.current(claim.wanted.id)
    if row is None or row.state != "sending":
        return
    rows.move(row.id, state="unknown", due=rows.now, error=str(error))
    rows.note("unknown", code_of(error), claim.wanted, error=str(error))
    if isinstance(error, Temporary) and asked(rows, error):
        rest(rows, error, "post")


def searched(rows: Rows, one: Undecided, finding: Finding) -> None:
    """Write what a search found of one attempt.

    It is made again after two empty searches, the second when its request can no longer be running. What cannot be told is
    left to a person; only an alert is sent after a minute of not knowing.
    """
    row = rows.current(one.publication)
    if row is None or row.state != "unknown":
        return
    settled = rows.now >= one.settles or one.settles > rows.now + queue.LONGEST_RETRY
    if finding.verdict == "found" and finding.post:
        _found(rows, row, one, finding)
    elif finding.verdict == "absent" and one.searches >= 1 and settled:
        _send_again(rows, row, one, "unknown.absent")
    elif one.lane == "alert" and abs(rows.now - one.started) >= ALERT_PATIENCE:
        _send_again(rows, row, one, "unknown.alert-exception")
    elif finding.verdict == "absent":
        attempts.searched(rows.connection, one.delivery, one.searches + 1)
        rows.move(row.id, due=max(rows.now, one.settles))
    elif finding.verdict != "failed":
        _leave_open(rows, row, one, finding)


def _found(rows: Rows, row: Any, one: Undecided, finding: Finding) -> None:
    frozen = queue.read_frozen(row.parts, row.post)
    if frozen is None or finding.post is None:
        return
    remote_id = finding.post.remote_id
    attempts.end(rows.connection, rows.now, one.delivery, "done", remote_id=remote_id)
    arrival = Arrival(part=one.part, remote_id=remote_id, url=finding.post.url, digest=one.fingerprint.digest)
    arrived(rows, row, frozen, arrival)
    rows.note("sent", "unknown.found", row, part=one.part, remote_id=remote_id)


def _leave_open(rows: Rows, row: Any, one: Undecided, finding: Finding) -> None:
    if one.lane == "alert":
        rows.move(row.id, due=one.started + ALERT_PATIENCE)
        return
    rows.move(row.id, reason=finding.verdict, error="Look at the account, then approve or drop it.")
    rows.note("unknown", f"unknown.{finding.verdict}", row)


def _send_again(rows: Rows, row: Any, one: Undecided, rule: str) -> None:
    attempts.end(rows.connection, rows.now, one.delivery, "failed", error=rule)
    if row.wanted == 0:
        rows.give_up(row)
        return
    chokes = attempts.choked(rows.connection, row.id, row.queued)
    tried_long = chokes >= PATIENCE or row.attempts >= MOST_ATTEMPTS
    if tried_long and attempts.others_arrived(rows.connection, row.account, row.id, row.queued):
        rows.move(row.id, state="dead", reason="server-error")
        rows.note("dead", "server-error", row, error=row.error)
    elif chokes < CHOKES and not tried_long:
        rows.move(row.id, state="queued", reason=None, due=row.queued)
        rows.note("again", rule, row)
    else:
        urgent = one.lane == "alert"
        put_off = min(pause(chokes or MOST_ATTEMPTS), ALERT_PAUSE if urgent else LONGEST_PAUSE)
        reason = "server-error" if tried_long or urgent else None
        rows.move(row.id, state="retry", reason=reason, due=rows.now + put_off)
        rows.note("retry", "server-error", row, error=row.error)


def _again(rows: Rows, outcome: Outcome, *, choked: bool) -> None:
    """Repeat an edit, a deletion or a boost, which changes nothing where it was done already; but not for ever."""
    claim, error = outcome.claim, outcome.error
    attempts.end(rows.connection, rows.now, claim.delivery, "failed", error=str(error), choked=choked)
    chokes = attempts.choked(rows.connection, claim.wanted.id, claim.wanted.queued)
    if chokes >= PATIENCE:
        rows.bury(claim, error)
        return
    rows.back(claim, state="retry", due=rows.now + pause(max(chokes - 1, 0)), error=str(error))
    rows.note("retry", code_of(error), claim.wanted, error=str(error))
    if isinstance(error, Temporary) and (asked(rows, error) or not choked):
        rest(rows, error, "take-down" if claim.operation in queue.REMOVING else "post")

"""Attempts that the server did not accept, or that never left: whose failure it is decides what waits."""

from __future__ import annotations

from dataclasses import replace

from adapters.errors import AdapterError, Refused, Temporary
from bot.attentions import instruction
from bot.compose.tags import tags_named
from bot.delivery.attempt import Outcome
from bot.delivery.settle.rests import asked, pause, rest
from bot.delivery.settle.rows import Rows, code_of
from bot.model import Claim
from bot.store import accounts, attempts, queue, shadow
from bot.store.tags import refuse_tags

RUNGS = 3
"""Steps of the ladder for a refused text: as composed, without our own tags, everything neutralised."""

MENDABLE = frozenset({400, 413, 422})
"""Statuses of a refusal that another form of the same text may escape."""


def release(rows: Rows, claim: Claim) -> None:
    """Put a claim back that never left."""
    rows.end(claim, "released")
    rows.back(claim, attempts=claim.wanted.attempts)


def released(rows: Rows, outcome: Outcome) -> None:
    """Put back what somebody stopped before it left."""
    release(rows, outcome.claim)


def down(rows: Rows, outcome: Outcome) -> None:
    """The server's failure, or its wish: the account rests, and its queue stays as it is."""
    claim, error = outcome.claim, outcome.error
    rows.end(claim, "failed", error=error)
    rows.back(claim, error=str(error), attempts=claim.wanted.attempts)
    if isinstance(error, Temporary):
        rest(rows, error, "take-down" if claim.operation in queue.REMOVING else "post")
    rows.note("waits", code_of(error), claim.wanted, error=str(error))


def not_yet(rows: Rows, outcome: Outcome) -> None:
    """The item's own wait: its pictures are not ready, or may not be uploaded now. Others go on."""
    claim, error = outcome.claim, outcome.error
    rows.end(claim, "failed", error=error)
    wish = asked(rows, error) if isinstance(error, Temporary) else None
    until = wish.until if wish else rows.now + pause(claim.wanted.attempts)
    rows.back(claim, state="retry", due=min(until, rows.now + queue.LONGEST_RETRY), error=str(error))
    rows.note("waits", code_of(error), claim.wanted, error=str(error))


def stopped(rows: Rows, outcome: Outcome) -> None:
    """The account is not accepted: it stops, and its queue stays."""
    claim, error = outcome.claim, outcome.error
    rows.end(claim, "failed", error=error)
    rows.back(claim, error=str(error), attempts=claim.wanted.attempts)
    said = instruction(str(error), error.remedy) if error else ""
    accounts.stop(rows.connection, rows.account.no, code=code_of(error), error=said, now=rows.now)
    rows.note("stopped", code_of(error), claim.wanted, error=str(error))


def refused(rows: Rows, outcome: Outcome) -> None:
    """The item's failure: one step down its own ladder, or dead with the reason."""
    claim, error = outcome.claim, outcome.error
    rows.end(claim, "failed", error=error)
    accounts.forget_limits(rows.connection, rows.account.no)  # they may have changed, and be the reason
    refuse_tags(rows.connection, rows.account.id, tags_named(claim.frozen, str(error)), rows.now)
    rung = claim.wanted.rung + 1
    mendable = isinstance(error, Refused) and error.status in MENDABLE
    if mendable and rung < RUNGS and claim.operation in {"publish", "edit"}:
        rows.back(claim, rung=rung, error=str(error))
        rows.note("retry", f"refused.rung-{rung}", claim.wanted, error=str(error))
    else:
        rows.bury(claim, error)


def media_refused(rows: Rows, outcome: Outcome) -> None:
    """The pictures are not accepted: without them."""
    claim, error = outcome.claim, outcome.error
    if claim.wanted.bare or error is None:
        refused(rows, outcome)
        return
    rows.end(claim, "failed", error=error)
    without_pictures(rows, claim, error)
    rows.back(claim, error=str(error))


def without_pictures(rows: Rows, claim: Claim, error: AdapterError) -> None:
    """Remember that a publication goes without its pictures: what it says is worth more."""
    rows.move(claim.wanted.id, bare=True)
    rows.note("retry", "media.without", claim.wanted, code=error.code, error=str(error))


def parent_gone(rows: Rows, outcome: Outcome) -> None:
    """The post to answer is not there: as a root."""
    claim = outcome.claim
    if claim.fingerprint.in_reply_to is None:
        refused(rows, outcome)
        return
    rows.end(claim, "failed", error=outcome.error)
    rows.back(claim, alone=True)
    rows.note("retry", "parent-gone.as-root", claim.wanted, parent=claim.fingerprint.in_reply_to)


def gone(rows: Rows, outcome: Outcome) -> None:
    """Removed there by hand: closed, and never posted again; unless we ourselves removed it, and never heard so."""
    claim = outcome.claim
    rows.end(claim, "failed", error="removed there")
    there = claim.frozen.parts[claim.part].remote_id if claim.part else None
    if there and attempts.tried_to_delete(rows.connection, claim.wanted.id, there):
        _anew(rows, claim, there)
        return
    rows.move(claim.wanted.id, state="dropped", reason="removed-there", check_at=None)
    rows.note("dropped", "removed-there", claim.wanted)


def _anew(rows: Rows, claim: Claim, remote_id: str) -> None:
    """Publish a part of a thread again that was superfluous for a while."""
    shadow.forget(rows.connection, rows.account.no, remote_id)
    parts = (replace(one, remote_id=None) if at == claim.part else one for at, one in enumerate(claim.frozen.parts))
    frozen = queue.frozen_columns(replace(claim.frozen, parts=tuple(parts)))
    rows.back(claim, aliases=claim.wanted.aliases + 1, **frozen)
    rows.note("again", "part.anew", claim.wanted, part=claim.part)


def changed_there(rows: Rows, outcome: Outcome) -> None:
    """Somebody changed the post on the server: a person decides whose words stay, unless it has to go anyway."""
    rows.end(outcome.claim, "released")
    row = rows.current(outcome.claim.wanted.id)
    if row is not None and row.wanted == 0:
        rows.back(outcome.claim)
        return
    rows.move(outcome.claim.wanted.id, state="held", reason="changed-there")
    rows.note("held", "changed-there", outcome.claim.wanted)


def failed(rows: Rows, outcome: Outcome) -> None:
    """It will not go away by itself."""
    rows.end(outcome.claim, "failed", error=outcome.error)
    rows.bury(outcome.claim, outcome.error)

"""Attempts that the server accepted: a part is there, a publication is whole, a post is gone, or it was somebody else's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from adapters.contract import Receipt, RemotePost
from bot.delivery.attempt import Outcome
from bot.delivery.settle.rows import Rows, follow_up
from bot.model import Claim, Frozen
from bot.store import accounts, attempts, queue, shadow

CHECK_AFTER = timedelta(minutes=1)
"""When to look whether an alert that was accepted is really shown: what a spam filter drops gets an id that never exists."""

MOST_ALIASES = 3
"""How often another key is tried where a server answers with posts of other publications."""


NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One part of a publication that turned out to be on the account. ``outdated``: with words of an earlier attempt."""

    part: int
    remote_id: str
    url: str | None
    digest: str
    outdated: bool = False


def done(rows: Rows, outcome: Outcome) -> None:
    """Write what the server accepted."""
    claim, receipt = outcome.claim, outcome.receipt
    row = rows.current(claim.wanted.id)
    if row is None:
        return
    if receipt is None:
        rows.end(claim, "done")
        _removed(rows, row, claim)
    elif claim.operation == "publish" and rows.owner(receipt.remote_id) not in {None, row.id}:
        not_ours(rows, outcome)
        return
    else:
        rows.end(claim, "done", remote_id=receipt.remote_id)
        arrived(rows, row, claim.frozen, _arrival(rows, claim, receipt))
        _learn(rows, claim, receipt)
        if _is_worth_a_look(rows, claim) and row.wanted > 0:
            rows.move(row.id, check_at=rows.now + CHECK_AFTER)
    rows.note("sent", claim.operation, row, part=claim.part)


def arrived(rows: Rows, row: Any, frozen: Frozen, arrival: Arrival) -> None:
    """Write that one part is on the account; with the last one, the publication is."""
    parts = list(frozen.parts)
    if parts:
        parts[arrival.part] = replace(parts[arrival.part], remote_id=arrival.remote_id, done=not arrival.outdated)
    frozen = replace(frozen, parts=tuple(parts))
    first = arrival.part == 0
    link = frozen.link if first else None
    seen = {"digest": arrival.digest, "link": link}
    shadow.own(rows.connection, rows.account.no, arrival.remote_id, row.id, rows.now, **seen)
    values = queue.frozen_columns(frozen) if parts else {}
    if first:
        values |= {"remote_id": arrival.remote_id, "url": arrival.url or row.url}
    if frozen.next_part() is None:
        values |= {"seen": frozen.version, "sent": row.sent or rows.now, "error": None, "rung": 0, "attempts": 0}
    rows.move(row.id, **values, **follow_up(row, frozen))


def not_ours(rows: Rows, outcome: Outcome) -> None:
    """Our key led to another post: the server gave what it had for it (Mastodon compares no bodies)."""
    claim, receipt = outcome.claim, outcome.receipt
    remote_id = receipt.remote_id if receipt else ""
    rows.end(claim, "failed", remote_id=remote_id, error=NOT_OURS)
    taken = rows.owner(remote_id) not in {None, claim.wanted.id}
    if taken and attempts.failed_with(rows.connection, claim.wanted.id, NOT_OURS) <= MOST_ALIASES:
        rows.back(claim, aliases=claim.wanted.aliases + 1)
    else:
        error = f"The server answered with post {remote_id}, which is not ours."
        rows.move(claim.wanted.id, state="unknown", reason="not-ours", error=error)
    rows.note("not-ours", "answer.compared", claim.wanted, remote_id=remote_id)


def looked_at(rows: Rows, row: Any, post: RemotePost | None) -> None:
    """Write what a look at an accepted post saw; one that is not there was never shown to anybody."""
    if post is not None or row.wanted == 0:
        rows.move(row.id, check_at=None)
        return
    shadow.forget(rows.connection, row.account, row.remote_id)
    fresh = {"seen": 0, "remote_id": None, "parts": None, "post": None, "check_at": None}
    error = "The server accepted this post and does not show it. Ask its admin about the words its spam filter drops."
    rows.move(row.id, state="dead", reason="never-shown", error=error, **fresh)
    rows.note("dead", "never-shown", row, remote_id=row.remote_id)


def _arrival(rows: Rows, claim: Claim, receipt: Receipt) -> Arrival:
    """Say what arrived; the server may have given what an earlier attempt posted, with the words of that one."""
    earlier = None
    if claim.operation == "publish" and receipt.post is not None:
        earlier = attempts.words_before(rows.connection, claim, receipt.post.text)
    return Arrival(
        part=claim.part,
        remote_id=receipt.remote_id,
        url=receipt.url,
        digest=earlier or claim.fingerprint.digest,
        outdated=earlier is not None,
    )


def _learn(rows: Rows, claim: Claim, receipt: Receipt) -> None:
    """Remember what an answer says about the account: it works, its newest post, its budget, and whether it is limited."""
    warning = rows.account.warning
    if claim.operation == "publish" and claim.part == 0:
        given, wanted = receipt.post.visibility if receipt.post else None, claim.frozen.visibility
        warning = _lowered(given, wanted) if given not in {None, wanted} else None
        if warning:
            rows.note("warned", "visibility.lowered", claim.wanted, visibility=given, asked=wanted)
    head = None if claim.operation == "edit" else receipt.remote_id
    accounts.note_sent(rows.connection, rows.account, head=head, budget=receipt.budget, warning=warning)


def _lowered(given: str | None, wanted: str) -> str:
    """A limited account's public posts become unlisted in silence (facts on Mastodon, section 11)."""
    return f"Posts appear as {given} although {wanted} was asked: the server has limited this account. Ask its admin."


def _is_worth_a_look(rows: Rows, claim: Claim) -> bool:
    first = claim.operation == "publish" and claim.part == 0
    return first and claim.wanted.lane == "alert" and rows.account.remembers


def _removed(rows: Rows, row: Any, claim: Claim) -> None:
    parts = tuple(replace(one, done=one.done or place == claim.part) for place, one in enumerate(claim.frozen.parts))
    frozen = replace(claim.frozen, parts=parts)
    if row.wanted > 0:
        # the server remembers the key of what was deleted: should the text grow again, its parts have other ones
        rows.move(row.id, aliases=row.aliases + 1)
    if frozen.next_part() is not None:
        rows.move(row.id, state="queued", due=row.queued, **queue.frozen_columns(frozen))
    elif row.wanted == 0:
        rows.move(row.id, state="sent", seen=0, error=None, reason=None, check_at=None)
    else:  # only a part that is no longer needed went
        kept = replace(frozen, parts=tuple(one for one in parts if one.text))
        rows.move(row.id, seen=kept.version, **queue.frozen_columns(kept), **follow_up(row, kept))

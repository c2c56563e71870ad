"""What an outcome changes in memory: the publication, its delivery, the account, the shadow, and the line in ``why``.

Nothing is marked as posted because posting failed, and the item's failure never becomes the account's, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from adapters.contract import RemotePost
from adapters.errors import AdapterError, Limited, Temporary, Unknown
from bot.deliver import Outcome
from bot.model import Claim, Event, Frozen, Undecided
from bot.reconcile import Finding
from bot.store import accounts, queue, shadow
from bot.store.accounts import AccountState
from bot.store.record import add_events

RUNGS = 3
"""Steps of the ladder for a refused text: as composed, without our own tags, everything neutralised and no picture."""

ALERT_PATIENCE = timedelta(seconds=60)
"""After so much not knowing an alert is sent: a doubled alert is better than none."""

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
UNNAMED_PAUSE = timedelta(minutes=1)
"""How long a 429 that names no moment is waited for."""

PATIENCE = 6
"""Server errors on one item before others are let past it; it is dead once they arrive where it does not."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Writing what came of attempts on one account, in one transaction."""

    connection: Connection
    now: datetime
    account: AccountState

    def outcome(self, outcome: Outcome) -> None:
        """Write what came of one attempt."""
        write = getattr(self, f"_{outcome.verdict.replace('-', '_')}")
        write(outcome)

    def release(self, claims: Sequence[Claim]) -> None:
        """Put claims back that never left."""
        for claim in claims:
            self._end(claim, "released")
            self._back(claim, attempts=claim.wanted.attempts)

    def search(self, one: Undecided, finding: Finding) -> None:
        """Write what a search of the timeline found of an attempt in doubt."""
        row = queue.current(self.connection, one.publication)
        if row is None:
            return
        if finding.verdict == "found" and finding.post:
            self._found(row, one, finding.post)
        elif finding.verdict == "absent" and one.searches >= 1 and self.now >= one.settles:
            self._send_again(row, one, "unknown.absent")
        elif one.lane == "alert" and self.now - one.started >= ALERT_PATIENCE:
            self._send_again(row, one, "unknown.alert-exception")
        elif finding.verdict == "absent":
            queue.doubt(self.connection, one.delivery, settles=one.settles, error=None, searches=one.searches + 1)
            self._move(row.id, due=max(self.now, one.settles))
        elif one.lane == "alert":
            self._move(row.id, due=one.started + ALERT_PATIENCE)
        else:
            self._move(row.id, reason=finding.verdict, error="Look at the account, then approve or drop it.")
            self._note("unknown", f"unknown.{finding.verdict}", row)

    def rest(self, error: Temporary) -> None:
        """Let the account rest: as long as its server asked, or ever longer while it is out of reach."""
        failures = self.account.failures
        if isinstance(error, Limited):
            until = error.until or self.now + _seconds(error.retry_after, UNNAMED_PAUSE)
        else:
            until = self.now + max(_seconds(error.retry_after, timedelta()), pause(failures))
            failures += 1
        code = "limited" if isinstance(error, Limited) else error.code
        accounts.note_wait(
            self.connection, self.account.no, until=until, code=code, error=str(error), failures=failures
        )

    # ── an attempt in doubt ──────────────────────────────────────────────────────────────────────────────────────────

    def _found(self, row: Any, one: Undecided, post: RemotePost) -> None:
        frozen = queue.read_frozen(row.parts, row.post)
        if frozen is None:
            return
        queue.end(self.connection, self.now, one.delivery, "done", remote_id=post.remote_id)
        arrival = Arrival(part=one.part, remote_id=post.remote_id, url=post.url, digest=one.fingerprint.digest)
        self._arrived(row, frozen, arrival)
        self._note("sent", "unknown.found", row, remote_id=post.remote_id)

    def _send_again(self, row: Any, one: Undecided, rule: str) -> None:
        queue.end(self.connection, self.now, one.delivery, "failed", error=rule)
        if row.attempts < PATIENCE or one.lane == "alert":
            self._move(row.id, state="queued", reason=None, due=self.now)
            self._note("again", rule, row)
        elif queue.others_arrived(self.connection, row.account, row.id):
            self._move(row.id, state="dead", reason="server-error")
            self._note("dead", "server-error", row, error=row.error)
        else:
            self._move(row.id, state="retry", reason="server-error", due=self.now + pause(row.attempts))
            self._note("retry", "server-error", row, error=row.error)

    def _unknown(self, outcome: Outcome) -> None:
        claim, error = outcome.claim, outcome.error
        if claim.operation != "publish":
            self._down(outcome)  # an edit, delete or boost that is repeated changes nothing
            return
        settles = self.now + timedelta(seconds=error.settles_after if isinstance(error, Unknown) else 0)
        queue.doubt(self.connection, claim.delivery, settles=settles, error=str(error))
        self._move(claim.wanted.id, state="unknown", reason=None, due=self.now, error=str(error))
        self._note("unknown", _code(error), claim.wanted, error=str(error))
        if isinstance(error, Unknown) and error.status is not None:
            self.rest(error)

    # ── an attempt that arrived ──────────────────────────────────────────────────────────────────────────────────────

    def _done(self, outcome: Outcome) -> None:
        claim, receipt = outcome.claim, outcome.receipt
        row = queue.current(self.connection, claim.wanted.id)
        if row is None:
            return
        if claim.operation in {"delete", "unboost"}:
            self._end(claim, "done")
            self._removed(row, claim)
        elif receipt is not None:
            self._end(claim, "done", remote_id=receipt.remote_id)
            arrival = Arrival(
                part=claim.part, remote_id=receipt.remote_id, url=receipt.url, digest=claim.fingerprint.digest
            )
            self._arrived(row, claim.frozen, arrival)
            head = receipt.remote_id if claim.operation == "publish" else self.account.head
            accounts.note_sent(self.connection, self.account.no, head, receipt.budget)
        self._note("sent", claim.operation, row, part=claim.part, **_lost_visibility(outcome))

    def _arrived(self, row: Any, frozen: Frozen, arrival: Arrival) -> None:
        """Write that one part is on the account; with the last one, the publication is."""
        parts = list(frozen.parts)
        if parts:
            parts[arrival.part] = replace(parts[arrival.part], remote_id=arrival.remote_id, done=True)
        frozen = replace(frozen, parts=tuple(parts))
        first = arrival.part == 0
        shadow.own(
            self.connection,
            self.account.no,
            arrival.remote_id,
            row.id,
            self.now,
            digest=arrival.digest,
            link=frozen.link if first else None,
        )
        values = queue.frozen_columns(frozen) if parts else {}
        if first:
            values |= {"remote_id": arrival.remote_id, "url": arrival.url or row.url}
        if frozen.next_part() is not None:
            self._move(row.id, state="queued", due=self.now, alone=False, **values)
            return
        values |= {"seen": frozen.version, "sent": row.sent or self.now, "error": None, "rung": 0, "attempts": 0}
        self._move(row.id, **values, **self._next(row, frozen.version))

    def _next(self, row: Any, seen: int) -> dict[str, Any]:
        """Say what follows once an account shows a version: nothing, or what was wanted in the meantime."""
        if row.wanted == 0:
            held = row.reason == "withdrawn"  # it was withdrawn while under way, and a person must agree
            state = "held" if held else "queued"
            return {"state": state, "operation": "delete", "due": self.now, "reason": row.reason}
        if row.wanted > seen:
            return {"state": "queued", "operation": "edit", "due": self.now, "reason": None}
        return {"state": "sent", "reason": None}

    def _removed(self, row: Any, claim: Claim) -> None:
        parts = tuple(
            replace(one, done=one.done or place == claim.part) for place, one in enumerate(claim.frozen.parts)
        )
        frozen = replace(claim.frozen, parts=parts)
        if frozen.next_part() is not None:
            self._move(row.id, state="queued", due=self.now, **queue.frozen_columns(frozen))
        elif row.wanted == 0:
            self._move(row.id, state="sent", seen=0, error=None, reason=None)
        else:  # only a part that is no longer needed went
            kept = replace(frozen, parts=tuple(one for one in parts if one.text))
            self._move(row.id, seen=kept.version, **queue.frozen_columns(kept), **self._next(row, kept.version))

    def _not_ours(self, outcome: Outcome) -> None:
        """Our key led to another post: the server gave what it had for it (Mastodon compares no bodies)."""
        claim, receipt = outcome.claim, outcome.receipt
        remote_id = receipt.remote_id if receipt else ""
        owner = shadow.known_posts(self.connection, self.account.no, [remote_id]).get(remote_id)
        self._end(claim, "failed", remote_id=remote_id, error="not ours")
        if owner is not None and owner != claim.wanted.id:
            self._back(claim, aliases=claim.wanted.aliases + 1)
        else:
            self._move(
                claim.wanted.id, state="unknown", reason="not-ours", error=f"The server answered with post {remote_id}."
            )
        self._note("not-ours", "answer.compared", claim.wanted, remote_id=remote_id)

    # ── an attempt that did not ──────────────────────────────────────────────────────────────────────────────────────

    def _down(self, outcome: Outcome) -> None:
        """The server's failure, or its wish: the account rests, and its queue stays as it is."""
        claim, error = outcome.claim, outcome.error
        self._end(claim, "failed", error=str(error))
        self._back(claim, error=str(error))
        if isinstance(error, Temporary):
            self.rest(error)
        self._note("waits", _code(error), claim.wanted, error=str(error))

    _limited = _down

    def _stopped(self, outcome: Outcome) -> None:
        claim, error = outcome.claim, outcome.error
        self._end(claim, "failed", error=str(error))
        self._back(claim, error=str(error))
        accounts.stop(self.connection, self.account.no, code=_code(error), error=_instruct(error), now=self.now)
        self._note("stopped", _code(error), claim.wanted, error=str(error))

    def _refused(self, outcome: Outcome) -> None:
        """The item's failure: one step down its own ladder, or dead with the reason."""
        claim, error = outcome.claim, outcome.error
        self._end(claim, "failed", error=str(error))
        rung = claim.wanted.rung + 1
        if rung < RUNGS and claim.operation in {"publish", "edit"}:
            self._back(claim, rung=rung, error=str(error))
            self._note("retry", f"refused.rung-{rung}", claim.wanted, error=str(error))
        else:
            self._bury(claim, error)

    def _failed(self, outcome: Outcome) -> None:
        self._end(outcome.claim, "failed", error=str(outcome.error))
        self._bury(outcome.claim, outcome.error)

    def _bury(self, claim: Claim, error: AdapterError | None) -> None:
        self._move(claim.wanted.id, state="dead", reason=_code(error), error=_instruct(error))
        self._note("dead", _code(error), claim.wanted, error=str(error))

    def _parent_gone(self, outcome: Outcome) -> None:
        claim = outcome.claim
        if claim.fingerprint.in_reply_to is None:
            self._refused(outcome)
            return
        self._end(claim, "failed", error=str(outcome.error))
        self._back(claim, alone=True)
        self._note("retry", "parent-gone.as-root", claim.wanted, parent=claim.fingerprint.in_reply_to)

    def _gone(self, outcome: Outcome) -> None:
        """Removed there by hand: closed, and never posted again."""
        self._end(outcome.claim, "failed", error="removed there")
        self._move(outcome.claim.wanted.id, state="dropped", reason="removed-there")
        self._note("dropped", "removed-there", outcome.claim.wanted)

    def _changed_there(self, outcome: Outcome) -> None:
        self._end(outcome.claim, "released")
        self._move(outcome.claim.wanted.id, state="held", reason="changed-there")
        self._note("held", "changed-there", outcome.claim.wanted)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _end(self, claim: Claim, state: str, *, remote_id: str | None = None, error: str | None = None) -> None:
        queue.end(self.connection, self.now, claim.delivery, state, remote_id=remote_id, error=error)

    def _move(self, publication: str, **values: Any) -> None:
        queue.move(self.connection, publication, **values)

    def _back(self, claim: Claim, **values: Any) -> None:
        """Put a publication back in line, unless it was given up while its attempt was under way."""
        row = queue.current(self.connection, claim.wanted.id)
        if row is None or row.state != "sending":
            return
        if row.wanted == 0 and row.remote_id is None:
            self._move(row.id, state="dropped", reason="withdrawn")
        else:
            self._move(row.id, **{"state": "queued", "due": self.now, **values})

    def _note(self, verdict: str, rule: str, about: Any, **detail: Any) -> None:
        event = Event(
            stage="deliver",
            verdict=verdict,
            rule=rule,
            source=about.source,
            announcement=about.announcement,
            publication=about.id,
            account=about.account,
            detail=detail,
        )
        add_events(self.connection, self.now, [event])


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One part of a publication that turned out to be on the account."""

    part: int
    remote_id: str
    url: str | None
    digest: str


def pause(failures: int) -> timedelta:
    """How long to rest after so many failures in a row."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures, 20)
    return min(doubled, LONGEST_PAUSE)


def _lost_visibility(outcome: Outcome) -> dict[str, str]:
    """Name a visibility that the server did not keep: a limited account's public posts become unlisted in silence."""
    claim, post = outcome.claim, outcome.receipt.post if outcome.receipt else None
    given = post.visibility if post else None
    if claim.operation != "publish" or claim.part or given in {None, claim.frozen.visibility}:
        return {}
    return {"visibility": given or "", "asked": claim.frozen.visibility}


def _seconds(value: float | None, otherwise: timedelta) -> timedelta:
    return timedelta(seconds=value) if value is not None else otherwise


def _code(error: AdapterError | None) -> str:
    return error.code if error else "failed"


def _instruct(error: AdapterError | None) -> str:
    return f"{error} {error.remedy}".strip() if error else ""

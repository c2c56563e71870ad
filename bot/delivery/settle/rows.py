"""The verbs by which outcomes are written: rows of one account, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from adapters.errors import AdapterError
from bot.attentions import instruction
from bot.model import Claim, Event, Frozen
from bot.store import attempts, queue, shadow
from bot.store.accounts import AccountState
from bot.store.record import add_events


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one account, as they are changed by what came of its attempts."""

    connection: Connection
    now: datetime
    account: AccountState

    def current(self, publication: str) -> Row[Any] | None:
        """Read a publication as it is now."""
        return queue.current(self.connection, publication)

    def move(self, publication: str, **values: Any) -> None:
        """Set columns of a publication."""
        queue.move(self.connection, publication, **values)

    def end(self, claim: Claim, state: str, *, remote_id: str | None = None, error: object = None) -> None:
        """Close an attempt."""
        said = None if error is None else str(error)
        attempts.end(self.connection, self.now, claim.delivery, state, remote_id=remote_id, error=said)

    def back(self, claim: Claim, **values: Any) -> None:
        """Put a publication back in line, unless it was given up while its attempt was under way."""
        row = self.current(claim.wanted.id)
        if row is None or row.state != "sending":
            return
        if row.wanted == 0 and row.operation not in queue.REMOVING:
            self.give_up(row)
        else:
            self.move(row.id, **{"state": "queued", "reason": None, "due": row.queued, **values})

    def give_up(self, row: Any) -> None:
        """Let go of what was withdrawn while it was under way: drop it, or take away what of it is there."""
        frozen = queue.read_frozen(row.parts, row.post)
        if row.remote_id is None or frozen is None:
            self.move(row.id, state="dropped", reason="withdrawn")
            self.note("dropped", "withdrawn", row)
        else:
            self.move(row.id, **follow_up(row, frozen))

    def bury(self, claim: Claim, error: AdapterError | None) -> None:
        """Give a publication up as dead, with the reason and what to do."""
        row = self.current(claim.wanted.id)
        if row is not None and row.wanted == 0 and claim.operation not in queue.REMOVING:
            self.give_up(row)
            return
        said = instruction(str(error), error.remedy) if error else ""
        self.move(claim.wanted.id, state="dead", reason=code_of(error), error=said)
        self.note("dead", code_of(error), claim.wanted, error=str(error))

    def owner(self, remote_id: str) -> str | None:
        """Say whose a post on the account is, None where nobody's."""
        return shadow.known_posts(self.connection, self.account.no, [remote_id]).get(remote_id)

    def note(self, verdict: str, rule: str, about: Any, **detail: Any) -> None:
        """Write a line of ``why`` about a publication."""
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


def follow_up(row: Any, frozen: Frozen) -> dict[str, Any]:
    """Say what follows for something of which a part is on the account: more of it, what is wanted since, or nothing."""
    if row.wanted == 0:
        held = row.reason == "withdrawn"  # it was withdrawn while under way, and a person must agree
        return {
            "state": "held" if held else "queued",
            "operation": "delete",
            "due": row.queued,
            "reason": "withdrawn" if held else None,
            "check_at": None,
        }
    if frozen.next_part() is not None:
        return {"state": "queued", "due": row.queued, "reason": None, "alone": False}
    if row.wanted > frozen.version:
        return {"state": "queued", "operation": "edit", "due": row.queued, "reason": None}
    return {"state": "sent", "reason": None}


def code_of(error: AdapterError | None) -> str:
    """Give the stable code of an error."""
    return error.code if error else "failed"

"""Choosing what leaves next: what is due and allowed, composed, frozen and written down, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from adapters.contract import Limits
from bot.delivery.adopt import adopt
from bot.delivery.budget import HALF_HOUR, LOOK_BACK, Allowance, Spent, allowance, removals
from bot.delivery.channel import Channel, WordingError
from bot.delivery.freeze import as_claim, freeze
from bot.ids import new_id
from bot.model import Claim, Errand, Event, Lane, Wanted
from bot.redact import named
from bot.store import accounts, line, queue
from bot.store.accounts import AccountState, LaneWait
from bot.store.record import add_events

GROUP = 8
"""Publications claimed by one commit: their receipts are settled by one more, and a kill leaves at most these to look up."""

NOT_SO_SOON = timedelta(seconds=1)

Instead = Literal["settled", "unfinished"]
"""What became of a publication for which nothing has to leave now; one that is unfinished keeps its source waiting."""


def claim_next(
    connection: Connection, channel: Channel, lane: Lane, now: datetime, *, stale: bool = True
) -> tuple[int, list[Claim]]:
    """Claim what leaves next on a lane; give also how many publications were dealt with.

    ``stale``: look first for what has waited too long, which takes a walk along the whole line.
    """
    state = accounts.read_account(connection, channel.no, lock=True)
    choice = Choice(connection=connection, channel=channel, lane=lane, state=state, now=now)
    if stale:
        choice.hold_stale()
    posts, take_downs = choice.room("post"), choice.room("take-down")
    waiting = line.waiting(connection, channel.no, lane, now, posts=posts, take_downs=take_downs)
    claims = choice.prepare(waiting)
    queue.claim(connection, now, claims)
    return len(waiting), claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One look at the queue of one lane of an account."""

    connection: Connection
    channel: Channel
    lane: Lane
    state: AccountState
    now: datetime

    def hold_stale(self) -> None:
        """Hold what waited too long, with a line in ``why``."""
        own = {source: self.now - stale for source, stale in self.channel.stale.items()}
        before = self.now - self.channel.policy.stale
        held = line.hold_stale(
            self.connection, self.channel.no, self.lane, self.now, before=before, before_by_source=own
        )
        for publication, announcement in held:
            event = Event(
                stage="deliver",
                verdict="held",
                rule="stale",
                announcement=announcement,
                publication=publication,
                account=self.channel.no,
            )
            add_events(self.connection, self.now, [event])

    def room(self, errand: Errand) -> int:
        """How many errands of a kind may leave now; where none, what they wait for is written down."""
        if not self.state.is_open(self.lane) or self.state.wait_for(self.lane, errand, self.now):
            return 0
        allowed = self._removals(whole=True) if errand == "take-down" else self._posts()
        if allowed.count <= 0:
            wait = LaneWait(until=max(allowed.until or self.now, self.now + NOT_SO_SOON), rule=allowed.rule)
            name = self.lane if errand == "post" else errand
            accounts.note_lane_wait(
                self.connection, accounts.read_account(self.connection, self.channel.no), name, wait
            )
        return allowed.count

    def prepare(self, waiting: Iterable[Wanted]) -> list[Claim]:
        """Turn what waits into claims, in order; nothing of a source may follow what is not whole there."""
        claims: list[Claim] = []
        unfinished: set[int] = set()
        for wanted in waiting:
            if (until := self.channel.waits(wanted, self.now)) is not None:
                # queued by a clock that was set back, it would be due again at once
                queue.move(self.connection, wanted.id, due=until, queued=min(wanted.queued, self.now))
                continue
            if wanted.source in unfinished and wanted.operation in queue.PUBLISHING:
                continue
            claim = self._claim(wanted)
            if isinstance(claim, Claim):
                claims.append(claim)
                more = sum(not part.done for part in claim.frozen.parts) > 1
            else:
                more = claim == "unfinished"
            if more:
                unfinished.add(wanted.source)
        return claims

    def _posts(self) -> Allowance:
        sent = queue.sent_since(self.connection, self.channel.no, self.now - LOOK_BACK)
        spent = Spent(sent=sent, budget=self.state.budget, has_alerts=self.channel.has_alerts)
        return allowance(self.now, self.channel.policy, self.lane, spent, GROUP)

    def _removals(self, *, whole: bool) -> Allowance:
        removed = queue.sent_since(self.connection, self.channel.no, self.now - HALF_HOUR, queue.REMOVING)
        return removals(self.now, self.channel.policy, removed, GROUP, whole=whole)

    def _claim(self, wanted: Wanted) -> Claim | Instead:
        """Make the claim of one publication, or say what became of it instead."""
        if wanted.content.boost and wanted.operation == "edit":
            return self._nothing_to_do(wanted, wanted.wanted, "edit.boost")
        try:
            frozen = freeze(wanted, lambda: self.channel.compose(wanted, self.state.limits or Limits()))
        except WordingError as error:
            return self._hold(wanted, "wording", str(error))
        except Exception as error:  # noqa: BLE001 - the item boundary: what cannot be composed holds up nothing else
            return self._hold(wanted, "compose-failed", named(error))
        place = frozen.next_part()
        if frozen.parts and place is None:
            return self._nothing_to_do(wanted, frozen.version, "edit.same-text")
        acct = self.state.remote_acct or self.state.id
        claim = as_claim(new_id(self.now), wanted, frozen, place or 0, acct=acct, anchor=self.state.head)
        if claim.operation == "publish" and (taken := adopt(self.connection, self.state, claim, self.now)):
            return taken
        shortens = claim.operation == "delete" and wanted.operation != "delete"
        return self._put_off(wanted) or claim if shortens else claim

    def _put_off(self, wanted: Wanted) -> Instead | None:
        """Let a part that became superfluous wait where deletions are short: whole posts that have to go come first."""
        allowed = self._removals(whole=False)
        if allowed.count > 0:
            return None
        queue.move(self.connection, wanted.id, state="retry", reason=allowed.rule, due=allowed.until or self.now)
        return "settled"

    def _nothing_to_do(self, wanted: Wanted, version: int, rule: str) -> Instead:
        """What changed does not show in the post, or is done."""
        seen = 0 if wanted.wanted == 0 else version
        queue.move(self.connection, wanted.id, state="sent", seen=seen, reason=None)
        self._note("unchanged", rule, wanted)
        return "settled"

    def _hold(self, wanted: Wanted, reason: str, error: str) -> Instead:
        queue.move(self.connection, wanted.id, state="held", reason=reason, error=error)
        self._note("held", reason, wanted, error=error)
        return "settled"

    def _note(self, verdict: str, rule: str, wanted: Wanted, **detail: object) -> None:
        event = Event(
            stage="deliver",
            verdict=verdict,
            rule=rule,
            source=wanted.source,
            announcement=wanted.announcement,
            publication=wanted.id,
            account=wanted.account,
            detail=detail,
        )
        add_events(self.connection, self.now, [event])

"""The one way to the outside world: publications whose wanted differs from seen, delivered one at a time per account and lane.

A round: look up what is in doubt; claim a few publications, composed and frozen, in one transaction; send them; settle what
came of them in another. Kill it anywhere, and the next round finds every attempt written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import Connection, Engine

from adapters.contract import Attached, Publisher
from adapters.errors import AdapterError, AuthFailed, Temporary
from bot import lock
from bot.attentions import instruction
from bot.delivery.attempt import SURPRISE, Outcome, deliver, surprise
from bot.delivery.channel import Channel, Compose, WordingError
from bot.delivery.claiming import claim_next
from bot.delivery.meet import MeetingFailed, is_met, meet
from bot.delivery.reconcile import Finding, Owners, search
from bot.delivery.settle import Settlement
from bot.model import Claim, Event, Lane, Undecided, Wanted
from bot.redact import named
from bot.store import accounts, attempts, line, queue, shadow
from bot.store.engine import StoreError, reading, writing
from bot.store.record import add_events

__all__ = ["Channel", "Compose", "Outbox", "WordingError"]

PICTURE_PATIENCE = 5
"""How often a post waits for its pictures before it goes without them."""

SWEEP = timedelta(minutes=1)
"""How often the line of a lane is walked along for what has waited too long."""

AFTER_A_TRIP = timedelta(seconds=2)
"""How long after a mistake of ours its request may still be running on the server."""


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Outbox:
    """Delivers for every account. ``attach`` gives the uploaded pictures of a publication; ``now`` is the clock.

    Whoever calls ``work`` holds the installation's lock (``bot.lock``).
    """

    engine: Engine
    channels: Mapping[int, Channel]
    now: Callable[[], datetime]
    attach: Callable[[Channel, Publisher, Wanted], tuple[Attached, ...]]
    stopping: Callable[[], bool] = lambda: False
    publishers: dict[tuple[int, Lane], Publisher] = field(default_factory=dict)
    swept: dict[tuple[int, Lane], datetime] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    meetings: dict[int, Lock] = field(default_factory=dict)

    def work(self, no: int, lane: Lane) -> None:
        """Deliver until nothing more can be done now. One call at a time per account and lane. Raises ``StoreError``."""
        channel = self.channels[no]
        try:
            while not self.stopping() and self._has_errands(no, lane) and self._round(channel, lane):
                pass
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - the job boundary: one account's surprise is no other's problem
            self._tripped(channel, lane, error)

    def close(self) -> None:
        """Give every connection back."""
        for publisher in self.publishers.values():
            publisher.close()
        self.publishers.clear()

    def _has_errands(self, no: int, lane: Lane) -> bool:
        now = self.now()
        with reading(self.engine) as connection:
            state = accounts.read_account(connection, no)
            due = line.next_due(connection, now, no)
        return state.is_open(lane) and any(
            key[1] == lane and moment <= now and not state.wait_for(lane, key[2], now) for key, moment in due.items()
        )

    def _round(self, channel: Channel, lane: Lane) -> bool:
        """One round; false where nothing was done that lets another round do more."""
        lock.require(self.engine)
        publisher = self._publisher(channel, lane)
        try:
            self._meet(channel, lane, publisher)
            looked = self._look_up(channel, lane, publisher) + self._check(channel, lane, publisher)
        except MeetingFailed as error:
            self._stop(channel, error.code, str(error))
            return False
        except Temporary as error:
            self._rest(channel, error)
            return False
        except AdapterError as error:
            # an account that cannot be looked at for good is not posted to
            self._stop(channel, error.code, instruction(str(error), error.remedy))
            return False
        handled, claims = self._claim(channel, lane)
        if claims:
            self._send(channel, publisher, claims)
        return bool(looked or handled)

    def _publisher(self, channel: Channel, lane: Lane) -> Publisher:
        key = (channel.no, lane)
        if key not in self.publishers:
            self.publishers[key] = channel.open()
        return self.publishers[key]

    def _meet(self, channel: Channel, lane: Lane, publisher: Publisher) -> None:
        with self.meetings.setdefault(channel.no, Lock()):  # the two lanes of an account meet it once
            with reading(self.engine) as connection:
                state = accounts.read_account(connection, channel.no)
            if channel.no in self.met and is_met(state, self.now()):
                return
            if meet(self.engine, state, publisher, self.now, urgent=lane == "alert"):
                self.met.add(channel.no)

    # ── in doubt ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _look_up(self, channel: Channel, lane: Lane, publisher: Publisher) -> int:
        """Search the timeline for attempts of unknown outcome, all in one walk; give how many there were."""
        now = self.now()
        with reading(self.engine) as connection:
            state = accounts.read_account(connection, channel.no)
            if state.wait_for(lane, "search", now):
                return 0
            undecided = attempts.undecided(connection, channel.no, lane, now)
            others = attempts.open_elsewhere(connection, channel.no, {one.publication for one in undecided})
        if not undecided:
            return 0
        owners, application = self._owners(channel.no), state.application
        try:
            found = search(publisher, undecided, owners=owners, application=application, others=others)
        except Temporary:
            self._settle_search(channel, {one: Finding(verdict="failed") for one in undecided})
            raise
        self._settle_search(channel, {one: found[one.delivery] for one in undecided})
        return len(undecided)

    def _settle_search(self, channel: Channel, findings: Mapping[Undecided, Finding]) -> None:
        with writing(self.engine) as connection:
            settlement = self._settlement(connection, channel)
            for one, finding in findings.items():
                settlement.search(one, finding)

    def _owners(self, no: int) -> Owners:
        def owners(remote_ids: Sequence[str]) -> Mapping[str, str | None]:
            with reading(self.engine) as connection:
                return shadow.known_posts(connection, no, remote_ids)

        return owners

    def _check(self, channel: Channel, lane: Lane, publisher: Publisher) -> int:
        """Look whether posts that matter are really shown; give how many were looked at."""
        with reading(self.engine) as connection:
            rows = line.checks_due(connection, channel.no, lane, self.now())
        for row in rows:
            post = publisher.post(row.remote_id)
            with writing(self.engine) as connection:
                self._settlement(connection, channel).shown(row, post)
        return len(rows)

    # ── claiming and sending ─────────────────────────────────────────────────────────────────────────────────────────

    def _claim(self, channel: Channel, lane: Lane) -> tuple[int, list[Claim]]:
        """Write down what leaves next; give also how many publications were dealt with."""
        now = self.now()
        stale = abs(now - self.swept.get((channel.no, lane), _LONG_AGO)) >= SWEEP
        with writing(self.engine) as connection:
            claimed = claim_next(connection, channel, lane, now, stale=stale)
        if stale:
            self.swept[channel.no, lane] = now
        return claimed

    def _send(self, channel: Channel, publisher: Publisher, claims: list[Claim]) -> None:
        """Send claims in order, until one does not arrive; settle all in one commit."""
        outcomes: list[Outcome] = []
        for claim in claims:
            if not self._may_leave(channel, claim):
                outcomes.append(Outcome(claim=claim, verdict="released"))
                continue
            outcomes.append(self._deliver(channel, publisher, claim))
            if outcomes[-1].verdict != "done":
                break
        with writing(self.engine) as connection:
            for outcome in outcomes:
                self._settlement(connection, channel).outcome(outcome)
            self._settlement(connection, channel).release(claims[len(outcomes) :])

    def _may_leave(self, channel: Channel, claim: Claim) -> bool:
        """Whether a claim may still be sent: not where all is stopped, nor where it was withdrawn since it was claimed."""
        if self.stopping():
            return False
        lock.require(self.engine)
        with reading(self.engine) as connection:
            state = accounts.read_account(connection, channel.no)
            return state.is_open(claim.wanted.lane) and queue.is_wanted(connection, claim.wanted.id)

    def _deliver(self, channel: Channel, publisher: Publisher, claim: Claim) -> Outcome:
        media: tuple[Attached, ...] = ()
        lost: AdapterError | None = None
        if claim.part == 0 and claim.operation in {"publish", "edit"} and not claim.wanted.bare:
            try:
                media = self.attach(channel, publisher, claim.wanted)
            except AdapterError as error:
                if _keeps_waiting(claim, error):
                    stopped = isinstance(error, AuthFailed)
                    return Outcome(claim=claim, verdict="stopped" if stopped else "not-yet", error=error)
                lost = error
            except Exception as error:  # noqa: BLE001 - the picture's boundary: what it says is worth more
                lost = surprise(error)
        outcome = deliver(publisher, claim, media, known=self._known(claim))
        return replace(outcome, pictures_lost=lost)

    def _known(self, claim: Claim) -> frozenset[str] | None:
        """Give the digests of what we put into the post that is edited; None where it may say anything."""
        remote_id = claim.frozen.parts[claim.part].remote_id if claim.frozen.parts else None
        if claim.operation != "edit" or remote_id is None:
            return None
        with reading(self.engine) as connection:
            limits = accounts.read_account(connection, claim.wanted.account).limits
            if limits is not None and "source" not in limits.features:
                return None  # nobody can look there: the built-in account keeps no words of its own
            last = shadow.digest_of(connection, claim.wanted.account, remote_id)
            return None if last is None else attempts.digests(connection, claim.wanted.id, claim.part) | {last}

    # ── the account ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _settlement(self, connection: Connection, channel: Channel) -> Settlement:
        return Settlement(connection, self.now(), accounts.read_account(connection, channel.no, lock=True))

    def _stop(self, channel: Channel, code: str, error: str) -> None:
        with writing(self.engine) as connection:
            now = self.now()
            accounts.stop(connection, channel.no, code=code, error=error, now=now)
            event = Event(stage="deliver", verdict="stopped", rule=code, account=channel.no, detail={"error": error})
            add_events(connection, now, [event])

    def _rest(self, channel: Channel, error: Temporary) -> None:
        with writing(self.engine) as connection:
            self._settlement(connection, channel).rest(error)

    def _tripped(self, channel: Channel, lane: Lane, error: Exception) -> None:
        """A mistake of ours: what was under way is in doubt, and the account rests."""
        with writing(self.engine) as connection:
            now = self.now()
            queue.orphans(connection, now, now + AFTER_A_TRIP, only=(channel.no, lane))
            self._settlement(connection, channel).rest(surprise(error))
            detail = {"error": named(error)}
            event = Event(stage="deliver", verdict="waits", rule=SURPRISE, account=channel.no, detail=detail)
            add_events(connection, now, [event])


def _keeps_waiting(claim: Claim, error: AdapterError) -> bool:
    """Whether a post waits for its pictures: not an alert, not for ever, and not where waiting changes nothing."""
    if isinstance(error, AuthFailed):
        return True
    return isinstance(error, Temporary) and claim.wanted.lane != "alert" and claim.wanted.attempts < PICTURE_PATIENCE

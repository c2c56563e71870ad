"""The one way to the outside world: publications whose wanted differs from seen, delivered one at a time per account and lane.

A round: look up what is in doubt; claim a few publications, composed and frozen, in one transaction; send them; settle what
came of them in another. Kill it anywhere, and the next round finds every attempt written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from threading import Lock
from typing import Protocol

from sqlalchemy import Connection, Engine

from adapters.contract import Attached, Limits, Publisher
from adapters.errors import AdapterError, AuthFailed, Temporary
from bot.budget import LOOK_BACK, Allowance, Caps, Spent, allowance
from bot.deliver import Outcome, deliver
from bot.ids import new_id
from bot.meet import MeetingFailed, is_met, meet
from bot.model import Claim, Composed, Event, Fingerprint, Frozen, Lane, Part, Wanted
from bot.reconcile import Owners, is_the_same_news, search
from bot.settle import Settlement
from bot.store import accounts, queue, shadow
from bot.store.accounts import AccountState, LaneWait
from bot.store.engine import reading, writing
from bot.store.record import add_events
from bot.text import canonical_link, digest

GROUP = 8
"""Publications claimed by one commit: their receipts are settled by one more, and a kill leaves at most these to look up."""


class AccountPolicy(Caps, Protocol):
    """The settings of an account that delivering needs; ``bot.settings.Account`` has them."""

    @property
    def id(self) -> str:
        """Its name in the configuration."""

    @property
    def stale(self) -> timedelta:
        """What has waited longer is held."""


class WordingError(Exception):
    """A wording that cannot be used. It names the file and line; what it was for is held and never sent."""


Compose = Callable[[Wanted, Limits], Composed]
"""Gives the exact texts of a publication for a server with these limits. Raises ``WordingError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An account as configured: its number in memory, its settings, how to open a connection, and its own composer."""

    no: int
    policy: AccountPolicy
    open: Callable[[], Publisher]
    compose: Compose
    has_alerts: bool = False


@dataclass(slots=True, kw_only=True)
class Outbox:
    """Delivers for every account. ``attach`` gives the uploaded pictures of a publication; ``now`` is the clock."""

    engine: Engine
    channels: Mapping[int, Channel]
    now: Callable[[], datetime]
    attach: Callable[[Channel, Publisher, Wanted], tuple[Attached, ...]]
    stopping: Callable[[], bool] = lambda: False
    publishers: dict[tuple[int, Lane], Publisher] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    meeting: Lock = field(default_factory=Lock)

    def work(self, no: int, lane: Lane) -> None:
        """Deliver until nothing more can be done now. One call at a time per account and lane."""
        while not self.stopping():
            with reading(self.engine) as connection:
                state = accounts.read_account(connection, no)
                due = queue.next_due(connection, no).get((no, lane))
            now = self.now()
            if not state.is_open(lane) or state.waits(lane, now) or due is None or due > now:
                return
            if not self._round(self.channels[no], lane):
                return

    def close(self) -> None:
        """Give every connection back."""
        for publisher in self.publishers.values():
            publisher.close()
        self.publishers.clear()

    def _round(self, channel: Channel, lane: Lane) -> bool:
        """One round; false where nothing was done that lets another round do more."""
        publisher = self._publisher(channel, lane)
        try:
            self._meet(channel, publisher)
            searched = self._look_up(channel, lane, publisher)
        except MeetingFailed as error:
            self._stop(channel, error.code, str(error))
            return False
        except AuthFailed as error:
            self._stop(channel, error.code, f"{error} {error.remedy}".strip())
            return False
        except Temporary as error:
            self._rest(channel, error)
            return False
        claims = self._claim(channel, lane)
        if claims:
            self._send(channel, publisher, claims)
        return searched or bool(claims)

    def _publisher(self, channel: Channel, lane: Lane) -> Publisher:
        key = (channel.no, lane)
        if key not in self.publishers:
            self.publishers[key] = channel.open()
        return self.publishers[key]

    def _meet(self, channel: Channel, publisher: Publisher) -> None:
        with self.meeting:  # the two lanes of an account meet it once
            with reading(self.engine) as connection:
                state = accounts.read_account(connection, channel.no)
            if channel.no not in self.met or not is_met(state, self.now()):
                meet(self.engine, state, publisher, self.now)
                self.met.add(channel.no)

    # ── in doubt ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _look_up(self, channel: Channel, lane: Lane, publisher: Publisher) -> bool:
        """Search the timeline for attempts of unknown outcome, all in one walk."""
        with reading(self.engine) as connection:
            state = accounts.read_account(connection, channel.no)
            undecided = queue.undecided(connection, channel.no, lane, self.now())
        if not undecided:
            return False
        findings = search(publisher, undecided, owners=self._owners(channel.no), application=state.application)
        with writing(self.engine) as connection:
            now = self.now()
            settlement = Settlement(connection, now, state)
            for one in undecided:
                settlement.search(one, findings[one.delivery])
        return True

    def _owners(self, no: int) -> Owners:
        def owners(remote_ids: Sequence[str]) -> Mapping[str, str | None]:
            with reading(self.engine) as connection:
                return shadow.known_posts(connection, no, remote_ids)

        return owners

    # ── claiming ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _claim(self, channel: Channel, lane: Lane) -> list[Claim]:
        """Choose, compose, freeze and write down what leaves next."""
        now = self.now()
        with writing(self.engine) as connection:
            state = accounts.read_account(connection, channel.no)
            self._hold_stale(connection, channel, now)
            allowed = self._allowance(connection, channel, lane, state, now)
            if allowed.count <= 0:
                wait = LaneWait(until=allowed.until or now + timedelta(minutes=1), rule=allowed.rule)
                accounts.note_lane_wait(connection, state, lane, wait)
                return []
            waiting = queue.waiting(connection, channel.no, lane, now, min(GROUP, allowed.count))
            claims = self._prepare(connection, channel, state, waiting)
            queue.claim(connection, now, claims)
        return claims

    def _allowance(
        self, connection: Connection, channel: Channel, lane: Lane, state: AccountState, now: datetime
    ) -> Allowance:
        sent = queue.sent_since(connection, channel.no, now - LOOK_BACK)
        spent = Spent(sent=sent, budget=state.budget, has_alerts=channel.has_alerts)
        return allowance(now, channel.policy, lane, spent, GROUP)

    def _hold_stale(self, connection: Connection, channel: Channel, now: datetime) -> None:
        for publication, announcement in queue.hold_stale(
            connection, channel.no, now, before=now - channel.policy.stale
        ):
            event = Event(
                stage="deliver",
                verdict="held",
                rule="stale",
                announcement=announcement,
                publication=publication,
                account=channel.no,
            )
            add_events(connection, now, [event])

    def _prepare(
        self, connection: Connection, channel: Channel, state: AccountState, waiting: list[Wanted]
    ) -> list[Claim]:
        """Turn what waits into claims, in order; nothing of a source may follow a thread of it that is not whole."""
        claims: list[Claim] = []
        unfinished: set[int] = set()
        for wanted in waiting:
            if wanted.source in unfinished:
                continue
            claim = self._claim_one(connection, channel, state, wanted)
            if claim is None:
                continue
            claims.append(claim)
            if claim.operation == "publish" and len(claim.frozen.parts) > 1:
                unfinished.add(wanted.source)
        return claims

    def _claim_one(self, connection: Connection, channel: Channel, state: AccountState, wanted: Wanted) -> Claim | None:
        now = self.now()
        try:
            frozen = freeze(wanted, channel.compose, state.limits or Limits())
        except WordingError as error:
            queue.move(connection, wanted.id, state="held", reason="wording", error=str(error))
            note(connection, now, "held", "wording", wanted, error=str(error))
            return None
        place = frozen.next_part()
        if wanted.operation == "edit" and place is None:
            # what changed does not show in the post
            queue.move(connection, wanted.id, state="sent", seen=frozen.version, reason=None)
            note(connection, now, "unchanged", "edit.same-text", wanted)
            return None
        place = place or 0
        claim = self._as_claim(state, wanted, frozen, place)
        if claim.operation == "publish" and place == 0 and self._adopted(connection, state, claim):
            return None
        return claim

    def _as_claim(self, state: AccountState, wanted: Wanted, frozen: Frozen, place: int) -> Claim:
        part = frozen.parts[place] if frozen.parts else Part(text="")
        operation = part.operation if frozen.parts and wanted.operation in {"publish", "edit"} else wanted.operation
        previous = frozen.parts[place - 1].remote_id if place else wanted.answers
        return Claim(
            delivery=new_id(self.now()),
            wanted=wanted,
            frozen=frozen,
            part=place,
            operation=operation,
            key=idempotency_key(state.remote_acct or state.id, wanted, frozen.language, place),
            fingerprint=Fingerprint(
                link=frozen.link if place == 0 else None,
                digest=digest(part.text),
                in_reply_to=None if wanted.alone or operation != "publish" else previous,
            ),
            anchor=state.head,
        )

    def _adopted(self, connection: Connection, state: AccountState, claim: Claim) -> bool:
        """Whether the account shows this announcement already: from before a restored backup, or from another bot."""
        wanted, link = claim.wanted, claim.fingerprint.link
        if wanted.generation:
            return False
        for post in shadow.unowned(connection, state.no, link, claim.fingerprint.digest):
            same_text = post.digest == claim.fingerprint.digest
            if same_text or is_the_same_news(post.text, post.application, state.application, wanted.content.title):
                ours = same_text or (post.application is not None and post.application == state.application)
                self._adopt(connection, claim, post, ours=ours)
                return True
        return False

    def _adopt(self, connection: Connection, claim: Claim, post: shadow.Shadow, *, ours: bool) -> None:
        wanted, now = claim.wanted, self.now()
        shadow.own(connection, wanted.account, post.remote_id, wanted.id, now)
        parts = tuple(
            replace(one, remote_id=post.remote_id, done=True) if place == 0 else replace(one, done=not ours)
            for place, one in enumerate(claim.frozen.parts)
        )
        frozen = replace(claim.frozen, parts=parts)
        whole = frozen.next_part() is None
        queue.move(
            connection,
            wanted.id,
            state="sent" if whole else "queued",
            seen=frozen.version if whole else 0,
            remote_id=post.remote_id,
            url=post.url,
            text="\n\n".join(one.text for one in parts),
            adopted=not ours,
            sent=now,
            **queue.frozen_columns(frozen),
        )
        rule = "shadow.ours" if ours else "shadow.another-bot"
        note(connection, now, "adopted", rule, wanted, remote_id=post.remote_id, application=post.application)

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _send(self, channel: Channel, publisher: Publisher, claims: list[Claim]) -> None:
        """Send claims in order, until one does not arrive; settle all in one commit."""
        outcomes: list[Outcome] = []
        for claim in claims:
            if self.stopping():
                break
            outcomes.append(self._deliver(channel, publisher, claim))
            if outcomes[-1].verdict != "done":
                break
        with writing(self.engine) as connection:
            now = self.now()
            state = accounts.read_account(connection, channel.no)
            settlement = Settlement(connection, now, state)
            for outcome in outcomes:
                settlement.outcome(outcome)
            settlement.release(claims[len(outcomes) :])

    def _deliver(self, channel: Channel, publisher: Publisher, claim: Claim) -> Outcome:
        try:
            media = self.attach(channel, publisher, claim.wanted) if claim.part == 0 else ()
        except AdapterError as error:
            return Outcome(claim=claim, verdict="stopped" if isinstance(error, AuthFailed) else "down", error=error)
        return deliver(publisher, claim, media, last_digest=self._last_digest(claim))

    def _last_digest(self, claim: Claim) -> str | None:
        remote_id = claim.frozen.parts[claim.part].remote_id if claim.frozen.parts else None
        if claim.operation != "edit" or remote_id is None:
            return None
        with reading(self.engine) as connection:
            return shadow.digest_of(connection, claim.wanted.account, remote_id)

    def _stop(self, channel: Channel, code: str, error: str) -> None:
        with writing(self.engine) as connection:
            now = self.now()
            accounts.stop(connection, channel.no, code=code, error=error, now=now)
            event = Event(stage="deliver", verdict="stopped", rule=code, account=channel.no, detail={"error": error})
            add_events(connection, now, [event])

    def _rest(self, channel: Channel, error: Temporary) -> None:
        with writing(self.engine) as connection:
            state = accounts.read_account(connection, channel.no)
            Settlement(connection, self.now(), state).rest(error)


def freeze(wanted: Wanted, compose: Compose, limits: Limits) -> Frozen:
    """Give the texts of a publication: as frozen before, or composed now where nothing of it is there or it must change."""
    frozen = wanted.frozen
    if wanted.operation in {"delete", "unboost"}:
        parts = tuple(replace(one, text="", done=not one.remote_id) for one in frozen.parts) if frozen else ()
        return replace(frozen, parts=parts) if frozen else _nothing(wanted)
    if wanted.operation == "boost":
        return _nothing(wanted)
    begun = frozen is not None and any(one.remote_id for one in frozen.parts)
    current = frozen is not None and frozen.version == wanted.wanted and frozen.rung == wanted.rung
    unfinished = begun and wanted.operation == "publish"
    if frozen is not None and (current or unfinished):
        return frozen
    composed = compose(wanted, limits)
    return Frozen(
        parts=carry_over(frozen.parts if frozen else (), composed.parts),
        version=wanted.wanted,
        rung=wanted.rung,
        language=composed.language,
        visibility=composed.visibility,
        spoiler_text=composed.spoiler_text,
        sensitive=composed.sensitive,
        link=canonical_link(composed.link) if composed.link else None,
    )


def carry_over(old: tuple[Part, ...], texts: tuple[str, ...]) -> tuple[Part, ...]:
    """Lay new texts over the posts that are there: same text done, other text to edit, more to publish, fewer to delete."""
    parts = []
    for place, text in enumerate(texts):
        before = old[place] if place < len(old) else None
        done = before is not None and before.remote_id is not None and before.text == text
        parts.append(Part(text=text, remote_id=before.remote_id if before else None, done=done))
    parts += [Part(text="", remote_id=one.remote_id) for one in old[len(texts) :] if one.remote_id]
    return tuple(parts)


def idempotency_key(acct: str, wanted: Wanted, language: str, part: int) -> str:
    """The key of a post: what it is, never where it is kept, so that a restored or second database makes the same."""
    what = (acct, wanted.identity, "publish", str(part), language, str(wanted.generation), str(wanted.aliases))
    return blake2b("\x1f".join(what).encode(), digest_size=20, person=b"omroeper-key").hexdigest()


def note(connection: Connection, now: datetime, verdict: str, rule: str, wanted: Wanted, **detail: object) -> None:
    """Write a line of ``why`` about a publication."""
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
    add_events(connection, now, [event])


def _nothing(wanted: Wanted) -> Frozen:
    return Frozen(parts=(), version=wanted.wanted, rung=0, language="", visibility="public")

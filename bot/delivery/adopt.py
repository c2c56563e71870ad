"""Taking over what an account shows already: from before a restored backup, of another machine, or of another bot before us.

Whoever published it, the announcement is on the account, and saying it twice is what nobody wants. Our own posts are
corrected and withdrawn as ever; another program's are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection

from bot.delivery.reconcile import is_the_same_news
from bot.model import Claim, Event, Frozen
from bot.store import attempts, queue, shadow
from bot.store.accounts import AccountState
from bot.store.record import add_events
from bot.store.shadow import Shadow
from bot.text import is_landing_page

BEFORE_IT_WAS_SAID = timedelta(days=1)
"""How much older than its announcement a post may seem: feeds round their dates, and err by a zone."""

BEFORE_AN_ALERT = timedelta(minutes=10)


def adopt(
    connection: Connection, state: AccountState, claim: Claim, now: datetime
) -> Literal["settled", "unfinished"] | None:
    """Take over what is about to be published where the account shows it already; None where it does not.

    ``unfinished``: more of it has to be published, or it has to be corrected.
    """
    if claim.wanted.generation:
        return None  # a second copy was asked for
    free = _free(connection, state, claim)
    if not free:
        return None
    post = _same_words(free, claim)
    if post is not None:
        return _Takeover(connection, claim, post, now).as_ours(shown=True)
    post = _same_link(connection, state, free, claim) if claim.part == 0 else None
    if post is None:
        return None
    if post.application is not None and post.application == state.application:
        return _Takeover(connection, claim, post, now).as_ours(shown=False)
    return _Takeover(connection, claim, post, now).as_it_is()


def _same_words(free: Sequence[Shadow], claim: Claim) -> Shadow | None:
    """Find the very post: with our words, and as a thread part under the part before it."""
    wanted = claim.fingerprint
    for post in free:
        if post.digest == wanted.digest and (claim.part == 0 or post.in_reply_to == wanted.in_reply_to):
            return post
    return None


def _same_link(connection: Connection, state: AccountState, free: Sequence[Shadow], claim: Claim) -> Shadow | None:
    """Find a post that leads to the same page, where that page stands for one announcement alone.

    Never for an alert: many share one page, and a missed alert is worse than a doubled one.
    """
    link = claim.fingerprint.link
    if link is None or claim.wanted.lane == "alert" or is_landing_page(link):
        return None
    if not shadow.is_specific(connection, state.no, link):
        return None
    found = [post for post in free if post.link == link]
    if len(found) != 1:
        return None
    same = is_the_same_news(found[0].text, found[0].application, state.application, claim.wanted.content.title)
    return found[0] if same else None


def _free(connection: Connection, state: AccountState, claim: Claim) -> list[Shadow]:
    """Give the posts of nobody that may be meant; what other attempts are posting at this moment is theirs."""
    found = shadow.unowned(connection, state.no, claim.fingerprint.link, claim.fingerprint.digest)
    theirs = attempts.open_elsewhere(connection, state.no, {claim.wanted.id}) if found else set()
    return [post for post in found if post.digest not in theirs and not _is_older(post, claim)]


def _is_older(post: Shadow, claim: Claim) -> bool:
    """Whether a post was there before this was announced: the same words may be said every month."""
    content = claim.wanted.content
    said = content.alert.sent if content.alert and content.alert.sent else content.published
    if said is None or post.created is None:
        return claim.wanted.lane == "alert"
    return post.created < said - (BEFORE_AN_ALERT if claim.wanted.lane == "alert" else BEFORE_IT_WAS_SAID)


@dataclass(frozen=True, slots=True)
class _Takeover:
    """One post that becomes the one of a publication."""

    connection: Connection
    claim: Claim
    post: Shadow
    now: datetime

    def as_ours(self, *, shown: bool) -> Literal["settled", "unfinished"]:
        """Own it. ``shown``: it says what we want; else it is corrected next."""
        parts = tuple(
            replace(one, remote_id=self.post.remote_id, done=shown) if place == self.claim.part else one
            for place, one in enumerate(self.claim.frozen.parts)
        )
        frozen = replace(self.claim.frozen, parts=parts)
        whole = frozen.next_part() is None
        values: dict[str, Any] = {"state": "sent" if whole else "queued", "seen": frozen.version if whole else 0}
        if not shown:
            values |= {"operation": "edit", "seen": self.claim.wanted.wanted}
        self._write(frozen, values, "shadow.ours")
        return "settled" if whole else "unfinished"

    def as_it_is(self) -> Literal["settled"]:
        """Let another program's post stand for the announcement, and never touch it."""
        first = replace(self.claim.frozen.parts[0], remote_id=self.post.remote_id)
        parts = tuple(replace(one, done=True) for one in (first, *self.claim.frozen.parts[1:]))
        frozen = replace(self.claim.frozen, parts=parts)
        self._write(frozen, {"state": "sent", "seen": frozen.version, "adopted": True}, "shadow.another-bot")
        return "settled"

    def _write(self, frozen: Frozen, values: dict[str, Any], rule: str) -> None:
        wanted = self.claim.wanted
        shadow.own(self.connection, wanted.account, self.post.remote_id, wanted.id, self.now)
        if self.claim.part == 0:
            values |= {"remote_id": self.post.remote_id, "url": self.post.url}
        values |= {"text": "\n\n".join(one.text for one in frozen.parts), "sent": self.now}
        queue.move(self.connection, wanted.id, **queue.frozen_columns(frozen), **values)
        event = Event(
            stage="deliver",
            verdict="adopted",
            rule=rule,
            source=wanted.source,
            announcement=wanted.announcement,
            publication=wanted.id,
            account=wanted.account,
            detail={
                "remote_id": self.post.remote_id,
                "application": self.post.application,
                "part": self.claim.part,
            },
        )
        add_events(self.connection, self.now, [event])

"""Meeting an account, at start and after a gap: who we are there, what the server allows, and what it shows.

The timeline is read down to the newest post that we know, and what stands above it is remembered as nobody's: posts from
before a restored backup, of another machine, or of another bot before us. Queued publications are looked up there first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from adapters.contract import Publisher, RemotePost
from bot.reconcile import is_past, order, pages
from bot.store import accounts, shadow
from bot.store.accounts import AccountState
from bot.store.engine import writing
from bot.text import canonical_link, digest

GAP = timedelta(minutes=10)
"""After so long without a look at the timeline, it is read again before anything is sent."""

LIMITS_LAST = timedelta(hours=6)


class MeetingFailed(Exception):
    """The account is not who it was. ``code`` is stable."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def is_met(state: AccountState, now: datetime) -> bool:
    """Whether an account was looked at recently enough to be posted to."""
    return state.head_at is not None and abs(now - state.head_at) < GAP


def meet(engine: Engine, state: AccountState, publisher: Publisher, now: Callable[[], datetime]) -> None:
    """Look an account over. Raises ``MeetingFailed`` where its name changed, and the adapters' errors."""
    identity = publisher.identity()
    if state.remote_acct is not None and state.remote_acct != identity.acct:
        raise MeetingFailed(
            f"The credential now belongs to {identity.acct}; this account has been {state.remote_acct}. "
            f"If that is meant, run `omroeper account moved {state.id}`.",
            code="account.changed",
        )
    fresh = state.limits is not None and state.limits_at is not None and abs(now() - state.limits_at) < LIMITS_LAST
    limits = None if fresh else publisher.limits()
    seen = _read(publisher, state.head)
    with writing(engine) as connection:
        accounts.note_identity(
            connection, state.no, acct=identity.acct, remote_id=identity.remote_id, application=identity.application
        )
        if limits is not None:
            accounts.note_limits(connection, state.no, limits, now())
        shadow.remember(connection, [_shadow(state.no, post) for post in seen], now())
        newest = max((post.remote_id for post in seen), key=order, default=state.head)
        accounts.note_head(connection, state.no, newest, now())
        accounts.note_well(connection, state.no)


def _read(publisher: Publisher, head: str | None) -> list[RemotePost]:
    """Read the timeline down to what is known, or to its end."""
    seen: list[RemotePost] = []
    for page in pages(publisher):
        above = [post for post in page if not is_past(post, head)]
        seen += above
        if len(above) < len(page):
            break
    return seen


def _shadow(account: int, post: RemotePost) -> shadow.Shadow:
    links = [canonical_link(link) for link in post.links]
    return shadow.Shadow(
        account=account,
        remote_id=post.remote_id,
        publication=None,
        link=links[-1] if links else None,
        digest=digest(post.text),
        text=post.text,
        url=post.url,
        application=post.application,
    )

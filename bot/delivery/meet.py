"""Meeting an account, at start and after a gap: who we are there, what the server allows, and what it shows.

The timeline is read down to where it was read before, and what stands above that and is not ours by name is remembered as
nobody's: posts from before a restored backup, of another machine, or of another bot before us. Queued publications are looked
up there first. An account that was never met shows one page, and more where that page may hold posts of a bot.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from adapters.contract import Publisher, RemotePost
from adapters.errors import Temporary
from bot.delivery.reconcile import is_past, may_be_a_bots, pages
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
    """Whether an account was looked at recently enough to be posted to, and what its server allows is still known."""
    return state.limits_at is not None and state.head_at is not None and abs(now - state.head_at) < GAP


def meet(
    engine: Engine, state: AccountState, publisher: Publisher, now: Callable[[], datetime], *, urgent: bool = False
) -> bool:
    """Look an account over; false where its timeline could not be read and what is ``urgent`` goes on without.

    Raises ``MeetingFailed`` where its name changed, and the adapters' errors.
    """
    identity = publisher.identity()
    if state.remote_acct is not None and state.remote_acct != identity.acct:
        raise MeetingFailed(
            f"The credential now belongs to {identity.acct}; this account has been {state.remote_acct}. "
            f"If that is meant, run `omroeper account moved {state.id}`.",
            code="account.changed",
        )
    fresh = state.limits is not None and state.limits_at is not None and abs(now() - state.limits_at) < LIMITS_LAST
    limits = None if fresh else publisher.limits()
    try:
        seen = _read(publisher, state.read_to, identity.application)
    except Temporary:
        if not urgent or state.head_at is None:
            raise
        return False  # an alert waits for no timeline, once the account is known
    with writing(engine) as connection:
        state = accounts.read_account(connection, state.no, lock=True)
        accounts.note_identity(
            connection, state.no, acct=identity.acct, remote_id=identity.remote_id, application=identity.application
        )
        if limits is not None:
            accounts.note_limits(connection, state.no, limits, now())
        shadow.remember(connection, [_shadow(state.no, post) for post in seen], now())
        newest = seen[0].remote_id if seen else state.read_to or state.head
        accounts.note_reading(connection, state.no, head=newest, now=now())
        accounts.note_well(connection, state)
    return True


def _read(publisher: Publisher, read_to: str | None, application: str | None) -> list[RemotePost]:
    """Read the timeline down to where it was read before."""
    seen: list[RemotePost] = []
    for page in pages(publisher):
        above = [post for post in page if not is_past(post, read_to)]
        seen += above
        ended = len(above) < len(page)
        if ended or (read_to is None and not any(may_be_a_bots(post, application) for post in page)):
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
        in_reply_to=post.in_reply_to,
        created=post.created,
    )

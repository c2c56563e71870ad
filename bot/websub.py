"""WebSub (W3C Recommendation, 23 January 2018), the subscriber's half: what we ask a hub, and what it may ask and say. Pure.

A hub is believed in one thing only, that a source may have news. What it brings along is never read: we fetch the source
ourselves, from the address that the configuration names.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PATH = "/websub"
"""Where hubs knock: the pages answer there, with a token of its own for each source."""

LEASE = timedelta(days=10)
"""How long a hub is asked to go on; it may choose otherwise."""

PATIENCE = timedelta(hours=1)
"""How long after we asked a hub its question whether we did still counts."""

_SHORTEST, _LONGEST = timedelta(minutes=10), timedelta(days=30)
_RENEWED_AT = 0.8
_LONGEST_CHALLENGE = 1000
_METHODS = ("sha1", "sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What was agreed with a hub about one source (its row number). ``asked`` is when we last asked it to promise."""

    source: int
    token: str = field(repr=False)
    secret: str = field(repr=False)
    hub: str
    topic: str
    asked: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """We did ask: answer with the challenge. The hub goes on until ``expires``; ask again at ``due``."""

    challenge: str
    expires: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The hub will not do it. ``reason`` is in its own words."""

    reason: str


def request(callback: str, one: Subscription) -> dict[str, str]:
    """Give the form that asks a hub to go on saying when a source has news (section 5.1)."""
    return {
        "hub.mode": "subscribe",
        "hub.callback": callback,
        "hub.topic": one.topic,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
        "hub.secret": one.secret,
    }


def verify(query: Mapping[str, str], one: Subscription, now: datetime) -> Confirmed | Denied | None:
    """Decide about a hub's question (sections 5.2 and 5.3); None: we asked no such thing, answer 404."""
    if query.get("hub.topic") != one.topic:
        return None
    mode, challenge = query.get("hub.mode"), query.get("hub.challenge", "")
    if mode == "denied":
        return Denied(reason=query.get("hub.reason", ""))
    recent = one.asked is not None and abs(now - one.asked) <= PATIENCE
    if mode != "subscribe" or not recent or not 0 < len(challenge) <= _LONGEST_CHALLENGE:
        return None  # "unsubscribe" too: we never ask for that, we let a promise run out
    lease = _lease(query.get("hub.lease_seconds", ""))
    return Confirmed(challenge=challenge, expires=now + lease, due=now + lease * _RENEWED_AT)


@dataclass(slots=True)
class Signature:
    """A signature (section 8, ``X-Hub-Signature``) being checked, piece by piece: nothing of the body is kept."""

    claimed: str
    right: hmac.HMAC | None

    @classmethod
    def of(cls, header: str, secret: str) -> Signature:
        """Begin to check what a header claims; by a method that nobody knows, nothing is ever right."""
        method, _, claimed = header.strip().partition("=")
        known = method.lower() in _METHODS
        right = hmac.new(secret.encode(), digestmod=getattr(hashlib, method.lower())) if known else None
        return cls(claimed.strip().lower(), right)

    def update(self, piece: bytes) -> None:
        """Take in the next piece of the body."""
        if self.right is not None:
            self.right.update(piece)

    def is_genuine(self) -> bool:
        """Whether the hub signed what it brought."""
        right = self.right.hexdigest() if self.right is not None else ""
        return bool(right) and hmac.compare_digest(self.claimed.encode("utf-8", "replace"), right.encode())


def _lease(written: str) -> timedelta:
    if not (written.isascii() and written.isdigit() and len(written) < 10):  # noqa: PLR2004  # three hundred years
        return LEASE
    return min(max(timedelta(seconds=int(written)), _SHORTEST), _LONGEST)

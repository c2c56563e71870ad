"""How much an account may send now, and when it may again. Pure; what was sent is read from memory, so a restart forgets nothing.

Limits are of four makers: the server's rule (Mastodon: 300 posts and edits in 3 h), the server's own headers, the operator's
caps, spacing and quiet hours. Nothing but what the server itself says keeps an alert waiting, and a share of the limit is kept
free for alerts where an alert source leads to the account. Uploads and deletions have limits of their own, which no receipt
tells: they are counted here, and a share of the deletions is kept for whole posts that have to go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from adapters.contract import Budget
from bot.durations import QuietHours
from bot.model import Lane

RESERVED = 15
"""One in so many of a limit is kept for what is urgent: 20 of 300 posts for alerts, 2 of 30 deletions for whole posts."""

LOOK_BACK = timedelta(days=1)
"""How far back sent posts are counted at all; nothing waits longer for a limit of ours."""

REMOVALS = 30
UPLOADS = 30
HALF_HOUR = timedelta(minutes=30)
"""Mastodon lets one account delete 30 posts and upload 30 files in half an hour."""


class Caps(Protocol):
    """The settings of an account that limit it; 0 and None are no limit."""

    @property
    def posts_per_3h(self) -> int:
        """What the server allows in 3 hours."""

    @property
    def posts_per_hour(self) -> int | None:
        """The operator's own limit per hour."""

    @property
    def posts_per_day(self) -> int | None:
        """The operator's own limit per day."""

    @property
    def spacing(self) -> timedelta:
        """The least time between two posts."""

    @property
    def quiet_hours(self) -> QuietHours | None:
        """The daily window without posts."""

    @property
    def time_zone(self) -> str:
        """The zone of the quiet hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many posts may leave now; where none, by which rule, and until when."""

    count: int
    rule: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an account has spent: when posts left in the last day, oldest first; and what its server said last."""

    sent: Sequence[datetime]
    budget: Budget | None = None
    has_alerts: bool = False


def allowance(now: datetime, caps: Caps, lane: Lane, spent: Spent, most: int) -> Allowance:
    """Say how many posts, up to ``most``, a lane may send now."""
    limits = [_server_headers(now, lane, spent)]
    if lane == "rest":
        limits += [
            _server_rule(now, caps, lane, spent),
            _quiet(now, caps),
            _window(now, spent.sent, caps.posts_per_hour, timedelta(hours=1), "budget.hour"),
            _window(now, spent.sent, caps.posts_per_day, timedelta(days=1), "budget.day"),
            _spacing(now, spent.sent, caps.spacing),
        ]
    return _strictest(now, limits, most)


def removals(now: datetime, caps: Caps, removed: Sequence[datetime], most: int, *, whole: bool) -> Allowance:
    """Say how many deletions may leave now. ``whole``: of posts that have to go, not of parts that became superfluous."""
    limit = REMOVALS if whole else REMOVALS - _reserve(REMOVALS)
    window = _window(now, removed, limit if caps.posts_per_3h else None, HALF_HOUR, "budget.deletions")
    return _strictest(now, [window], most)


def uploads(now: datetime, caps: Caps, uploaded: Sequence[datetime], most: int) -> Allowance:
    """Say how many pictures may be uploaded now; ``uploaded`` is what ``AccountState.uploads`` remembers."""
    limit = UPLOADS if caps.posts_per_3h else None
    return _strictest(now, [_window(now, uploaded, limit, HALF_HOUR, "budget.uploads")], most)


def left(now: datetime, caps: Caps, lane: Lane, spent: Spent) -> int | None:
    """How many posts the server's own limit leaves now; None where there is none."""
    found = _server_rule(now, caps, lane, spent)
    return None if found is None else max(0, found.count)


def _strictest(now: datetime, limits: Sequence[Allowance | None], most: int) -> Allowance:
    """Give what every limit allows; where one allows nothing, the one that does so longest."""
    real = [one for one in limits if one is not None]
    closed = [one for one in real if one.count <= 0]
    if not closed:
        return Allowance(count=min([most, *(one.count for one in real)]))
    longest = max(closed, key=lambda one: one.until or now)
    return replace(longest, count=0, until=min(longest.until or now, now + LOOK_BACK))


def _server_rule(now: datetime, caps: Caps, lane: Lane, spent: Spent) -> Allowance | None:
    limit = caps.posts_per_3h
    if lane == "rest" and spent.has_alerts:
        limit -= _reserve(limit)
    return _window(now, spent.sent, limit if caps.posts_per_3h else None, timedelta(hours=3), "budget.server")


def _reserve(limit: int) -> int:
    """Give what is kept of a limit for what is urgent: at least one, and never all of it."""
    return -(-limit // RESERVED) if limit > 1 else 0


def _server_headers(now: datetime, lane: Lane, spent: Spent) -> Allowance | None:
    budget = spent.budget
    # one that ends later than any window does was read before the clock was set back
    if budget is None or not now < budget.until <= now + LOOK_BACK:
        return None
    reserve = _reserve(budget.limit) if lane == "rest" and spent.has_alerts else 0
    return Allowance(count=budget.remaining - reserve, rule="budget.headers", until=budget.until)


def _window(
    now: datetime, sent: Sequence[datetime], limit: int | None, window: timedelta, rule: str
) -> Allowance | None:
    if not limit:
        return None
    # a moment after now comes from a clock that was set back: it counts as now, but not where it is absurd
    counted = sorted(min(one, now) for one in sent if now - window < one < now + window)
    free = limit - len(counted)
    return Allowance(count=free, rule=rule, until=counted[-limit] + window if free <= 0 else None)


def _spacing(now: datetime, sent: Sequence[datetime], spacing: timedelta) -> Allowance | None:
    if not spacing:
        return None
    last = max((min(one, now) for one in sent if one < now + spacing), default=None)
    if last is None or last + spacing <= now:
        return Allowance(count=1)
    return Allowance(count=0, rule="budget.spacing", until=last + spacing)


def _quiet(now: datetime, caps: Caps) -> Allowance | None:
    wakes = caps.quiet_hours.end_after(now, ZoneInfo(caps.time_zone)) if caps.quiet_hours else None
    return Allowance(count=0, rule="quiet-hours", until=wakes) if wakes else None

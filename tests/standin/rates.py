"""How often an account may ask: fixed windows aligned to the epoch (rack-attack, and Mastodon's own RateLimiter)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Window:
    """``limit`` requests in every ``period`` seconds."""

    limit: int
    period: int


MASTODON_WINDOWS = {
    "api": Window(300, 300),
    "statuses": Window(300, 3 * 3600),
    "media": Window(30, 1800),
    "deletes": Window(30, 1800),
    "paging": Window(300, 900),
}
"""What a Mastodon server allows one account; ``statuses`` are posts, edits and boosts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an account stands in one window."""

    limit: int
    remaining: int
    reset: datetime

    def headers(self, prefix: str) -> dict[str, str]:
        """Give the three headers; the reset is ISO 8601, not a number."""
        return {
            f"{prefix}Limit": str(self.limit),
            f"{prefix}Remaining": str(self.remaining),
            f"{prefix}Reset": self.reset.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }


@dataclass(slots=True)
class Meter:
    """Counts what each account did in the current windows."""

    windows: dict[str, Window]
    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def count(self, family: str, actor: str, now: float) -> Standing | None:
        """Count one request, also one too many. None where the family is not limited."""
        if (window := self.windows.get(family)) is None:
            return None
        self.counts[family, actor, int(now // window.period)] += 1
        return self.standing(family, actor, now)

    def standing(self, family: str, actor: str, now: float) -> Standing | None:
        """Say where the account stands. ``remaining`` below 0 means that the last one was too many."""
        if (window := self.windows.get(family)) is None:
            return None
        slot = int(now // window.period)
        return Standing(
            limit=window.limit,
            remaining=window.limit - self.counts[family, actor, slot],
            reset=datetime.fromtimestamp((slot + 1) * window.period, UTC),
        )

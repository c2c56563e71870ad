"""Wrong passwords: each address waits longer after each, and all strangers together cannot try more than a few a minute.

Memory is bounded. Whoever has signed in from an address before does not wait for strangers.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from bot.web.rates import Rates

FREE = 4
"""Mistakes that cost nothing: anybody mistypes."""
FIRST, LONGEST = 5.0, 15 * 60.0
"""Seconds to wait after the next one, doubled with each that follows, and the most of them."""
FORGOTTEN = 3600.0
"""Seconds without a mistake after which an address starts anew."""


@dataclass(slots=True, kw_only=True)
class Attempts:
    """Who tried what, by address. ``now`` is in seconds of a clock that never jumps."""

    most: int = 10_000
    strangers: Rates = field(default_factory=lambda: Rates(burst=60, per_second=0.5))
    failed_ever: int = 0
    _wrong: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)
    _friends: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def wait(self, client: str, now: float) -> float:
        """Give the seconds that an address has to wait before it may try: 0 where it may now, which counts as a try."""
        times, last = self._wrong.get(client, (0, now))
        left = last + _pause(times) - now if now - last < max(FORGOTTEN, LONGEST) else 0.0
        if left > 0:
            return left
        if client in self._friends or self.strangers.take("all", now):
            return 0.0
        return 1 / self.strangers.per_second

    def failed(self, client: str, now: float) -> None:
        """Count a mistake."""
        times, last = self._wrong.pop(client, (0, now))
        self._wrong[client] = (times + 1 if now - last < FORGOTTEN else 1, now)
        self.failed_ever += 1
        if len(self._wrong) > self.most:
            self._wrong.popitem(last=False)

    def passed(self, client: str) -> None:
        """Note that an address belongs to an operator."""
        self._wrong.pop(client, None)
        self._friends[client] = None
        if len(self._friends) > self.most:
            self._friends.popitem(last=False)

    def __len__(self) -> int:
        return len(self._wrong) + len(self._friends)


def _pause(times: int) -> float:
    over = times - FREE
    return min(FIRST * 2 ** min(over - 1, 30), LONGEST) if over > 0 else 0.0

"""How often one reader may ask: a bucket of requests per address, filled again over time. Memory is bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Rates:
    """Buckets by client: ``burst`` requests at once, ``per_second`` from then on; the ``most`` latest clients are kept.

    A client that is forgotten starts with a full bucket: a flood from more addresses than that is work for what stands
    in front of the pages.
    """

    burst: float = 200.0
    per_second: float = 20.0
    most: int = 10_000
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, client: str, now: float) -> bool:
        """Take one request out of a client's bucket; false where it is empty. ``now``: seconds of a clock that never jumps."""
        left, since = self._buckets.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.per_second)
        allowed = left >= 1
        self._buckets[client] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
        return allowed

    def __len__(self) -> int:
        return len(self._buckets)

"""What goes wrong, on command (the next N requests that match) or by a seeded rate.

A fault is put together from three choices: whether the request is handled (``stores``), how long it takes (``delay``,
before or after the handling), and what then goes over the wire (``reply``).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Literal

PAGE = "<!doctype html><html lang=en><title>503 Service Temporarily Unavailable</title><h1>Onderhoud</h1></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One bad moment.

    ``stores``: the request is handled as usual. ``delay``: seconds, spent before the handling where ``late`` is set and
    after it otherwise. ``reply``: the usual answer, a cut connection, nothing at all, a canned answer, the usual answer
    cut in half, or the usual answer dripped a byte at a time.
    """

    name: str
    stores: bool = False
    delay: float = 0.0
    late: bool = False
    reply: Literal["usual", "cut", "silence", "canned", "half", "drip"] = "usual"
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = PAGE
    content_type: str = "text/html"


FAULTS = {
    fault.name: fault
    for fault in (
        Fault(name="drop-before", reply="cut"),
        Fault(name="drop-after", stores=True, reply="cut"),
        Fault(name="error-before", reply="canned"),
        Fault(name="error-after", stores=True, reply="canned"),
        Fault(name="late-answer", stores=True, delay=2.0),
        Fault(name="late-store", stores=True, delay=2.0, late=True),
        Fault(name="hang", reply="silence"),
        Fault(name="half", stores=True, reply="half"),
        Fault(name="drip", stores=True, reply="drip"),
        Fault(name="page", stores=True, reply="canned", status=200),
        Fault(
            name="limited",
            reply="canned",
            status=429,
            body='{"error":"Te veel verzoeken"}',
            content_type="application/json",
        ),
        Fault(name="redirect", reply="canned", status=301, headers={"Location": "https://elsewhere.example/"}, body=""),
    )
}


def fault(name: str, **changes: object) -> Fault:
    """Give a fault by name, with some of its choices changed. Raises ``KeyError`` for a name that does not exist."""
    return replace(FAULTS[name], **changes)  # type: ignore[arg-type]  # JSON of the control door; replace checks the names


@dataclass(slots=True, kw_only=True)
class Command:
    """A fault for the next ``count`` requests with this method and path, after ``skip`` of them."""

    fault: Fault
    method: str = "POST"
    path: str = "/api/v1/statuses"
    count: int = 1
    skip: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Tell whether this request is one of them, and count it. A path that ends in ``*`` is a beginning."""
        wanted = path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path
        if not wanted or self.method not in {"*", method} or self.count < 1:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.count -= 1
        return True


@dataclass(slots=True)
class Plan:
    """The faults that are to come: commands first, then ``rates`` (name to probability) for new posts."""

    commands: list[Command] = field(default_factory=list)
    rates: dict[str, tuple[float, Fault]] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def next(self, method: str, path: str) -> Fault | None:
        """Give the fault for this request, None where all goes well."""
        for command in self.commands:
            if command.takes(method, path):
                return command.fault
        return self._rolled() if (method, path) == ("POST", "/api/v1/statuses") else None

    def roll(self, seed: int, rates: dict[str, float], **changes: object) -> None:
        """Let each new post meet each of these faults with its probability, the same for the same seed."""
        self.dice = random.Random(seed)
        self.rates = {name: (rate, fault(name, **_fitting(name, changes))) for name, rate in rates.items() if rate}

    def clear(self) -> None:
        """Let all go well from now on."""
        self.commands.clear()
        self.rates.clear()

    def _rolled(self) -> Fault | None:
        if not self.rates:
            return None
        point = self.dice.random()
        for rate, chosen in self.rates.values():
            if point < rate:
                return chosen
            point -= rate
        return None


def _fitting(name: str, changes: dict[str, object]) -> dict[str, object]:
    """A longer delay belongs to the late faults alone, a status to the canned ones."""
    late, canned = name.startswith("late"), FAULTS[name].reply == "canned" and name.startswith("error")
    return {k: v for k, v in changes.items() if v is not None and (late if k == "delay" else canned)}

"""What the desk is handed: who may come in, and what it cannot find out by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import Connection

from bot.delivery.budget import Caps
from bot.passwords import Operators

Proof = Callable[[Connection, str], Sequence[str]]
"""Gives the parts of what a publication that was never composed would say now; empty where nothing can be said of it."""


def _nothing(connection: Connection, publication: str) -> Sequence[str]:
    del connection, publication
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An operators' desk. ``caps`` are the limits of the accounts, by id, as ``bot.health.status`` takes them.

    ``ticks`` is a clock in seconds that never jumps: sessions and waiting times go by it.
    Whether it may change anything is the site's ``writer``: without one everything can be looked at and nothing done.
    """

    operators: Operators
    caps: Mapping[str, Caps] = field(default_factory=dict)
    proof: Proof = _nothing
    ticks: Callable[[], float] = monotonic

"""An account as configured, as far as delivering needs it: how to open a connection, and how to word a publication there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from adapters.contract import Limits, Publisher
from bot.delivery.budget import Caps
from bot.model import Composed, Wanted


class AccountPolicy(Caps, Protocol):
    """The settings of an account that delivering needs; ``bot.settings.Account`` has them."""

    @property
    def id(self) -> str:
        """Its name in the configuration."""

    @property
    def stale(self) -> timedelta:
        """What has waited longer is held."""


class WordingError(Exception):
    """A wording that cannot be used. It names the file and line; what it was for is held and never sent."""


Compose = Callable[[Wanted, Limits], Composed]
"""Gives the exact texts of a publication for a server with these limits. Raises ``WordingError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An account as configured: its number in memory, its settings, how to open a connection, and its own composer.

    ``stale`` are the sources, by number, that have a length of their own after which what waited is held.
    """

    no: int
    policy: AccountPolicy
    open: Callable[[], Publisher]
    compose: Compose
    has_alerts: bool = False
    waits: Callable[[Wanted, datetime], datetime | None] = lambda *_: None
    """Until when a publication waits for its pictures; None where it does not."""
    stale: Mapping[int, timedelta] = field(default_factory=dict)

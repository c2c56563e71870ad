"""One poll: of which source, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from adapters.contract import Batch, Broken, Source
from adapters.errors import AdapterError
from bot.collecting.moves import Home
from bot.collecting.rhythm import Rhythm
from bot.model import Decision, Observed, Place, SourcePolicy
from bot.store.sources import SourceState

Open = Callable[[str | None], Source]
"""Makes the adapter of a source; the address is the one that it moved to, None for the configured one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A source as configured: its row, its settings, how to ask it, and the family that it belongs to."""

    no: int
    policy: SourcePolicy
    rhythm: Rhythm
    place: Place
    open: Open
    home: Home = field(default_factory=lambda: Home(url=""))
    family: frozenset[str] = frozenset()
    alike: bool = False
    """Whether somebody in its family tells the same in other words, so that likenesses are kept."""
    keep_raw: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll that ended: what the source showed, or the error; when."""

    origin: Origin
    state: SourceState
    at: datetime
    batch: Batch | None = None
    observed: tuple[Observed, ...] = ()
    broken: tuple[Broken, ...] = ()
    likenesses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    error: AdapterError | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether it changes bookkeeping alone, and may wait for others to be written with."""
        return self.error is not None or (self.batch is not None and self.batch.not_modified)


class Taken(NamedTuple):
    """What became of a poll of a source, for those who watch: the decision, or the error; neither where nothing changed.

    A tuple, because one is made for every poll.
    """

    source: str
    decision: Decision | None = None
    failure: str | None = None

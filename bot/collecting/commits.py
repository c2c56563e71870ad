"""Writing polls down: several in one commit, and where one of them cannot be taken in, each on its own.

Everything here runs on the database's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from adapters.errors import AdapterError, Temporary
from bot.collecting.bookkeeping import entry, notice
from bot.collecting.moves import adopted
from bot.collecting.poll import Poll, Taken
from bot.store.engine import StoreError, writing
from bot.store.record import add_events
from bot.store.sources import SourceState, Times, note_polls, note_spent, note_times

MOST_NEWS = 25
"""Polls with something to decide that share one commit: whoever waits for the database does not wait long."""


@dataclass(slots=True, kw_only=True)
class Commits:
    """Writes polls. ``moved`` hears of a source that lives elsewhere from now on."""

    engine: Engine
    moved: Callable[[int], object]
    strangers: set[int] = field(default_factory=set)
    """Sources that lead to an account which has not met them yet."""

    def note(self, quiet: Sequence[Times]) -> None:
        """Write polls that found nothing."""
        with writing(self.engine) as connection:
            note_times(connection, quiet)

    def take_all(self, polls: list[Poll]) -> list[Taken]:
        """Write polls in one commit; where that fails for one of them, each on its own."""
        try:
            return self._take(polls)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - the job boundary again: find the one that cannot be taken in
            if len(polls) > 1:
                return [taken for poll in polls for taken in self.take_all([poll])]
            error = surprise("What the source showed could not be taken in.")
            poll = polls[0]
            return self._take([Poll(origin=poll.origin, state=poll.state, at=poll.at, error=error)])

    def _take(self, polls: list[Poll]) -> list[Taken]:
        with writing(self.engine) as connection:
            taken = [self._decide(connection, poll) for poll in polls]
            rows = [entry(poll, one.decision) for poll, one in zip(polls, taken, strict=True)]
            note_polls(connection, rows)
            for poll, row in zip(polls, rows, strict=True):
                if found := notice(poll, row):
                    add_events(connection, poll.at, [found])
                if poll.batch and poll.batch.cost:
                    note_spent(connection, poll.at, poll.origin.no, poll.batch.cost)
        for poll, one, row in zip(polls, taken, rows, strict=True):
            self._after(poll.state, one, row)
        return taken

    def _decide(self, connection: Connection, poll: Poll) -> Taken:
        """Decide where there is something to decide about; where nothing changed, only a new account's first contact."""
        batch = poll.batch
        if batch is None:
            return Taken(source=poll.origin.policy.id, failure=str(poll.error))
        if batch.not_modified and poll.origin.no not in self.strangers:
            return Taken(source=poll.origin.policy.id)
        from bot.collecting.taking import take_in  # a quiet round never pays for what decides

        return Taken(source=poll.origin.policy.id, decision=take_in(connection, poll))

    def _after(self, state: SourceState, taken: Taken, row: Mapping[str, Any]) -> None:
        """What was committed changes what the next poll does."""
        if taken.decision and taken.decision.first_contacts:
            self.strangers.discard(state.no)
        if "moved" in row and adopted(row["moved"]) != adopted(state.moved):
            self.moved(state.no)


def shares(polls: Iterable[Poll]) -> list[list[Poll]]:
    """Share polls out over commits: alerts first, and not too much to decide in one."""
    found: list[list[Poll]] = [[]]
    news = 0
    for poll in sorted(polls, key=lambda one: not one.origin.rhythm.urgent):
        if news >= MOST_NEWS and not poll.is_quiet:
            found.append([])
            news = 0
        found[-1].append(poll)
        news += not poll.is_quiet
    return [some for some in found if some]


def surprise(what: str) -> AdapterError:
    """Give the error of a source that showed a mistake of the program."""
    return Temporary(
        what,
        code="source.surprise",
        remedy="This is a mistake in the program: please report it with the address of the source.",
    )

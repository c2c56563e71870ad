"""What an outcome changes in memory: the publication, its delivery, the account, the shadow, and the line in ``why``.

Nothing is marked as posted because posting failed, and the item's failure never becomes the account's, nor the other way round.
``arrivals`` are attempts that the server accepted, ``failures`` those that it did not, ``doubts`` those of which nobody knows;
``rests`` is how long anything waits, and ``rows`` the few verbs by which all of it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from adapters.contract import RemotePost
from adapters.errors import Temporary
from bot.delivery.attempt import Outcome, Verdict
from bot.delivery.reconcile import Finding
from bot.delivery.settle import arrivals, doubts, failures, rests
from bot.delivery.settle.rows import Rows
from bot.model import Claim, Errand, Undecided
from bot.store.accounts import AccountState

__all__ = ["Settlement"]


@dataclass(frozen=True, slots=True)
class Settlement:
    """Writing what came of attempts on one account, in one transaction."""

    connection: Connection
    now: datetime
    account: AccountState

    @property
    def _rows(self) -> Rows:
        return Rows(connection=self.connection, now=self.now, account=self.account)

    def outcome(self, outcome: Outcome) -> None:
        """Write what came of one attempt."""
        if outcome.pictures_lost is not None:
            failures.without_pictures(self._rows, outcome.claim, outcome.pictures_lost)
        _WRITERS[outcome.verdict](self._rows, outcome)

    def release(self, claims: Iterable[Claim]) -> None:
        """Put claims back that never left."""
        for claim in claims:
            failures.release(self._rows, claim)

    def search(self, one: Undecided, finding: Finding) -> None:
        """Write what a search of the timeline found of an attempt in doubt."""
        doubts.searched(self._rows, one, finding)

    def shown(self, row: Any, post: RemotePost | None) -> None:
        """Write what a look at an accepted post saw."""
        arrivals.looked_at(self._rows, row, post)

    def rest(self, error: Temporary, errand: Errand | None = None) -> None:
        """Let the account rest. ``errand`` is what was refused, where that is known."""
        rests.rest(self._rows, error, errand)


_WRITERS: Mapping[Verdict, Callable[[Rows, Outcome], None]] = {
    "done": arrivals.done,
    "not-ours": arrivals.not_ours,
    "unknown": doubts.unknown,
    "limited": failures.down,
    "down": failures.down,
    "not-yet": failures.not_yet,
    "stopped": failures.stopped,
    "refused": failures.refused,
    "media-refused": failures.media_refused,
    "parent-gone": failures.parent_gone,
    "gone": failures.gone,
    "changed-there": failures.changed_there,
    "failed": failures.failed,
    "released": failures.released,
}

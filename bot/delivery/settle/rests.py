"""How long an account rests: as long as its server asked, or ever longer while it is out of reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from adapters.errors import Limited, Temporary
from bot.delivery.settle.rows import Rows
from bot.model import Errand
from bot.store import accounts
from bot.store.accounts import ASKED, LONGEST_WAIT, LaneWait

ALERT_PAUSE = timedelta(seconds=30)
"""The longest that an alert rests while its server is out of reach, unless the server itself asks for more."""

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
UNNAMED_PAUSE = timedelta(minutes=1)
"""How long a 429 that names no moment is waited for."""


def rest(rows: Rows, error: Temporary, errand: Errand | None = None) -> None:
    """Let the account rest. ``errand`` is what was refused where that is known: deletions and posts have their own limits."""
    failures = rows.account.failures + 1
    wait = asked(rows, error)
    if wait is None:
        ours = LaneWait(until=rows.now + pause(failures), rule=error.code)
        alerts = replace(ours, until=min(ours.until, rows.now + ALERT_PAUSE))
        _note(rows, ours, error, failures, {"retry-alert": alerts})
    elif errand == "take-down":
        accounts.note_lane_wait(rows.connection, rows.account, "take-down", wait)
    else:
        # what reading the account met holds for everything
        _note(rows, wait, error, failures, {} if errand == "post" else {"take-down": wait})


def asked(rows: Rows, error: Temporary) -> LaneWait | None:
    """Give what the server asked for, None where it asked nothing; never less than a pause, so that nothing spins."""
    named = error.until if isinstance(error, Limited) else None
    if named is None and error.retry_after is not None:
        named = rows.now + min(timedelta(seconds=error.retry_after), LONGEST_WAIT)
    if named is None and isinstance(error, Limited):
        named = rows.now + UNNAMED_PAUSE
    if named is None:
        return None
    # a clock that differs from the server's makes its moment lie behind us
    soonest = rows.now + pause(rows.account.failures)
    return LaneWait(until=min(max(named, soonest), rows.now + LONGEST_WAIT), rule=ASKED)


def pause(failures: int) -> timedelta:
    """How long to rest after so many failures in a row."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures, 20)
    return min(doubled, LONGEST_PAUSE)


def _note(rows: Rows, wait: LaneWait, error: Temporary, failures: int, also: Mapping[str, LaneWait]) -> None:
    accounts.note_wait(rows.connection, rows.account, wait, error=str(error), failures=failures, also=also)

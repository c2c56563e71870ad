"""What is remembered of each account: who it is on its server, what the server allows, and whether it may be used.

Waits have names. The account's own (``wait_until``) is what its server asked for, or our own rest while it is out of reach.
Beside it, ``lane_waits`` keeps what waits by itself: ``alert`` and ``rest`` (a lane's posts, by a limit of ours), ``take-down``
(deletions have a limit of their own), and ``retry-alert`` (an alert does not rest as long as other posts do).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from adapters.contract import Budget, Limits
from bot.model import ERRANDS, Errand, Lane
from bot.store.codec import pack_limits, unpack_limits
from bot.store.tables import account, setting
from bot.store.types import EPOCH

LONGEST_WAIT = timedelta(days=1, hours=1)
"""No wait is longer: what reads as more was written before the clock was set back, and ends at once."""

ASKED = "limited"
"""The rule of every wait that a server asked for, by 429 or by Retry-After."""

UPLOADS_KEPT = timedelta(minutes=30)
"""How long an upload is remembered: as long as it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWait:
    """Until when something waits, and by which rule."""

    until: datetime
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account as remembered.

    ``head`` is its newest post that we know of, and the anchor of what is sent next; ``head_at`` when its timeline was last
    read, and ``read_to`` how far: what lies above that has not been looked at. ``uploads`` are the latest.
    """

    no: int
    id: str
    kind: str
    remote_acct: str | None
    application: str | None
    limits: Limits | None
    limits_at: datetime | None
    head: str | None
    head_at: datetime | None
    state: str
    code: str | None
    wait_until: datetime | None
    wait_code: str | None
    lane_waits: Mapping[str, LaneWait]
    budget: Budget | None
    failures: int
    paused: bool
    read_to: str | None = None
    uploads: tuple[datetime, ...] = ()
    error: str | None = None
    warning: str | None = None
    emergency: str | None = None
    """The emergency stop: ``all``, or ``rest`` where alerts go on."""

    @property
    def remembers(self) -> bool:
        """Whether its server shows what is on it; the built-in account stores nothing, and nothing there is ever unknown."""
        return self.limits is None or self.limits.family != "local"

    def is_open(self, lane: Lane) -> bool:
        """Whether nothing but time keeps a lane from being used."""
        stopped = self.emergency == "all" or (self.emergency == "rest" and lane == "rest")
        return self.state == "ok" and not self.paused and not stopped

    def waits(self, lane: Lane, now: datetime) -> LaneWait | None:
        """What something on a lane waits for now, the longest of it; None where for nothing."""
        found = [one for errand in ERRANDS if (one := self.wait_for(lane, errand, now))]
        return max(found, key=lambda one: one.until) if found else None

    def wait_for(self, lane: Lane, errand: Errand, now: datetime) -> LaneWait | None:
        """What an errand of a lane waits for now; None where for nothing."""
        found = [one for one in self._named(lane, errand) if now < one.until <= now + LONGEST_WAIT]
        return max(found, key=lambda one: one.until) if found else None

    def _named(self, lane: Lane, errand: Errand) -> Iterator[LaneWait]:
        asked = self.wait_code == ASKED
        if self.wait_until and (errand != "take-down" if asked else lane == "rest"):
            yield LaneWait(until=self.wait_until, rule=self.wait_code or "")
        names = {"retry-alert": lane == "alert", "take-down": errand == "take-down", lane: errand == "post"}
        for name, concerned in names.items():
            if concerned and name in self.lane_waits:
                yield self.lane_waits[name]


# Made once: they are asked several times for every post, and building a statement costs more than running it.
_ACCOUNT = select(account).where(account.c.no == bindparam("no"))
_ACCOUNT_LOCKED = _ACCOUNT.with_for_update()
_CHANGE = update(account).where(account.c.no == bindparam("row_no"))
_EMERGENCY = select(setting.c.value).where(setting.c.key == "paused")


def read_account(connection: Connection, no: int, *, lock: bool = False) -> AccountState:
    """Read one account; ``lock`` keeps others from changing it until the transaction ends."""
    row = connection.execute(_ACCOUNT_LOCKED if lock else _ACCOUNT, {"no": no}).one()
    return _state(row, emergency_stop(connection))


def active_accounts(connection: Connection) -> list[AccountState]:
    """Read every account that is configured."""
    emergency = emergency_stop(connection)
    rows = connection.execute(select(account).where(account.c.retired.is_(None)).order_by(account.c.no))
    return [_state(row, emergency) for row in rows]


def emergency_stop(connection: Connection) -> str | None:
    """Whether everything was paused: ``all``, ``rest`` (alerts go on), or None."""
    found: str | None = connection.scalar(_EMERGENCY)
    return found


def note_identity(connection: Connection, no: int, *, acct: str, remote_id: str, application: str | None) -> None:
    """Remember who an account is on its server."""
    _set(connection, no, remote_acct=acct, remote_id=remote_id, application=application)


def note_limits(connection: Connection, no: int, limits: Limits, now: datetime) -> None:
    """Remember what a server allows."""
    _set(connection, no, limits=pack_limits(limits), limits_at=now)


def forget_limits(connection: Connection, no: int) -> None:
    """Let what a server allows be read again before anything more is sent."""
    _set(connection, no, limits_at=None)


def note_reading(connection: Connection, no: int, *, head: str | None, now: datetime) -> None:
    """Remember how far up the timeline was read, and when."""
    _set(connection, no, head=head, read_to=head, head_at=now)


def note_sent(
    connection: Connection, state: AccountState, *, head: str | None, budget: Budget | None, warning: str | None
) -> None:
    """Remember something that was accepted: the account works, and the anchor moves on where ``head`` names a new post."""
    values: dict[str, Any] = {"warning": warning, **_well(state)}
    if head is not None:
        values["head"] = head
    if budget:
        values["budget"] = pack_budget(budget)
    _set(connection, state.no, **values)


def note_well(connection: Connection, state: AccountState) -> None:
    """Remember that the server answers again."""
    _set(connection, state.no, **_well(state))


def note_wait(
    connection: Connection,
    state: AccountState,
    wait: LaneWait,
    *,
    error: str | None,
    failures: int,
    also: Mapping[str, LaneWait],
) -> None:
    """Let an account rest: its server asked for it, or is out of reach. ``also`` are waits by name."""
    _set(
        connection,
        state.no,
        wait_until=wait.until,
        wait_code=wait.rule,
        error=error,
        failures=failures,
        lane_waits=_packed({**state.lane_waits, **also}),
    )


def note_lane_wait(connection: Connection, state: AccountState, name: str, wait: LaneWait) -> None:
    """Let something wait by itself; see the names above."""
    _set(connection, state.no, lane_waits=_packed({**state.lane_waits, name: wait}))


def forget_own_waits(connection: Connection, *, force: bool) -> None:
    """Forget, at start, what waits by limits of ours: settings may have changed, and it is counted anew.

    ``force`` forgets our own rests after failures too; what a server asked for stands.
    """
    for state in active_accounts(connection):
        kept = {name: one for name, one in state.lane_waits.items() if one.rule == ASKED}
        if not force and "retry-alert" in state.lane_waits:
            kept["retry-alert"] = state.lane_waits["retry-alert"]
        values: dict[str, Any] = {"lane_waits": _packed(kept)}
        if force and state.wait_code != ASKED:
            values |= {"wait_until": None, "wait_code": None}
        _set(connection, state.no, **values)


def note_upload(connection: Connection, no: int, now: datetime) -> None:
    """Count an upload. ``AccountState.uploads`` gives those that still count."""
    state = read_account(connection, no, lock=True)
    kept = [one for one in (*state.uploads, now) if abs(now - one) < UPLOADS_KEPT]
    _set(connection, no, uploads=[(one - EPOCH).total_seconds() for one in kept])


def stop(connection: Connection, no: int, *, code: str, error: str, now: datetime) -> None:
    """Stop an account; its queue stays."""
    _set(connection, no, state="stopped", code=code, error=error, stopped_at=now)


def start(connection: Connection, no: int) -> None:
    """Let a stopped account go on."""
    _set(
        connection, no, state="ok", code=None, error=None, stopped_at=None, failures=0, wait_until=None, wait_code=None
    )


def move(connection: Connection, no: int, *, server: str) -> None:
    """Accept that an account is another one now: forget who it was, what its server allows, and what was read there."""
    forgotten = (
        "remote_acct",
        "remote_id",
        "application",
        "limits",
        "limits_at",
        "head",
        "head_at",
        "read_to",
        "budget",
        "uploads",
        "lane_waits",
        "warning",
    )
    start(connection, no)
    _set(connection, no, server=server, **dict.fromkeys(forgotten))


def pack_budget(budget: Budget) -> dict[str, Any]:
    """Give a server's budget as JSON values."""
    return {"remaining": budget.remaining, "limit": budget.limit, "until": (budget.until - EPOCH).total_seconds()}


def _well(state: AccountState) -> dict[str, Any]:
    """End our own rest after failures. What the server asked for, it still asks for."""
    values: dict[str, Any] = {"failures": 0}
    if state.wait_code != ASKED:
        values |= {"wait_until": None, "wait_code": None}
    if "retry-alert" in state.lane_waits:
        values["lane_waits"] = _packed({name: one for name, one in state.lane_waits.items() if name != "retry-alert"})
    return values


def _packed(waits: Mapping[str, LaneWait]) -> dict[str, Any]:
    return {name: [(one.until - EPOCH).total_seconds(), one.rule] for name, one in waits.items()}


def _set(connection: Connection, no: int, **values: Any) -> None:
    connection.execute(_CHANGE, {"row_no": no, **values})


def _budget(value: dict[str, Any] | None) -> Budget | None:
    if value is None:
        return None
    return Budget(remaining=value["remaining"], limit=value["limit"], until=_moment(value["until"]))


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def _state(row: Row[Any], emergency: str | None) -> AccountState:
    return AccountState(
        no=row.no,
        id=row.id,
        kind=row.kind,
        remote_acct=row.remote_acct,
        application=row.application,
        limits=unpack_limits(row.limits),
        limits_at=row.limits_at,
        head=row.head,
        head_at=row.head_at,
        state=row.state,
        code=row.code,
        wait_until=row.wait_until,
        wait_code=row.wait_code,
        lane_waits={
            name: LaneWait(until=_moment(until), rule=rule) for name, (until, rule) in (row.lane_waits or {}).items()
        },
        budget=_budget(row.budget),
        failures=row.failures,
        paused=row.paused,
        read_to=row.read_to,
        uploads=tuple(_moment(seconds) for seconds in row.uploads or ()),
        error=row.error,
        warning=row.warning,
        emergency=emergency,
    )

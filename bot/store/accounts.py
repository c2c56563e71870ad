"""What is remembered of each account: who it is on its server, what the server allows, and whether it may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from adapters.contract import Budget, Limits
from bot.model import Lane
from bot.store.codec import pack_limits, unpack_limits
from bot.store.tables import account, setting
from bot.store.types import EPOCH

LONGEST_WAIT = timedelta(days=1, hours=1)
"""No wait is longer: what reads as more was written before the clock was set back, and ends at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWait:
    """Until when something waits, and by which rule."""

    until: datetime
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account as remembered. ``head`` is its newest post that we know of; ``head_at`` when its timeline was last read."""

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
    error: str | None = None
    emergency: str | None = None
    """The emergency stop: ``all``, or ``rest`` where alerts go on."""

    def is_open(self, lane: Lane) -> bool:
        """Whether nothing but time keeps a lane from being used."""
        stopped = self.emergency == "all" or (self.emergency == "rest" and lane == "rest")
        return self.state == "ok" and not self.paused and not stopped

    def waits(self, lane: Lane, now: datetime) -> LaneWait | None:
        """What a lane waits for now: its server, or a limit of its own; None where for nothing."""
        server = LaneWait(until=self.wait_until, rule=self.wait_code or "") if self.wait_until else None
        found = [one for one in (server, self.lane_waits.get(lane)) if one and one.until > now]
        return max(found, key=lambda one: one.until) if found else None


def read_account(connection: Connection, no: int) -> AccountState:
    """Read one account."""
    return _state(connection.execute(select(account).where(account.c.no == no)).one(), emergency_stop(connection))


def active_accounts(connection: Connection) -> list[AccountState]:
    """Read every account that is configured."""
    emergency = emergency_stop(connection)
    rows = connection.execute(select(account).where(account.c.retired.is_(None)).order_by(account.c.no))
    return [_state(row, emergency) for row in rows]


def emergency_stop(connection: Connection) -> str | None:
    """Whether everything was paused: ``all``, ``rest`` (alerts go on), or None."""
    found: str | None = connection.scalar(select(setting.c.value).where(setting.c.key == "paused"))
    return found


def note_identity(connection: Connection, no: int, *, acct: str, remote_id: str, application: str | None) -> None:
    """Remember who an account is on its server."""
    _set(connection, no, remote_acct=acct, remote_id=remote_id, application=application)


def note_limits(connection: Connection, no: int, limits: Limits, now: datetime) -> None:
    """Remember what a server allows."""
    _set(connection, no, limits=pack_limits(limits), limits_at=now)


def note_head(connection: Connection, no: int, head: str | None, now: datetime) -> None:
    """Remember the newest post that was seen on the timeline, and when."""
    _set(connection, no, head=head, head_at=now)


def note_sent(connection: Connection, no: int, head: str | None, budget: Budget | None) -> None:
    """Remember a post that was accepted: the account works, and the anchor moves on."""
    values: dict[str, Any] = {"head": head, "failures": 0, "wait_until": None, "wait_code": None}
    if budget:
        values["budget"] = pack_budget(budget)
    _set(connection, no, **values)


def note_well(connection: Connection, no: int) -> None:
    """Remember that the server answered as it should."""
    _set(connection, no, failures=0, wait_until=None, wait_code=None)


def note_wait(connection: Connection, no: int, *, until: datetime, code: str, error: str | None, failures: int) -> None:
    """Let an account rest: its server asked for it, or is down."""
    _set(connection, no, wait_until=until, wait_code=code, error=error, failures=failures)


def note_lane_wait(connection: Connection, state: AccountState, lane: Lane, wait: LaneWait) -> None:
    """Let one lane wait for a limit of its own."""
    waits = {**state.lane_waits, lane: wait}
    packed = {name: [(one.until - EPOCH).total_seconds(), one.rule] for name, one in waits.items()}
    _set(connection, state.no, lane_waits=packed)


def stop(connection: Connection, no: int, *, code: str, error: str, now: datetime) -> None:
    """Stop an account; its queue stays."""
    _set(connection, no, state="stopped", code=code, error=error, stopped_at=now)


def start(connection: Connection, no: int) -> None:
    """Let a stopped account go on."""
    _set(
        connection, no, state="ok", code=None, error=None, stopped_at=None, failures=0, wait_until=None, wait_code=None
    )


def pack_budget(budget: Budget) -> dict[str, Any]:
    """Give a server's budget as JSON values."""
    return {"remaining": budget.remaining, "limit": budget.limit, "until": (budget.until - EPOCH).total_seconds()}


def _set(connection: Connection, no: int, **values: Any) -> None:
    connection.execute(update(account).where(account.c.no == no).values(**values))


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
        error=row.error,
        emergency=emergency,
    )

"""What is done every minute besides collecting and posting: pages looked at, alerts that end, memory that is forgotten in time.

Each piece of work is small, and what is left over is done a minute later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from bot.collecting.collect import Collector
from bot.decide.wanting import expired
from bot.model import ALERT_HOLDS, Decision, Event, KnownAnnouncement
from bot.store import pruning, views, wishes
from bot.store.engine import reading, writing
from bot.store.erasing import erase_rest
from bot.store.expiring import expired_alerts
from bot.store.recall import announcements_by_id
from bot.store.record import Record, record
from bot.store.types import EPOCH
from bot.withdrawals import PageChecks

EVERY = timedelta(hours=1)
"""How often memory is gone through; sooner while there is more to forget."""

PRUNED = "pruned"


@dataclass(slots=True, kw_only=True)
class Housekeeping:
    """The work of a minute. ``retain`` says how long each source keeps raw entries, by its number in memory."""

    engine: Engine
    collector: Collector
    pages: PageChecks
    retain: Mapping[int, timedelta]
    _busy: bool = field(default=False)

    async def tick(self, *, seconds: float = 300.0) -> None:
        """Do what is due; pages are looked at for at most so many seconds. A tick that comes too early does nothing."""
        if self._busy:
            return
        self._busy = True
        try:
            await self.collector.on_store(self.end_alerts)
            await self.pages.round(seconds=seconds)
            await self.collector.on_store(self.forget)
        finally:
            self._busy = False

    def end_alerts(self) -> int:
        """Let the posts of alerts whose time is over say so, once; give how many alerts."""
        now = self.collector.now()
        with reading(self.engine) as connection:
            over = expired_alerts(connection, now, ALERT_HOLDS)
        if not over:
            return 0
        with writing(self.engine) as connection:
            for one in announcements_by_id(connection, set(over)).values():
                if one.notice is None:
                    _end(connection, now, one, over[one.id])
        return len(over)

    def forget(self) -> int:
        """Forget what is old enough, where an hour has passed since the last time; give how much was forgotten."""
        now = self.collector.now()
        with reading(self.engine) as connection:
            last: dict[str, Any] = views.read_setting(connection, PRUNED) or {}
        due = EPOCH + timedelta(seconds=last.get("due", 0))
        if due > now and due < now + 2 * EVERY:
            return 0
        gone = 0
        for work in (pruning.prune_likenesses, pruning.prune_events, pruning.prune_spent, pruning.prune_pictures):
            with writing(self.engine) as connection:
                gone += work(connection, now)
        with writing(self.engine) as connection:
            gone += pruning.prune_raw(connection, now, self.retain)
        with writing(self.engine) as connection:
            item, words = pruning.prune_untold(connection, now, last.get("item", 0))
            gone += words + erase_rest(connection, self._personal())
            more = gone >= pruning.AT_A_TIME
            due = now if more else now + EVERY
            wishes.write_setting(connection, PRUNED, {"due": (due - EPOCH).total_seconds(), "item": item})
        return gone

    def _personal(self) -> list[int]:
        return [no for no, origin in self.collector.origins.items() if origin.policy.personal]


def _end(connection: Connection, now: datetime, one: KnownAnnouncement, ended: datetime) -> None:
    change = expired(one, ended)
    event = Event(
        stage="decide",
        verdict="expired",
        rule="alert.expired",
        source=one.lead_source,
        announcement=one.id,
        detail={"ended": ended.isoformat()},
    )
    decided = Decision(
        changes=(change.announcement,),
        publication_changes=change.publications,
        events=(event,) if one.publications else (),
    )
    record(connection, Record(source=one.lead_source, now=now, likenesses={}), decided)

"""What the line costs: a line is read by its states, so that what was sent over the years costs nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from bot.store import line
from bot.store.engine import writing
from tests.delivery.world import World, world

FITS = ("lane=? AND state=?", "ix_publication_state_due (state=?", "check_at", "_publication_1 (id=?)", "remote_id>?")
"""How a query may look for publications: by lane and state, by state and time, or for one that it knows."""


def test_no_query_of_the_line_walks_along_all_of_it(tmp_path: Any) -> None:
    """Every look at the line finds its rows through an index that leaves out what is done."""
    with world(tmp_path) as here:
        here.announce("stad", "a")
        plans = _plans(here)
    walks = [plan for plan in plans if plan.startswith(("SCAN publication", "SEARCH publication"))]
    assert len(walks) > 8
    assert [plan for plan in walks if not any(one in plan for one in FITS)] == []


def _plans(here: World) -> list[str]:
    said: list[tuple[str, Any]] = []
    event.listen(here.engine, "before_cursor_execute", lambda *all_: said.append((all_[2], all_[3])))
    now = here.clock.at
    with writing(here.engine) as connection:
        line.waiting(connection, here.account, "rest", now, posts=8, take_downs=8)
        line.waiting(connection, here.account, "alert", now, posts=8, take_downs=8)
        line.hold_stale(connection, here.account, "rest", now, before=now)
        line.next_due(connection, now, here.account)
        line.next_due(connection, now)
        asked = [one for one in said if "FROM publication" in one[0]]
        return [
            row[3]
            for sentence, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sentence}", values)
        ]

"""The desk stays quick however much was ever posted: what its pages ask of memory is found by an index, never by reading it all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event as happening

from bot.store.engine import reading
from tests.web.desk.office import Operator, waiting
from tests.web.world import NOW, World, fill

GROWING = ("publication", "announcement", "item", "version", "event", "delivery", "remote_post")
"""Tables that grow with every message; sources and accounts do not."""
PATHS = (
    "/desk", "/desk/queue", "/desk/queue?state=held&reason=burst", "/desk/queue?account=stadsnieuws",
    "/desk/queue?source=stad-nieuws&state=sent", "/desk/queue?state=held&before=ffffffff-ffff-7fff-8fff-ffffffffffff",
    "/desk/sources", "/desk/sources?show=bad", "/desk/sources?code=item.broken", "/desk/sources/stad-nieuws",
    "/desk/accounts/stadsnieuws", "/desk/log", "/desk/log?before=9",
)  # fmt: skip


@pytest.fixture
def asked(world: World) -> Iterator[list[tuple[str, Any]]]:
    """Note every statement that memory is asked, with its values."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append((statement, values))

    happening.listen(world.engine, "before_cursor_execute", note)
    yield statements
    happening.remove(world.engine, "before_cursor_execute", note)


def plan(world: World, statement: str, values: Any) -> list[str]:
    """Give how the database would find what a statement asks for."""
    with reading(world.engine) as connection:
        return [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


def test_no_page_reads_a_whole_table(anna: Operator, world: World, asked: list[tuple[str, Any]]) -> None:
    """Every query of every page goes through an index, so that a page costs the same after ten years."""
    fill(world)
    held = waiting(world, "Wegwerk", "held", "burst")
    world.source_is("haven-nieuws", state="failing", code="http.timeout", error="No answer.", failing_since=NOW)
    slow: list[tuple[str, str]] = []
    for path in (*PATHS, f"/desk/posts/{held}"):
        asked.clear()
        assert anna.get(path).status == 200, path
        queries = [one for one in asked if one[0].lstrip().upper().startswith("SELECT")]
        assert queries, path
        slow += [
            (path, f"{step} ← {statement[-200:]}")
            for statement, values in queries
            for step in plan(world, statement, values)
            if re.match(rf"SCAN ({'|'.join(GROWING)})\b", step) and "USING INDEX ix_" not in step
        ]
    assert not slow


def test_the_last_of_many_are_found_by_their_order(anna: Operator, world: World, asked: list[tuple[str, Any]]) -> None:
    """Nearly all posts were sent: a page of those walks back from the last one, and sorts nothing."""
    fill(world)
    asked.clear()
    anna.get("/desk/queue?state=sent")
    statement, values = next(one for one in asked if "LIMIT" in one[0] and "publication" in one[0])
    assert any("sqlite_autoindex_publication_1" in step for step in plan(world, statement, values))

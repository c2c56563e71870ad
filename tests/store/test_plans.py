"""Taking in one new item costs the same however much memory holds: how SQLite finds what is asked on that way."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bench.memory_growth import grow
from bot.store import recall
from bot.store.engine import open_engine, reading

GROWING = "announcement|item|version|identity|likeness|tie|relation|publication|delivery|event|remote_post"
WIDE = ("ix_announcement_agency",)
"""Indexes behind one key of which lies what a family ever announced."""


@pytest.fixture
def asked() -> Iterator[set[tuple[str, Any]]]:
    """Every statement that any database is asked, with its values."""
    statements: set[tuple[str, Any]] = set()

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not many and statement.split(None, 1)[0] in {"SELECT", "UPDATE", "DELETE"}:
            statements.add((statement, tuple(values)))

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


def test_a_new_item_is_judged_without_walking_through_memory(tmp_path: Path, asked: set[tuple[str, Any]]) -> None:
    """No query on the way of a new item, one that is told in other words included, reads a growing table or a family whole."""
    list(grow(tmp_path, [40], 3))
    engine = open_engine(f"sqlite:///{tmp_path / 'omroeper.db'}")
    with reading(engine) as connection:  # what ties languages is asked for those alone that name a group
        connection.execute(recall._SIBLINGS, {"values": ["one", "two"], "family": ["land", "stad"]})
    engine.dispose()
    text = "\n".join(statement for statement, _ in asked)
    assert all(f"FROM {table}" in text for table in ("likeness", "tie", "identity", "item", "publication"))
    with closing(sqlite3.connect(tmp_path / "omroeper.db")) as memory:
        steps = [
            (str(row[3]), statement)
            for statement, values in asked
            if "sqlite_master" not in statement
            for row in memory.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(steps) > len(asked) / 2
    wrong = [
        (step, statement)
        for step, statement in steps
        if re.match(rf"SCAN ({GROWING})\b", step) or any(index in step for index in WIDE)
    ]
    # what a look before left to compare with is thrown away whole; that is the bench's own doing
    assert [one for one in wrong if "NOT LIKE" not in one[1]] == []

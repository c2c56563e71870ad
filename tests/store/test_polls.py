"""What polls write and what is due, on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, select

from bot.store.engine import reading, writing
from bot.store.registry import AccountRow, AgencyRow, SourceRow, sync
from bot.store.sources import (
    LIGHT,
    SOURCES,
    Place,
    Times,
    due_among,
    due_sources,
    mend_clock,
    note_polls,
    note_spent,
    note_times,
    spent_since,
)
from bot.store.tables import polled

NOW = datetime(2026, 11, 23, 10, 0, 0, 250_001, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sources(connection: Connection, many: int) -> list[int]:
    """Make sources; give their numbers."""
    rows = [
        SourceRow(id=f"s{n:04}", agency="stad", kind="feed", url=f"https://stad.example/{n}", to=("a",))
        for n in range(many)
    ]
    numbers = sync(
        connection,
        NOW,
        [AgencyRow(id="stad", name="Stad", parent=None)],
        rows,
        [AccountRow(id="a", kind="local", server="")],
    )
    return [numbers.sources[row.id] for row in rows]


def test_quiet_polls_are_written_to_the_microsecond(engine: Engine) -> None:
    """More quiet polls than one statement takes, and others beside them, each change their own row and nothing else."""
    with writing(engine) as connection:
        numbers = sources(connection, 1203)
        note_times(connection, [Times(no, NOW, NOW + timedelta(microseconds=no)) for no in numbers[:-3]])
        failed = {"row": numbers[-2], "last_try": NOW, "state": "failing", "failures": 2}
        note_polls(connection, [failed, {**failed, "row": numbers[-1], "failures": 3}])
    with reading(engine) as connection:
        rows = {row.no: row for row in connection.execute(select(*LIGHT).select_from(SOURCES))}
    assert all((rows[no].last_ok, rows[no].due) == (NOW, NOW + timedelta(microseconds=no)) for no in numbers[:-3])
    assert rows[numbers[-3]].last_try is None
    assert [(rows[no].state, rows[no].failures, rows[no].due) for no in numbers[-2:]] == [
        ("failing", 2, None),
        ("failing", 3, None),
    ]


def test_everything_due_is_found_once_longest_waiting_first(engine: Engine) -> None:
    """Page after page gives each source that is due, once, new ones first, also where many fall due at the same moment."""
    with writing(engine) as connection:
        numbers = sources(connection, 50)
        note_times(connection, [Times(no, NOW, NOW + (place // 10) * HOUR) for place, no in enumerate(numbers[5:])])
    found: list[int] = []
    place: Place | None = None
    with reading(engine) as connection:
        while some := due_sources(connection, NOW + 2 * HOUR, 7, after=place):
            found += [state.no for state in some if state.no not in found]
            place = max((Place(state.due, state.no) for state in some if state.due), default=place)
            if place is None:
                break
        among = due_among(connection, NOW, numbers, busy={numbers[0]})
    assert sorted(found) == numbers[:35]
    assert sorted(state.no for state in among) == numbers[1:15]


def test_a_clock_set_back_is_mended_and_spending_is_added_up(engine: Engine) -> None:
    """Due times beyond reason are let go of; what polls cost adds up by day."""
    with writing(engine) as connection:
        first, second = sources(connection, 2)
        note_times(connection, [Times(first, NOW, NOW + 90 * 24 * HOUR), Times(second, NOW, NOW + HOUR)])
        assert mend_clock(connection, NOW, 9 * 24 * HOUR) == 1
        for units in (3, 4):
            note_spent(connection, NOW, first, units)
        note_spent(connection, NOW + 24 * HOUR, first, 5)
        assert spent_since(connection, "2026-11-01") == {first: 12}
        assert spent_since(connection, "2026-11-24") == {first: 5}
        due = dict(connection.execute(select(polled.c.source, polled.c.due)).all())
    assert due == {first: NOW, second: NOW + HOUR}

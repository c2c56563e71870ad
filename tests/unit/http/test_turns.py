from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.http.deadlines import Deadlines
from adapters.http.turns import HostTurns, Places


async def test_hosts_are_forgotten() -> None:
    """Ten thousand hosts that were asked once do not stay in memory."""
    turns = HostTurns(remember=0.01)
    for n in range(10_000):
        await turns.take(n, limit=1, gap=0)
        turns.give_back(n)
    await asyncio.sleep(0.02)
    await turns.take("nieuw", limit=1, gap=0)
    assert len(turns) == 1


async def test_a_host_that_waits_is_not_forgotten() -> None:
    """A request whose waiter was cancelled in its pause leaves no timer that later forgets a host in use."""
    turns = HostTurns(remember=0.03)
    await turns.take("a", limit=1, gap=0.01)
    turns.give_back("a")
    waiter = asyncio.create_task(turns.take("a", limit=1, gap=0.01))
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.sleep(0.05)
    await turns.take("b", limit=1, gap=0)
    await turns.take("a", limit=1, gap=0.01)
    await asyncio.sleep(0.05)
    await turns.take("c", limit=1, gap=0)
    turns.give_back("a")
    assert len(turns) == 3


@settings(max_examples=25, deadline=None)
@given(
    limit=st.integers(1, 3),
    plans=st.lists(st.tuples(st.integers(0, 2), st.floats(0, 0.003), st.booleans()), min_size=1, max_size=25),
)
def test_turns_are_never_lost_nor_given_twice(limit: int, plans: list[tuple[int, float, bool]]) -> None:
    """However requests come, last and are cancelled: never more than the limit at once, and all get their turn."""

    async def scenario() -> None:
        turns = HostTurns(remember=0.01)
        running = dict.fromkeys(range(3), 0)

        async def ask(host: int, seconds: float) -> None:
            await turns.take(host, limit=limit, gap=0.0005)
            running[host] += 1
            assert running[host] <= limit
            try:
                await asyncio.sleep(seconds)
            finally:
                running[host] -= 1
                turns.give_back(host)

        tasks = [asyncio.create_task(ask(host, seconds)) for host, seconds, _ in plans]
        await asyncio.sleep(0.001)
        for task, (_, _, cancelled) in zip(tasks, plans, strict=True):
            if cancelled:
                task.cancel()
        outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
        assert all(outcome is None or isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
        assert set(running.values()) == {0}
        for host in range(3):
            await asyncio.wait_for(turns.take(host, limit=limit, gap=0), 10)

    asyncio.run(scenario())


async def test_a_turn_that_comes_with_a_cancellation_goes_to_the_next() -> None:
    """Given and cancelled in the same breath: neither turn nor place is lost."""
    turns, places = HostTurns(remember=9), Places(1, total=9, patience=60)
    await turns.take("a", limit=1, gap=0)
    ticket = await places.take()
    waiting = [asyncio.create_task(turns.take("a", limit=1, gap=0)), asyncio.create_task(places.take())]
    await asyncio.sleep(0)
    turns.give_back("a")
    places.give_back(ticket)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.wait_for(turns.take("a", limit=1, gap=0), 5)
    await asyncio.wait_for(places.take(), 5)


async def test_places_are_bounded_and_fair() -> None:
    """No more than the limit at work, first come first served, and cancelled waiters hold nothing."""
    places = Places(2, total=10, patience=60)
    first, _ = await places.take(), await places.take()
    order: list[str] = []

    async def wait(name: str) -> int:
        ticket = await places.take()
        order.append(name)
        return ticket

    waiters = [asyncio.create_task(wait(name)) for name in "abc"]
    await asyncio.sleep(0)
    waiters[0].cancel()
    await asyncio.sleep(0)
    places.give_back(first)
    ticket = await waiters[1]
    assert order == ["b"]
    places.give_back(ticket)
    await waiters[2]
    assert order == ["b", "c"]


async def test_open_requests_are_bounded_even_when_all_are_slow() -> None:
    """Patience makes room for others only as long as there are sockets."""
    places = Places(1, total=3, patience=0.001)
    tickets = [await places.take() for _ in range(3)]
    fourth = asyncio.create_task(places.take())
    await asyncio.sleep(0.02)
    assert not fourth.done()
    places.give_back(tickets[0])
    await asyncio.wait_for(fourth, 10)


async def test_a_deadline_is_a_time_out_and_a_cancellation_is_not() -> None:
    """The watch raises TimeoutError for its own caps alone; who cancels the task gets a cancelled task."""
    deadlines = Deadlines()
    started = time.monotonic()
    with pytest.raises(TimeoutError), deadlines.watch(10, 0.02, 10):
        await asyncio.sleep(5)
    assert time.monotonic() - started < 4
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0

    async def watched() -> None:
        with deadlines.watch(10, 10, 10):
            await asyncio.sleep(5)

    task = asyncio.create_task(watched())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await watched()
    deadlines.close()


async def test_progress_can_bring_the_end_nearer() -> None:
    """The first byte may take long; the silence after it may not, though the timer was set for later."""
    deadlines = Deadlines()
    started = time.monotonic()

    async def one_piece() -> None:
        with deadlines.watch(30, 30, 0.05) as watch:
            watch.progress()
            await asyncio.sleep(20)

    with pytest.raises(TimeoutError):
        await one_piece()
    assert time.monotonic() - started < 10


async def test_each_watch_has_its_own_moment() -> None:
    """One timer serves all: the shortest cap rings first, progress moves one, and the total moves never."""
    deadlines = Deadlines()
    ends: list[tuple[str, float]] = []
    started = time.monotonic()

    async def watched(name: str, total: float, first: float, silence: float, progress: int) -> None:
        try:
            with deadlines.watch(total, first, silence) as watch:
                for _ in range(progress):
                    await asyncio.sleep(0.02)
                    watch.progress()
                await asyncio.sleep(5)
        except TimeoutError:
            ends.append((name, time.monotonic() - started))

    await asyncio.gather(
        watched("silence", 9, 9, 0.3, 3),
        watched("total", 0.9, 0.5, 0.5, 500),
        watched("first", 9, 0.05, 9, 0),
    )
    assert [name for name, _ in ends] == ["first", "silence", "total"]
    caps = (0.05, 0.35, 0.9)
    assert all(cap - 0.01 <= end < cap + 3 for cap, (_, end) in zip(caps, ends, strict=True))

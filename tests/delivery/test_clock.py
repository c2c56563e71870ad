"""Clocks are set back and forward, and once a year an hour comes twice: nothing is lost, doubled, or waited for a day too long."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.durations import QuietHours
from tests.delivery.world import World


@pytest.mark.parametrize("hours", [-26, -2, -1, 1, 26])
def test_a_queue_outlives_a_clock_that_is_set(here: World, hours: int) -> None:
    """What was queued before the clock was set goes out after it, in order, without waiting for the old time to come back."""
    for key in "ab":
        here.announce("stad", key)
    here.clock.pass_(hours=hours)
    here.restart()
    began = here.clock.at
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b"]
    assert here.clock.at - began < timedelta(minutes=1)


@pytest.mark.parametrize("hours", [-26, -2, 2, 26])
@pytest.mark.parametrize("answer", ["drop-before", "timeout-late", "500-before"])
def test_doubt_outlives_a_clock_that_is_set(here: World, hours: int, answer: str) -> None:
    """An attempt in doubt is decided within minutes, whatever the clock says, and what comes behind it follows."""
    here.server.honours_keys = False
    for key in "ab":
        here.announce("stad", key)
    here.server.faults.append(answer)
    here.work()
    here.clock.pass_(hours=hours)
    began = here.clock.at
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b"]
    assert here.clock.at - began < timedelta(minutes=10)


@pytest.mark.parametrize("hours", [-30, -3])
def test_a_wait_that_the_server_asked_for_ends(here: World, hours: int) -> None:
    """A wait written down before the clock was set back by more than any wait lasts is over at once."""
    here.announce("stad", "a")
    here.server.faults.append("limited")
    here.work()
    here.clock.pass_(hours=hours)
    began = here.clock.at
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert here.clock.at - began <= timedelta(hours=3, minutes=6)


def test_pictures_are_waited_for_after_a_clock_was_set_back(here: World) -> None:
    """What was queued in the future and waits for its pictures is looked at once, not over and over."""
    ready = here.clock.at - timedelta(hours=1, minutes=59)
    looks: list[datetime] = []

    def waits(_: object, now: datetime) -> datetime | None:
        looks.append(now)
        return ready if now < ready else None

    here.outbox.channels = {here.account: here.channel(waits=waits)}
    here.announce("stad", "a")
    here.clock.pass_(hours=-2)
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert len(looks) == 2


def test_nothing_is_looked_for_before_its_time_after_a_clock_was_set_back(here: World) -> None:
    """The look at the queue and the search agree about when a search is due: no lane is woken in vain."""
    here.announce("stad", "a")
    here.clock.pass_(hours=-2)
    here.server.faults.append("drop-before")
    here.work()
    due = here.next_due()
    assert due is not None
    assert due > here.clock.at


@pytest.mark.parametrize(
    ("evening", "lasts"),
    [
        (datetime(2026, 10, 24, 21, tzinfo=UTC), timedelta(hours=9)),
        (datetime(2027, 3, 27, 22, tzinfo=UTC), timedelta(hours=7)),
    ],
    ids=["the night with an hour more", "the night with an hour less"],
)
def test_quiet_hours_follow_the_wall_clock(here: World, evening: datetime, lasts: timedelta) -> None:
    """Quiet from 23 to 7, Dutch time, also in the two nights in which the clock changes."""
    here.caps.quiet_hours = QuietHours(start=time(23), end=time(7))
    here.clock.at = evening + timedelta(minutes=5)
    here.announce("stad", "a")
    here.restart()
    here.settle()
    (post,) = here.server.shown()
    assert post.at == evening + lasts


def test_a_budget_counts_right_after_a_clock_was_set_back(here: World) -> None:
    """Posts of the future count as sent now: the limit of the server is kept, and waited for no longer than its window."""
    here.caps.posts_per_3h = 3
    for number in range(3):
        here.announce("stad", f"a{number}")
    here.settle()
    here.clock.pass_(hours=-1)
    here.announce("stad", "b")
    began = here.clock.at
    here.settle()
    assert len(here.texts()) == 4
    assert timedelta(hours=1) <= here.server.shown()[-1].at - began <= timedelta(hours=4)

"""The alert lane: a lane of its own that overtakes the rest, tells what is new before it corrects what was, and is checked."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from adapters.contract import Alert
from bot.durations import QuietHours
from bot.operate import set_pause
from bot.store.engine import writing
from tests.delivery.world import World


def alert(here: World, **changes: Any) -> Alert:
    """An alert that is in force for six hours."""
    return Alert(
        **{"sent": here.clock.at, "expires": here.clock.at + timedelta(hours=6), "event": "NL-Alert", **changes}
    )


def order(here: World) -> list[str]:
    """What was asked of the server that changes something, in order."""
    return [verb for verb in here.server.asked if verb in {"publish", "edit", "delete"}]


def test_an_update_is_published_before_the_old_alert_is_edited(here: World) -> None:
    """People hear what is new first; then the old post says that it was updated."""
    here.announce("stad", "a", alert=alert(here))
    here.settle()
    here.server.asked.clear()
    here.clock.pass_(minutes=5)
    here.announce("stad", "b", alert=alert(here, message="update", references=("a",)))
    here.settle()
    assert order(here) == ["publish", "edit"]
    first, second = here.server.shown()
    assert second.post is not None
    assert second.post.in_reply_to == str(first.id)
    assert len(first.texts) == 2


def test_an_all_clear_is_published_before_the_old_alert_is_edited(here: World) -> None:
    """A cancel is a post that answers the alert, and comes before the alert's own edit."""
    here.announce("stad", "a", alert=alert(here))
    here.settle()
    here.server.asked.clear()
    here.announce("stad", "b", alert=alert(here, message="cancel", references=("a",)))
    here.settle()
    assert order(here) == ["publish", "edit"]


def test_an_alert_waits_for_no_limit_of_ours(here: World) -> None:
    """Budgets, spacing and quiet hours keep news waiting, and no alert."""
    here.caps.posts_per_3h, here.caps.spacing = 3, timedelta(minutes=10)
    here.caps.quiet_hours = QuietHours(start=time(0), end=time(23))
    here.announce("stad", "nieuws")
    for number in range(5):
        here.announce("stad", f"{number}", alert=alert(here))
    here.work()
    assert here.texts() == [f"Bericht {number}" for number in range(5)]


def test_an_alert_overtakes_a_thousand_posts(here: World) -> None:
    """However long the line of news is, an alert has its own."""
    for number in range(40):
        here.announce("stad", f"{number}")
    here.announce("stad", "a", alert=alert(here))
    here.work("alert")
    assert here.texts() == ["Bericht a"]


def test_an_alert_that_ended_is_not_poured_out(here: World) -> None:
    """After a night without a server, what is no longer in force is held."""
    here.announce("stad", "a", alert=alert(here, expires=here.clock.at + timedelta(minutes=30)))
    here.server.faults.extend(["unreachable"] * 3)
    here.work()
    here.server.faults.clear()
    here.clock.pass_(hours=1)
    here.settle()
    assert here.texts() == []
    assert [one.rule for one in here.events("held")] == ["stale"]


def test_an_alert_that_the_server_swallows_is_noticed(here: World) -> None:
    """Accepted and never shown: a minute later it is looked for, and a person is told."""
    here.announce("stad", "a", alert=alert(here))
    here.work()
    here.server.change(here.server.shown()[0].id, gone=True)
    here.settle()
    row = next(iter(here.rows().values()))
    assert (row.state, row.reason) == ("dead", "never-shown")


def test_the_emergency_stop_stops_alerts_too_unless_told_otherwise(here: World) -> None:
    """`pause` is loud and whole; `--except-alerts` lets them go on."""
    with writing(here.engine) as connection:
        set_pause(connection, here.person, None, paused=True)
    here.announce("stad", "nieuws")
    here.announce("stad", "a", alert=alert(here))
    here.work()
    assert here.texts() == []
    with writing(here.engine) as connection:
        set_pause(connection, here.person, None, paused=True, except_alerts=True)
    here.work()
    assert here.texts() == ["Bericht a"]


def test_an_alert_rests_half_a_minute_at_most_while_its_server_is_down(here: World) -> None:
    """News waits ever longer for a server that is out of reach; an alert tries every thirty seconds."""
    here.announce("stad", "a", alert=alert(here))
    here.server.faults.extend(["unreachable"] * 12)
    began = here.clock.at
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert here.clock.at - began < timedelta(minutes=8)

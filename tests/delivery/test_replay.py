"""Replay: what is missing, another account, in place, again; a plan that was carried out leaves nothing to plan."""

from __future__ import annotations

from typing import Any

import pytest

from bot.delivery.reconcile import vanished
from bot.operate import approve, move_account, retract
from bot.replay import Mode, Replay, Step, apply_replay, on_account, plan_replay
from bot.store import wishes
from bot.store.engine import reading, writing
from tests.delivery.server import Client
from tests.delivery.world import World

ALL = wishes.Selection(source="stad")


def plan(here: World, mode: Mode = "missing", **choices: Any) -> list[Step]:
    """Plan a replay of everything that the source announced, looking at the account where the mode does."""
    asked = Replay(selection=ALL, mode=mode, **choices)
    with reading(here.engine) as connection:
        steps = plan_replay(connection, here.person, asked)
        if mode == "missing":
            posts = on_account(steps).get(here.account, {})
            gone = frozenset(posts[one] for one in vanished(Client(server=here.server), posts))
            steps = plan_replay(connection, here.person, Replay(selection=ALL, mode=mode, vanished=gone, **choices))
    return steps


def carry_out(here: World, steps: list[Step]) -> list[str]:
    """Want what a plan says."""
    with writing(here.engine) as connection:
        return apply_replay(connection, here.person, steps)


def actions(steps: list[Step]) -> list[str]:
    """What a plan does, in order."""
    return [step.action for step in steps]


@pytest.fixture
def told(here: World) -> World:
    """An account with three posts."""
    for key in "abc":
        here.announce("stad", key)
        here.clock.pass_(seconds=1)
    here.settle()
    return here


def test_what_is_there_is_not_replayed(told: World) -> None:
    """A replay of what nothing is missing of changes nothing."""
    steps = plan(told)
    assert actions(steps) == ["nothing"] * 3
    assert carry_out(told, steps) == []


def test_what_vanished_on_the_server_is_posted_again_once(told: World) -> None:
    """A post that the server lost comes back; the plan after that is empty, and so is a second replay."""
    told.server.change(told.server.shown()[1].id, gone=True)
    told.clock.pass_(hours=2)
    steps = plan(told)
    assert actions(steps) == ["nothing", "publish", "nothing"]
    carry_out(told, steps)
    told.settle()
    assert sorted(told.texts()) == ["Bericht a", "Bericht b", "Bericht c"]
    assert actions(plan(told)) == ["nothing"] * 3


def test_what_was_taken_away_by_us_comes_back_where_it_is_asked(told: World) -> None:
    """A post that a person retracted through us is missing there, and a replay says so."""
    told.by_hand(retract, "Bericht b")
    told.settle()
    steps = plan(told)
    assert actions(steps) == ["nothing", "publish", "nothing"]
    assert steps[1].why == "it was taken away"
    carry_out(told, steps)
    told.settle()
    assert sorted(told.texts()) == ["Bericht a", "Bericht b", "Bericht c"]


def test_a_plan_alone_changes_nothing(told: World) -> None:
    """Looking costs nothing and leaves nothing behind."""
    told.server.change(told.server.shown()[0].id, gone=True)
    before = told.rows()
    plan(told)
    assert told.rows() == before


def test_the_same_plan_carried_out_twice_doubles_nothing(told: World) -> None:
    """Killed after it was wanted, and wanted once more by a plan of then: what waits already is not wanted again."""
    told.server.change(told.server.shown()[1].id, gone=True)
    carry_out(told, plan(told))
    assert actions(plan(told)) == ["nothing"] * 3
    told.settle()
    assert sorted(told.texts()) == ["Bericht a", "Bericht b", "Bericht c"]


@pytest.mark.parametrize("step", range(0, 30, 3))
@pytest.mark.parametrize("keys", [True, False], ids=["keys", "no-keys"])
def test_a_replay_that_is_killed_goes_on(told: World, *, keys: bool, step: int) -> None:
    """Killed at any step of carrying a second copy out, each stands there twice, and never three times."""
    told.server.honours_keys = keys
    carry_out(told, plan(told, "again"))
    left = iter(range(step, -1, -1))
    with told.dying(lambda _: next(left, None) == 0):
        told.settle()
    told.settle()
    assert sorted(told.texts()) == sorted(["Bericht a", "Bericht b", "Bericht c"] * 2)


def test_again_posts_a_second_copy_even_within_the_hour(told: World) -> None:
    """A second copy has a key of its own: the server that honours keys does not give the first one back."""
    carry_out(told, plan(told, "again"))
    told.settle()
    assert told.texts() == ["Bericht a", "Bericht b", "Bericht c"] * 2


def test_in_place_edits_what_is_there(told: World) -> None:
    """After a change of wording the posts are composed anew and edited; what says the same is left alone."""
    compose = told.outbox.channels[told.account].compose

    def reworded(wanted: Any, limits: Any) -> Any:
        from dataclasses import replace

        made = compose(wanted, limits)
        return replace(made, parts=(f"Nieuw: {made.parts[0]}", *made.parts[1:])) if "b" in made.parts[0] else made

    told.outbox.channels = {told.account: told.channel(compose=reworded)}
    told.server.asked.clear()
    steps = plan(told, "in-place")
    assert actions(steps) == ["edit"] * 3
    carry_out(told, steps)
    told.settle()
    assert told.server.asked.count("publish") == 0
    assert all(text.startswith("Nieuw: ") for text in told.texts())


def test_in_place_leaves_alone_what_says_the_same(told: World) -> None:
    """A wording that did not change costs no edit."""
    told.server.asked.clear()
    carry_out(told, plan(told, "in-place"))
    told.settle()
    assert told.server.asked.count("edit") == 0
    assert {row.state for row in told.rows().values()} == {"sent"}


def test_moving_house(told: World) -> None:
    """The account is another one now: what was posted stays there untouched, and a replay brings it to the new one in order."""
    old, new = told.server, type(told.server)(clock=told.clock, acct="nieuw@elders.example")
    told.announce("stad", "d")
    told.server = new
    told.restart()
    told.settle()
    assert told.state().code == "account.changed"
    with writing(told.engine) as connection:
        move_account(connection, told.person, "account", "https://elders.example")
    told.settle()
    assert [one.texts[0].splitlines()[0] for one in new.shown()] == ["Bericht d"]
    carry_out(told, plan(told, "again"))
    told.settle()
    assert [one.texts[0].splitlines()[0] for one in old.shown()] == ["Bericht a", "Bericht b", "Bericht c"]
    assert {one.texts[0].splitlines()[0] for one in new.shown()} == {"Bericht a", "Bericht b", "Bericht c", "Bericht d"}
    (moved,) = told.events("moved")
    assert (moved.actor, moved.detail["reason"]) == ("anna", "omdat het moet")


def test_a_dead_letter_is_wanted_again(here: World) -> None:
    """What died is missing there: a replay lets it try once more, with words composed anew."""
    from adapters.errors import Refused

    here.server.refuses = lambda _: Refused("nee", code="model.refused", status=422)
    here.announce("stad", "a")
    here.settle()
    assert here.row("Bericht a").state == "dead"
    here.server.refuses = lambda _: None
    steps = plan(here)
    assert actions(steps) == ["approve"]
    carry_out(here, steps)
    here.settle()
    assert here.texts() == ["Bericht a"]


def test_a_post_that_people_removed_is_not_replayed(told: World) -> None:
    """Removed by hand on the server, and noticed: only `--again` brings it back."""
    told.server.change(told.server.shown()[0].id, gone=True)
    told.shows["stad"][0].title = "Bericht a!"
    told.see("stad")
    told.settle()
    assert actions(plan(told)) == ["nothing"] * 3
    assert actions(plan(told, "again"))[0] == "publish"


def test_every_act_of_a_replay_is_on_record(told: World) -> None:
    """Who, when, why, and what became of it."""
    told.server.change(told.server.shown()[1].id, gone=True)
    carry_out(told, plan(told))
    (event,) = told.events("replay")
    assert (event.actor, event.rule, event.at) == ("anna", "replay.publish", told.clock.at)
    assert event.detail == {"reason": "omdat het moet", "why": "it is not there any more"}


def test_approving_twice_is_approving_once(here: World) -> None:
    """A second approval finds nothing to approve."""
    from adapters.errors import Refused

    here.server.refuses = lambda _: Refused("nee", code="model.refused", status=422)
    here.announce("stad", "a")
    here.settle()
    here.server.refuses = lambda _: None
    assert len(here.by_hand(approve, "Bericht a")) == 1
    assert here.by_hand(approve, "Bericht a") == []

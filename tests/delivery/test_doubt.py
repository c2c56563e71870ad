"""Unknown outcomes: the account is searched before anything is sent again, and what is found is known by more than one sign."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.contract import Alert
from bot.operate import approve, drop
from tests.delivery.world import World

PAGE = 40


def alert(here: World) -> Alert:
    """An alert that is in force."""
    return Alert(sent=here.clock.at, expires=here.clock.at + timedelta(hours=6), event="NL-Alert")


def lose(here: World) -> None:
    """Die as soon as a post is there, and start again."""
    with here.dying(lambda step: step == "after publish"):
        here.work()


@pytest.fixture(params=[True, False], ids=["keys", "no-keys"])
def doubted(here: World, request: pytest.FixtureRequest) -> World:
    """An account on a server of one kind or the other, whose last answer was never heard: the post is there."""
    here.server.honours_keys = request.param
    here.announce("stad", "a")
    lose(here)
    assert here.row("Bericht a").state == "unknown"
    return here


def test_a_lost_answer_is_found(doubted: World) -> None:
    """What was stored is found on the account, and not sent again."""
    doubted.settle()
    assert doubted.texts() == ["Bericht a"]
    assert doubted.server.asked.count("publish") == 1
    assert [one.rule for one in doubted.events("sent")] == ["unknown.found"]


def test_a_lost_answer_is_found_after_the_server_forgot_its_keys(doubted: World) -> None:
    """More than an hour later no key helps: the timeline does."""
    doubted.stop()
    doubted.clock.pass_(hours=5)
    doubted.start()
    doubted.settle()
    assert doubted.texts() == ["Bericht a"]


def test_a_lost_answer_is_found_below_a_thousand_newer_posts(doubted: World) -> None:
    """A busy account pushes it down by pages; it is looked for as far as the anchor."""
    for number in range(1000):
        doubted.server.person_posts(f"Eigen woorden {number}")
    doubted.settle()
    assert doubted.texts().count("Bericht a") == 1
    assert doubted.row("Bericht a").state == "sent"


def test_a_lost_answer_is_found_after_somebody_edited_the_post(doubted: World) -> None:
    """Its words are other ones now, but its history has ours."""
    doubted.server.change(doubted.server.shown()[-1].id, text="Door een mens verbeterd")
    doubted.settle()
    assert doubted.texts() == ["Door een mens verbeterd"]
    assert next(iter(doubted.rows().values())).state == "sent"


def test_what_a_person_shares_is_not_ours(doubted: World) -> None:
    """A person's post with the same link is neither taken for ours nor in the way of finding ours."""
    doubted.server.person_posts("Kijk! https://stad.example/bericht/a")
    doubted.settle()
    assert doubted.texts() == ["Bericht a", "Kijk! https://stad.example/bericht/a"]


def test_a_request_that_was_never_handled_is_made_again(here: World) -> None:
    """Two empty searches, the second when it can no longer be running; then it is sent, once."""
    here.server.honours_keys = False
    here.announce("stad", "a")
    here.server.faults.append("drop-before")
    began = here.clock.at
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert here.server.asked.count("publish") == 2
    assert here.server.shown()[0].at - began >= timedelta(seconds=2)


def test_a_request_that_is_handled_after_our_time_out_is_waited_for(here: World) -> None:
    """A server that stores late, within the time-out, is given that long before anything is sent again."""
    here.server.honours_keys = False
    here.announce("stad", "a")
    here.server.faults.append("timeout-late")
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert here.server.asked.count("publish") == 1


def test_nothing_is_sent_while_the_account_cannot_be_searched(here: World) -> None:
    """A timeline that cannot be read decides nothing; once it can, the post is found."""
    here.server.honours_keys = False
    here.announce("stad", "a")
    here.server.faults.append("drop-after")
    here.work()
    here.server.reading.extend(["down"] * 5)
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert here.server.asked.count("publish") == 1


def test_order_holds_while_one_is_in_doubt(here: World) -> None:
    """What comes after it from the same source waits until it is decided."""
    here.server.honours_keys = False
    for key in "abc":
        here.announce("stad", key)
    here.server.faults.append("drop-before")
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b", "Bericht c"]


def test_an_anchor_that_cannot_be_reached_leaves_it_to_a_person(here: World) -> None:
    """Below fifty pages nobody can tell: nothing is sent, and what is done then is on record."""
    here.server.honours_keys = False
    here.announce("stad", "eerder")
    here.settle()
    here.announce("stad", "a")
    here.server.faults.append("drop-before")
    here.work()
    for number in range(51 * PAGE):
        here.server.person_posts(f"Eigen woorden {number}")
    here.settle()
    row = here.row("Bericht a")
    assert (row.state, row.reason) == ("unknown", "no-anchor")
    assert here.server.asked.count("publish") == 2
    here.by_hand(approve, "Bericht a")
    here.settle()
    assert here.texts().count("Bericht a") == 1


def test_two_candidates_are_left_to_a_person(here: World) -> None:
    """Two posts with our very words: which is ours, nobody knows."""
    here.server.honours_keys = False
    here.announce("stad", "a")
    lose(here)
    here.server.person_posts(here.server.shown()[0].texts[0], by=None)
    here.settle()
    assert (here.row("Bericht a").state, here.row("Bericht a").reason) == ("unknown", "ambiguous")
    here.by_hand(drop, "Bericht a")
    here.settle()
    assert len(here.texts()) == 2


def test_an_alert_is_sent_after_a_minute_of_not_knowing(here: World) -> None:
    """The one exception: an account that cannot be searched keeps an alert waiting for a minute, and no longer."""
    here.has_alerts = True
    here.restart()
    here.announce("stad", "begin")
    here.settle()
    here.announce("stad", "a", alert=alert(here))
    here.server.faults.append("drop-before")
    here.work("alert")
    began = here.clock.at
    here.server.reading.extend(["down"] * 1000)
    for _ in range(60):
        here.clock.pass_(seconds=2)
        here.work("alert")
    assert here.texts() == ["Bericht begin", "Bericht a"]
    assert timedelta(seconds=60) <= here.server.shown()[-1].at - began <= timedelta(seconds=100)


def test_a_reused_key_that_gives_another_post_is_noticed(here: World) -> None:
    """Mastodon gives the first post for a reused key: what is not ours is not taken for it, and another key is tried."""
    here.announce("stad", "a")
    here.settle()
    here.clock.pass_(seconds=1)
    here.announce("stad", "b")
    with here.dying(lambda step: step == "before publish"):
        here.work()
    here.server.change(here.server.shown()[0].id, key=here.last_key())
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b"]
    assert [one.rule for one in here.events("not-ours")] == ["answer.compared"]


@pytest.mark.parametrize(
    "answer", ["500-after", "500-before", "timeout-before", "drop-before", "drop-after", "503-wait"]
)
@pytest.mark.parametrize("keys", [True, False], ids=["keys", "no-keys"])
@pytest.mark.parametrize("what", ["edit", "delete"])
def test_an_edit_or_a_deletion_in_doubt_is_done_again(here: World, answer: str, *, keys: bool, what: str) -> None:
    """Neither changes anything where it was done already: no search, no second post."""
    here.server.honours_keys = keys
    here.policies["stad"].withdrawal = "delete"
    entry = here.announce("stad", "a")
    here.settle()
    here.server.faults.append(answer)
    entry.title, entry.withdrawn = "Bericht a!", what == "delete"
    here.see("stad")
    here.settle()
    assert here.texts() == ([] if what == "delete" else ["Bericht a!"])
    assert here.server.asked.count("publish") == 1

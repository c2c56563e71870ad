"""Every answer has a meaning: the server's failure rests or stops the account and keeps its queue, the item's goes down its ladder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.contract import Limits, Post
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Malformed, Refused, Temporary, Unknown
from bot.delivery.attempt import verdict_of
from bot.model import Composed, Wanted
from bot.operate import approve, set_pause
from bot.store.engine import writing
from tests.delivery.world import World


def refusing(word: str, error: Callable[[], Exception]) -> Callable[[Post], Exception | None]:
    """Refuse posts with a word in them, and no others."""
    return lambda post: error() if word in post.text.split() else None


def unacceptable() -> Exception:
    """What a server says to a text that it will not have, in words that nobody should rely on."""
    return Refused("Validatie mislukt", code="model.refused", status=422)


# ── what stops the account ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_denied_token_stops_the_account_and_keeps_its_queue(here: World) -> None:
    """401 on a post: the account stops with the reason, nothing is lost, and all goes out in order once it is mended."""
    for key in "abc":
        here.announce("stad", key)
    here.server.faults.append("denied")
    here.settle()
    state = here.state()
    assert (state.state, state.code) == ("stopped", "model.denied")
    assert here.texts() == []
    assert {row.state for row in here.rows().values()} == {"queued"}
    with writing(here.engine) as connection:
        set_pause(connection, here.person, "account", paused=False)
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b", "Bericht c"]


def test_a_denied_token_at_the_start_stops_the_account_too(here: World) -> None:
    """401 on the first look at the account: nothing is sent to a place that does not know us."""
    here.announce("stad", "a")
    here.server.reading.append("denied")
    here.settle()
    assert here.state().state == "stopped"
    assert "publish" not in here.server.asked


def test_another_account_behind_the_token_stops_it(here: World) -> None:
    """A token that belongs to somebody else now posts nothing under the wrong name."""
    here.announce("stad", "a")
    here.settle()
    here.server.acct = "iemand@elders.example"
    here.announce("stad", "b")
    here.restart()
    here.settle()
    assert here.state().code == "account.changed"
    assert here.texts() == ["Bericht a"]


def test_a_stopped_account_is_left_alone(here: World) -> None:
    """Once stopped, an account is not asked again, however often the clock ticks."""
    here.announce("stad", "a")
    here.server.faults.append("denied")
    here.settle()
    here.server.asked.clear()
    here.clock.pass_(hours=5)
    here.work()
    assert here.server.asked == []


# ── what waits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_limit_is_waited_for_until_the_moment_it_names(here: World) -> None:
    """429 with a moment: nothing leaves before it, and the order stands."""
    for key in "ab":
        here.announce("stad", key)
    here.server.faults.append("limited")
    here.work()
    asked = here.clock.at
    assert here.state().wait_until == asked + timedelta(minutes=5)
    here.server.asked.clear()
    here.clock.pass_(minutes=4)
    here.work()
    assert here.server.asked == []
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b"]
    assert here.server.shown()[0].at >= asked + timedelta(minutes=5)


def test_a_limit_that_names_no_moment_is_waited_for_a_minute(here: World) -> None:
    """429 without headers never makes us spin."""
    here.announce("stad", "a")
    here.server.faults.append("limited-mute")
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert here.server.asked.count("publish") == 2
    (waited,) = here.events("waits")
    assert here.server.shown()[0].at - waited.at >= timedelta(minutes=1)


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(here: World) -> None:
    """503 with Retry-After on a post: it may have been stored, so it is looked for, and not before the pause is over."""
    here.announce("stad", "a")
    here.server.faults.append("503-wait")
    here.work()
    here.server.asked.clear()
    here.clock.pass_(seconds=20)
    here.work()
    assert here.server.asked == []
    here.settle()
    assert here.texts() == ["Bericht a"]


def test_an_unreachable_server_is_asked_ever_more_rarely(here: World) -> None:
    """While it is out of reach it is asked at most every 15 minutes, and everything is there when it is back."""
    for key in "ab":
        here.announce("stad", key)
    here.server.faults.extend(["unreachable"] * 100)
    here.server.reading.extend(["down"] * 100)
    for _ in range(6 * 60):
        here.work()
        here.clock.pass_(minutes=1)
    assert 20 <= len(here.server.asked) <= 35
    here.server.faults.clear()
    here.server.reading.clear()
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b"]


# ── the item's own ladder ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_text_goes_down_its_ladder_and_is_dead_at_its_end(here: World) -> None:
    """422: as composed, without our tags, all neutralised, dead with the reason; and what stands behind it goes out."""
    for key in ("a", "b", "c"):
        here.announce("stad", key)
    here.server.refuses = refusing("b", unacceptable)
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht c"]
    row = here.row("Bericht b")
    assert (row.state, row.reason) == ("dead", "model.refused")
    assert [one.rule for one in here.events("retry")] == ["refused.rung-1", "refused.rung-2"]


def test_the_ladder_is_tried_on_each_step_with_its_own_form(here: World) -> None:
    """Each step is composed anew for its rung, so that a form which the server takes is found."""
    seen: list[int] = []
    compose = here.outbox.channels[here.account].compose

    def by_rung(wanted: Wanted, limits: Limits) -> Composed:
        seen.append(wanted.rung)
        return compose(wanted, limits)

    here.outbox.channels = {here.account: here.channel(compose=by_rung)}
    here.announce("stad", "a")
    left = iter([unacceptable(), unacceptable()])
    here.server.refuses = lambda _: next(left, None)
    here.settle()
    assert seen == [0, 1, 2]
    assert here.texts() == ["Bericht a"]


@pytest.mark.parametrize("status", [404, 405, 409])
def test_what_no_other_form_can_mend_is_dead_at_once(here: World, status: int) -> None:
    """A refusal that is not about the text is not tried three times."""
    here.server.refuses = refusing("a", lambda: Refused("nee", code="model.no", status=status))
    here.announce("stad", "a")
    here.announce("stad", "b")
    here.settle()
    assert here.texts() == ["Bericht b"]
    assert here.row("Bericht a").state == "dead"
    assert here.server.asked.count("publish") == 2


def test_refused_pictures_cost_the_pictures(here: World) -> None:
    """What it says is worth more than what it shows: without them it goes, and that is on record."""
    here.announce("stad", "a")
    left = iter([Refused("te groot", code="model.media", status=422, about="media")])
    here.server.refuses = lambda _: next(left, None)
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert [one.rule for one in here.events("retry")] == ["media.without"]


def test_what_is_not_the_text_is_dead_and_names_itself(here: World) -> None:
    """An answer that cannot be understood is nobody's text: dead with its code, and the next goes on."""
    here.server.refuses = refusing("a", lambda: Malformed("geen API", code="model.strange"))
    here.announce("stad", "a")
    here.announce("stad", "b")
    here.settle()
    assert here.row("Bericht a").reason == "model.strange"
    assert here.texts() == ["Bericht b"]


def test_an_item_on_which_the_server_chokes_lets_others_pass(here: World) -> None:
    """500 on one text again and again: it is put off, the others of its source go by, and at last it is dead."""
    here.server.refuses = refusing("a", choke)
    here.announce("stad", "a")
    for key in "bcd":
        here.announce("stad", key)
    here.settle(hours=100)
    assert here.texts() == ["Bericht b", "Bericht c", "Bericht d"]
    assert (here.row("Bericht a").state, here.row("Bericht a").reason) == ("dead", "server-error")


def test_words_that_cannot_be_composed_hold_up_nothing(here: World) -> None:
    """An item for which we have no words is held with the reason; the rest of its source goes out."""
    here.announce("stad", "a", title="onzegbaar")
    here.announce("stad", "b")
    here.settle()
    assert here.texts() == ["Bericht b"]
    (held,) = here.events("held")
    assert held.rule == "compose-failed"


def test_a_dead_letter_is_mended_and_sent(here: World) -> None:
    """A person gives a dead post other words; it is sent with those, once."""
    here.server.refuses = refusing("a", unacceptable)
    here.announce("stad", "a")
    here.settle()
    here.by_hand(approve, "Bericht a", text="Mooier gezegd")
    here.settle()
    assert here.texts() == ["Mooier gezegd"]
    (event,) = here.events("approved")
    assert (event.actor, event.detail["reason"], event.at) == ("anna", "omdat het moet", event.at)


def test_a_post_that_people_removed_stays_away(here: World) -> None:
    """404 on an edit: somebody removed the post by hand, and it is never posted again."""
    entry = here.announce("stad", "a")
    here.settle()
    here.server.change(here.server.shown()[0].id, gone=True)
    entry.title = "Bericht a, verbeterd"
    here.see("stad")
    here.settle()
    assert here.texts() == []
    row = next(iter(here.rows().values()))
    assert (row.state, row.reason) == ("dropped", "removed-there")


def test_a_key_whose_post_was_deleted_stays_away(here: World) -> None:
    """404 on a publish without a parent: what this key made was deleted within the hour, so it is not made again."""
    here.announce("stad", "a")
    left = iter([Gone("deleted since", code="model.deleted-since", status=404)])
    here.server.refuses = lambda _: next(left, None)
    here.settle()
    assert here.texts() == []
    assert next(iter(here.rows().values())).reason == "removed-there"


def test_an_edit_that_people_overtook_is_held(here: World) -> None:
    """Somebody changed our post on the server: their words stay until a person decides."""
    entry = here.announce("stad", "a")
    here.settle()
    here.server.change(here.server.shown()[0].id, text="Door een mens")
    entry.title = "Bericht a, verbeterd"
    here.see("stad")
    here.settle()
    assert here.texts() == ["Door een mens"]
    row = next(iter(here.rows().values()))
    assert (row.state, row.reason) == ("held", "changed-there")


def test_a_mistake_of_ours_stops_nobody_else(here: World) -> None:
    """An error that no adapter should raise leaves the post in doubt; it is looked for, and not sent twice."""
    here.server.honours_keys = False
    here.announce("stad", "a")
    here.announce("stad", "b")
    here.server.faults.append("surprise")
    here.settle()
    assert here.texts() == ["Bericht a", "Bericht b"]


def test_a_limited_account_is_noticed(here: World) -> None:
    """Public posts that become unlisted in silence are a warning in the account's row."""
    here.server.lowers_visibility = True
    here.announce("stad", "a")
    here.settle()
    assert "unlisted" in (here.state().warning or "")


def test_removals_wait_apart_from_posts(here: World) -> None:
    """A limit on deletions leaves posts going, and the deletion comes when it is over."""
    here.policies["stad"].withdrawal = "delete"
    entry = here.announce("stad", "a")
    here.settle()
    entry.withdrawn = True
    here.see("stad")
    here.announce("stad", "b")
    here.server.faults.append("limited")
    here.work()
    assert here.texts() == ["Bericht a", "Bericht b"]
    here.settle()
    assert here.texts() == ["Bericht b"]


def choke() -> AdapterError:
    """What a server says when it fails on something."""
    return Unknown("failed", settles_after=2.0, status=500)


def test_every_error_of_the_tree_has_a_meaning() -> None:
    """No error that an adapter may raise is without a verdict."""
    said = {
        "limited": verdict_of(Limited("x")),
        "down": verdict_of(Temporary("x", code="x")),
        "stopped": verdict_of(AuthFailed("x", code="x")),
        "gone": verdict_of(Gone("x")),
        "parent-gone": verdict_of(Gone("x", about="parent")),
        "media-refused": verdict_of(Gone("x", about="media")),
        "refused": verdict_of(Refused("x")),
        "failed": verdict_of(Malformed("x", code="x")),
        "unknown": verdict_of(choke()),
    }
    assert all(name == verdict for name, verdict in said.items())

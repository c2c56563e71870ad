"""What is known and says something else: edited, followed, held, taken down, or none of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Decision, Known, Observed, PublicationChange
from bot.rule import RULE
from tests.unit.decide.build import (
    NOW,
    Policy,
    alert,
    known_announcement,
    known_item,
    look,
    observed,
    publication,
    remembers,
    verdicts,
)


def corrected(one: Observed, **content: object) -> Observed:
    """The same item, saying something else."""
    changed = replace(one.content, **({"title": "Verbeterd"} | content))  # type: ignore[arg-type]  # fields by name
    return replace(one, content=changed, meaning="other", digest="other")


def memory(one: Observed, **changes: object) -> Known:
    """An item with one publication, changed as said."""
    return remembers((known_item(1, one), known_announcement(1, one, publication("p1", **changes))))


def change(decision: Decision) -> PublicationChange:
    """The one publication that changed."""
    (only,) = decision.publication_changes
    return only


def test_correction_of_a_young_post_is_an_edit() -> None:
    """A post younger than the edit window is edited, with the announcement's next version."""
    decision = look(memory(observed("1")), corrected(observed("1")))
    found = change(decision)
    assert (found.operation, found.state, found.wanted) == ("edit", "queued", 2)
    assert decision.publications == ()


def test_correction_of_an_old_post_follows_it() -> None:
    """A post older than the edit window is not rewritten: a new one answers it."""
    decision = look(memory(observed("1"), sent=NOW - timedelta(days=3)), corrected(observed("1")))
    assert len(decision.publications) == 1
    assert decision.relations == ((decision.announcements[0].id, "a1", "follows"),)
    assert decision.items[0].announcement == decision.announcements[0].id


def test_redated_change_is_a_new_announcement() -> None:
    """One guid for ever with a new date and other words is news, not a correction."""
    one = observed("1", published=NOW - timedelta(days=9))
    decision = look(memory(one), corrected(one, published=NOW))
    assert len(decision.publications) == 1
    assert ("follow", "correction.redated") in verdicts(decision)


def test_moved_date_with_equal_content_is_nothing() -> None:
    """A source that stamps every item anew announces nothing."""
    one = observed("1")
    moved = replace(one, digest="other", content=replace(one.content, published=NOW + timedelta(days=5)))
    decision = look(memory(one), moved)
    assert decision.publication_changes == ()
    assert decision.publications == ()
    assert decision.events == ()
    assert len(decision.items) == 1


@pytest.mark.parametrize("state", ["queued", "retry", "held", "dead"])
def test_what_waits_is_replaced_in_place(state: str) -> None:
    """A correction of what is not out yet changes what will go out; what is held stays held."""
    known = memory(
        observed("1"), state=state, seen=0, sent=None, remote_id=None, reason="burst" if state == "held" else None
    )
    found = change(look(known, corrected(observed("1"))))
    assert (found.operation, found.wanted) == ("publish", 2)
    assert found.state == ("held" if state == "held" else "queued")
    assert found.reason == ("burst" if state == "held" else None)


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_correction_while_under_way_waits_for_the_outcome(state: str) -> None:
    """A delivery under way is not disturbed; the newer version is wanted once it is settled."""
    found = change(
        look(memory(observed("1"), state=state, seen=0, remote_id=None, sent=None), corrected(observed("1")))
    )
    assert (found.state, found.operation, found.wanted) == (state, "publish", 2)


def test_removed_there_by_hand_is_never_reposted() -> None:
    """A post that a person removed from the account stays away, whatever the source does."""
    decision = look(memory(observed("1"), state="dropped", reason="removed-there"), corrected(observed("1")))
    assert decision.publication_changes == ()
    assert decision.publications == ()


def test_correction_of_what_nobody_was_told_stays_untold() -> None:
    """A typo mended in an item from before first contact is no news."""
    one = observed("1")
    decision = look(remembers((known_item(1, one), known_announcement(1, one))), corrected(one))
    assert decision.publications == ()
    assert ("remember", "correction.untold") in verdicts(decision)


def test_copy_that_does_not_lead_changes_nothing() -> None:
    """A merged announcement follows its leading copy alone."""
    one = observed("1")
    announcement = known_announcement(1, one, publication("p1"), lead=99)
    decision = look(remembers((known_item(1, one), announcement)), corrected(one))
    assert decision.publication_changes == ()
    assert ("copy", "correction.not-the-lead") in verdicts(decision)


def test_flapping_source_is_held() -> None:
    """An item that keeps changing is edited a number of times, then held for a person."""
    one = observed("1")
    announcement = known_announcement(1, one, publication("p1", wanted=10, seen=10), version=10)
    found = change(look(remembers((known_item(1, one), announcement)), corrected(one)))
    assert (found.state, found.reason) == ("held", "flapping")


def test_upgrade_of_the_rules_is_silent() -> None:
    """After a change of our own hashing no account hears anything."""
    one = observed("1")
    item = known_item(1, one, rule=RULE - 1, meaning="made by older rules")
    decision = look(remembers((item, known_announcement(1, one, publication("p1")))), one)
    assert decision.publication_changes == ()
    assert decision.publications == ()
    assert len(decision.items) == 1


def test_withdrawal_is_held_by_default() -> None:
    """What the source takes back waits for a person."""
    found = change(look(memory(observed("1")), replace(observed("1"), withdrawn=True)))
    assert (found.operation, found.state, found.reason, found.wanted) == ("delete", "held", "withdrawn", 0)


def test_withdrawal_of_personal_data_is_at_once() -> None:
    """Where people are named, a withdrawal is carried out without waiting."""
    decision = look(memory(observed("1")), replace(observed("1"), withdrawn=True), policy=Policy(personal=True))
    assert (change(decision).operation, change(decision).state) == ("delete", "queued")


def test_withdrawal_of_what_waits_drops_it() -> None:
    """What was never posted needs no deletion."""
    known = memory(observed("1"), state="queued", seen=0, sent=None, remote_id=None)
    found = change(look(known, replace(observed("1"), withdrawn=True)))
    assert (found.state, found.wanted) == ("dropped", 0)


def test_alert_that_changes_is_a_new_post_that_updates_the_first() -> None:
    """An alert is never silently rewritten: an update answers it, and the first says so."""
    one = observed("1", alert=alert())
    decision = look(memory(one), corrected(one))
    assert [kind for _, _, kind in decision.relations] == ["updates"]
    assert len(decision.publications) == 1
    assert decision.changes[0].notice == "updated"
    assert change(decision).operation == "edit"


def test_alert_that_ends_is_cancelled() -> None:
    """An alert whose end is set is ended visibly."""
    one = observed("1", alert=alert())
    decision = look(memory(one), corrected(one, alert=alert(ended=NOW)))
    assert [kind for _, _, kind in decision.relations] == ["cancels"]
    assert decision.changes[0].notice == "cancelled"


def test_cancel_refers_to_the_alert_it_ends() -> None:
    """A cancel message ends the announcement that it names, in a post of its own."""
    first = observed("1", alert=alert())
    cancel = observed("2", alert=alert(message="cancel", references=("1",)))
    decision = look(memory(first), cancel)
    assert decision.relations == ((decision.announcements[0].id, "a1", "cancels"),)
    assert decision.changes[0].ended == NOW
    assert len(decision.publications) == 1


def test_alerts_that_share_page_and_title_stay_apart() -> None:
    """A cancel that leads to the page of an alert which left the list is no renamed item: it must be told."""
    page = "https://voorbeeldstad.example/alarm"
    first = observed("1", alert=alert(), title="", link=page)
    cancel = observed("2", alert=alert(message="cancel", references=("1",)), title="", link=page, meaning=first.meaning)
    assert len(look(memory(first), cancel).publications) == 1


def test_reference_to_an_unknown_alert_stands_alone() -> None:
    """An update may arrive without its original, and is told all the same."""
    decision = look(memory(observed("0")), observed("2", alert=alert(message="update", references=("weg",))))
    assert len(decision.publications) == 1
    assert ("alone", "alert.unknown-reference") in verdicts(decision)


def test_followed_announcement_keeps_its_own_words() -> None:
    """When an item moves on to a new announcement, the old post is never rewritten with the new words."""
    one = observed("1", alert=alert(), title="Rook in Noord")
    decision = look(memory(one), corrected(one))
    (old,) = (change for change in decision.changes if change.id == "a1")
    assert old.content is not None
    assert old.content.title == "Rook in Noord"

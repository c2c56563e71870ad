"""What is new: announced once per account, or remembered at first contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import filters
from bot.model import Known, KnownLink
from tests.unit.decide.build import (
    ACCOUNT,
    LONG_AGO,
    NOW,
    OTHER,
    Policy,
    alert,
    known_announcement,
    known_item,
    look,
    observed,
    publication,
    remembers,
    routes,
    verdicts,
)


def test_new_item_is_wanted_on_every_account() -> None:
    """A new item becomes one announcement, and is wanted on each account of its source."""
    decision = look(Known(routes=routes(accounts=(ACCOUNT, OTHER))), observed("1"))
    assert len(decision.announcements) == 1
    assert [one.account for one in decision.publications] == [ACCOUNT, OTHER]
    assert {one.announcement for one in decision.publications} == {decision.announcements[0].id}


def test_order_is_oldest_first() -> None:
    """What a document shows newest first is announced oldest first."""
    shown = [observed(str(n), published=NOW - timedelta(minutes=n)) for n in range(3)]
    decision = look(Known(routes=routes()), *shown)
    assert [one.lead_key for one in decision.announcements] == ["2", "1", "0"]


def test_order_without_dates_is_the_document_from_its_end() -> None:
    """Where one item has no date, the document itself tells the order."""
    shown = [observed("a", published=None), observed("b"), observed("c", published=NOW - timedelta(days=2))]
    decision = look(Known(routes=routes()), *shown)
    assert [one.lead_key for one in decision.announcements] == ["c", "b", "a"]


def test_first_contact_publishes_nothing_and_ends() -> None:
    """The first whole document is remembered, not published; after it, first contact is over."""
    decision = look(Known(routes=routes(first_contact=None)), observed("1"), observed("2"))
    assert len(decision.items) == 2
    assert decision.publications == ()
    assert decision.first_contacts == (ACCOUNT,)


def test_first_contact_ends_with_an_empty_document() -> None:
    """An empty document is a first contact too: what comes next is news."""
    assert look(Known(routes=routes(first_contact=None))).first_contacts == (ACCOUNT,)


def test_first_contact_outlasts_a_document_that_was_cut_off() -> None:
    """Half a document does not end first contact: the other half would be taken for news."""
    decision = look(Known(routes=routes(first_contact=None)), observed("1"), whole=False)
    assert decision.first_contacts == ()
    assert decision.publications == ()


def test_first_run_gives_the_newest_items_oldest_first() -> None:
    """`first_run` publishes that many of the newest items at first contact, in order."""
    shown = [observed(str(n), published=NOW - timedelta(hours=n)) for n in range(5)]
    decision = look(Known(routes=routes(first_contact=None)), *shown, policy=Policy(first_run=2))
    leads = {one.id: one.lead_key for one in decision.announcements}
    assert [leads[one.announcement] for one in decision.publications] == ["1", "0"]


def test_account_that_comes_later_gets_no_history_but_news() -> None:
    """A second account meets the source anew: what is there is not published to it, while the first gets what is new."""
    known = Known(routes=(*routes(), *routes(first_contact=None, accounts=(OTHER,))))
    decision = look(known, observed("1"))
    assert [one.account for one in decision.publications] == [ACCOUNT]


def test_account_that_comes_later_meets_a_source_of_increments() -> None:
    """A source that only shows what came since is never whole again: its next look is the later account's first contact."""
    known = Known(routes=(*routes(), *routes(first_contact=None, accounts=(OTHER,))))
    assert look(known, whole=False).first_contacts == (OTHER,)


def test_alert_in_force_is_published_at_first_contact() -> None:
    """An alert that still holds is told at first contact; one that is over is not."""
    known = Known(routes=routes(first_contact=None))
    assert len(look(known, observed("1", alert=alert())).publications) == 1
    assert look(known, observed("1", alert=alert(expires=NOW - timedelta(minutes=1)))).publications == ()


def test_alert_that_is_over_when_first_seen_is_not_told() -> None:
    """An alert that comes to light after its end helps nobody; its cancel is told all the same."""
    over = alert(expires=NOW - timedelta(minutes=5))
    assert look(Known(routes=routes()), observed("1", alert=over)).publications == ()
    ended = alert(message="cancel", expires=NOW - timedelta(minutes=5))
    assert len(look(Known(routes=routes()), observed("1", alert=ended)).publications) == 1


def test_lists_of_alerts_have_no_gap() -> None:
    """A list of what is in force turns over as a whole, and nothing is missed."""
    known = Known(routes=routes(), had_items=True)
    assert not look(known, observed("1", alert=alert()), policy=Policy(urgent=True)).gap


def test_exercise_is_never_posted_as_real() -> None:
    """A test or exercise is no announcement."""
    decision = look(Known(routes=routes()), observed("1", alert=alert(status="exercise")))
    assert decision.publications == ()
    assert ("dropped", "alert.not-actual") in verdicts(decision)


def test_same_link_from_another_source_is_one_post() -> None:
    """A second source with the same specific link adds a copy to the announcement, and no post."""
    first = observed("1")
    item = known_item(1, first, source=2)
    known = replace(remembers((item, known_announcement(1, first, publication("p1")))), items={}, items_by_link={})
    decision = look(known, observed("anders", link=first.link))
    assert decision.publications == ()
    assert decision.items[0].announcement == "a1"
    assert ("merged", "link") in verdicts(decision)


def test_same_link_twice_in_one_source_is_two_announcements() -> None:
    """Two native ids of one source with one address are two announcements: warnings share a page."""
    link = "https://voorbeeldstad.example/waarschuwing"
    decision = look(Known(routes=routes()), observed("1", link=link), observed("2", link=link))
    assert len(decision.announcements) == 2
    assert decision.shared_links == (link,)
    assert decision.links == ()


def test_shared_link_stays_no_identity() -> None:
    """An address that proved to be shared never merges anything again."""
    link = "https://voorbeeldstad.example/waarschuwing"
    first = observed("1", link=link)
    known = replace(
        remembers((known_item(1, first, source=2), known_announcement(1, first, publication("p1")))),
        items={},
        items_by_link={},
        links={link: KnownLink(link=link, announcement="a1", shared=True)},
    )
    assert len(look(known, observed("9", link=link)).publications) == 1


def test_other_language_is_a_sibling_not_a_copy() -> None:
    """The same address in another language is another announcement."""
    first = observed("1")
    known = replace(
        remembers((known_item(1, first, source=2), known_announcement(1, first, publication("p1")))),
        items={},
        items_by_link={},
    )
    assert len(look(known, observed("en", link=first.link, language="en")).publications) == 1


def test_alerts_merge_only_when_they_say_the_same() -> None:
    """Two alerts with one address are one only if their text is the same."""
    first = observed("1", alert=alert())
    known = replace(
        remembers((known_item(1, first, source=2), known_announcement(1, first, publication("p1")))),
        items={},
        items_by_link={},
    )
    other = replace(first, key="2")
    assert look(known, other).publications == ()
    assert len(look(known, replace(other, content=replace(other.content, text="Iets anders."))).publications) == 1


def test_changed_id_with_known_link_and_title_is_the_same_item() -> None:
    """A system that changes its ids announces nothing anew, as long as the old id left the document."""
    old = observed("oud")
    known = remembers((known_item(1, old), known_announcement(1, old, publication("p1"))))
    renamed = replace(observed("nieuw"), link=old.link, content=old.content, meaning=old.meaning)
    decision = look(known, renamed)
    assert decision.publications == ()
    assert decision.items[0].no == 1
    both = look(known, renamed, old)
    assert len(both.publications) == 1


def test_posts_without_title_that_share_a_page_are_two() -> None:
    """Two posts of a platform that link to one page are one item only if they say the same."""
    old = observed("1", title="", text="Wij zijn bereikbaar.")
    known = remembers((known_item(1, old, title=""), known_announcement(1, old, publication("p1"))))
    other = replace(observed("2", title="", text="Iets anders."), link=old.link, meaning="other")
    assert len(look(known, other).publications) == 1


def test_filters_leave_out() -> None:
    """An item that the operator's words exclude is remembered and not published, and `why` can tell."""
    policy = Policy(exclude=(filters.parse("vacature"),))
    decision = look(Known(routes=routes()), observed("1", title="Vacature: griffier"), policy=policy)
    assert decision.publications == ()
    assert any(verdict == "dropped" and rule.startswith("filter.") for verdict, rule in verdicts(decision))


def test_late_and_back_dated_items_still_arrive() -> None:
    """An entry dated before the last post is as new as any other: dates are no watermark."""
    old = observed("1")
    known = remembers((known_item(1, old), known_announcement(1, old, publication("p1"))))
    late = observed("2", published=NOW - timedelta(days=3))
    assert len(look(known, old, late).publications) == 1


def test_a_few_old_items_go_out_many_are_held() -> None:
    """More than three unseen items from a week before first contact are a rebuilt site, and held."""
    dated = LONG_AGO - timedelta(days=8)
    few = [observed(str(n), published=dated) for n in range(3)]
    many = [*few, observed("vier", published=dated)]
    assert {one.state for one in look(Known(routes=routes()), *few).publications} == {"queued"}
    decision = look(Known(routes=routes()), *many)
    assert {(one.state, one.reason) for one in decision.publications} == {("held", "backlog")}


def test_burst_is_held_whole_with_one_notice() -> None:
    """A batch over the limit is held whole; what was announced in the last hour counts."""
    shown = [observed(str(n)) for n in range(3)]
    assert {one.state for one in look(Known(routes=routes()), *shown, policy=Policy(burst=3)).publications} == {
        "queued"
    }
    decision = look(Known(routes=routes(), recent=1), *shown, policy=Policy(burst=3))
    assert {(one.state, one.reason) for one in decision.publications} == {("held", "burst")}
    assert [one for one in decision.events if one.rule == "burst" and one.publication is None] != []


def test_alerts_are_exempt_from_burst() -> None:
    """A storm brings many alerts at once, and each is told."""
    shown = [observed(str(n), alert=alert()) for n in range(30)]
    assert {one.state for one in look(Known(routes=routes()), *shown).publications} == {"queued"}


def test_gap_is_seen() -> None:
    """When nothing of the last document is in the new one, items may have passed unseen."""
    known = Known(routes=routes(), had_items=True)
    assert look(known, observed("1")).gap
    assert not look(known, observed("1"), unchanged=frozenset({"x"})).gap
    assert not look(known, observed("1"), whole=False).gap
    assert not look(known).gap

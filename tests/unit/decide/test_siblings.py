"""Announcements in several languages, and platforms that wait for the agency's page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import Known, ties
from tests.unit.decide.build import (
    ACCOUNT,
    Policy,
    known_announcement,
    known_item,
    look,
    observed,
    publication,
    remembers,
    routes,
)


def test_languages_of_one_message_are_two_posts_that_know_each_other() -> None:
    """The Dutch and the English text of one message are two announcements, tied in the trace."""
    dutch, english = observed("nl", group="bericht-1"), observed("en", group="bericht-1", language="en")
    decision = look(Known(routes=routes()), dutch, english)
    assert len(decision.publications) == 2
    assert [kind for _, _, kind in decision.relations] == ["translates"]


def test_page_in_another_language_is_tied_to_the_known_one() -> None:
    """A page whose address differs in its language alone is a sibling of what memory has."""
    english = observed("en", variant="//voorbeeldstad.example/·/12", language="en")
    known = known_announcement(1, observed("nl"), publication("p1"))
    (key,) = ties("voorbeeldstad", english)
    decision = look(Known(routes=routes(), siblings={key: (known,)}), english)
    assert decision.relations == ((decision.announcements[0].id, "a1", "translates"),)
    assert len(decision.publications) == 1


def test_platform_waits_for_the_agencys_page() -> None:
    """A platform's post may wait its settle time; a page and an alert never do."""
    policy = Policy(settle=timedelta(minutes=10))
    (waits,) = look(Known(routes=routes()), observed("1", own_page=False), policy=policy).publications
    (page,) = look(Known(routes=routes()), observed("1"), policy=policy).publications
    assert (waits.delay, page.delay) == (timedelta(minutes=10), timedelta())


def test_own_page_speaks_for_what_was_first_seen_elsewhere() -> None:
    """When the agency's page comes after the platform's post, the post is edited to link to it."""
    post = observed("tweet", own_page=False, url="https://platform.example/1")
    item = known_item(1, post, source=2)
    known = replace(remembers((item, known_announcement(1, post, publication("p1")))), items={}, items_by_link={})
    page = observed("pagina", link=post.link)
    decision = look(known, page)
    assert decision.publications == ()
    (change,) = decision.changes
    assert (change.lead_key, change.version) == ("pagina", 2)
    (edit,) = decision.publication_changes
    assert (edit.operation, edit.wanted) == ("edit", 2)
    assert ACCOUNT in {one.account for one in known.announcements["a1"].publications}

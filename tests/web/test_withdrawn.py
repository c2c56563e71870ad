"""What is public and what is not: only what is on an account now exists on the pages, and what is taken away is gone at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.store.engine import reading
from bot.store.pages import Scope, timeline
from tests.web.served import Served, serving
from tests.web.world import NOW, World

NEVER_OUT: dict[str, dict[str, Any]] = {
    "queued": {"state": "queued", "seen": 0, "sent": None},
    "held": {"state": "held", "seen": 0, "sent": None, "reason": "burst"},
    "dropped": {"state": "dropped", "seen": 0, "sent": None, "reason": "filter"},
    "for followers": {"visibility": "private"},
    "for one reader": {"visibility": "direct"},
}
TAKEN_AWAY: dict[str, dict[str, Any]] = {
    "deleted": {"state": "sent", "operation": "delete", "wanted": 0, "seen": 0},
    "about to be deleted": {"state": "queued", "operation": "delete", "wanted": 0},
    "deletion fails": {"state": "dead", "operation": "delete", "wanted": 0},
    "gone, and on its way back": {"state": "queued", "seen": 0},
    "removed there by hand": {"state": "dropped", "reason": "removed-there"},
}


def everywhere(site: Served, told: str) -> dict[str, str]:
    """Give everything that the site says anywhere it could speak of an announcement."""
    paths = ["/", "/accounts/proef", "/agencies/stad", f"/announcements/{told}"]
    paths += [f"{path.rstrip('/')}/feed.{kind}" for path in paths[:3] for kind in ("atom", "json")]
    return {path: site.get(path).text for path in paths}


@pytest.mark.parametrize("columns", NEVER_OUT.values(), ids=NEVER_OUT.keys())
def test_what_was_never_out_does_not_exist(world: World, columns: dict[str, Any]) -> None:
    """What waits, is held, was left out, or is not for everybody shows nowhere, not even to who knows its id."""
    told = world.tell("Geheim bericht", "Geheim bericht", posting=columns)
    with serving(world.site()) as site:
        assert site.get(f"/announcements/{told}").status == 404
        assert not [path for path, text in everywhere(site, told).items() if "Geheim" in text]


@pytest.mark.parametrize("columns", TAKEN_AWAY.values(), ids=TAKEN_AWAY.keys())
def test_what_is_taken_away_leaves_a_tombstone_without_words(world: World, columns: dict[str, Any]) -> None:
    """As soon as it is decided that a post goes, the pages say only that something was there: no title, no text, no link."""
    content = {"url": "https://www.voorbeeldstad.example/jansen"}
    told = world.tell("Geheim: J. Jansen", "Geheim: J. Jansen", posting=columns, content=content)
    with serving(world.site()) as site:
        found = everywhere(site, told)
        answer = site.get(f"/announcements/{told}")
    assert not [path for path, text in found.items() if "Geheim" in text or "ansen" in text]
    assert (answer.status, answer.headers["cache-control"]) == (410, "no-store")
    assert "Dit bericht is verwijderd Hier stond een bericht van Gemeente Voorbeeldstad." in answer.words


def test_a_withdrawal_that_waits_for_a_person_is_said(world: World) -> None:
    """While a person still has to agree, the post stays, and says that its sender withdrew it."""
    told = world.tell("Oproep", "Oproep", announcing={"notice": "withdrawn", "ended": NOW})
    world.change(told, wanted=0, state="held", reason="withdrawn", operation="delete")
    with serving(world.site()) as site:
        assert "De afzender heeft dit bericht ingetrokken." in site.get(f"/announcements/{told}").words
        assert "De afzender heeft dit bericht ingetrokken." in site.get("/feed.atom").text


def test_the_tombstone_says_when_and_why(world: World) -> None:
    """Of a withdrawn announcement remains who told it, when it was posted and ended, and that the sender withdrew it."""
    told = world.tell("Naam", "Naam", announcing={"notice": "withdrawn", "ended": NOW}, sent=NOW - timedelta(hours=3))
    world.change(told, wanted=0, seen=0, state="sent", operation="delete")
    with serving(world.site()) as site:
        words = site.get(f"/announcements/{told}").words
    assert "De afzender heeft het bericht ingetrokken." in words
    assert "Geplaatst op dinsdag 3 november 2026, 12.00 uur Beëindigd op dinsdag 3 november 2026, 15.00 uur" in words


def test_what_was_erased_from_memory_leaves_a_tombstone(world: World) -> None:
    """Where title and texts were erased because they named people, nothing but a tombstone is left, whatever else is known."""
    told = world.tell("J. Jansen", "J. Jansen")
    world.erase(told)
    with serving(world.site()) as site:
        assert site.get(f"/announcements/{told}").status == 410
        assert "Hier staat nog niets." in site.get("/").words


def test_gone_from_one_account_is_still_on_the_other(world: World) -> None:
    """An announcement that was removed on one account stays on the pages of the other, and names only that one."""
    told = world.tell("Blijft", "Blijft", on=("stadsnieuws",), sent=NOW - timedelta(hours=5))
    world.change(told, state="dropped", reason="removed-there")
    world.post(told, "proef", "Blijft", by="stad-nieuws", sent=NOW - timedelta(hours=1), language="nl")
    with serving(world.site()) as site:
        assert "Blijft" in site.get("/").text
        assert "Blijft" not in site.get("/accounts/stadsnieuws").text
        assert "stadsnieuws" not in site.get(f"/announcements/{told}").words


def test_relations_name_nothing_that_is_not_out(world: World) -> None:
    """A page does not give away the title of a related announcement that was held or taken away."""
    shown, hidden = world.tell("Open", "Open"), world.tell("Geheim", "Geheim", posting=NEVER_OUT["held"])
    world.tie(hidden, shown, "follows")
    with serving(world.site()) as site:
        assert "Geheim" not in site.get(f"/announcements/{shown}").text


def test_what_is_taken_away_leaves_no_hole_in_the_pages(world: World) -> None:
    """A page of a timeline is as long as it should be, also where much of what was sent is gone."""
    for number in range(60):
        told = world.tell(f"Bericht {number}", "Tekst")
        if number % 2:
            world.change(told, wanted=0, seen=0, state="sent")
    with reading(world.engine) as connection:
        first, rest = timeline(connection, Scope(), before=None, limit=20)
        second, end = timeline(connection, Scope(), before=rest, limit=20)
    assert (len(first), len(second), end) == (20, 10, None)


def test_events_of_an_operator_are_told_without_their_words(world: World) -> None:
    """That a person stepped in is told; what that person or a server said is not."""
    told = world.tell("Iets", "Iets")
    world.happen(told, "operate", "held", "by-hand", actor="jan", detail={"note": "geheime reden"})
    world.happen(told, "deliver", "dead", "mastodon.422", place="proef", detail={"error": "geheime fout"})
    with serving(world.site()) as site:
        answer = site.get(f"/announcements/{told}")
    assert "De beheerder van deze site heeft ingegrepen." in answer.words
    assert "Plaatsen op proef is niet gelukt." in answer.words
    assert "geheim" not in answer.text
    assert "jan" not in answer.page.cssselect("main")[0].text_content()

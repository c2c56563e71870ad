"""What operators do: the effect of each act in memory, and its line in the log with actor, time and reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import select, update

from bot.store.engine import reading, writing
from bot.store.tables import announcement, event, item, publication, relation
from tests.web.desk.office import Operator, acts, at_work, row_of, standing, waiting
from tests.web.world import NOW, World

SENT: dict[str, Any] = {"seen": 1, "sent": NOW - timedelta(hours=1), "remote_id": "17"}


def do(anna: Operator, made: str, act: str, **values: str) -> str:
    """Open a publication's page, do something there, and give the words of the page that follows."""
    page = anna.get(f"/desk/posts/{made}").page
    return anna.follow(anna.press(page, f"/desk/posts/{made}/{act}", **values)).words


# ── one publication ──────────────────────────────────────────────────────────────────────────────────────────────────

Case: TypeAlias = tuple[str, dict[str, Any], str, dict[str, Any], str]
"""An act, what a publication was, what the page says, what it is then, and what the log says."""

CASES: list[Case] = [
    ("approve", {"state": "held", "reason": "burst"}, "Goedgekeurd.", {"state": "queued", "reason": None}, "approved"),
    ("approve", {"state": "dead", "error": "422"}, "Goedgekeurd.", {"state": "queued", "error": None}, "approved"),
    ("approve", {"state": "unknown", "reason": "two"}, "Goedgekeurd.", {"state": "queued"}, "approved"),
    ("hold", {"state": "queued"}, "Wordt vastgehouden.", {"state": "held", "reason": "by-hand"}, "held"),
    ("hold", {"state": "retry"}, "Wordt vastgehouden.", {"state": "held"}, "held"),
    ("drop", {"state": "held", "reason": "stale"}, "Vervallen.", {"state": "dropped", "reason": "by-hand"}, "dropped"),
    (
        "drop",
        {"state": "held", "reason": "withdrawn", "operation": "delete", **SENT, "wanted": 0},
        "Het blijft zoals het is.",
        {"state": "sent", "wanted": 1, "seen": 1, "operation": "publish", "reason": None},
        "left",
    ),
    (
        "drop",
        {"state": "held", "reason": "changed-there", "operation": "edit", **SENT, "wanted": 2},
        "Het blijft zoals het is.",
        {"state": "sent", "wanted": 1, "operation": "publish"},
        "left",
    ),
    ("retract", {"state": "queued"}, "Teruggetrokken.", {"state": "dropped", "wanted": 0}, "retracted"),
    ("retract", {"state": "sent", **SENT}, "Teruggetrokken.", {"state": "queued", "operation": "delete"}, "retracted"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]['state']}")
def test_an_act_changes_what_is_wanted(anna: Operator, world: World, case: Case) -> None:
    """Each act leaves the publication as it should be, says so, and is in the log with who did it and why."""
    act, before, words, after, verdict = case
    made = waiting(world, "Brug open", **before)
    assert words in do(anna, made, act, why="na overleg")
    row = row_of(world, made)
    assert {name: getattr(row, name) for name in after} == after
    assert acts(world) == [("Anna", verdict, "na overleg")]
    with reading(world.engine) as connection:
        last = connection.execute(select(event).where(event.c.publication == made)).one()
    assert (last.at, last.account, last.rule) == (NOW, world.accounts["stadsnieuws"], "by-hand")


def test_only_what_makes_sense_is_offered(anna: Operator, world: World) -> None:
    """A page offers the acts that its publication allows, and none of the others does anything when it is sent anyway."""
    offered = {
        "queued": {"hold", "retract"},
        "held": {"approve", "drop", "mend"},
        "dead": {"approve", "drop", "mend"},
        "sent": {"retract"},
        "dropped": set(),
        "sending": {"retract"},
    }
    for state, wanted in offered.items():
        made = waiting(world, f"Staat {state}", state, **(SENT if state == "sent" else {}))
        page = anna.get(f"/desk/posts/{made}").page
        actions = {str(one.get("action")).rpartition("/")[2] for one in page.cssselect("section.acts form")}
        assert actions - {"join"} == wanted, state
        row = row_of(world, made)
        seen_as = f"{row.state}/{row.reason or ''}/{row.operation}/{row.wanted}/{row.generation}"
        for act in {"approve", "hold", "drop", "retract"} - wanted:
            answer = anna.send(f"/desk/posts/{made}/{act}", {"token": anna.token(), "seen_as": seen_as})
            assert "Er is niets veranderd" in anna.follow(answer).words
        assert row_of(world, made) == row
    assert acts(world) == []


def test_another_programs_post_is_never_taken_away(anna: Operator, world: World) -> None:
    """A post that was only taken over from another program has no act that would delete it."""
    made = waiting(world, "Overgenomen", "sent", adopted=True, **SENT)
    page = anna.get(f"/desk/posts/{made}").page
    assert not [one for one in page.cssselect("form") if str(one.get("action")).endswith("/retract")]


def test_an_act_hits_what_somebody_looked_at(anna: Operator, world: World) -> None:
    """Where a publication has changed since its page was made, nothing is done, and the page says so."""
    made = waiting(world, "Brug open", "held", "burst")
    page = anna.get(f"/desk/posts/{made}").page
    with writing(world.engine) as connection:
        connection.execute(update(publication).where(publication.c.id == made).values(wanted=2))
    answer = anna.press(page, f"/desk/posts/{made}/approve")
    assert "dit was intussen anders" in anna.follow(answer).words
    assert (row_of(world, made).state, acts(world)) == ("held", [])


def test_a_held_withdrawal_says_what_approving_does(anna: Operator, world: World) -> None:
    """Approving a withdrawal deletes a post, and the button stands below those words."""
    made = waiting(world, "Ingetrokken", "held", "withdrawn", **{**SENT, "wanted": 0, "operation": "delete"})
    page = anna.get(f"/desk/posts/{made}")
    assert "Het bericht wordt van stadsnieuws verwijderd." in page.words
    assert "door de afzender ingetrokken" in page.words
    do(anna, made, "approve")
    assert (row_of(world, made).state, row_of(world, made).wanted) == ("queued", 0)


# ── words of one's own ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dead_letter_is_mended_and_sent(anna: Operator, world: World) -> None:
    """Somebody's own words take the place of those that the server refused, and the post waits to go."""
    parts = [{"text": "Te lange tekst", "remote_id": None, "done": False}]
    made = waiting(world, "Brug dicht", "dead", parts=parts, text="Te lange tekst", error="422")
    page = anna.get(f"/desk/posts/{made}").page
    assert page.cssselect("textarea")[0].text_content().strip() == "Te lange tekst"
    assert "De tekst is verbeterd" in do(
        anna, made, "mend", text="De brug is dicht.\r\n\r\nTot vrijdag.", why="te lang"
    )
    row = row_of(world, made)
    assert (row.state, row.mended) == ("queued", {"version": 1, "text": "De brug is dicht.\n\nTot vrijdag."})
    assert acts(world) == [("Anna", "approved", "te lang")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Er staat geen tekst."),
        (" \u202e ", "Er staat geen tekst."),
        ("a" * 501, "Te lang: 501 tekens, en er passen er 500."),
    ],
)
def test_a_text_that_does_not_fit_is_not_lost(anna: Operator, world: World, text: str, words: str) -> None:
    """A text that the server would refuse is refused here, counted as the server counts, and stands there to be mended."""
    made = waiting(world, "Brug dicht", "dead")
    answer = anna.press(anna.get(f"/desk/posts/{made}").page, f"/desk/posts/{made}/mend", text=text)
    assert answer.status == 422
    assert words in answer.words
    assert answer.page.cssselect("textarea")[0].text_content().strip() == text.strip(" \u202e")
    assert answer.page.cssselect("details[open] textarea[aria-describedby~='mend-wrong']")
    assert row_of(world, made).state == "dead"


def test_a_link_counts_as_the_server_counts_it(anna: Operator, world: World) -> None:
    """A long address is as long as the server says, so that no text is refused that would fit."""
    made = waiting(world, "Brug dicht", "dead")
    text = f"{'a' * 470} https://www.example.org/{'x' * 300}"
    assert "De tekst is verbeterd" in do(anna, made, "mend", text=text)


# ── a whole lot ──────────────────────────────────────────────────────────────────────────────────────────────────────


def lot(anna: Operator, act: str, query: str = "state=held&reason=burst", **values: str) -> str:
    """Look at everything that is held for a reason, decide about all of it, and give the words that follow."""
    page = anna.get(f"/desk/queue?{query}").page
    return anna.follow(anna.press(page, f"/desk/queue/{act}", **values)).words


def test_everything_held_for_one_reason_goes_at_once(anna: Operator, world: World) -> None:
    """A whole burst is approved with one act, in its order, each with its line in the log; other reasons stay."""
    made = [waiting(world, f"Bericht {number}", "held", "burst", position=number) for number in range(3)]
    other = waiting(world, "Oud", "held", "stale")
    assert "Goedgekeurd: 3." in lot(anna, "approve", why="bekeken")
    assert [row_of(world, one).state for one in made] == ["queued"] * 3
    assert row_of(world, other).state == "held"
    assert acts(world) == [("Anna", "approved", "bekeken")] * 3
    with reading(world.engine) as connection:
        told = connection.execute(select(event.c.publication).where(event.c.verdict == "approved").order_by(event.c.no))
        assert list(told.scalars()) == made


def test_a_lot_can_be_dropped(anna: Operator, world: World) -> None:
    """A lot that nobody needs is given up with one act."""
    made = [waiting(world, f"Bericht {number}", "held", "burst") for number in range(2)]
    assert "Vervallen: 2." in lot(anna, "drop")
    assert {row_of(world, one).state for one in made} == {"dropped"}


def test_a_lot_is_that_of_the_filter(anna: Operator, world: World) -> None:
    """Where the list was limited to an account or source, only what it showed is decided about."""
    here = waiting(world, "Hier", "held", "burst")
    there = waiting(world, "Daar", "held", "burst", on="proef", by="haven-nieuws")
    assert "Goedgekeurd: 1." in lot(anna, "approve", "state=held&reason=burst&account=proef")
    assert (row_of(world, here).state, row_of(world, there).state) == ("held", "queued")


def test_what_came_later_is_not_in_the_lot(anna: Operator, world: World) -> None:
    """What came to be held after somebody looked at the list does not slip through with it."""
    waiting(world, "Eerste", "held", "burst")
    page = anna.get("/desk/queue?state=held&reason=burst").page
    late = waiting(world, "Later ontdekt", "held", "burst")
    answer = anna.press(page, "/desk/queue/approve")
    assert "er kwam intussen iets bij" in anna.follow(answer).words
    with writing(world.engine) as connection:
        later = NOW + timedelta(minutes=1)
        connection.execute(update(publication).where(publication.c.id == late).values(created=later))
    assert "Goedgekeurd: 1." in anna.follow(anna.press(page, "/desk/queue/approve")).words
    assert row_of(world, late).state == "held"


def test_a_lot_has_one_reason(anna: Operator, world: World) -> None:
    """The forms for a whole lot stand only below the list of one reason, and forged ones without one do nothing."""
    made = waiting(world, "Bericht", "held", "burst")
    for query in ("", "state=held", "state=dead", "reason=burst"):
        assert not anna.get(f"/desk/queue?{query}").page.cssselect("form[method=post][action^='/desk/queue/']"), query
    for values in ({}, {"state": "held"}, {"state": "queued", "reason": "burst"}, {"state": "held", "reason": "burst"}):
        anna.send("/desk/queue/approve", {"token": anna.token(), "many": "9", "at": "x", **values})
    assert (row_of(world, made).state, acts(world)) == ("held", [])


# ── pause and resume ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_emergency_stop(anna: Operator, world: World) -> None:
    """One form stops everything but warnings, or everything; every page then says who did it, when and why, until it ends."""
    page = anna.get("/desk").page
    words = anna.follow(anna.press(page, "/desk/stop", what="rest", why="storing bij de bron")).words
    assert "Alles staat nu stil, behalve waarschuwingen." in words
    words = anna.get("/desk/queue").words
    assert "Stilgezet door Anna. Sinds dinsdag 3 november 2026, 15.00 uur. Reden: storing bij de bron" in words
    words = anna.follow(anna.press(anna.get("/desk").page, "/desk/stop", what="all")).words
    assert "Alles staat stil, ook waarschuwingen." in words
    assert not anna.get("/desk").page.cssselect("form[action='/desk/stop']")
    assert "Omroeper staat stil." in anna.site.get("/").words
    assert (
        "Alles gaat weer verder."
        in anna.follow(anna.press(anna.get("/desk/log").page, "/desk/resume", why="klaar")).words
    )
    assert "Stilgezet door" not in anna.get("/desk").words
    assert acts(world) == [
        ("Anna", "paused", "storing bij de bron"),
        ("Anna", "paused", ""),
        ("Anna", "resumed", "klaar"),
    ]


@pytest.mark.parametrize(("kind", "name"), [("account", "proef"), ("source", "stad-nieuws")])
def test_one_account_or_source_is_paused(anna: Operator, world: World, kind: str, name: str) -> None:
    """An account or a source is paused and let go on by itself, with its line in the log."""
    path = f"/desk/{kind}s/{name}"
    assert (
        f"{name} staat stil." in anna.follow(anna.press(anna.get(path).page, f"{path}/pause", why="rustig aan")).words
    )
    assert standing(world, kind, name).paused
    assert "stilgezet" in anna.get("/desk").words
    assert "gaat weer verder." in anna.follow(anna.press(anna.get(path).page, f"{path}/pause", what="resume")).words
    assert not standing(world, kind, name).paused
    assert acts(world) == [("Anna", "paused", "rustig aan"), ("Anna", "resumed", "")]


def test_what_stopped_by_itself_is_let_go_on(anna: Operator, world: World) -> None:
    """A source that was put apart is asked again at once after somebody let it go on."""
    world.source_is("stad-nieuws", state="quarantined", code="source.redirected-away", error="elders")
    page = anna.get("/desk/sources/stad-nieuws").page
    anna.press(page, "/desk/sources/stad-nieuws/pause", what="resume")
    assert (standing(world, "source", "stad-nieuws").state, standing(world, "source", "stad-nieuws").due) == (
        "new",
        None,
    )


def test_a_source_that_is_called_as_an_account_is_left_alone(anna: Operator, world: World) -> None:
    """Where a source has the name of an account nobody pauses one and means the other."""
    world.source_is("stad-nieuws", id="proef")
    assert "Een account heet ook zo." in anna.get("/desk/sources/proef").words
    anna.send("/desk/sources/proef/pause", {"token": anna.token(), "what": "pause"})
    assert (standing(world, "account", "proef").paused, acts(world)) == (False, [])


# ── split, join, post again ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_gets_a_message_of_its_own(anna: Operator, world: World) -> None:
    """A copy that was merged by mistake is split off, and what it says waits to be posted where the other one is."""
    made = waiting(world, "Dorpsstraat dicht", "sent", **SENT)
    told = row_of(world, made).announcement
    url = "https://sociaal.example/@stad/1"
    number = world.copy(told, "stad-sociaal", title="Iets heel anders", url=url, seen=NOW)
    page = anna.get(f"/desk/posts/{made}").page
    form = next(one for one in page.cssselect("form[action$='/split']") if one.cssselect(f"input[value='{url}']"))
    assert form is not None
    answer = anna.send(f"/desk/posts/{made}/split", {"token": anna.token(), "copy": url, "why": "geen kopie"})
    assert "De kopie heeft nu een eigen bericht." in anna.follow(answer).words
    with reading(world.engine) as connection:
        new = connection.scalar(select(item.c.announcement).where(item.c.no == number))
        assert new != told
        fresh = connection.execute(select(publication).where(publication.c.announcement == new)).one()
    assert (fresh.state, fresh.account) == ("queued", world.accounts["stadsnieuws"])
    assert acts(world) == [("Anna", "split", "geen kopie")] * 2


def test_a_copy_is_named_so_that_no_other_is_meant(anna: Operator, world: World) -> None:
    """Where nothing tells two copies apart there is no button that would split off the wrong one."""
    made = waiting(world, "Dorpsstraat dicht")
    told = row_of(world, made).announcement
    with writing(world.engine) as connection:
        connection.execute(update(item).where(item.c.announcement == told).values(key="zelfde", url=None))
    number = world.copy(told, "stad-sociaal", title="Dicht", url=None, seen=NOW)
    with writing(world.engine) as connection:
        connection.execute(update(item).where(item.c.no == number).values(key="zelfde"))
    assert not anna.get(f"/desk/posts/{made}").page.cssselect("form[action$='/split']")


def test_two_messages_become_one(anna: Operator, world: World) -> None:
    """One message speaks for another from then on, whose post is taken away where somebody asks for that."""
    keep, other = waiting(world, "Brug dicht", "sent", **SENT), waiting(world, "De brug is dicht", "sent", **SENT)
    words = do(anna, keep, "join", other=row_of(world, other).announcement, retract="yes", why="hetzelfde")
    assert "Samengevoegd." in words
    assert (row_of(world, other).wanted, row_of(world, other).operation) == (0, "delete")
    with reading(world.engine) as connection:
        tie = connection.execute(select(relation)).one()
        ended = connection.scalar(select(announcement.c.ended).where(announcement.c.id == tie.from_id))
    assert (tie.kind, tie.to_id, ended) == ("merged", row_of(world, keep).announcement, NOW)
    assert acts(world) == [("Anna", "joined", "hetzelfde")] * 2


def test_what_cannot_be_joined_is_said(anna: Operator, world: World) -> None:
    """A message that nobody knows, or the same one, is named with the remedy, and nothing is changed."""
    made = waiting(world, "Brug dicht")
    assert "means no announcement" in do(anna, made, "join", other="niets")
    assert "already" in do(anna, made, "join", other=row_of(world, made).announcement)
    assert acts(world) == []


def test_posting_again_is_planned_first(anna: Operator, world: World) -> None:
    """A plan says what would be done and changes nothing; carrying it out lets it wait, once."""
    dead = waiting(world, "Brug dicht", "dead")
    waiting(world, "Zwembad open", "sent", **SENT)
    page = anna.get("/desk/replay?source=stad-nieuws&account=stadsnieuws")
    assert "alsnog laten gaan: 1, niets: 1" in page.words
    assert row_of(world, dead).state == "dead"
    words = anna.follow(anna.press(page.page, "/desk/replay/do", why="token hersteld")).words
    assert "Wacht nu om te worden geplaatst: 1." in words
    assert row_of(world, dead).state == "queued"
    assert acts(world) == [("Anna", "replay", "token hersteld")]
    again = anna.press(page.page, "/desk/replay/do")
    assert "dit was intussen anders" in anna.follow(again).words
    assert len(acts(world)) == 1


def test_a_second_copy_is_a_choice(anna: Operator, world: World) -> None:
    """What is there is posted once more only where somebody chose that, and moving house leaves the old account alone."""
    made = waiting(world, "Zwembad open", "sent", **SENT)
    page = anna.get(f"/desk/replay?ids={made}&mode=again")
    anna.press(page.page, "/desk/replay/do")
    page = anna.get(f"/desk/replay?ids={made}&to=proef")
    anna.press(page.page, "/desk/replay/do")
    with reading(world.engine) as connection:
        rows = connection.execute(select(publication).order_by(publication.c.account, publication.c.generation)).all()
    names = {number: name for name, number in world.accounts.items()}
    found = [(names[row.account], row.generation, row.state) for row in rows]
    assert sorted(found) == [("proef", 0, "queued"), ("stadsnieuws", 0, "sent"), ("stadsnieuws", 1, "queued")]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ids=niets", "Dat is niet bekend"),
        ("source=stad-nieuws&account=x", "Dat is niet bekend"),
        ("source=stad-nieuws&to=proef&mode=again", "kan alleen krijgen wat er ontbreekt"),
        ("since=gisteren", "Dat tijdstip klopt niet."),
        ("since=2026-02-30T12:00", "Dat tijdstip klopt niet."),
        ("source=bestaat-niet", "Hier valt niets onder."),
        ("mode=again", "Kies wat er opnieuw geplaatst moet worden."),
    ],
)
def test_an_unclear_plan_is_no_plan(anna: Operator, world: World, query: str, words: str) -> None:
    """What cannot be planned is said in words, and there is nothing to carry out."""
    waiting(world, "Brug dicht", "dead")
    page = anna.get(f"/desk/replay?{query}")
    assert words in page.words
    assert not page.page.cssselect("form[action='/desk/replay/do']")


def test_moments_of_a_plan_are_on_our_clock(anna: Operator, world: World) -> None:
    """A moment in a form is what the clock on the wall says, not what a machine thinks of it."""
    made = waiting(world, "Brug dicht", "dead")
    told = row_of(world, made).announcement
    with writing(world.engine) as connection:
        connection.execute(update(announcement).where(announcement.c.id == told).values(created=NOW))
    assert "Brug dicht" in anna.get("/desk/replay?since=2026-11-03T15:00").words
    assert "Brug dicht" not in anna.get("/desk/replay?since=2026-11-03T15:01").words


def test_operators_are_told_apart(world: World) -> None:
    """Each act is logged under the name of whoever did it."""
    first, second = waiting(world, "Een", "queued"), waiting(world, "Twee", "queued")
    with at_work(world) as anna:
        other = Operator(site=anna.site)
        other.sign_in("bé")
        do(anna, first, "hold")
        do(other, second, "hold", why="ook")
    assert acts(world) == [("Anna", "held", ""), ("Bé", "held", "ook")]

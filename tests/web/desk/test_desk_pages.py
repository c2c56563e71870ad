"""What operators see: what needs them first, everything that waits, one publication whole, and never a word as mark-up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from adapters.contract import Media
from bot import attentions
from bot.attentions import Attention
from bot.health import attention
from bot.store.engine import reading, writing
from bot.store.tables import account, item, publication, spend, subscription
from bot.web.desk.needs import needs
from bot.web.desk.queue import PAGE
from bot.web.site import LANGUAGES
from bot.web.visit import Visit
from tests.web.conftest import Town
from tests.web.desk.office import Operator, at_work, waiting
from tests.web.served import Answer
from tests.web.test_safety import HOSTILE
from tests.web.world import NOW, World, fill, whole


def visit(language: str) -> Visit:
    """Give a request in a language."""
    return Visit(language="nl" if language == "nl" else "en", chosen=True, base="", path="/desk")


def lines(answer: Answer) -> list[str]:
    """Give the lines of the list on a page."""
    return [" ".join(one.text_content().split()) for one in answer.page.cssselect(".lines > li")]


# ── what needs attention ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_line_of_attention_is_shown_with_what_to_do(anna: Operator, world: World) -> None:
    """The overview has each line that ``status`` has, in words, with a remedy and a link to where to act; most urgent first."""
    for reason in ("burst", "stale", "withdrawn"):
        waiting(world, f"Om {reason}", "held", reason)
    waiting(world, "Brug", "dead")
    waiting(world, "Sluis", "unknown", "two-candidates")
    waiting(world, "Kade", "queued")
    world.source_is(
        "haven-nieuws", state="failing", code="http.timeout", error="haven.example did not answer.", failures=4
    )
    world.source_is("stad-sociaal", state="gap", code="source.gap")
    world.source_is("stad-nieuws", paused=True)
    with writing(world.engine) as connection:
        stopped = {"state": "stopped", "code": "auth.revoked", "error": "The token was revoked.", "stopped_at": NOW}
        connection.execute(update(account).where(account.c.id == "proef").values(stopped))
    with reading(world.engine) as connection:
        expected = attention(connection, NOW)
    page = anna.get("/desk")
    shown = page.page.cssselect("section[aria-labelledby=needs] .lines > li")
    assert len(shown) == len(expected) >= 9
    for one in expected:
        line = next(each for each in shown if one.code in each.text_content() and one.subject in each.text_content())
        assert "Wat u kunt doen:" in line.text_content()
        assert anna.get(str(line.cssselect("a")[0].get("href"))).status == 200
    parts = [one.text_content() for one in page.page.cssselect("section[aria-labelledby=needs] h3")]
    assert parts == ["Meteen doen (1)", "Beslissen (5)", "Nakijken (2)", "Goed om te weten (2)"]
    assert "The token was revoked." in shown[0].text_content()
    assert "haven.example did not answer." in page.words
    assert "The token was revoked." in page.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_attention_has_words(language: str) -> None:
    """Whatever the program may call for attention, operators read it in their own language, with what to do."""
    here = visit(language)
    for code in attentions.REMEDIES:
        own = code.replace("-", "_").replace(".", "_")
        assert here.voice.has(f"need_{own}"), code
        assert here.voice.has(f"todo_{own}"), code


def test_a_code_that_nobody_knows_is_shown_all_the_same() -> None:
    """What a new adapter calls for attention is shown as trouble of its source or account, with its own message."""
    found = [
        Attention(subject="bron", code="new.thing", message="Something new. Do this."),
        Attention(subject="proef", code="other.thing", message="Something else.", grave=False),
        Attention(subject="proef", code="held.newly", message="7 held: newly."),
    ]
    shown = needs(found, {"proef"}, visit("nl"))
    assert [(one.tier, one.subjects[0].name) for one in shown] == [
        ("decide", "proef"),
        ("look", "bron"),
        ("look", "proef"),
    ]
    assert shown[0].words == "Vastgehouden (newly): 7."
    assert [one.detail for one in shown[1:]] == ["Something new. Do this.", "Something else."]


def test_sources_with_the_same_trouble_share_a_line(anna: Operator, world: World) -> None:
    """Twenty sources of one broken server are one line that names some of them, and leads to all twenty."""
    with writing(world.engine) as connection:
        for number in range(20):
            row = {"agency": "haven", "state": "failing", "code": "http.unavailable", "kind": "feed"}
            world.add_source(connection, f"weg-{number:02}", error=f"Fout {number}.", **row)
    world.source_is("haven-nieuws", state="failing", code="http.not-found", error="Weg.")
    shown = lines(page := anna.get("/desk"))
    assert len(shown) == 2
    assert shown[1].startswith("20 bronnen: De server geeft een fout.")
    assert "weg-11, en nog 8" in shown[1]
    rest = page.page.cssselect("a[href*='code=']")[0].get("href")
    assert len(anna.get(str(rest)).page.cssselect("tbody tr")) == 20


def test_an_account_may_be_called_as_the_program() -> None:
    """Everything that is paused is urgent; an account of the same name that waits for room is not, and has its own page."""
    whole_ = Attention(subject="omroeper", code="paused", message="Everything is paused.")
    own = Attention(subject="omroeper", code="budget.server", message="17 wait by its limits until 12:00.", grave=False)
    held = Attention(subject="omroeper", code="paused", message="Paused by hand.", grave=False)
    found = [(one.tier, one.href) for one in needs([own, held, whole_], {"omroeper"}, visit("nl"))]
    account_page = "/desk/accounts/omroeper?lang=nl"
    assert found == [
        ("now", "/desk?lang=nl"),
        ("note", "/desk/queue?lang=nl&account=omroeper"),
        ("note", account_page),
    ]


def test_an_account_that_rests_is_told_from_one_that_stopped() -> None:
    """A server that is down for a while needs a look; a token that was revoked needs somebody at once."""
    rests = Attention(
        subject="proef", code="mastodon.down", message="3 wait after a failure (Down.) until 2026-11-23T12:00:00Z."
    )
    stopped = Attention(subject="proef", code="mastodon.token", message="stopped: The token is wrong.")
    found = needs([rests, stopped], {"proef"}, visit("en"))
    assert [one.tier for one in found] == ["now", "look"]
    assert "Waits to be posted: 3." in found[1].words
    assert "by itself" in found[1].todo


def test_all_well_is_said(anna: Operator) -> None:
    """Where nothing needs anybody, the page says so."""
    words = anna.get("/desk").words
    assert "Niets. Alles loopt." in words
    assert "goed: 4. Alle bronnen" in words


# ── sources and accounts ─────────────────────────────────────────────────────────────────────────────────────────────


def test_sources_are_found_and_paged(anna: Operator, world: World) -> None:
    """Of many sources a page shows a hundred; a word of their name or agency, or trouble, finds those that matter."""
    with writing(world.engine) as connection:
        for number in range(120):
            state = "failing" if number == 77 else "ok"
            world.add_source(connection, f"weg-{number:03}", agency="haven", state=state, kind="feed")
    page = anna.get("/desk/sources")
    assert len(page.page.cssselect("tbody tr")) == 100
    rest = anna.get(str(page.page.cssselect("a[rel=next]")[0].get("href")))
    assert len(rest.page.cssselect("tbody tr")) == 24
    assert len(anna.get("/desk/sources?like=weg-00").page.cssselect("tbody tr")) == 10
    assert len(anna.get("/desk/sources?like=Havendienst&show=bad").page.cssselect("tbody tr")) == 1
    assert len(anna.get("/desk/sources?show=failing").page.cssselect("tbody tr")) == 1
    assert "alles (124)" in anna.get("/desk/sources").words
    assert "Geen bron past daarbij." in anna.get("/desk/sources?like=%25").words
    assert "weg-077" in anna.get("/desk").words


def test_a_source_tells_everything_about_itself(anna: Operator, world: World) -> None:
    """State, error in full, failures, times, cost this month, and what a hub promised are on one page."""
    error = "It did not answer within 30 seconds. " * 12
    world.source_is(
        "haven-nieuws", state="failing", error=error, failures=3, url="https://haven.example/rss", kind="feed",
        failing_since=NOW - timedelta(hours=5), due=NOW + timedelta(minutes=30), newest_item=NOW - timedelta(days=2),
    )  # fmt: skip
    with writing(world.engine) as connection:
        number = world.sources["haven-nieuws"]
        for day, units in (("2026-10-31", 100), ("2026-11-01", 5), ("2026-11-03", 7)):
            connection.execute(insert(spend).values(source=number, day=day, units=units))
        promise = {"source": number, "token": "geheim-token", "secret": "geheim", "state": "active", "due": NOW}
        connection.execute(whole(subscription, **promise, expires=NOW + timedelta(days=9)))
    words = anna.get("/desk/sources/haven-nieuws").words
    for wanted in (error.strip(), "3 keer mislukt", "mislukt", "https://haven.example/rss", "10.00 uur", "15.30 uur"):
        assert wanted in words
    assert "Kosten deze maand 12" in words
    assert "actief" in words
    assert "geheim" not in words


def test_what_is_not_there_is_not_found(anna: Operator) -> None:
    """Names and ids that lead nowhere, or could never be any, are not found."""
    for path in ("sources/x", "accounts/x", "posts/x", "sources/%00", "posts/01a197a9-0940-7f2a-b153-3a92ebab97fd"):
        assert anna.get(f"/desk/{path}").status == 404, path


# ── the queue ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_is_cut_by_state_reason_account_and_source(anna: Operator, world: World) -> None:
    """Each part of the queue can be looked at by itself, and says how many are in it."""
    waiting(world, "Eerste", "held", "burst")
    waiting(world, "Tweede", "held", "stale", on="proef")
    waiting(world, "Derde", "dead", by="haven-nieuws")
    waiting(world, "Vierde", "sending")
    waiting(world, "Vijfde", "retry", reason="server-error", error="503")
    titles = {
        "": 5, "?state=held": 2, "?state=held&reason=burst": 1, "?state=dead": 1, "?state=unknown": 0,
        "?state=queued": 1, "?state=retry": 1, "?account=proef": 1, "?source=haven-nieuws": 1, "?state=waiting": 2,
        "?account=proef&state=dead": 0, "?state=onzin": 5,
    }  # fmt: skip
    for query, many in titles.items():
        assert len(lines(anna.get(f"/desk/queue{query}"))) == many, query
    words = anna.get("/desk/queue?state=held").words
    assert "alles (5) vastgehouden (2) onzeker (0) mislukt, opgegeven (1)" in words
    assert "te veel tegelijk (1) te lang gewacht (1)" in words
    assert "Hier wacht niets." in anna.get("/desk/queue?state=unknown").words


def test_a_long_queue_has_pages(anna: Operator, world: World) -> None:
    """A queue of any length comes in pages that follow each other without a gap."""
    made = [waiting(world, f"Bericht {number}") for number in range(PAGE + 3)]
    first = anna.get("/desk/queue?state=queued&lang=nl")
    second = anna.get(str(first.page.cssselect("a[rel=next]")[0].get("href")))
    links = [str(one.get("href")) for page in (first, second) for one in page.page.cssselect(".lines .title a")]
    assert [one.partition("?")[0].rpartition("/")[2] for one in links] == sorted(made, reverse=True)
    assert all("lang=nl" in one for one in links)


# ── one publication ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_publication_is_shown_whole(world: World) -> None:
    """Its text as it is, what would be sent now, what the source says, its copies, and everything that happened and why."""
    parts = [
        {"text": "Deel een. (1/2)", "remote_id": "5", "done": True},
        {"text": "Deel twee. (2/2)", "remote_id": "6", "done": True},
    ]
    made = waiting(
        world, "Brug dicht", "held", "flapping", parts=parts, post={"version": 1, "spoiler_text": "Let op"}, wanted=2,
        seen=1, sent=NOW, operation="edit", url="https://sociaal.example/@stad/5",
    )  # fmt: skip
    told = waiting(world, "Ander bericht", on="proef")
    with reading(world.engine) as connection:
        announcement = connection.execute(publication.select().where(publication.c.id == made)).one().announcement
    world.copy(announcement, "stad-sociaal", title="Brug dicht!", url="https://sociaal.example/@stad/9", seen=NOW)
    world.happen(announcement, "decide", "held", "correction.flapping", detail={"edits": 6}, place="stadsnieuws")
    world.happen(announcement, "operate", "held", "by-hand", actor="Bé", detail={"reason": "eerst bellen"})
    with at_work(world, desk={"proof": lambda _, one: ("Nieuwe woorden.",) if one == made else ()}) as anna:
        words = anna.get(f"/desk/posts/{made}").words
        other = anna.get(f"/desk/posts/{told}").words
    for wanted in (
        "vastgehouden: de bron blijft dit veranderen", "bijwerken", "Deel 1 van 2 Deel een. (1/2)", "Deel twee. (2/2)",
        "Waarschuwing bij de inhoud: Let op", "Zo zou de tekst nu worden Nieuwe woorden.", "Zo staat het er nu",
        "Wat de bron zegt Brug dicht Brug dicht. Meer.", "Brug dicht!", "decide held correction.flapping", "edits: 6",
        "Bé hield vast: “eerst bellen”", "Bekijk het op de server: sociaal.example",
    ):  # fmt: skip
        assert wanted in words, wanted
    assert "Er is nog geen tekst." in other


def test_what_a_citizen_must_not_see_is_seen_here_alone(world: World) -> None:
    """What waits or is held has a page for operators, and none for the public."""
    made = waiting(world, "Nog geheim nieuws", "held", "burst")
    with at_work(world) as anna:
        assert "Nog geheim nieuws" in anna.get(f"/desk/posts/{made}").words
        for path in ("/", "/feed.atom", f"/announcements/{made}"):
            assert "Nog geheim nieuws" not in anna.site.get(path).text


def test_erased_content_leaves_a_page(anna: Operator, world: World) -> None:
    """A publication whose content was erased still has its page, which says that nothing was kept."""
    made = waiting(world, "Vermist", "dropped", "withdrawn", wanted=0)
    with writing(world.engine) as connection:
        connection.execute(update(item).values(title="", content=None))
    assert "De inhoud is niet bewaard." in anna.get(f"/desk/posts/{made}").words


# ── words from outside ───────────────────────────────────────────────────────────────────────────────────────────────


def test_hostile_words_stay_words(world: World) -> None:
    """Mark-up in titles, texts, errors, reasons, names and addresses comes out as text on every page of the desk."""
    media = (Media(url="javascript:alert(3)", alt=HOSTILE),)
    parts = [{"text": HOSTILE, "remote_id": None, "done": False}]
    made = waiting(
        world, HOSTILE, "dead", HOSTILE, error=HOSTILE, parts=parts, text=HOSTILE, url="javascript:alert(1)",
        content={"url": "javascript:alert(4)", "text": HOSTILE, "media": media},
    )  # fmt: skip
    held = waiting(world, HOSTILE, "held", HOSTILE)
    world.source_is(
        "stad-nieuws", title=HOSTILE, error=HOSTILE, state="failing", code=HOSTILE, url="javascript:alert(5)"
    )
    with writing(world.engine) as connection:
        connection.execute(update(account).values(error=HOSTILE, state="stopped", code=HOSTILE, remote_acct=HOSTILE))
        told = connection.execute(publication.select().where(publication.c.id == made)).one().announcement
    world.happen(told, "operate", HOSTILE, HOSTILE, actor=HOSTILE, detail={"reason": HOSTILE, HOSTILE: HOSTILE})
    world.happen(told, "deliver", HOSTILE, HOSTILE, detail={"error": HOSTILE})
    quoted = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    with at_work(world, title=HOSTILE, desk={"proof": lambda *_: (HOSTILE,)}) as anna:
        anna.press(anna.get("/desk").page, "/desk/stop", what="all", why=HOSTILE)
        paths = [
            "/desk", "/desk/queue", "/desk/queue?state=held", f"/desk/posts/{made}", f"/desk/posts/{held}",
            "/desk/sources", "/desk/sources/stad-nieuws", "/desk/accounts/proef", "/desk/log", "/desk/replay?source=stad-nieuws",
            f"/desk/queue?account={quoted}&source={quoted}&state={quoted}&reason={quoted}&lang={quoted}",
            f"/desk/replay?ids={quoted}&source={quoted}&since={quoted}&mode={quoted}",
            f"/desk/sources?like={quoted}&after={quoted}", f"/desk/sign-in?next={quoted}", f"/desk/log?before={quoted}",
        ]  # fmt: skip
        for path in paths:
            page = anna.get(path).page
            assert not page.cssselect("script, img, style, iframe, [onerror], [onmouseover], [style]"), path
            targets = [str(one.get(name)) for name in ("href", "action") for one in page.cssselect(f"[{name}]")]
            assert all(one.startswith(("/", "#", "https://")) for one in targets), path
            assert all(str(one.get("action")).startswith("/desk") for one in page.cssselect("form")), path
            assert "{{" not in page.text_content().replace(HOSTILE, ""), path


def test_nothing_that_happened_is_too_long(anna: Operator, world: World) -> None:
    """A log line or an error of any length leaves a page that can be read."""
    made = waiting(world, "x" * 400, "dead", error="y" * 5000)
    assert len(anna.get("/desk/queue").text) < 20_000
    assert "y" * 5000 in anna.get(f"/desk/posts/{made}").text


# ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_log_has_every_act(anna: Operator, world: World) -> None:
    """What was done by hand stands in the log, the last on top, with a link to what it was done to, a page at a time."""
    made = waiting(world, "Brug open", "held", "burst")
    anna.press(anna.get(f"/desk/posts/{made}").page, f"/desk/posts/{made}/approve", why="mag weg")
    anna.press(anna.get("/desk/accounts/proef").page, "/desk/accounts/proef/pause", why="verhuizing")
    page = anna.get("/desk/log")
    shown = [" ".join(one.text_content().split()) for one in page.page.cssselect(".steps li")]
    assert "Anna zette stil: proef“verhuizing”" in shown[0]
    assert "Anna keurde goed: Brug open“mag weg”" in shown[1]
    assert "was: burst" in shown[1]
    assert page.page.cssselect(f".steps a[href='/desk/posts/{made}']")
    for _ in range(60):
        world.happen("", "operate", "resumed", "all", actor="Bé")
    first = anna.get("/desk/log")
    rest = anna.get(str(first.page.cssselect("a[rel=next]")[0].get("href")))
    assert len(first.page.cssselect(".steps li")) == 50
    assert len(rest.page.cssselect(".steps li")) == 13


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_metrics_count_what_needs_attention(world: World) -> None:
    """Those who watch over the program see what is held by reason, which trouble sources have, what is broken, and the cost."""
    waiting(world, "Een", "held", "burst")
    waiting(world, "Twee", "held", "burst")
    world.source_is("haven-nieuws", state="failing", code="http.timeout")
    world.source_is("stad-nieuws", state="silent", code=None)
    with writing(world.engine) as connection:
        number = world.sources["haven-nieuws"]
        connection.execute(whole(item, source=number, key="b", state="broken", title="x", first_seen=NOW))
        for day in ("2026-10-31", "2026-11-03"):
            connection.execute(insert(spend).values(source=number, day=day, units=5))
    with at_work(world) as anna:
        text = anna.site.get("/metrics").text
    for line in (
        'omroeper_held{account="stadsnieuws",reason="burst"} 2',
        'omroeper_source_problems{code="http.timeout"} 1',
        'omroeper_source_problems{code="source.silent"} 1',
        'omroeper_broken_items{source="haven-nieuws"} 1',
        'omroeper_spent_units_this_month{source="haven-nieuws"} 5',
    ):
        assert line in text.splitlines()


def test_a_world_with_everything_in_it_has_every_page(world: World) -> None:
    """Every announcement of a filled world has its page at the desk, in both languages."""
    fill(world)
    with reading(world.engine) as connection:
        ids = list(connection.execute(publication.select().with_only_columns(publication.c.id)).scalars())
    with at_work(world) as anna:
        for made in ids:
            for language in LANGUAGES:
                assert anna.get(f"/desk/posts/{made}?lang={language}").page.get("lang") == language


def test_operators_and_readers_do_not_share_a_queue(town: Town) -> None:
    """The desk has turns of its own: readers who come all at once keep no operator waiting for theirs."""
    from concurrent.futures import ThreadPoolExecutor

    with at_work(town.world) as anna, ThreadPoolExecutor(30) as readers:
        busy = [readers.submit(anna.site.get, "/") for _ in range(60)]
        assert anna.get("/desk").status == 200
        assert {one.result().status for one in busy} == {200}

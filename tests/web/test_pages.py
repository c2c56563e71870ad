"""What citizens read: timelines, single announcements, lists."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from lxml.html import HtmlElement

from adapters.contract import Alert
from bot.pages import site as site_of
from bot.settings import load
from tests.web.conftest import Town
from tests.web.served import serving
from tests.web.world import NOW, World


def titles(page: HtmlElement) -> list[str]:
    """Give the titles on a timeline, in order."""
    return [" ".join(one.text_content().split()) for one in page.cssselect("article h3")]


def test_home_shows_everything_newest_first(town: Town) -> None:
    """The first page shows every announcement that is out, the last one sent first, each once; an alert that holds on top."""
    assert titles(town.site.get("/").page) == [
        "Veel rook door brand aan de Industrieweg",
        "Brand Industrieweg onder controle",
        "Het strandje bij de plas is weer open. Veel zwemplezier!",
        "Dorpsstraat maandag dicht voor werk aan het riool",
        "Nieuwe regels voor ligplaatsen",
        "Swimming pool closed until Friday",
        "Inloopavond over de herinrichting van het Marktplein",
        "Afvalkalender 2027 staat klaar",
    ]


def alert(world: World, title: str, **announcing: Any) -> str:
    """Put an alert out, twenty minutes ago, that holds for an hour more unless told otherwise."""
    content = {"alert": announcing.pop("message", Alert())}
    row = {"kind": "alert", "expires": NOW + timedelta(hours=1), "created": NOW - timedelta(minutes=20)}
    more = {one: announcing.pop(one) for one in ("sent", "language") if one in announcing}
    more = {"sent": NOW - timedelta(minutes=20), **more}
    return world.tell(
        title, title, on=("voorbeeldland",), by="regio-alarm", announcing={**row, **announcing}, content=content, **more
    )


def test_an_alert_that_holds_stands_above_everything(world: World) -> None:
    """However much was posted since, who opens a first page sees tonight's alert first, until when it holds, and once."""
    alert(world, "Blijf binnen: giftige rook", sent=NOW - timedelta(hours=9))
    for number in range(30):
        world.tell(f"Nieuws {number}", f"Nieuws {number}", on=("proef", "voorbeeldland"), by="regio-alarm")
    with serving(world.site()) as site:
        for path in ("/", "/accounts/voorbeeldland", "/agencies/regio"):
            page = site.get(path).page
            assert titles(page)[0] == "Blijf binnen: giftige rook", path
            assert titles(page).count("Blijf binnen: giftige rook") == 1, path
            section = page.cssselect("section.in-force")[0].text_content()
            assert "Waarschuwingen die nu gelden" in section
            assert "Geldig tot 16.00 uur" in " ".join(section.split())
        assert not site.get("/agencies/stad").page.cssselect("section.in-force")
        older = site.get(str(site.get("/").page.cssselect("a[rel=next]")[0].get("href"))).page
        assert not older.cssselect("section.in-force")


@pytest.mark.parametrize(
    "over",
    [
        {"notice": "updated"},
        {"notice": "cancelled", "ended": NOW - timedelta(minutes=1)},
        {"expires": NOW - timedelta(minutes=1)},
        {"expires": None, "created": NOW - timedelta(days=3)},
        {"kind": "news"},
        {"message": Alert(message="cancel")},
        {"message": Alert(ended=NOW - timedelta(minutes=5))},
    ],
)
def test_what_does_not_hold_is_not_on_top(world: World, over: dict[str, Any]) -> None:
    """An alert that was replaced, ended or ran out, one that tells an end, and news stand in their own place in time."""
    alert(world, "Blijf binnen", **over)
    with serving(world.site()) as site:
        page = site.get("/").page
    assert titles(page) == ["Blijf binnen"]
    assert not page.cssselect("section.in-force")


def test_an_alert_without_an_end_is_on_top_too(world: World) -> None:
    """Where a service does not say until when, an alert of today counts as holding."""
    alert(world, "Blijf binnen", expires=None)
    with serving(world.site()) as site:
        assert len(site.get("/").page.cssselect("section.in-force article")) == 1


def test_readers_see_the_alert_in_their_own_language_first(world: World) -> None:
    """Of the same alert in two languages the reader's own comes first."""
    alert(world, "Blijf binnen")
    alert(world, "Stay inside", language="en")
    with serving(world.site()) as site:
        assert titles(site.get("/", Accept_Language="en").page) == ["Stay inside", "Blijf binnen"]
        assert titles(site.get("/", Accept_Language="nl").page) == ["Blijf binnen", "Stay inside"]


def test_the_words_of_the_own_account_come_first(world: World) -> None:
    """Where a mirror and the agency's own account both show it, the page shows what the own account says, without its signature."""
    told = world.tell(
        "Brug dicht", "Brug dicht\n\nOmrijden kan.\n\nBron: Regio (spiegel)", on=("proef",), by="regio-alarm"
    )
    own = "Brug dicht\n\nU kunt omrijden.\n\nAfzender: Veiligheidsregio Voorbeeldland (zo heet zij)"
    world.post(told, "voorbeeldland", own, by="regio-alarm", sent=NOW, language="nl")
    with serving(world.site()) as site:
        words = site.get("/").page.cssselect("article")[0].text_content()
    assert "U kunt omrijden." in words
    assert "Omrijden kan." not in words
    assert "Officieel account" in words
    assert "Afzender" not in words


def test_readers_are_led_around_a_login_wall(world: World, tmp_path: Path) -> None:
    """Pages and feeds lead where the posts lead: to the address that a message on a walled platform names; an alert to no wall at all."""
    wall, page = "https://x.com/voorbeeldstad/status/1", "https://www.voorbeeldstad.example/brug"
    world.tell("Brug dicht", f"Brug dicht\n\nHet duurt een week.\n\n{page}", content={"url": wall, "links": (page,)})
    world.tell("Alleen daar", "Alleen daar\n\nVandaag.", content={"url": f"{wall}2"})
    world.tell("Sirene", "Blijf binnen.", content={"url": f"{wall}3"}, announcing={"kind": "alert"})
    config = tmp_path / "omroeper.toml"
    config.write_text('[omroeper]\noperator = "redactie@voorbeeldland.example"\n', encoding="utf-8")
    settings = load(config, {}).settings
    assert settings is not None
    with serving(replace(site_of(settings, world.engine, dict), now=lambda: NOW)) as site:
        shown = {one.get("href") for one in site.get("/").page.cssselect("article a")}
        fed = {one["title"]: one.get("external_url") for one in json.loads(site.get("/feed.json").body)["items"]}
    assert shown & {wall, page, f"{wall}2", f"{wall}3"} == {page, f"{wall}2"}
    assert fed == {"Brug dicht": page, "Alleen daar": f"{wall}2", "Sirene": None}


def test_days_are_those_of_amsterdam(world: World) -> None:
    """What was sent at half past eleven in the evening UTC stands under the next day, as clocks here say."""
    world.tell("Nachtwerk", "Nachtwerk", sent=NOW.replace(hour=23, minute=30))
    with serving(world.site()) as site:
        page = site.get("/").page
    assert page.cssselect("section.day h2")[0].text_content() == "woensdag 4 november 2026"
    assert page.cssselect("article time")[0].get("datetime") == "2026-11-04T00:30:00+01:00"


def test_account_and_agency_have_their_own(town: Town) -> None:
    """An account's page has what is on that account, an agency's what it announced; neither has anything else."""
    assert titles(town.site.get("/accounts/stadsnieuws").page) == [
        "Dorpsstraat maandag dicht voor werk aan het riool",
        "Inloopavond over de herinrichting van het Marktplein",
    ]
    assert titles(town.site.get("/agencies/haven").page) == ["Nieuwe regels voor ligplaatsen"]


def test_account_says_whose_it_is(town: Town) -> None:
    """An agency's own account names the agency; any other says that it is a mirror, and all lead to the account itself."""
    official, mirror = town.site.get("/accounts/voorbeeldland"), town.site.get("/accounts/stadsnieuws")
    assert "Dit is het eigen account van Veiligheidsregio Voorbeeldland." in official.words
    assert "Dit account is een spiegel." in mirror.words
    assert 'href="https://sociaal.example/@stadsnieuws"' in mirror.text
    assert "@local" not in town.site.get("/accounts/proef").text


def test_timeline_shows_the_beginning_without_what_stands_around_it(town: Town) -> None:
    """A card repeats neither its title nor the agency and link, and of a long text it shows whole paragraphs and the way on."""
    cards = town.site.get("/").page.cssselect("article")
    short, long = (cards[3].cssselect(".text")[0].text_content(), cards[6])
    assert short.strip() == "Van 8.00 tot 17.00 uur kunt u er niet door met de auto. Fietsers kunnen erlangs."
    shown = [one.text_content() for one in long.cssselect(".text p")]
    assert shown
    assert all(one.startswith("Alinea") and one.endswith("koffie is er wel.") for one in shown)
    assert "Alinea 8" not in long.text_content()
    assert "Lees het hele bericht" in long.text_content()


def test_pages_follow_each_other_without_gap_or_double(world: World) -> None:
    """Following "older" shows every announcement exactly once, also where many were sent in the same moment."""
    for number in range(45):
        world.tell(
            f"Bericht {number}",
            f"Bericht {number}",
            on=("proef", "stadsnieuws"),
            sent=NOW - timedelta(hours=number // 15),
        )
    seen: list[str] = []
    with serving(world.site()) as site:
        path = "/"
        for _ in range(4):
            page = site.get(path).page
            seen += titles(page)
            older = page.cssselect("a[rel=next]")
            if not older:
                break
            path = urljoin(path, str(older[0].get("href")))
    assert len(seen) == 45
    assert set(seen) == {f"Bericht {number}" for number in range(45)}


def test_what_arrives_meanwhile_moves_no_page(world: World) -> None:
    """The second page stays the same while new announcements come in above it."""
    for number in range(25):
        world.tell(f"Bericht {number}", "Tekst")
    with serving(world.site()) as site:
        older = str(site.get("/").page.cssselect("a[rel=next]")[0].get("href"))
        before = titles(site.get(older).page)
        world.tell("Nieuw", "Nieuw")
        assert titles(site.get(older).page) == before == [f"Bericht {number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("cursor", ["", "x", "%00", "AAAA", "MTIzLmFiYw=", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5LmE"])
def test_a_cursor_that_is_none_of_ours_leads_nowhere(town: Town, cursor: str) -> None:
    """A made-up place in the timeline is answered as a page that does not exist, never with an error."""
    assert town.site.get(f"/?before={cursor}").status == 404


def test_announcement_shows_the_text_exactly_as_it_went_out(town: Town) -> None:
    """The page of an announcement holds every word of the post, in its paragraphs and lines, with a link that works."""
    page = town.site.get(f"/announcements/{town.told['corrected']}").page
    paragraphs = [one.text_content().split("\n") for one in page.cssselect(".post .text p")]
    assert paragraphs == [
        ["Dorpsstraat maandag dicht voor werk aan het riool"],
        ["Van 8.00 tot 17.00 uur kunt u er niet door met de auto. Fietsers kunnen erlangs."],
        [
            "Gemeente Voorbeeldstad (spiegel, geen officieel account)",
            "https://www.voorbeeldstad.example/nieuws/dorpsstraat",
        ],
    ]
    link = page.cssselect(".post .text a")[0]
    assert (link.get("href"), link.get("rel")) == ("https://www.voorbeeldstad.example/nieuws/dorpsstraat", "nofollow")


def test_announcement_tells_where_it_comes_from_and_what_happened(town: Town) -> None:
    """Source, times, other copies, its correction and each step stand there in plain words, on both accounts' behalf."""
    words = town.site.get(f"/announcements/{town.told['corrected']}").words
    for expected in (
        "Spiegel, geen officieel account",
        "Bekendgemaakt door de bron dinsdag 3 november 2026, 10.57 uur",
        "Geplaatst dinsdag 3 november 2026, 11.00 uur",
        "Bijgewerkt dinsdag 3 november 2026, 12.00 uur",
        "Lees het bij de bron: www.voorbeeldstad.example",
        "Eerst gezien bij Gemeente Voorbeeldstad (Nieuws van stad-nieuws)",
        "Ook gezien bij Gemeente Voorbeeldstad (Nieuws van stad-sociaal), dinsdag 3 november 2026, 11.30 uur",
        "De bron heeft de tekst één keer gewijzigd, op dinsdag 3 november 2026, 12.00 uur.",
        "Geplaatst op stadsnieuws.",
        "Hetzelfde bericht gevonden bij Nieuws van stad-sociaal. Het blijft één bericht.",
        "Bijgewerkt op stadsnieuws.",
    ):
        assert expected in words
    assert words.count("lukte niet meteen") == 1
    assert "geheim" not in words


def test_relations_lead_both_ways(town: Town) -> None:
    """A warning that replaces another says so on both pages, each with a link to the other."""
    old, new = (f"/announcements/{town.told[name]}" for name in ("alert", "update"))
    assert "Dit bericht is vervangen door: Brand Industrieweg onder controle" in town.site.get(old).words
    assert f'href="{old}"' in town.site.get(new).text
    assert "Dit bericht vervangt: Veel rook door brand aan de Industrieweg" in town.site.get(new).words


def test_siblings_in_other_languages_are_named(world: World) -> None:
    """Two languages of one announcement lead to each other, with the language of the link marked."""
    dutch = world.tell("Rook", "Rook")
    english = world.tell("Smoke", "Smoke", language="en")
    world.tie(english, dutch, "translates")
    with serving(world.site()) as site:
        link = site.get(f"/announcements/{dutch}").page.cssselect("section[aria-labelledby=related] a")[0]
    assert (link.get("href"), link.get("lang"), link.text_content()) == (f"/announcements/{english}", "en", "Smoke")


def test_foreign_text_is_marked_as_such(town: Town) -> None:
    """English words on a Dutch page carry their language, so that a screen reader pronounces them as English."""
    page = town.site.get(f"/announcements/{town.told['english']}").page
    assert page.get("lang") == "nl"
    assert page.cssselect("h1")[0].get("lang") == "en"
    assert page.cssselect(".text")[0].get("lang") == "en"


def test_pictures_are_described_and_never_loaded(town: Town) -> None:
    """Pictures of the source show as their description, their maker and a link; the page itself loads none."""
    answer = town.site.get(f"/announcements/{town.told['long']}")
    assert not answer.page.cssselect("img")
    assert "Afbeelding: Schets van het Marktplein met twee rijen platanen en een fontein." in answer.words
    assert "Maker: Bureau Voorbeeld" in answer.words
    assert "Bestand: Zonder omschrijving" in answer.words


def test_parts_of_a_thread_are_numbered(town: Town) -> None:
    """A thread shows all its parts in order, under its content warning."""
    words = town.site.get(f"/announcements/{town.told['thread']}").words
    assert "Waarschuwing bij de inhoud: Lang bericht Deel 1 van 2 Nieuwe regels" in words
    assert "Deel 2 van 2 Lees ook de bijlage. (2/2)" in words


def test_an_alert_past_its_end_says_so(world: World) -> None:
    """A warning whose time is over says so on every page, even where its source never ended it."""
    told = world.tell("Storm", "Storm", announcing={"kind": "alert", "expires": NOW - timedelta(minutes=1)})
    with serving(world.site()) as site:
        assert "Waarschuwing Gemeente Voorbeeldstad Storm Dit bericht geldt niet meer." in site.get("/").words
        assert "Dit bericht geldt niet meer." in site.get(f"/announcements/{told}").words


def test_an_announcement_that_was_joined_leads_to_the_other(world: World) -> None:
    """Where a person said that two announcements are one, the page of the other says so and leads to the one that is kept."""
    kept = world.tell("Weg dicht", "Weg dicht")
    other = world.tell("Weg afgesloten", "Weg afgesloten", announcing={"notice": "joined", "ended": NOW})
    world.tie(other, kept, "merged")
    with serving(world.site()) as site:
        page = site.get(f"/announcements/{other}")
    assert "Alleen dat andere wordt bijgehouden." in page.words
    assert "Hetzelfde bericht: Weg dicht" in page.words


def test_a_change_under_way_is_told(world: World) -> None:
    """While an account does not yet show the newest version, the page says that a change is on its way."""
    told = world.tell("Weg dicht", "Weg dicht")
    world.change(told, wanted=2, state="queued", operation="edit")
    with serving(world.site()) as site:
        assert "Een wijziging van dit bericht is onderweg." in site.get(f"/announcements/{told}").words


def test_a_shared_post_leads_to_the_original(world: World) -> None:
    """A boost has no words of its own: the page leads to the agency's own post."""
    told = world.tell("Open dag", (), content={"boost": "https://sociaal.example/@stad/12"})
    with serving(world.site()) as site:
        page = site.get(f"/announcements/{told}")
    assert "Gedeeld: het eigen bericht van de organisatie op sociaal.example" in page.words


def test_an_announcement_that_was_followed_keeps_its_own_title(world: World) -> None:
    """Where the leading item tells something new by now, the old announcement goes by what its post said."""
    old = world.tell(
        "Nieuwe tekst", "Oude titel\n\nOude tekst.", content={"url": "https://www.voorbeeldstad.example/1"}
    )
    new = world.tell("Nieuwe tekst", "Nieuwe tekst")
    world.lead_moves(old, new)
    with serving(world.site()) as site:
        page = site.get(f"/announcements/{old}").page
    assert page.cssselect("h1")[0].text_content() == "Oude titel"


def test_lists_name_agencies_in_families_and_accounts(town: Town) -> None:
    """Every agency is listed under what it is part of, and every account with whose it is."""
    families = town.site.get("/agencies").page.cssselect("main > ul > li")
    assert [one.cssselect("a")[0].text_content() for one in families] == [
        "Gemeente Voorbeeldstad",
        "Veiligheidsregio Voorbeeldland",
    ]
    assert families[0].cssselect("ul a")[0].get("href") == "/agencies/haven"
    assert (
        "voorbeeldland Account op sociaal.example. Officieel account: Veiligheidsregio"
        in town.site.get("/accounts").words
    )


def test_about_names_the_operator_and_the_way_to_removal(town: Town) -> None:
    """Who runs the site is reachable from it, with how to have something removed and what is kept of readers."""
    page = town.site.get("/about")
    assert 'href="mailto:redactie@voorbeeldland.example"' in page.text
    for heading in ("Wie beheert deze site?", "Iets laten verwijderen of verbeteren", "Uw privacy"):
        assert heading in page.words


def test_mirror_label_only_where_it_is_one(world: World) -> None:
    """A site without official accounts calls itself a mirror on every page; one with some says per message what it is."""
    with serving(world.site(accounts={"proef": world.site().accounts["proef"]})) as site:
        assert "Een spiegel, geen officieel account." in site.get("/").words
    with serving(world.site()) as site:
        assert "Een spiegel, geen officieel account." not in site.get("/").words
        assert "Sommige accounts zijn van een organisatie zelf." in site.get("/about").words


def test_an_empty_site_says_so(world: World) -> None:
    """Before anything was posted, the pages are there and say that nothing is."""
    with serving(world.site()) as site:
        page, feed = site.get("/"), site.get("/feed.atom")
    assert "Hier staat nog niets." in page.words
    assert "Bronnen: 4. Er is nog geen bericht." in page.words
    assert feed.status == 200


def test_standing_is_told_and_trouble_is_loud(world: World) -> None:
    """Citizens see how many sources there are and when the last message came, and are warned of a pause or a deaf alert source."""
    world.tell("Iets", "Iets", sent=NOW - timedelta(hours=2))
    with serving(world.site()) as site:
        assert "Bronnen: 4. Laatste bericht: dinsdag 3 november 2026, 13.00 uur." in site.get("/about").words
        assert not site.get("/").page.cssselect(".alarm")
        world.set("paused", "rest")
        assert "Alleen waarschuwingen komen nu door." in site.get("/").words
        world.unset("paused")
        world.set("paused", "all")
        world.source_is("stad-nieuws", state="failing", failing_since=NOW - timedelta(days=1))
        world.source_is("regio-alarm", state="failing", failing_since=NOW - timedelta(minutes=4))
        assert "Veiligheidsregio" not in site.get("/").page.cssselect(".alarm")[0].text_content()
        world.source_is("regio-alarm", failing_since=NOW - timedelta(minutes=6))
        alarm = site.get("/agencies").page.cssselect(".alarm")[0].text_content()
    assert "Omroeper staat stil." in alarm
    assert "Waarschuwingen van Veiligheidsregio Voorbeeldland komen nu niet binnen" in alarm
    assert "Gemeente" not in alarm


@pytest.mark.parametrize(
    "path",
    [
        "/x",
        "/accounts/x",
        "/agencies/x",
        "/agencies/%00",
        "/agencies/A%27--",
        "/accounts/%FF%FE",
        "/announcements/x",
        "/accounts/",
        "/static/x",
        "/feed.xml",
        "/accounts/x/feed.atom",
    ],
)
def test_what_does_not_exist_is_said_in_words(town: Town, path: str) -> None:
    """A wrong address gets a page of the site with a way back, and is not found."""
    answer = town.site.get(path)
    assert answer.status == 404
    assert "Deze pagina is er niet" in answer.words
    assert answer.page.cssselect("main a")[0].get("href") == "/"

"""Dutch and English: which of the two a reader gets, and that both say everything."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from bot.web.site import LANGUAGES
from bot.web.texts import catalogue
from bot.web.ties import _TIES
from bot.web.trace import _SENT, _SENTENCES
from bot.web.visit import preferred
from tests.web.conftest import Town
from tests.web.served import serving
from tests.web.world import World

WEB = Path(__file__).parents[2] / "bot" / "web"
PUBLIC = {"error_", "media_", "nav_", "notice_", "paused_", "visibility_"}
DESK = {
    "tier_",
    "act_",
    "act_open_",
    "approve_",
    "need_",
    "operation_",
    "plan_",
    "reason_",
    "replay_",
    "replay_mode_",
    "state_",
    "todo_",
    "trace_op_",
}
"""How the keys of texts begin that are chosen by a code."""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("*", None),
        ("fr", None),
        ("nl", "nl"),
        ("nl-BE, nl;q=0.9, en;q=0.8", "nl"),
        ("en-GB,en;q=0.9,nl;q=0.8", "en"),
        ("fr, en;q=0.3, nl;q=0.7", "nl"),
        ("en;q=0, nl;q=0.1", "nl"),
        ("en, nl", "en"),
        ("nl, en", "nl"),
        ("EN-us", "en"),
        ("en;q=2, nl", "nl"),
        (";;;,,,q=,en;q=x", None),
        ("en;q=0." + "0" * 5000, None),
    ],
)
def test_browser_says_which_language(header: str, language: str | None) -> None:
    """The language that a browser likes best among ours is chosen; nonsense chooses none."""
    assert preferred(header) == language


def test_language_follows_address_then_browser_then_site(town: Town, world: World) -> None:
    """What the address asks for wins, then what the browser likes, then the site's own; and caches are told."""
    assert town.site.get("/").page.get("lang") == "nl"
    assert town.site.get("/", Accept_Language="en").page.get("lang") == "en"
    assert town.site.get("/?lang=nl", Accept_Language="en").page.get("lang") == "nl"
    assert town.site.get("/?lang=fr").page.get("lang") == "nl"
    assert town.site.get("/").headers["vary"] == "Accept-Language"
    with serving(world.site(language="en")) as site:
        assert site.get("/").page.get("lang") == "en"


def test_chosen_language_stays_on_the_way(town: Town) -> None:
    """Without cookies: every link within the site carries the language that was chosen, and one link switches it."""
    page = town.site.get("/?lang=en").page
    links = [str(one.get("href")) for one in page.cssselect("a[href^='/']")]
    switch = page.cssselect("a.language")[0]
    assert all("lang=en" in one for one in links if one != switch.get("href"))
    assert (switch.get("href"), switch.get("hreflang"), switch.text_content()) == ("/?lang=nl", "nl", "Nederlands")
    assert "All messages" in page.text_content()


def test_switch_never_leaves_the_site(town: Town) -> None:
    """A path of two slashes does not turn the language switch of the error page into a link to another site."""
    page = town.site.get("//elders.example/%22%3E").page
    assert page.cssselect("a.language")[0].get("href") == "/elders.example/%22%3E?lang=en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_speak_the_language_of_the_reader(town: Town, language: str) -> None:
    """Error pages come in both languages."""
    words = {"nl": "Deze pagina is er niet", "en": "This page does not exist"}
    assert words[language] in town.site.get("/x", Accept_Language=language).words


def test_both_languages_say_everything() -> None:
    """Every text exists in Dutch and English, is filled, and has the same places to fill in."""
    for key, texts in catalogue().items():
        assert sorted(texts) == sorted(LANGUAGES), key
        assert all(text.strip() for text in texts.values()), key
        places = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in texts.values()]
        assert places[0] == places[1], key


def test_catalogue_and_pages_agree() -> None:
    """No page asks for a text that the catalogue lacks, and no text is left that nothing asks for."""
    sources = "\n".join(path.read_text("utf-8") for path in (*WEB.rglob("*.py"), *WEB.rglob("templates/**/*.html")))
    asked = set(re.findall(r"""(?:say|voice)\(\s*f?["']([a-z_0-9]+)["']""", sources))
    chosen = set(re.findall(r'"([a-z_0-9]+)"', sources)) & set(catalogue())
    prefixes = tuple(re.findall(r"""(?:say|voice|has)\(\s*f?["']([a-z_]+_)["'{]""", sources))
    assert set(prefixes) == PUBLIC | DESK
    assert {one for one in asked if not one.endswith("_")} <= set(catalogue())
    assert set(_SENTENCES.values()) | set(_SENT.values()) | set(_TIES.values()) <= set(catalogue())
    unused = {key for key in set(catalogue()) - asked - chosen if not key.startswith((*prefixes, "done_", "sign_in_"))}
    assert not unused


def test_dutch_is_plain() -> None:
    """Sentences for citizens stay short, as plain Dutch (B1) asks: at most twenty words."""
    for key, texts in catalogue().items():
        for sentence in re.split(r"(?<=[.!?:])\s", texts["nl"]):
            assert len(sentence.split()) <= 20, (key, sentence)


def test_the_other_language_keeps_the_place(world: World) -> None:
    """Who reads on in the other language stays on the page of the list where they are."""
    for number in range(50):
        world.tell(f"Bericht {number}", "Tekst")
    with serving(world.site()) as site:
        older = str(site.get("/").page.cssselect("a[rel=next]")[0].get("href"))
        there = site.get(older, Accept_Language="nl").page
        switch = str(there.cssselect("a.language")[0].get("href"))
        english = site.get(switch).page
    assert english.get("lang") == "en"
    titles = [[one.text_content().strip() for one in page.cssselect("article h3")] for page in (there, english)]
    assert titles[0] == titles[1] != []

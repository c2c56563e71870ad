"""What pages look like and how they are read aloud: in a real browser where there is one, else in mark-up and style sheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from lxml.html import HtmlElement

from bot.web.render import static_file
from tests.web.browser import CHROMIUM, Tab, browsing
from tests.web.conftest import Town
from tests.web.world import NOW

needs_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason="There is no Chromium at /usr/bin/chromium.")
in_one_loop = pytest.mark.asyncio(loop_scope="module")

PAGES = ["/", "/about", "/agencies", "/accounts", "/accounts/stadsnieuws", "/agencies/haven", "/x"]
READABLE = 4.5
"""Contrast that WCAG 2.2 asks of text (1.4.3), whatever its size."""


def paths(town: Town) -> list[str]:
    """Give every kind of page."""
    return PAGES + [f"/announcements/{told}" for told in town.told.values()]


# ── in mark-up ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_built_for_screen_readers(town: Town, language: str) -> None:
    """Each page names its language, has one heading of the first level and none skipped, its landmarks, and no id twice."""
    for path in paths(town):
        page = town.site.get(path, Accept_Language=language).page
        assert page.get("lang") == language
        assert page.cssselect("title")[0].text_content().strip()
        levels = [int(str(one.tag)[1]) for one in page.cssselect("h1, h2, h3, h4, h5, h6")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        for landmark in ("body > header", "body > main", "body > footer", "header nav[aria-label]"):
            assert len(page.cssselect(landmark)) == 1
        ids = Counter(one.get("id") for one in page.cssselect("[id]"))
        assert not [name for name, times in ids.items() if times > 1], path
        named = {
            one for each in page.cssselect("[aria-labelledby]") for one in str(each.get("aria-labelledby")).split()
        }
        assert named <= set(ids), path


def test_a_keyboard_reaches_the_words_first(town: Town) -> None:
    """The first link of a page jumps over everything that all pages share."""
    page = town.site.get("/").page
    first = page.cssselect("body a")[0]
    assert (first.get("href"), first.text_content()) == ("#main", "Ga naar de inhoud")
    assert page.cssselect("main#main[tabindex='-1']")


def test_links_say_where_they_lead(town: Town) -> None:
    """No link is without words, none says only "here", and on one page equal words never lead to different places."""
    for path in paths(town):
        leads: dict[str, str] = {}
        for link in town.site.get(path).page.cssselect("a"):
            words = link_name(link)
            assert words.lower() not in {"", "hier", "lees meer", "klik hier", "link"}, path
            assert leads.setdefault(words, str(link.get("href"))) == link.get("href"), (path, words)


def test_what_is_seen_is_in_what_is_read_aloud(town: Town) -> None:
    """A link with a longer name for screen readers has its visible words in it, so that it can be spoken to (WCAG 2.5.3)."""
    for path in paths(town):
        for link in town.site.get(path).page.cssselect("a[aria-label]"):
            assert " ".join(link.text_content().split()).lower() in str(link.get("aria-label")).lower()


def test_every_day_has_its_messages_as_articles(town: Town) -> None:
    """A timeline is days with a heading, and in them articles, each named by its title and dated for machines."""
    page = town.site.get("/").page
    articles = page.cssselect("section.day > article[aria-labelledby]")
    assert len(articles) == len(page.cssselect("article")) == 8
    assert all(len(one.cssselect("h3")) == 1 and one.cssselect("time[datetime]") for one in articles)


def test_an_alert_is_more_than_a_colour(town: Town) -> None:
    """A warning is called one in words."""
    alerts = town.site.get("/").page.cssselect("article.alert")
    assert alerts
    assert all("Waarschuwing" in one.text_content() for one in alerts)


def link_name(link: HtmlElement) -> str:
    """Give what a screen reader says of a link."""
    return " ".join(str(link.get("aria-label") or link.text_content()).split())


# ── in the style sheet ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(scheme: str) -> None:
    """Every colour of text has a contrast of at least 4.5 on both grounds, and of edges that mean something 3, by day and night."""
    colours = palette(scheme)
    for ground in ("paper", "panel"):
        for text in ("ink", "quiet", "link", "accent"):
            assert contrast(colours[text], colours[ground]) >= READABLE, (text, ground)
        assert contrast(colours["edge"], colours[ground]) >= 3


def test_the_style_sheet_stands_alone() -> None:
    """Nothing is loaded from it, nothing moves for who asked for stillness, paper and darkness are thought of, focus is seen."""
    css = static_file("omroeper.css").decode()
    assert not re.search(r"url\(|@import|@font-face|expression\(", css)
    moving = re.search(r"transition|animation|scroll-behavior", css.replace(_only(css, "no-preference"), ""))
    assert not moving
    for wanted in ("@media print", "prefers-color-scheme: dark", ":focus-visible"):
        assert wanted in css
    outside = re.sub(r":root \{[^}]*\}", "", css)
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", outside), "colours stand in :root alone"


def palette(scheme: str) -> dict[str, str]:
    """Read the colours of the style sheet; those of the night stand over those of the day."""
    blocks = re.findall(r":root \{([^}]*)\}", static_file("omroeper.css").decode())
    found: dict[str, str] = {}
    for block in blocks[: 2 if scheme == "dark" else 1]:
        found |= dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))
    return found


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours (WCAG 2.2, relative luminance)."""
    dark, light = sorted(luminance(each) for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Give the relative luminance of a colour."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _only(css: str, feature: str) -> str:
    """Give the block of one media query."""
    start = css.index(feature)
    return css[start : css.index("\n}\n", start)]


# ── in the browser ───────────────────────────────────────────────────────────────────────────────────────────────────

TOO_WIDE = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 99))"
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FAINT = """
(() => {
  const channels = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor);
    if (c[3] === 1) return c; } return [255, 255, 255]; };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim()) continue;
    const [a, b] = [light(channels(getComputedStyle(e).color)), light(ground(e))];
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    if ((high + .05) / (low + .05) < 4.5) faint.push(walk.currentNode.data.trim().slice(0, 60));
  }
  return faint;
})()
"""
SMALL = "[...document.querySelectorAll('body *')].filter(e => parseFloat(getComputedStyle(e).fontSize) < 14 && e.innerText).map(e => e.outerHTML.slice(0, 99))"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tab]:
    """Give a browser."""
    async with browsing(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@needs_browser
@in_one_loop
@pytest.mark.parametrize("width", [320, 360, 1280])
async def test_nothing_sticks_out(tab: Tab, town: Town, width: int) -> None:
    """On a narrow phone as on a desk, no page has to be scrolled sideways, and no letter is smaller than 14 pixels."""
    for path in paths(town):
        await tab.open(f"{town.site.url}{path}", width=width)
        assert await tab.value(SCROLLS) == 0, path
        assert await tab.value(TOO_WIDE) == [], path
        assert await tab.value(SMALL) == [], path


@needs_browser
@in_one_loop
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_can_be_read(tab: Tab, town: Town, scheme: Literal["light", "dark"]) -> None:
    """Each piece of text, as the browser colours it, has a contrast of 4.5 with what is behind it, by day and by night."""
    for path in paths(town):
        await tab.open(f"{town.site.url}{path}", width=1000, scheme=scheme)
        assert await tab.value(FAINT) == [], path
        background = await tab.value("getComputedStyle(document.documentElement).backgroundColor")
        assert (background == "rgb(23, 25, 28)") == (scheme == "dark")


@needs_browser
@in_one_loop
async def test_long_words_break(tab: Tab, town: Town) -> None:
    """A title or address without any space, and a text from right to left, stay inside the page."""
    world = town.world
    endless = "https://www.voorbeeldstad.example/" + "a" * 300
    told = world.tell("x" * 139, f"{endless}\n\nمرحبا بالعالم", sent=NOW)
    try:
        for path in ("/", f"/announcements/{told}"):
            await tab.open(f"{town.site.url}{path}", width=320)
            assert await tab.value(SCROLLS) == 0
        direction = await tab.value("getComputedStyle(document.querySelector('.text')).direction")
        assert direction == "ltr"
    finally:
        world.change(told, seen=0, sent=None)


@needs_browser
@in_one_loop
async def test_the_browser_finds_nothing_to_complain_about(tab: Tab, town: Town) -> None:
    """The browser logs no error, asks for nothing but the page, its style sheet and its icon, and breaks no policy."""
    for path in ("/", "/about", f"/announcements/{town.told['long']}"):
        await tab.open(f"{town.site.url}{path}", width=1280)
        asked = [one["params"]["request"]["url"] for one in tab.events if one["method"] == "Network.requestWillBeSent"]
        assert {one.removeprefix(town.site.url).partition("?")[0] for one in asked} <= {
            path,
            "/static/omroeper.css",
            "/static/omroeper.svg",
        }
        assert [
            one
            for one in tab.events
            if one["method"] == "Log.entryAdded" and one["params"]["entry"]["level"] == "error"
        ] == []


@needs_browser
@in_one_loop
async def test_everything_to_use_has_a_name(tab: Tab, town: Town) -> None:
    """In the tree that screen readers are given, every link, heading, landmark and article has a name."""
    for path in paths(town):
        await tab.open(f"{town.site.url}{path}", width=1280)
        nodes: list[dict[str, Any]] = (await tab.ask("Accessibility.getFullAXTree"))["nodes"]
        roles = [
            (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]
        ]
        nameless = [
            role for role, name in roles if role in {"link", "heading", "navigation", "region"} and not name.strip()
        ]
        assert nameless == [], path
        assert {"banner", "main", "contentinfo", "navigation"} <= {role for role, _ in roles}


@needs_browser
@in_one_loop
async def test_preview_stands_alone(tab: Tab, tmp_path: Path) -> None:
    """The preview's one file looks as the pages do when it is opened from disk, and loads nothing."""
    from bot.web.preview import render_preview
    from tests.web.test_preview import POST

    file = tmp_path / "preview.html"
    file.write_text(render_preview([POST, {**POST, "length": 501}]), "utf-8")
    await tab.open(file.as_uri(), width=360)
    assert await tab.value(SCROLLS) == 0
    assert await tab.value(FAINT) == []
    assert "Ubuntu" in await tab.value("getComputedStyle(document.documentElement).fontFamily")
    assert [one for one in tab.events if one["method"] == "Network.requestWillBeSent"][1:] == []


@needs_browser
@in_one_loop
async def test_trouble_is_seen_first(tab: Tab, town: Town) -> None:
    """A pause of everything stands above the messages on the first screen of a phone."""
    town.world.set("paused", True)
    try:
        await tab.open(f"{town.site.url}/?lang=nl", width=360)  # an address that the browser has not kept yet
        bottom = await tab.value("document.querySelector('.alarm').getBoundingClientRect().bottom")
    finally:
        town.world.unset("paused")
    assert 0 < bottom < 640

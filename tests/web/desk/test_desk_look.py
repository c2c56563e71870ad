"""What the desk looks like on a phone at night, and how it is read aloud: in a real browser, signed in through its own form."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio

from tests.web.browser import CHROMIUM, Tab, browsing
from tests.web.desk.office import PASSWORD, Operator, desk_of, waiting
from tests.web.test_look import FAINT, SCROLLS, SMALL, TOO_WIDE, link_name
from tests.web.world import NOW, World, fill, make_world

needs_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason="There is no Chromium at /usr/bin/chromium.")
in_one_loop = pytest.mark.asyncio(loop_scope="module")

ENDLESS = "https://www.voorbeeldstad.example/" + "a" * 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A desk with a busy night before it: its world, every kind of page, and somebody who has signed in."""

    world: World
    paths: tuple[str, ...] = field(default=())
    anna: Operator


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give the desk of a world in which a lot is wrong."""
    world = make_world(tmp_path_factory.mktemp("office"))
    fill(world)
    held = [waiting(world, f"Wegwerk aan de Havenstraat, fase {n}", "held", "burst") for n in range(3)]
    parts = [{"text": f"De brug is dicht.\n\n{ENDLESS}", "remote_id": None, "done": False}]
    dead = waiting(world, "x" * 139, "dead", parts=parts, text="De brug", error=f"The server refused it: {ENDLESS}")
    waiting(world, "Veel rook", "unknown", "two-candidates", lane="alert", on="voorbeeldland", by="regio-alarm")
    world.source_is("haven-nieuws", state="failing", code="http.timeout", error=f"No answer from {ENDLESS}", failures=3)
    world.source_is("haven-nieuws", failing_since=NOW - timedelta(hours=1), url=ENDLESS, due=NOW)
    paths = (
        "/desk", "/desk/queue", "/desk/queue?state=held&reason=burst", f"/desk/posts/{held[0]}", f"/desk/posts/{dead}",
        "/desk/sources", "/desk/sources/haven-nieuws", "/desk/accounts/stadsnieuws",
        "/desk/replay?source=stad-nieuws", "/desk/log", "/desk/sign-in",
    )  # fmt: skip
    with desk_of(world) as anna:
        anna.sign_in()
        yield Office(world=world, paths=paths, anna=anna)
    world.engine.dispose()


# ── in mark-up ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_built_for_screen_readers(office: Office, language: str) -> None:
    """Each page names its language, has one heading of the first level and none skipped, its landmarks, and no id twice."""
    for path in office.paths:
        page = office.anna.get(path, Accept_Language=language).page
        assert page.get("lang") == language
        levels = [int(str(one.tag)[1]) for one in page.cssselect("h1, h2, h3")]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        for landmark in ("body > header", "body > main", "body > footer"):
            assert len(page.cssselect(landmark)) == 1, path
        ids = Counter(one.get("id") for one in page.cssselect("[id]"))
        assert not [name for name, times in ids.items() if times > 1], path
        named = {
            one
            for attribute in ("aria-labelledby", "aria-describedby", "for")
            for each in page.cssselect(f"[{attribute}]")
            for one in str(each.get(attribute)).split()
        }
        assert named <= set(ids), path


def test_links_say_where_they_lead(office: Office) -> None:
    """No link is without words, and on one page equal words never lead to different places."""
    for path in office.paths:
        leads: dict[str, str] = {}
        for link in office.anna.get(path).page.cssselect("a"):
            words = link_name(link)
            assert words, path
            assert leads.setdefault(words, str(link.get("href"))) == link.get("href"), (path, words)


def test_every_field_has_its_label(office: Office) -> None:
    """Everything that can be filled in is labelled in words, and every button says what it does."""
    for path in office.paths:
        page = office.anna.get(path).page
        labelled = {str(one.get("for")) for one in page.cssselect("label[for]")}
        for one in page.cssselect("input:not([type=hidden]), textarea, select"):
            inside = [parent for parent in one.iterancestors("label") if parent.text_content().strip()]
            assert one.get("id") in labelled or inside, path
        assert all(one.text_content().strip() for one in page.cssselect("button, summary, legend")), path


def test_what_cannot_be_undone_needs_two_steps(office: Office) -> None:
    """Every act stands behind a fold, with its own words and reason: a slip of the thumb opens, and does nothing."""
    for path in office.paths:
        page = office.anna.get(path).page
        for form in page.cssselect("form[method=post]"):
            action = str(form.get("action"))
            if "/posts/" in action or "/queue/" in action or action.endswith(("/pause", "/do", "/stop")):
                assert list(form.iterancestors("details")), (path, action)
                assert form.cssselect("input[name=why]"), (path, action)


# ── in the browser ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(tmp_path_factory: pytest.TempPathFactory, office: Office) -> AsyncIterator[Tab]:
    """Give a browser in which somebody has signed in through the form."""
    async with browsing(tmp_path_factory.mktemp("browser")) as opened:
        await opened.open(f"{office.anna.site.url}/desk?lang=nl", width=360)
        await opened.value(
            f"document.querySelector('#name').value = 'Anna'; document.querySelector('#password').value = '{PASSWORD}'"
        )
        await send(opened, "form")
        assert await opened.value("location.pathname") == "/desk"
        yield opened


async def send(tab: Tab, form: str) -> None:
    """Press the button of a form, and wait for the page that follows."""
    tab.events.clear()
    await tab.value(f"document.querySelector({form!r}).querySelector('button').click()")
    while not any(one.get("method") == "Page.loadEventFired" for one in tab.events):
        await tab._next()


def complaints(tab: Tab) -> list[str]:
    """Give what the browser found wrong."""
    logged = (one["params"]["entry"] for one in tab.events if one["method"] == "Log.entryAdded")
    return [one["text"] for one in logged if one["level"] == "error"]


@needs_browser
@in_one_loop
@pytest.mark.parametrize("width", [320, 360, 1280])
async def test_nothing_sticks_out(tab: Tab, office: Office, width: int) -> None:
    """On a narrow phone as on a desk, with every fold open, no page has to be scrolled sideways, and letters can be read."""
    for path in office.paths:
        await tab.open(f"{office.anna.site.url}{path}", width=width)
        await tab.value("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert await tab.value(SCROLLS) == 0, path
        assert await tab.value(TOO_WIDE) == [], path
        assert await tab.value(SMALL) == [], path
        assert complaints(tab) == [], path


@needs_browser
@in_one_loop
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_can_be_read(tab: Tab, office: Office, scheme: Literal["light", "dark"]) -> None:
    """Each piece of text, in forms and on buttons too, has a contrast of 4.5 with what is behind it, by day and by night."""
    for path in office.paths:
        await tab.open(f"{office.anna.site.url}{path}", width=1000, scheme=scheme)
        await tab.value("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert await tab.value(FAINT) == [], path


@needs_browser
@in_one_loop
async def test_a_thumb_hits_what_it_aims_at(tab: Tab, office: Office) -> None:
    """Buttons, fields and folds are at least 44 pixels high on a phone, and fields do not make the page jump (16 pixels)."""
    low = (
        "[...document.querySelectorAll('button, summary, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), textarea, select, label:has(input)')]"
        ".filter(e => e.getBoundingClientRect().height < 40 || (e.matches('input, textarea, select') && parseFloat(getComputedStyle(e).fontSize) < 16))"
        ".map(e => e.outerHTML.slice(0, 99))"
    )
    for path in office.paths:
        await tab.open(f"{office.anna.site.url}{path}", width=360)
        await tab.value("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert await tab.value(low) == [], path


@needs_browser
@in_one_loop
async def test_everything_to_use_has_a_name(tab: Tab, office: Office) -> None:
    """In the tree that screen readers are given, everything to use has a name, and a table is one on a phone too."""
    for path in office.paths:
        await tab.open(f"{office.anna.site.url}{path}", width=360)
        nodes: list[dict[str, Any]] = (await tab.ask("Accessibility.getFullAXTree"))["nodes"]
        roles = [
            (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]
        ]
        used = {"link", "heading", "navigation", "region", "button", "textbox", "checkbox", "radio", "combobox"}
        assert [role for role, name in roles if role in used and not name.strip()] == [], path
        if path in {"/desk", "/desk/sources"}:
            assert {"table", "row", "columnheader", "rowheader", "cell"} <= {role for role, _ in roles}, path


@needs_browser
@in_one_loop
async def test_the_stop_is_on_the_first_screen(tab: Tab, office: Office) -> None:
    """On a phone the emergency stop is there without scrolling, and so are both of its buttons once it is unfolded."""
    await tab.open(f"{office.anna.site.url}/desk?lang=nl", width=360)
    assert await tab.value("document.querySelector('.halt summary').getBoundingClientRect().bottom") < 400
    await tab.value("document.querySelector('.halt summary').click()")
    buttons = "[...document.querySelectorAll('.halt button')].filter(e => e.checkVisibility())"
    assert await tab.value(f"{buttons}.length") == 2
    assert await tab.value(f"Math.max(...{buttons}.map(e => e.getBoundingClientRect().bottom))") < 640


@needs_browser
@in_one_loop
async def test_what_hurries_most_is_on_the_first_screen(tab: Tab, office: Office) -> None:
    """On a desk and on a phone the first screen names what needs a person first, and how much there is of everything else."""
    for width in (360, 1280):
        await tab.open(f"{office.anna.site.url}/desk?lang=nl", width=width)
        for what in ("section[aria-labelledby=needs] nav", "section[aria-labelledby=needs] .lines .title"):
            assert await tab.value(f"document.querySelector('{what}').getBoundingClientRect().bottom") < 640, what


@needs_browser
@in_one_loop
async def test_the_stop_works_in_a_browser(tab: Tab, office: Office) -> None:
    """A real browser sends the form under the strict policy, follows, and shows what came of it; and the way back too."""
    await tab.open(f"{office.anna.site.url}/desk?lang=nl", width=360)
    await tab.value("document.querySelector('.halt input[name=why]').value = 'oefening'")
    await send(tab, ".halt form")
    assert (
        await tab.value("document.querySelector('[role=status]').innerText")
        == "Alles staat nu stil, behalve waarschuwingen."
    )
    assert "oefening" in await tab.value("document.querySelector('.alarm').innerText")
    assert complaints(tab) == []
    await send(tab, ".alarm form")
    assert await tab.value("document.querySelector('[role=status]').innerText") == "Alles gaat weer verder."


@needs_browser
@in_one_loop
async def test_no_other_page_sends_forms_here(tab: Tab, office: Office, tmp_path: Path) -> None:
    """A page from elsewhere that a signed-in operator opens sends a form to the desk, and nothing happens."""
    page = tmp_path / "elsewhere.html"
    page.write_text(
        f'<form method="post" action="{office.anna.site.url}/desk/stop"><input name="what" value="all"><button>x</button></form>'
    )
    await tab.open(page.as_uri(), width=360)
    await send(tab, "form")
    assert "Nothing was changed." in await tab.value("document.body.innerText")
    assert "Noodstop" in office.anna.get("/desk").words

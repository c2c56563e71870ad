"""Policy per platform: whose line holds, who may be read, and where a post may lead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy import (
    PLATFORMS,
    Line,
    Policy,
    Stance,
    allows,
    better_link,
    link_allowed,
    overdue,
    platform_of,
    platform_of_source,
    without_links,
)
from bot.settings import load
from bot.settings.models import PolicyTable

PAGE = "https://www.voorbeeldstad.example/nieuws/1"
TWEET = "https://x.com/voorbeeldstad/status/1"
VIDEO = "https://www.tiktok.com/@voorbeeldstad/video/1"
SKEET = "https://bsky.app/profile/voorbeeldstad.example/post/1"


def line(platform: str, stance: Stance, agency: str | None = None, *, walled: bool = False) -> Line:
    """Give a line."""
    return Line(
        platform=platform,
        stance=stance,
        reason="zo besloten",
        owner="redactie",
        date=date(2026, 1, 1),
        review=date(2027, 1, 1),
        walled=walled,
        agency=agency,
        place="platforms.toml:7",
    )


POLICY = Policy(
    lines=(
        line("tiktok", "own", "gemeente"),
        line("x", "own", walled=True),
        line("tiktok", "forbidden", walled=True),
        line("mastodon", "primary"),
        line("linkedin", "link", walled=True),
    ),
    parents={"wijk": "gemeente", "gemeente": None, "dienst": "ministerie", "ministerie": "rijk", "rijk": None},
)


@pytest.mark.parametrize(
    ("agency", "stance"),
    [("gemeente", "own"), ("wijk", "own"), ("dienst", "forbidden"), ("rijk", "forbidden"), ("onbekend", "forbidden")],
)
def test_a_line_is_inherited_until_a_body_has_its_own(agency: str, stance: str) -> None:
    """What holds for everybody holds for a body, unless it or one above it decided otherwise."""
    found = POLICY.line(agency, "tiktok")
    assert found
    assert found.stance == stance


def test_parents_that_lead_back_end() -> None:
    """A family tree with a loop, which ``check`` names, is no endless search."""
    assert Policy(parents={"a": "b", "b": "a"}).line("a", "x") is None


@pytest.mark.parametrize(
    ("agency", "platform", "own", "allowed", "full"),
    [
        ("rijk", "tiktok", False, False, False),
        ("rijk", "tiktok", True, False, False),
        ("wijk", "tiktok", True, True, True),
        ("rijk", "x", False, True, False),
        ("rijk", "x", True, True, True),
        ("rijk", "linkedin", True, False, False),
        ("rijk", "mastodon", False, True, True),
        ("rijk", "youtube", False, True, True),
        ("rijk", None, False, True, True),
    ],
)
def test_who_may_be_read(agency: str, platform: str | None, own: bool, allowed: bool, full: bool) -> None:
    """A forbidden platform is never read, one of own accounts is copied whole only where it is one's own."""
    verdict = allows(POLICY, agency, platform, own=own)
    assert (verdict.allowed, verdict.full) == (allowed, full)
    assert verdict.line is None or verdict.reason == "zo besloten"


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        (TWEET, "x"),
        ("https://mobile.twitter.com/x", "x"),
        ("https://TWITTER.com./x", "x"),
        ("https://nottwitter.com/x", None),
        ("https://x.com.example/", None),
        ("https://m.facebook.com/x", "facebook"),
        (VIDEO, "tiktok"),
        ("https://youtu.be/x", "youtube"),
        (PAGE, None),
        ("http://[kapot", None),
        ("", None),
    ],
)
def test_a_platform_is_known_by_its_hosts(url: str, platform: str | None) -> None:
    """Sub-domains belong to a platform, names that only end alike do not, and nonsense is no platform."""
    assert platform_of(url) == platform


def test_a_source_is_on_a_platform_by_kind_or_address() -> None:
    """A feed of YouTube is YouTube; a Mastodon server has no host of its own, its kind tells."""
    assert platform_of_source("feed", "https://www.youtube.com/feeds/videos.xml") == "youtube"
    assert platform_of_source("mastodon", "https://social.example/@stad") == "mastodon"
    assert platform_of_source("feed", PAGE) is None


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        ((TWEET, PAGE), PAGE),
        ((TWEET, VIDEO, SKEET, PAGE), SKEET),
        ((PAGE, TWEET), PAGE),
        ((TWEET, VIDEO), TWEET),
        ((TWEET,), TWEET),
        ((VIDEO,), None),
        ((None, ""), None),
        ((), None),
    ],
)
def test_a_post_leads_to_an_open_address(candidates: tuple[str | None, ...], chosen: str | None) -> None:
    """No post leads behind a login wall where there is another address, and none to a forbidden platform."""
    assert better_link(POLICY, "rijk", candidates) == chosen


def test_a_body_that_may_link_there_does() -> None:
    """Whose own line allows TikTok may lead to it."""
    assert better_link(POLICY, "wijk", (VIDEO,)) == VIDEO
    assert link_allowed(POLICY, "rijk", VIDEO).line == POLICY.lines[2]


@pytest.mark.parametrize(
    ("text", "link", "left"),
    [
        (f"Kijk op {VIDEO}.", PAGE, "Kijk op TikTok."),
        (
            f"Kijk op {VIDEO} of {TWEET}, of bel.\n\nMeer: {SKEET}",
            PAGE,
            f"Kijk op TikTok of X, of bel.\n\nMeer: {SKEET}",
        ),
        (f"De brug is open. {VIDEO}", PAGE, "De brug is open."),
        (f"De brug is open.\n{VIDEO}\nTot morgen.", PAGE, "De brug is open.\nTot morgen."),
        (f"{VIDEO}", PAGE, ""),
        (f"Brug dicht tot 12 uur {TWEET}", PAGE, "Brug dicht tot 12 uur"),
        (f"Brug dicht tot 12 uur {TWEET}.", PAGE, "Brug dicht tot 12 uur."),
        (f"Kijk de beelden terug ({VIDEO}).", PAGE, "Kijk de beelden terug (TikTok)."),
        (f"Dicht. {VIDEO}.", PAGE, "Dicht."),
        (f"Zie {VIDEO} en {TWEET}!", PAGE, "Zie TikTok en X!"),
        (f"De beelden: {VIDEO}", PAGE, "De beelden:"),
        (f"Zie {TWEET}", TWEET, f"Zie {TWEET}"),
        (f"Zie {TWEET}", None, f"Zie {TWEET}"),
        (f"Zie {VIDEO}", None, "Zie TikTok"),
        ("Geen  adres,  zoals het was", PAGE, "Geen  adres,  zoals het was"),
    ],
)
def test_texts_lead_nowhere_else(text: str, link: str | None, left: str) -> None:
    """Addresses inside a text obey the same rules; a text without any stays as it was, letter by letter."""
    assert without_links(POLICY, "rijk", text, link) == left


def test_an_alert_leads_behind_no_wall_at_all() -> None:
    """Who must act now cannot log in first: without an open address there is no address, in the text neither."""
    assert better_link(POLICY, "rijk", (TWEET, VIDEO), behind_walls=False) is None
    assert better_link(POLICY, "rijk", (TWEET, PAGE), behind_walls=False) == PAGE
    assert (
        without_links(POLICY, "rijk", f"Volg {TWEET} voor nieuws.", None, behind_walls=False) == "Volg X voor nieuws."
    )


@given(st.text(alphabet="https:/x.com tiktok)\n…", max_size=300))
def test_taking_links_out_never_fails_and_is_final(text: str) -> None:
    """Whatever a text holds, what is left of it has nothing more to take out."""
    once = without_links(POLICY, "rijk", text, PAGE)
    assert without_links(POLICY, "rijk", once, PAGE) == once


def test_what_is_overdue_is_found() -> None:
    """A line is overdue on the day after its review date."""
    assert overdue(POLICY, date(2027, 1, 1)) == ()
    assert overdue(POLICY, date(2027, 1, 2)) == POLICY.lines


def test_the_shipped_policy_says_what_the_project_says(tmp_path: Path) -> None:
    """One line per platform; TikTok forbidden by the cabinet's advice of 21 March 2023, X own accounts, Mastodon primary."""
    main = tmp_path / "omroeper.toml"
    main.write_text("", encoding="utf-8")
    settings = load(main, {}).settings
    assert settings
    lines = {one.platform: one for one in settings.platform_policy.lines}
    assert list(lines) == list(PLATFORMS)
    assert (lines["tiktok"].stance, lines["tiktok"].date) == ("forbidden", date(2023, 3, 21))
    assert (lines["x"].stance, lines["x"].walled) == ("own", True)
    assert lines["mastodon"].stance == "primary"
    assert all(
        one.reason and one.owner and one.review > one.date and "platforms.toml:" in one.place for one in lines.values()
    )


def test_every_platform_can_be_configured() -> None:
    """The keys of ``[[policy]]`` are the platforms that are known, in both places."""
    assert set(PolicyTable.model_fields) == {"agency", "places", *PLATFORMS}

"""Where a source may lead: what a redirect can change, and what it cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.errors import Permanent
from bot.collecting.moves import QUARANTINE, Home, Moved, adopted, sighted

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OLD, NEW = "https://www.voorbeeldstad.example/rss", "https://feeds.voorbeeldstad.example/nieuws"
HOME = Home(url=OLD, domains=("voorbeeldstad.example",))


def after(*sightings: tuple[float, str | None], home: Home = HOME) -> Moved | None:
    """Give what is kept after redirects were seen: (hours from the start, where to)."""
    moved: Moved | None = None
    for hours, target in sightings:
        moved = sighted(NOW + timedelta(hours=hours), home, moved, target)
    return moved


def test_adopted_when_seen_three_times_over_two_days() -> None:
    """A permanent redirect is adopted at the third sighting that is two days after the first, and not before."""
    assert adopted(after((0, NEW), (24, NEW))) is None
    assert adopted(after((0, NEW), (1, NEW), (2, NEW), (47, NEW))) is None
    assert adopted(after((0, NEW), (49, NEW))) is None
    assert adopted(after((0, NEW), (24, NEW), (48, NEW))) == NEW


def test_counting_starts_anew_when_it_leads_elsewhere() -> None:
    """One answer without the redirect, or with another target, and the counting begins again."""
    other = "https://www.voorbeeldstad.example/feed"
    assert adopted(after((0, NEW), (24, None), (48, NEW))) is None
    assert adopted(after((0, NEW), (24, other), (48, NEW))) is None
    assert adopted(after((0, NEW), (24, other), (48, NEW), (72, NEW), (96, NEW))) == NEW


@pytest.mark.parametrize(
    ("home", "target"),
    [
        (HOME, "https://elders.example/rss"),
        (HOME, "https://voorbeeldstad.example.elders.example/rss"),
        (HOME, "http://www.voorbeeldstad.example/feed"),
        (Home(url="http://www.voorbeeldstad.example/rss", domains=HOME.domains), "http://www.voorbeeldstad.example/f"),
        (HOME, OLD),
    ],
)
def test_never_adopted(home: Home, target: str) -> None:
    """Nothing off the agency's domains is adopted, nothing that anybody on the way could forge, and no address of its own."""
    assert after(*((24 * day, target) for day in range(9)), home=home) is None


def test_loopback_may_do_without_https() -> None:
    """A machine that the operator named in a private network moves without https, inside its own host."""
    home = Home(url="http://127.0.0.1:8000/rss")
    there = "http://127.0.0.1:8000/feed"
    assert adopted(after((0, there), (24, there), (48, there), home=home)) == there


def test_an_adopted_address_may_move_on_and_back() -> None:
    """What was adopted can itself move on; where it leads back to the configured address, that one is in use again."""
    here: Moved = {"adopted": NEW}
    on = "https://www.voorbeeldstad.example/feed"
    moved: Moved | None = here
    for day in range(3):
        moved = sighted(NOW + timedelta(days=day), HOME, moved, on)
        assert adopted(moved) == (NEW if day < 2 else on)
    moved = here
    for day in range(3):
        moved = sighted(NOW + timedelta(days=day), HOME, moved, OLD)
    assert adopted(moved) is None


@pytest.mark.parametrize(
    "target",
    [
        "https://elders.example/",
        "https://voorbeeldstad.example.elders.example/",
        "https://169.254.169.254/",
        "mailto:x",
    ],
)
def test_a_redirect_off_the_domains_is_refused(target: str) -> None:
    """The source's own address, whatever its query, may lead nowhere but to its agency."""
    for asked in (OLD, f"{OLD}?page=2"):
        with pytest.raises(Permanent) as caught:
            HOME.guard(asked, target)
        assert caught.value.code == QUARANTINE


@pytest.mark.parametrize("target", [NEW, "https://voorbeeldstad.example/", "http://www.voorbeeldstad.example/x"])
def test_a_redirect_inside_is_followed(target: str) -> None:
    """Inside the agency's domains a redirect may lead anywhere; what a page of another address does is no concern of the source."""
    HOME.guard(OLD, target)
    HOME.guard("https://www.voorbeeldstad.example/bericht/1", "https://elders.example/")
    Home(url="https://www.dorp.example/rss").guard("https://www.dorp.example/rss", "https://dorp.example/rss")

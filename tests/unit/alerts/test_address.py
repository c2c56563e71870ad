"""Which hosts an index may send us to."""

from __future__ import annotations

import pytest

from adapters.cap.address import neighbourhood


@pytest.mark.parametrize(
    ("index", "message", "near"),
    [
        ("https://feeds.weer.example/a", "https://feeds.weer.example/b", True),
        ("https://feeds.weer.example/a", "https://FEEDS.Weer.Example./b", True),
        ("https://feeds.weer.example/a", "https://cap.weer.example/b", True),
        ("https://feeds.weer.example/a", "https://weer.example/b", True),
        ("https://feeds.weer.example/a", "https://weer.example.evil.example/b", False),
        ("https://feeds.weer.example/a", "https://notweer.example/b", False),
        ("https://feeds.weer.example/a", "http://127.0.0.1/b", False),
        ("https://weer.example/a", "https://cap.weer.example/b", True),
        ("https://weer.gov.uk/a", "https://police.gov.uk/b", False),
        ("https://alerts.weer.gov.uk/a", "https://cap.weer.gov.uk/b", True),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:9000/b", True),
        ("http://127.0.0.1:8000/a", "http://127.0.0.2:8000/b", False),
        ("http://[::1]/a", "http://[::1]/b", True),
        ("http://localhost/a", "http://localhost/b", True),
        ("https://feeds.weer.example/a", "/b", False),
        ("https://feeds.weer.example/a", "https://[::1/b", False),
        ("", "https://weer.example/b", False),
    ],
)
def test_only_neighbours_are_asked(index: str, message: str, near: bool) -> None:
    """The host of the index and those of its own domain may be asked; what everybody can register under is no domain."""
    assert neighbourhood(index).is_near(message) == near


def test_named_hosts_are_neighbours() -> None:
    """An operator may name further hosts; their sub-domains belong to them."""
    near = neighbourhood("https://weer.example/a", ("Cap.Voorbeeldland.example",))
    assert near.is_near("https://cap.voorbeeldland.example/b")
    assert near.is_near("https://x.cap.voorbeeldland.example/b")
    assert not near.is_near("https://voorbeeldland.example/b")


def test_redirects_lead_to_neighbours_and_never_away_from_https() -> None:
    """A redirect stays in the domain, and a message that was asked for safely is not answered in the open."""
    near = neighbourhood("https://feeds.weer.example/a")
    assert near.may_lead("https://feeds.weer.example/1", "https://cap.weer.example/1")
    assert near.may_lead("http://feeds.weer.example/1", "http://cap.weer.example/1")
    assert not near.may_lead("https://feeds.weer.example/1", "http://feeds.weer.example/1")
    assert not near.may_lead("https://feeds.weer.example/1", "https://elders.example/1")


def test_only_the_very_place_may_be_private() -> None:
    """What counts as configured, and may lie in a private network, is the same host and port, and nothing beside it."""
    near = neighbourhood("http://127.0.0.1:8000/a")
    assert near.is_same("http://127.0.0.1:8000/b")
    assert not near.is_same("http://127.0.0.1:9000/b")
    assert neighbourhood("https://weer.example/a").is_same("https://weer.example:443/b")

"""Merges that a person undoes or makes, from outside."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin

LINK = "https://voorbeeldland.example/verkeer/brug-12"


def prepared(host: FeedHost, server: Standin, folder: Path) -> Installation:
    """Two feeds past first contact, on one account."""
    installation = Installation(folder=folder)
    for name in ("stad", "land"):
        host.feed(name).add("oud")
    installation.configure(server=server.url, sources={name: f"{host.url}/{name}" for name in ("stad", "land")})
    installation.once()
    return installation


def test_same_page_in_two_feeds_is_one_post_until_a_person_splits_it(tmp_path: Path) -> None:
    """A shared page makes one post; split, the hidden copy is posted too, and they are never merged again."""
    with FeedHost() as host, Standin("mastodon", windows={}) as server:
        installation = prepared(host, server, tmp_path)
        host.feed("land").add("l1", link=LINK, title="Brug dicht")
        assert installation.once().returncode == 0
        host.feed("stad").add("s1", link=LINK, title="De brug bij ons is dicht")
        assert installation.once().returncode == 0
        assert len(server.texts()) == 1
        found = installation.json("why", LINK)
        assert [one["source"] for one in found["items"]] == ["land", "stad"]
        assert any(one["verdict"] == "merged" and one["rule"] == "link" for one in found["events"])

        done = installation.call("split", "s1", "--reason", "een andere brug", "--actor", "Jansen")
        assert done.returncode == 0, done.stderr
        assert installation.once().returncode == 0
        assert sorted(text.splitlines()[0] for text in server.texts()) == ["Brug dicht", "De brug bij ons is dicht"]
        events = installation.json("why", "s1")["events"]
        assert any(one["verdict"] == "split" and one["actor"] == "Jansen" for one in events)
        assert installation.once().returncode == 0
        assert len(server.texts()) == 2


def test_join_lets_one_announcement_speak(tmp_path: Path) -> None:
    """Two posts about one thing become one when a person says so."""
    with FeedHost() as host, Standin("mastodon", windows={}) as server:
        installation = prepared(host, server, tmp_path)
        host.feed("land").add("l1", title="Brug dicht")
        host.feed("stad").add("s1", title="Brug bij de Kade dicht")
        installation.once()
        assert len(server.texts()) == 2
        done = installation.call("join", "l1", "s1", "--retract")
        assert done.returncode == 0, done.stderr
        assert installation.once().returncode == 0
        assert [text.splitlines()[0] for text in server.texts()] == ["Brug dicht"]
        assert installation.json("why", "s1")["announcement"] == installation.json("why", "l1")["announcement"]


def test_only_copy_cannot_be_split(tmp_path: Path) -> None:
    """Splitting what was never merged is refused with a way forward."""
    with FeedHost() as host, Standin("mastodon", windows={}) as server:
        installation = prepared(host, server, tmp_path)
        done = installation.call("split", "oud")
        assert done.returncode == 2
        assert "→" in done.stderr

"""The whole path from outside: feeds on loopback, the program as a process, a strict server that takes the posts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.feeds import FeedHost, wait_until
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin


@pytest.fixture
def host() -> Iterator[FeedHost]:
    """A host with feeds."""
    with FeedHost() as started:
        yield started


@pytest.fixture
def server() -> Iterator[Standin]:
    """A Mastodon server."""
    with Standin("mastodon", windows={}) as started:
        yield started


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation in a folder of its own."""
    return Installation(folder=tmp_path)


def title(text: str) -> str:
    """The first line of a post."""
    return text.splitlines()[0]


def test_first_contact_then_news_then_nothing(host: FeedHost, server: Standin, installation: Installation) -> None:
    """What is there at first contact is remembered; what is new appears once, oldest first; then every answer is 304."""
    names = [f"g{n}" for n in range(12)]
    for name in names:
        for n in range(3):
            host.feed(name).add(f"oud-{n}")
    installation.configure(server=server.url, sources={name: f"{host.url}/{name}" for name in names})
    assert installation.once().returncode == 0
    assert server.texts() == []

    for name in names[:4]:
        host.feed(name).add("nieuw-1")
        host.feed(name).add("nieuw-2")
    assert installation.once().returncode == 0
    titles = [title(text) for text in server.texts()]
    assert sorted(titles) == sorted(f"Bericht nieuw-{n} van {name}" for name in names[:4] for n in (1, 2))
    for name in names[:4]:
        first, second = (titles.index(f"Bericht nieuw-{n} van {name}") for n in (1, 2))
        assert first < second

    for feed in host.feeds.values():
        feed.asked.clear()
    assert installation.once().returncode == 0
    assert len(server.texts()) == 8
    assert all(feed.asked["304"] == 1 and not feed.asked["unconditional"] for feed in host.feeds.values())


def test_correction_is_an_edit(host: FeedHost, server: Standin, installation: Installation) -> None:
    """An entry corrected at the source changes the post that is there."""
    host.feed("stad").add("oud")
    installation.configure(server=server.url, sources={"stad": f"{host.url}/stad"})
    installation.once()
    entry = host.feed("stad").add("nieuw", title="De brug is tot 12 uur dicht")
    installation.once()
    entry.title = "De brug is tot 14 uur dicht"
    assert installation.once().returncode == 0
    (text,) = server.texts()
    assert title(text) == "De brug is tot 14 uur dicht"
    assert len(server.asked("PUT", "/api/v1/statuses")) == 1


def test_back_dated_entry_arrives(host: FeedHost, server: Standin, installation: Installation) -> None:
    """An entry dated before the last post is news like any other."""
    feed = host.feed("stad")
    feed.add("oud")
    installation.configure(server=server.url, sources={"stad": f"{host.url}/stad"})
    installation.once()
    newest = feed.add("vandaag")
    installation.once()
    feed.add("gisteren", published=newest.published.replace(year=newest.published.year - 1))
    installation.once()
    assert [title(text) for text in server.texts()] == ["Bericht vandaag van stad", "Bericht gisteren van stad"]


def test_account_that_is_added_later_gets_no_history(
    host: FeedHost, server: Standin, installation: Installation
) -> None:
    """An account that joins a source hears of what comes next, not of what was."""
    second = server.world.admit("tweede", "token-tweede")
    host.feed("stad").add("oud")
    sources = {"stad": f"{host.url}/stad"}
    installation.configure(server=server.url, sources=sources)
    installation.once()
    host.feed("stad").add("nieuw")
    installation.once()
    more = f'[[account]]\nid = "tweede"\nkind = "mastodon"\nserver = "{server.url}"\ntoken_env = "SECOND"'
    text = installation.config.read_text().replace('to = ["account"]', 'to = ["account", "tweede"]')
    installation.config.write_text(f"{text}\n{more}\n")
    installation.environ["SECOND"] = "token-tweede"
    assert installation.once().returncode == 0
    host.feed("stad").add("daarna")
    assert installation.once().returncode == 0
    assert [title(text) for text in server.texts()] == ["Bericht nieuw van stad", "Bericht daarna van stad"]
    assert len(server.world.shelves[second.id]) == 1


@pytest.mark.parametrize("manner", ["500", "html", "empty", "cut", "404"])
def test_one_bad_feed_is_its_own_problem(
    host: FeedHost, server: Standin, installation: Installation, manner: str
) -> None:
    """A feed that fails is named, the others are unaffected, and nothing of it is lost."""
    for name in ("goed", "slecht"):
        host.feed(name).add("oud")
    installation.configure(server=server.url, sources={name: f"{host.url}/{name}" for name in ("goed", "slecht")})
    installation.once()
    for name in ("goed", "slecht"):
        host.feed(name).add("nieuw")
    host.feed("slecht").manner = manner
    done = installation.once()
    assert done.returncode == 1
    assert "slecht" in done.stderr
    assert "goed:" not in done.stderr
    states = {one["id"]: one["state"] for one in installation.json("status")["sources"]}
    assert states == {"goed": "ok", "slecht": "failing"}
    host.feed("slecht").manner = "well"
    assert installation.once().returncode == 0
    assert sorted(title(text) for text in server.texts()) == ["Bericht nieuw van goed", "Bericht nieuw van slecht"]


def test_wrong_token_stops_the_account_and_keeps_its_queue(
    host: FeedHost, server: Standin, installation: Installation
) -> None:
    """A token that is refused stops the account; mended and resumed, everything goes out in order."""
    host.feed("stad").add("oud")
    installation.configure(server=server.url, sources={"stad": f"{host.url}/stad"})
    installation.once()
    right, installation.token = installation.token, "verkeerd"
    host.feed("stad").add("een")
    host.feed("stad").add("twee")
    done = installation.once()
    assert done.returncode == 1
    assert "account: stopped" in done.stderr
    assert installation.token not in done.stderr
    (account,) = installation.json("status")["accounts"]
    assert (account["state"], account["queued"]) == ("stopped", 2)
    installation.token = right
    assert installation.call("resume", "account").returncode == 0
    assert installation.once().returncode == 0
    assert [title(text) for text in server.texts()] == ["Bericht een van stad", "Bericht twee van stad"]


def test_second_run_exits_2_and_names_the_first(host: FeedHost, server: Standin, installation: Installation) -> None:
    """Two services on one database would double posts: the second one leaves at once."""
    installation.configure(server=server.url, sources={"stad": f"{host.url}/stad"})
    host.feed("stad").add("oud")
    first = installation.start("run")
    try:
        assert _until_ready(installation)
        second = installation.call("run", "--once")
        assert second.returncode == 2
        assert f"process {first.pid}" in second.stderr
    finally:
        first.terminate()
        _, err = first.communicate(timeout=30)
    assert first.returncode == 0, err


def test_service_collects_delivers_and_ends_well(host: FeedHost, server: Standin, installation: Installation) -> None:
    """The service posts what comes while it runs, and SIGTERM ends it with exit code 0."""
    host.feed("stad").add("oud")
    installation.configure(server=server.url, sources={"stad": f"{host.url}/stad"}, source='every = "1s"')
    service = installation.start("run")
    try:
        assert wait_until(lambda: host.feed("stad").asked["304"] > 0, 20)
        host.feed("stad").add("nieuw")
        assert wait_until(lambda: len(server.texts()) == 1, 20)
    finally:
        service.terminate()
        _, err = service.communicate(timeout=30)
    assert service.returncode == 0, err


def test_why_tells_the_whole_story(host: FeedHost, server: Standin, installation: Installation) -> None:
    """Whoever asks why gets every step with its rule; an unknown address is exit 1."""
    host.feed("stad").add("oud")
    installation.configure(server=server.url, sources={"stad": f"{host.url}/stad"})
    installation.once()
    entry = host.feed("stad").add("nieuw")
    installation.once()
    found = installation.json("why", f"{entry.link}?utm_source=elders")
    assert found["found"]
    assert found["items"][0]["id"] == "nieuw"
    assert [(one["stage"], one["verdict"]) for one in found["events"]] == [("decide", "queued"), ("deliver", "sent")]
    (post,) = installation.json("posts")
    assert installation.json("why", post["url"])["announcement"] == post["announcement"]
    assert installation.call("why", "https://nergens.example/x").returncode == 1


def test_broken_configuration_says_every_mistake(installation: Installation) -> None:
    """All mistakes come at once, each with file, line, code and remedy; exit 2."""
    installation.config.write_text(
        '[omroeper]\noperator = "x@voorbeeld.example"\ntaal = "nl"\n\n[[source]]\nid = "A B"\nkind = "fed"\nurl = "ftp://x"\n'
    )
    done = installation.call("check", "--json")
    assert done.returncode == 2
    problems = json.loads(done.stdout)
    assert len(problems) >= 4
    assert all(set(one) == {"file", "line", "severity", "code", "message", "remedy"} for one in problems)
    assert any(one["line"] == 3 for one in problems)
    assert installation.call("run", "--once").returncode == 2


def _until_ready(installation: Installation) -> bool:
    lock = installation.folder / "omroeper.db.lock"
    return wait_until(lambda: lock.exists() and lock.read_text().startswith("process"), 20)

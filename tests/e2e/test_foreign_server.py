"""The whole path against a server that nobody here wrote (mastodon-mock), also where its answers get lost and its keys do nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.e2e.relay import Manner, Relay

testing = pytest.importorskip("mastodon_mock.testing.server", reason="needs mastodon-mock (requirements/dev.txt)")


@pytest.fixture
def server() -> Iterator[Any]:
    """A server of somebody else's."""
    with testing.MockServer() as started:
        yield started


@pytest.fixture
def host() -> Iterator[FeedHost]:
    """A host with one feed, that was there before."""
    with FeedHost() as started:
        started.feed("stad").add("oud")
        yield started


def installed(folder: Path, host: FeedHost, url: str) -> Installation:
    """An installation that has met its source."""
    installation = Installation(folder=folder, token="alice_token")
    installation.configure(server=url, sources={"stad": f"{host.url}/stad"}, source="burst = 0")
    met = installation.once()
    assert met.returncode == 0, met.stderr
    return installation


def fail(server: Any, effect: dict[str, Any]) -> None:
    """Let one new post more meet something."""
    rule = {"match": {"methods": ["POST"], "path": "/api/v1/statuses"}, "effect": effect, "count": 1}
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{server.base_url}/api/v1/_mock/faults", json.dumps(rule).encode(), headers), timeout=5).close()


def titles(server: Any) -> list[str]:
    """The first line of everything on our account, the oldest first."""
    client = server.client()
    me, found, below = client.account_verify_credentials()["id"], [], None
    while page := client.account_statuses(me, limit=40, max_id=below):
        found += [client.status_source(one["id"])["text"].splitlines()[0] for one in page]
        below = page[-1]["id"]
    return found[::-1]


def test_news_a_correction_and_a_withdrawal(tmp_path: Path, host: FeedHost, server: Any) -> None:
    """Posts, edits and deletions do on a foreign server what they promise, and `status` says that all is well."""
    before = titles(server)
    installation = installed(tmp_path, host, server.base_url)
    entry = host.feed("stad").add("a")
    host.feed("stad").add("b")
    assert installation.once().returncode == 0
    assert titles(server) == [*before, "Bericht a van stad", "Bericht b van stad"]
    entry.title = "Bericht a, verbeterd"
    assert installation.once().returncode == 0
    assert titles(server) == [*before, "Bericht a, verbeterd", "Bericht b van stad"]
    (post,) = [one for one in installation.json("posts") if one["text"].startswith("Bericht b")]
    assert installation.call("retract", post["id"], "--reason", "vergissing").returncode == 0
    assert installation.once().returncode == 0
    assert titles(server) == [*before, "Bericht a, verbeterd"]


def test_limits_and_failures_of_a_foreign_server(tmp_path: Path, host: FeedHost, server: Any) -> None:
    """429 is waited for, 503 is survived, an answer that cannot be read is looked into: everything is there once, in order."""
    before = titles(server)
    installation = installed(tmp_path, host, server.base_url)
    for number in range(6):
        host.feed("stad").add(f"{number}")
    fail(server, {"type": "status", "status": 503})
    fail(server, {"type": "malformed"})
    fail(server, {"type": "status", "status": 429, "headers": {"Retry-After": "2"}})
    codes = [installation.once().returncode]
    end = time.monotonic() + 60
    while codes[-1] and time.monotonic() < end:
        codes.append(installation.once().returncode)
    assert codes[-1] == 0
    assert titles(server) == [*before, *(f"Bericht {number} van stad" for number in range(6))]


@pytest.mark.parametrize("hide_keys", [False, True], ids=["keys", "no-keys"])
def test_lost_answers_and_a_kill(tmp_path: Path, host: FeedHost, server: Any, *, hide_keys: bool) -> None:
    """One answer in four is lost, every request takes 50 ms, and the program is killed on its way: once each, in order."""
    before = titles(server)
    manner = Manner(lose=4, hide_keys=hide_keys, latency=0.05)
    with Relay(server.base_url, manner) as relay:
        installation = installed(tmp_path, host, relay.url)
        for number in range(24):
            host.feed("stad").add(f"{number}")
        process = installation.start("run", "--once", "--force")
        end = time.monotonic() + 60
        while manner.posts < 7 and time.monotonic() < end:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        done = installation.once(timeout=120)
    assert done.returncode == 0, done.stderr
    assert manner.lost >= 4
    assert titles(server) == [*before, *(f"Bericht {number} van stad" for number in range(24))]

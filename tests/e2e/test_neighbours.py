"""One source on a bad day is no other's problem."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.feeds import FeedHost, wait_until
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin


@pytest.fixture
def server() -> Iterator[Standin]:
    """A Mastodon server."""
    with Standin("mastodon", windows={}) as started:
        yield started


def test_a_feed_that_hangs_holds_up_nobody(tmp_path: Path, server: Standin) -> None:
    """The news of the others is out while the program still waits for the one that says nothing."""
    names = [f"bron{number}" for number in range(6)]
    with FeedHost() as host:
        for name in names:
            host.feed(name).add("oud")
        installation = Installation(folder=tmp_path)
        installation.configure(server=server.url, sources={name: f"{host.url}/{name}" for name in names})
        assert installation.once().returncode == 0
        host.feed(names[0]).manner = "hang"
        for name in names:
            host.feed(name).add("nieuw")
        process = installation.start("run", "--once", "--force")
        try:
            assert wait_until(lambda: len(server.texts()) == 5, 30)
            assert process.poll() is None
            host.feed(names[0]).manner = "well"
            host.release.set()
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait()
        assert process.returncode == 1
        assert names[0] in said
        assert installation.once().returncode == 0
    assert len(server.texts()) == 6

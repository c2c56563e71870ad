"""What a command loads: whoever asks for little, or finds nothing to do, pays for nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin

_IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s*(\S+)$", re.MULTILINE)

HEAVY = {"sqlalchemy", "aiohttp", "pydantic", "pydantic_settings", "lxml", "requests", "starlette", "rich", "structlog"}
"""What ``--help`` has no use for."""

FOR_NEWS = {"mastodon", "feedparser", "tweepy", "alembic", "requests", "PIL", "regex", "starlette"}
"""What a round in which nothing happens has no use for."""

DECIDING = {"bot.normalise", "bot.match", "bot.decide.look", "bot.compose", "bot.delivery.outbox", "bot.text"}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[tuple[Installation, FeedHost]]:
    """One feed, met already, and an account."""
    with FeedHost() as host, Standin("mastodon") as server:
        host.feed("stad").add("een")
        place = Installation(folder=tmp_path)
        place.configure(server=server.url, sources={"stad": f"{host.url}/stad"})
        assert place.once().returncode == 0
        yield place, host


def imported(installation: Installation, *arguments: str) -> set[str]:
    """Run a command that is to end well; give every module that it loaded, and every package of those."""
    installation.environ = {"PYTHONPROFILEIMPORTTIME": "1"}
    done = installation.call(*arguments)
    assert done.returncode == 0, done.stderr[-2000:]
    names = set(_IMPORTED.findall(done.stderr))
    assert "click" in names
    return names | {name.partition(".")[0] for name in names}


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Whoever only asks what there is does not wait for libraries."""
    assert not imported(Installation(folder=tmp_path), "--help") & HEAVY


def test_a_round_with_nothing_due_loads_nothing_for_news(installation: tuple[Installation, FeedHost]) -> None:
    """A cron job every minute costs next to nothing while no source is due."""
    place, host = installation
    asked = host.feed("stad").asked.total()
    names = imported(place, "run", "--once")
    assert host.feed("stad").asked.total() == asked
    assert not names & (FOR_NEWS | DECIDING)


def test_an_unchanged_feed_loads_nothing_for_news(installation: tuple[Installation, FeedHost]) -> None:
    """A source that has nothing new is bookkeeping alone: nothing that reads, decides or posts is loaded for it."""
    place, host = installation
    names = imported(place, "run", "--once", "--force")
    assert host.feed("stad").asked["304"] == 1
    assert not names & (FOR_NEWS | DECIDING)
    assert "bot.collecting.collect" in names


def test_news_loads_what_posts_it(installation: tuple[Installation, FeedHost]) -> None:
    """The same measure does see the libraries where there is something for them to do."""
    place, host = installation
    host.feed("stad").add("twee")
    names = imported(place, "run", "--once", "--force")
    assert {"mastodon", "regex", "bot.compose", "bot.delivery.outbox"} <= names
    assert not names & {"tweepy", "feedparser", "alembic", "PIL"}

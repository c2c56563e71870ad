"""Digests on their whole way: announcements of a source of high volume, gathered at their hour into one post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from bot.operate import Person, find_announcements
from bot.replay import Replay, Step, apply_replay, plan_replay
from bot.store.engine import reading, writing
from bot.store.tables import announcement, event, item
from bot.store.wishes import Selection
from tests.e2e.feeds import FeedHost
from tests.e2e.inside import Inside, inside
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday; five in the afternoon in Amsterdam is 16:00 UTC."""


@dataclass(slots=True)
class Day:
    """An installation with one feed, and a day that goes by."""

    within: Inside
    host: FeedHost

    def at(self, moment: datetime) -> None:
        """Move the clock."""
        self.within.clock.moment = moment

    def announce(self, *titles: str) -> None:
        """Let the source announce something, and collect it."""
        for title in titles:
            self.host.feed("stad").add(title.replace(" ", "-"), title=title, published=self.within.clock())
        self.within.round()

    def gather(self) -> int:
        """Collect and deliver; give how many digests were made or renewed."""
        before = self.changes()
        self.within.round()
        return self.changes() - before

    def changes(self) -> int:
        """How often a digest was made or renewed."""
        with reading(self.within.app.engine) as connection:
            query = select(func.count()).where(event.c.rule.like("digest.%"), event.c.verdict != "gathered")
            return connection.scalar(query) or 0

    def texts(self) -> list[str]:
        """Give the text of every post, the newest first."""
        return [one.text for one in self.within.posts()]

    def withdraw(self, title: str) -> None:
        """Let the announcement with this title be withdrawn."""
        told = select(item.c.announcement).where(item.c.title == title)
        ended = {"ended": self.within.clock(), "notice": "withdrawn"}
        with writing(self.within.app.engine) as connection:
            changed = update(announcement).where(announcement.c.id.in_(told)).values(**ended)
            assert connection.execute(changed).rowcount == 1


@contextmanager
def day(folder: Path, host: FeedHost, source: str, server: str | None = None) -> Iterator[Day]:
    """Start a day on which the source was met before, with a built-in account where there is no server."""
    installation = Installation(folder=folder)
    host.feed("stad").add("oud")
    installation.configure(server=server, sources={"stad": f"{host.url}/stad"}, source=source)
    with inside(installation, MORNING - timedelta(days=3)) as opened:
        opened.round()
        yield Day(opened, host)


@pytest.fixture
def host() -> Iterator[FeedHost]:
    """A host with feeds."""
    with FeedHost() as started:
        yield started


def test_a_day_becomes_one_post(tmp_path: Path, host: FeedHost) -> None:
    """What is announced waits for its hour, appears once with every title and link, and first contact is not in it."""
    with day(tmp_path, host, 'digest = "daily"') as today:
        today.at(MORNING)
        today.announce("Kapvergunning Dorpsstraat 1", "Evenement op het plein")
        today.at(MORNING + timedelta(hours=4))
        today.announce("Verkeersbesluit Kade")
        assert today.texts() == []
        assert today.gather() == 0
        today.at(MORNING + timedelta(hours=9))
        assert today.gather() == 1
        (post,) = today.within.posts()
        lines = post.text.splitlines()
        assert lines[0] == "Gemeente stad: 3 nieuwe berichten (23 november)"
        for title in ("Kapvergunning Dorpsstraat 1", "Evenement op het plein", "Verkeersbesluit Kade"):
            assert lines[lines.index(title) + 1] == f"https://stad.example/bericht/{title.replace(' ', '-')}"
        assert "oud" not in post.text
        assert (post.state, post.announced_language) == ("sent", "nl")
        assert today.gather() == 0


def test_each_item_stays_traceable(tmp_path: Path, host: FeedHost) -> None:
    """Every announcement says into which digest it went."""
    with day(tmp_path, host, 'digest = "daily"') as today:
        today.at(MORNING)
        today.announce("Een", "Twee")
        today.at(MORNING + timedelta(hours=9))
        today.gather()
        (post,) = today.within.posts()
        rows = today.within.events("gathered")
        assert [row.detail.get("into") for row in rows if row.detail] == [post.announcement] * 2
        assert {row.rule for row in rows} == {"digest.daily"}


def test_an_installation_that_was_down_makes_up_for_it(tmp_path: Path, host: FeedHost) -> None:
    """Where nobody was there at five o'clock, the digest of that day is made at the next start; the next one has the rest."""
    with day(tmp_path, host, 'digest = "daily"') as today:
        today.at(MORNING)
        today.announce("Maandag")
        today.at(MORNING + timedelta(hours=22))
        today.announce("Dinsdag")
        (text,) = today.texts()
        assert "Maandag" in text
        assert "Dinsdag" not in text
        today.at(MORNING + timedelta(days=1, hours=9))
        assert today.gather() == 1
        assert "Dinsdag" in today.texts()[0]
        assert "Maandag" not in today.texts()[0]


def test_a_week_ends_on_friday(tmp_path: Path, host: FeedHost) -> None:
    """A weekly digest is made on Friday afternoon, and says of which days it tells."""
    with day(tmp_path, host, 'digest = "weekly"') as week:
        week.at(MORNING)
        week.announce("Maandag")
        week.at(MORNING + timedelta(days=3, hours=9))
        week.announce("Donderdag")
        assert week.gather() == 0
        week.at(MORNING + timedelta(days=4, hours=9))
        assert week.gather() == 1
        assert week.texts()[0].startswith("Gemeente stad: 2 nieuwe berichten (23 november tot en met 27 november)")


def test_what_is_withdrawn_leaves_the_digest(tmp_path: Path, host: FeedHost) -> None:
    """An item that its sender takes back disappears from the post that gathered it; with the last one the post goes."""
    with Standin(windows={}) as server, day(tmp_path, host, 'digest = "daily"', server.url) as today:
        today.at(MORNING)
        today.announce("Blijft staan", "Noemt een persoon")
        today.at(MORNING + timedelta(hours=9))
        today.gather()
        assert "Noemt een persoon" in server.texts()[0]
        today.withdraw("Noemt een persoon")
        assert today.gather() == 1
        (text,) = server.texts()
        assert text.startswith("Gemeente stad: 1 nieuw bericht (23 november)")
        assert "Blijft staan" in text
        assert "Noemt een persoon" not in text
        assert today.gather() == 0
        today.withdraw("Blijft staan")
        assert today.gather() == 1
        assert server.texts() == []


def test_filters_hold_for_digests(tmp_path: Path, host: FeedHost) -> None:
    """What the operator leaves out is not gathered either, and a day without anything makes no post."""
    with day(tmp_path, host, 'digest = "daily"\nexclude = ["gezocht"]') as today:
        today.at(MORNING)
        today.announce("Man gezocht")
        today.at(MORNING + timedelta(hours=9))
        assert today.gather() == 0
        assert today.texts() == []


def test_replaying_a_source_does_not_pour_out_what_was_gathered(tmp_path: Path, host: FeedHost) -> None:
    """A replay of a source leaves what a digest told, and what waits for one, alone; one item by its address can be posted."""
    with day(tmp_path, host, 'digest = "daily"') as today:
        today.at(MORNING)
        today.announce("Een", "Twee")
        today.at(MORNING + timedelta(hours=9))
        today.gather()
        today.at(MORNING + timedelta(hours=10))
        today.announce("Drie")
        with reading(today.within.app.engine) as connection:
            steps = plan(connection, today, Selection(source="stad"))
            assert [one.action for one in steps] == ["publish", *["nothing"] * 4]  # what first contact did not tell
            (named,) = find_announcements(connection, ["https://stad.example/bericht/Een"])
            (step,) = plan(connection, today, Selection(announcements=(named,)))
        assert step.action == "publish"
        with writing(today.within.app.engine) as connection:
            apply_replay(connection, person_of(today), [step])
        today.within.round()
        assert today.texts()[0].startswith("Een\n")


def plan(connection: Connection, today: Day, selection: Selection) -> list[Step]:
    """Plan what is missing."""
    return plan_replay(connection, person_of(today), Replay(selection=selection, mode="missing"))


def person_of(today: Day) -> Person:
    """Say who does it."""
    return Person(name="redactie", now=today.within.clock(), reason="proef")

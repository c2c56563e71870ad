"""Pages that vanish: what proves that a post was withdrawn, what never does, and the fuse between the two."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.store.engine import reading, writing
from bot.store.tables import page
from tests.unit.collecting.host import Answer, Host, feed
from tests.unit.collecting.town import DAY, HOUR, MINUTE, START, Town, dated

HERE, GONE = Answer(body=b"<!doctype html><title>Bericht</title>"), Answer(status=404)


def announce(host: Host, town: Town, many: int, more: str = "") -> list[str]:
    """Post as many announcements, each with a page that is there and was looked at; give their paths."""
    old = ("oud", dated(START - DAY))
    host.says["/rss"] = feed(old, base=host.url)
    town.follow("stad", f"{host.url}/rss", f'every = "60m"\nburst = 0\n{more}')
    town.round()
    fresh = [(f"n{n}", dated(START + n * MINUTE)) for n in range(many)]
    host.says["/rss"] = feed(*reversed(fresh), old, base=host.url, headers={"ETag": '"1"'})
    paths = [f"/bericht/n{n}" for n in range(many)]
    host.says |= dict.fromkeys(paths, HERE)
    town.round(after=HOUR, force=True)
    town.round(after=MINUTE)
    town.rounds(until=timedelta(minutes=5 * (2 + many // 5)), step=5 * MINUTE)
    assert [one.state for one in town.posts()] == ["sent"] * many
    assert all(row.last_ok for row in town.pages().values())
    assert len(town.pages()) == many
    return paths


def state(town: Town, number: int = 0) -> tuple[str, str, str | None]:
    """Give how a post stands: its state, what is to be done with it, and why it waits."""
    post: Any = town.posts()[number]
    return post.state, post.operation, post.reason


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", ("held", "delete", "withdrawn")),
        ('withdrawal = "delete"', ("sent", "delete", None)),
        ('withdrawal = "edit"', ("sent", "edit", None)),
        ('withdrawal = "ignore"', ("sent", "publish", None)),
    ],
)
def test_a_page_that_was_taken_away(host: Host, town: Town, status: int, setting: str, expected: Any) -> None:
    """Found gone twice, half an hour apart, while its source is well: the post is held, deleted, edited or left, as configured."""
    (path,) = announce(host, town, 1, setting)
    host.says[path] = Answer(status=status)
    town.rounds(until=2 * HOUR, step=5 * MINUTE)
    assert state(town) == expected
    (proof,) = town.events("withdrawal.page")
    first = town.pages()[f"{host.url}{path}"].gone_since
    assert proof.detail["gone_times"] == 2
    assert timedelta(minutes=30) <= proof.at - first <= timedelta(minutes=40)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=503),
        Answer(status=403),
        Answer(status=429),
        Answer(status=302, headers={"Location": "/"}),
        Answer(body=b"<h1>Pagina niet gevonden</h1>"),
    ],
)
def test_what_proves_nothing(host: Host, town: Town, answer: Answer) -> None:
    """A server error, a refusal, a redirect to the front page or a page that merely says "not found" withdraw nothing."""
    (path,) = announce(host, town, 1, 'withdrawal = "delete"')
    host.says |= {path: answer, "/": HERE}
    town.rounds(until=3 * HOUR, step=10 * MINUTE)
    assert state(town) == ("sent", "publish", None)


def test_an_item_that_leaves_the_feed_is_not_withdrawn(host: Host, town: Town) -> None:
    """An item that drops out of its feed stays posted: feeds show the newest only."""
    announce(host, town, 2, 'withdrawal = "delete"')
    host.says["/rss"] = feed(("later", dated(START + 3 * HOUR)), ("n1", dated(START + MINUTE)), base=host.url)
    town.rounds(until=3 * HOUR, step=30 * MINUTE)
    assert [one.operation for one in town.posts()] == ["publish"] * 3


def test_not_while_the_source_is_ill(host: Host, town: Town) -> None:
    """While the source itself fails, a page that is gone proves nothing: the whole site may be down."""
    (path,) = announce(host, town, 1, 'withdrawal = "delete"')
    host.says |= {path: GONE, "/rss": Answer(status=404)}
    town.rounds(until=4 * HOUR, step=10 * MINUTE)
    assert state(town) == ("sent", "publish", None)
    host.says |= {path: HERE, "/rss": Answer(status=304)}
    town.rounds(until=DAY, step=HOUR)
    assert state(town) == ("sent", "publish", None)


def test_one_look_is_not_enough(host: Host, town: Town) -> None:
    """A page that was gone once and is there again starts anew."""
    (path,) = announce(host, town, 1, 'withdrawal = "delete"')
    for _ in range(4):
        host.says[path] = GONE
        town.moment = max(town.pages()[f"{host.url}{path}"].due, town.moment)
        town.round()
        assert town.pages()[f"{host.url}{path}"].gone_times == 1
        host.says[path] = HERE
        town.round(after=31 * MINUTE)
        assert town.pages()[f"{host.url}{path}"].gone_times == 0
    assert state(town) == ("sent", "publish", None)


def test_a_page_that_never_was_there_proves_nothing(host: Host, town: Town) -> None:
    """A page that answered 404 from the start tells of a wrong address, not of a withdrawal."""
    host.says["/rss"] = feed(("oud", dated(START)), base=host.url)
    town.follow("stad", f"{host.url}/rss", 'withdrawal = "delete"')
    town.round()
    host.says["/rss"] = feed(("n0", dated(START)), ("oud", dated(START)), base=host.url)
    town.rounds(until=5 * HOUR, step=30 * MINUTE)
    assert state(town) == ("sent", "publish", None)


@pytest.mark.parametrize("setting", ['withdrawal = "delete"', "personal = true"])
def test_a_rebuilt_site_is_held_whole(host: Host, town: Town, setting: str) -> None:
    """Where all pages of a source vanish, nothing goes, not even the first: everything is held with one notice, and comes back with the pages."""
    paths = announce(host, town, 6, setting)
    with writing(town.running.engine) as connection:  # posted at other times, they would be looked at far apart
        for n, path in enumerate(paths):
            due = town.moment + n * 5 * HOUR
            connection.execute(update(page).where(page.c.url == f"{host.url}{path}").values(due=due, last_ok=START))
    host.says |= dict.fromkeys(paths, GONE)
    town.rounds(until=2 * HOUR, step=10 * MINUTE)
    town.rounds(until=DAY, step=2 * HOUR)
    found = {state(town, n) for n in range(6)}
    assert found == {("held", "delete", "relaunch")}
    assert len(town.events("withdrawal.fuse")) in {1, 2}  # one a day
    assert town.attention()["held.relaunch"].grave
    assert all(one.title for one in town.posts())
    host.says |= dict.fromkeys(paths, HERE)
    town.rounds(until=DAY, step=HOUR)
    assert {one.state for one in town.posts()} == {"sent"}
    assert {one.wanted > 0 for one in town.posts()} == {True}


def test_the_fuse_counts_a_share_too(host: Host, town: Town) -> None:
    """Two of five pages in a day are more than a fifth: held; one of five is not."""
    paths = announce(host, town, 5, 'withdrawal = "delete"')
    host.says[paths[0]] = GONE
    town.rounds(until=3 * HOUR, step=10 * MINUTE)
    assert state(town, 0) == ("sent", "delete", None)
    host.says[paths[1]] = GONE
    town.rounds(until=4 * HOUR, step=10 * MINUTE)
    assert state(town, 1) == ("held", "delete", "relaunch")


def test_what_names_people_is_gone_from_memory_too(host: Host, town: Town) -> None:
    """A missing person who was found: the post is deleted at once, and no word of it stays in memory; the next poll tells nothing anew."""
    (path,) = announce(host, town, 1, "personal = true")
    host.says[path] = Answer(status=410)
    town.rounds(until=2 * HOUR, step=5 * MINUTE)
    assert state(town) == ("sent", "delete", None)
    town.round(after=HOUR)
    with reading(town.running.engine) as connection:
        tables = [row[0] for row in connection.execute(text("select name from sqlite_master where type = 'table'"))]
        everything = "\n".join(
            str(tuple(row)) for name in tables for row in connection.execute(text(f"select * from {name}"))
        )
    assert "Tekst van bericht n0" not in everything
    assert "Bericht n0" not in everything
    town.rounds(until=2 * HOUR, step=30 * MINUTE)
    assert len(town.posts()) == 1


def test_looks_are_few_and_polite(host: Host, town: Town) -> None:
    """A page is looked at more and more seldom, by HEAD, and never where its site's robots.txt forbids it."""
    (path,) = announce(host, town, 1)
    host.asked.clear()
    town.rounds(until=5 * DAY, step=4 * HOUR)
    looks = [one for one in host.asked if one.path == path]
    assert {one.method for one in looks} == {"HEAD"}
    assert len(looks) <= 24
    host.says["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /bericht/\n")
    town.rounds(until=2 * DAY, step=12 * HOUR)
    host.asked.clear()
    town.rounds(until=3 * DAY, step=6 * HOUR)
    assert [one for one in host.asked if one.path == path] == []


def test_after_thirty_days_nobody_looks(host: Host, town: Town) -> None:
    """A page is looked at for thirty days after its post went out; then the post is history."""
    (path,) = announce(host, town, 1)
    town.rounds(until=31 * DAY, step=DAY)
    host.asked.clear()
    host.says[path] = GONE
    town.rounds(until=5 * DAY, step=12 * HOUR)
    assert [one for one in host.asked if one.path == path] == []
    assert town.pages() == {}


def test_robots_are_asked_once_a_day(host: Host) -> None:
    """A site's rules are read once a day, and an hour after they could not be read; until then the site is not asked."""
    import asyncio

    from bot.robots import Robots
    from tests.unit.http.loopback import client

    async def asking() -> list[bool]:
        async with client() as http:
            robots = Robots(http=http)

            async def may(path: str, moment: datetime) -> bool:
                return await robots.allow(f"{host.url}{path}", moment, named=True)

            host.says["/robots.txt"] = Answer(status=503)
            found = [await may("/a", START), await may("/a", START + 59 * MINUTE)]
            host.says["/robots.txt"] = Answer(body=b"User-agent: Omroeper\nDisallow: /b\n")
            found += [await may("/a", START + HOUR), await may("/b", START + HOUR), await may("/a", START + DAY)]
            host.says["/robots.txt"] = Answer(status=404)
            return [*found, await may("/b", START + 26 * HOUR)]

    assert asyncio.run(asking()) == [False, False, True, False, True, True]
    assert host.paths() == ["/robots.txt"] * 3


def test_robots_are_asked_once_a_day_by_a_program_that_is_started_often(host: Host, town: Town) -> None:
    """Every round here is a start, as with ``run --once``; two days of looks at five pages of a site are two questions about it."""
    host.says["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /elders/\0\n")
    announce(host, town, 5)
    town.rounds(until=2 * DAY, step=30 * MINUTE)
    paths = host.paths()
    assert sum(path.startswith("/bericht/") for path in paths) > 20
    assert 1 < paths.count("/robots.txt") < 4

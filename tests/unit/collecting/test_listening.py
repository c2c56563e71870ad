"""A source that stops, slows or falls quiet is noticed and shown: in its state, to whoever asks, and in the exit code."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.health import status
from bot.store.engine import reading
from bot.store.figures import figures
from tests.unit.collecting.host import RSS, Answer, Host, feed, rss
from tests.unit.collecting.town import DAY, HOUR, MINUTE, START, Town, dated


def daily(start: datetime, days: int = 12) -> list[tuple[str, str]]:
    """Give entries of one a day, newest first."""
    return [(f"d{n}", dated(start - n * DAY)) for n in range(days)]


def shown(town: Town, id_: str = "stad") -> tuple[str, str | None]:
    """Give what ``status`` says of a source."""
    with reading(town.running.engine) as connection:
        found = {one["id"]: one for one in status(connection, town.moment, {})["sources"]}
    return found[id_]["state"], found[id_]["code"]


def measured(town: Town) -> dict[str, int]:
    """Give what the metrics say of sources in trouble."""
    with reading(town.running.engine) as connection:
        return dict(figures(connection, (), "2026-11").problems)


@pytest.mark.parametrize("answer", ["304", "same body", "other bytes"])
def test_silence_against_its_own_rhythm(host: Host, town: Town, answer: str) -> None:
    """A source that announced daily and now shows nothing new falls silent after its own measure, however it answers."""
    entries = daily(START)
    host.says["/rss"] = feed(*entries, base=host.url, headers={"ETag": '"1"'})
    town.follow("stad", f"{host.url}/rss")
    town.round()
    turn = iter(range(1000))
    answers = {
        "304": lambda _: Answer(status=304),
        "same body": lambda _: feed(*entries, base=host.url),
        "other bytes": lambda _: feed(*entries, base=host.url, extra=f"<lastBuildDate>{next(turn)}</lastBuildDate>"),
    }
    host.says["/rss"] = answers[answer]
    town.rounds(until=timedelta(days=2.9), step=7 * HOUR)
    assert shown(town) == ("ok", None)
    town.rounds(until=timedelta(days=1), step=7 * HOUR)
    assert shown(town) == ("silent", "source.silent")
    assert town.attention()["source.silent"].grave is False
    assert measured(town) == {"source.silent": 1}
    town.rounds(until=18 * DAY, step=DAY)
    assert town.attention()["source.silent"].grave is True
    host.says["/rss"] = feed(("new", dated(town.moment)), *entries, base=host.url)
    town.round(after=DAY)
    assert shown(town) == ("ok", None)
    assert town.attention() == {}
    assert [one.verdict for one in town.events("source.silent")] == ["silent"]


def test_a_frozen_feed(host: Host, town: Town) -> None:
    """A feed whose newest item is of last year is named at once, and an alarm after a week in which it showed nothing."""
    host.says["/rss"] = feed(*daily(START - 300 * DAY), base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert town.attention()["source.old"].grave is False
    town.rounds(until=8 * DAY, step=DAY)
    assert shown(town) == ("silent", "source.frozen")
    assert town.attention()["source.frozen"].grave is True
    assert "2026-01-27" in town.attention()["source.frozen"].message


def test_a_newest_item_that_never_changes(host: Host, town: Town) -> None:
    """A feed that dates its one old item anew at every request cannot pass for alive."""
    town.follow("stad", f"{host.url}/rss")
    host.says["/rss"] = lambda _: feed(("1", dated(town.moment)), base=host.url)
    town.round()
    town.rounds(until=91 * DAY, step=3 * DAY)
    assert shown(town) == ("silent", "source.unchanged")


def test_no_entries_where_there_were_some(host: Host, town: Town) -> None:
    """A sound feed with nothing in it is an outage in disguise: failing at once, nothing withdrawn, nothing new when it is back."""
    entries = daily(START, 3)
    host.says["/rss"] = feed(*entries, base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    host.says["/rss"] = Answer(body=rss(base=host.url), headers={"Content-Type": RSS, "ETag": '"leeg"'})
    town.round(after=2 * HOUR)
    assert shown(town) == ("failing", "source.empty")
    assert town.attention()["source.empty"].grave
    host.says["/rss"] = Answer(status=304)
    town.round(after=2 * HOUR)
    assert shown(town) == ("failing", "source.empty")
    host.says["/rss"] = feed(*entries, base=host.url)
    town.round(after=2 * HOUR)
    assert shown(town) == ("ok", None)
    assert town.posts() == []
    assert [one.verdict for one in town.events("source.empty")] == ["failing"]


def test_an_empty_feed_at_first_contact_is_well(host: Host, town: Town) -> None:
    """A new source without entries ends its first contact; what comes next is news."""
    host.says["/rss"] = Answer(body=rss(base=host.url), headers={"Content-Type": RSS})
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert shown(town) == ("ok", None)
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    town.round(after=2 * HOUR)
    assert town.titles() == ["Bericht 1"]


def test_a_gap_is_shown_until_documents_overlap_again(host: Host, town: Town) -> None:
    """Where nothing of the last document is in the new one, something may have been missed: shown, and over with the next."""
    host.says["/rss"] = feed(*daily(START, 3), base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    later = [(f"e{n}", dated(START + 2 * HOUR - n * MINUTE)) for n in range(3)]
    host.says["/rss"] = feed(*later, base=host.url, headers={"ETag": '"gap"'})
    town.round(after=2 * HOUR)
    assert shown(town) == ("gap", "source.gap")
    assert town.attention()["source.gap"].grave is False
    host.says["/rss"] = Answer(status=304)
    town.round(after=2 * HOUR)
    assert shown(town) == ("gap", "source.gap")
    host.says["/rss"] = feed(("f", dated(town.moment)), *later, base=host.url)
    town.round(after=2 * HOUR)
    assert shown(town) == ("ok", None)


def test_one_failure_is_no_news_and_three_are_one_notice(host: Host, town: Town) -> None:
    """A stumble leaves no event; what lasts leaves one when it begins and one when it ends."""
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    for failures in (1, 2, 3, 4):
        host.says["/rss"] = Answer(status=500)
        town.round(after=DAY)
        assert len(town.events("http.unavailable")) == (failures >= 3)
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    town.round(after=2 * DAY)
    assert [one.verdict for one in town.events("source.well")] == ["ok"]


def test_a_password_that_is_asked_for_is_an_alarm_at_once(host: Host, town: Town) -> None:
    """401 and 403 do not mend themselves: one is enough for a notice and a longer wait."""
    host.says["/rss"] = Answer(status=403)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert town.attention()["http.unauthorised"].grave
    assert town.wait() >= 4 * HOUR
    assert [one.verdict for one in town.events("http.unauthorised")] == ["failing"]

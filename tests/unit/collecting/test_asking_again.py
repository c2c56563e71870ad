"""When a host is asked again, after every kind of answer: real answers, the real books, a clock that the test moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.collecting.rhythm import JITTER
from tests.unit.collecting.host import RSS, Answer, Host, feed
from tests.unit.collecting.town import DAY, HOUR, MINUTE, START, Town, dated

NOON = START.replace(hour=12)
ASKED_FOR = {
    "ttl": ({}, "<ttl>180</ttl>", 3 * HOUR),
    "max-age": ({"Cache-Control": "public, max-age=10800"}, "", 3 * HOUR),
    "s-maxage is for others": ({"Cache-Control": "s-maxage=86400"}, "", HOUR),
    "expires": ({"Date": dated(START), "Expires": dated(START + 3 * HOUR)}, "", 3 * HOUR),
    "max-age before expires": (
        {"Cache-Control": "max-age=7200", "Date": dated(START), "Expires": dated(START + 9 * HOUR)},
        "",
        2 * HOUR,
    ),
    "expired already": ({"Date": dated(START), "Expires": "0"}, "", HOUR),
    "no-cache": ({"Cache-Control": "no-cache, max-age=9000"}, "", HOUR),
    "the larger one": ({"Cache-Control": "max-age=7200"}, "<ttl>180</ttl>", 3 * HOUR),
    "at most a day": ({"Cache-Control": "max-age=31536000"}, "", DAY),
    "shorter changes nothing": ({"Cache-Control": "max-age=60"}, "<ttl>5</ttl>", HOUR),
}
PAUSES = {
    "seconds": {"Retry-After": "10800"},
    "date": {"Date": dated(START), "Retry-After": dated(START + 3 * HOUR)},
    "date by a clock that is wrong": {
        "Date": dated(START - 40 * DAY),
        "Retry-After": dated(START - 40 * DAY + 3 * HOUR),
    },
}


def about(wait: timedelta, least: timedelta) -> bool:
    """Whether a wait is what was asked for, with the source's own phase on top."""
    return least <= wait <= least * (1 + JITTER)


@pytest.mark.parametrize("name", ASKED_FOR)
def test_the_source_says_how_often(host: Host, town: Town, name: str) -> None:
    """ttl, max-age and Expires each lengthen the wait, the largest counts, and an answer without a body says it again."""
    headers, extra, expected = ASKED_FOR[name]
    document = feed(("1", dated(START)), base=host.url, headers={"ETag": '"1"', **headers}, extra=extra)
    host.says["/rss"] = lambda asked: (
        Answer(status=304, headers=headers) if "if-none-match" in asked.headers else document
    )
    town.follow("stad", f"{host.url}/rss", 'every = "60m"')
    town.round()
    assert about(town.wait(), expected)
    town.round(after=town.wait())
    assert len(host.asked) == 2
    assert about(town.wait(), expected)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", PAUSES)
def test_a_pause_that_a_host_asks_for_is_kept(host: Host, town: Town, status: int, name: str) -> None:
    """After Retry-After, in seconds or as a date, nobody asks sooner: no round, no restart, not even --force."""
    town.follow("stad", f"{host.url}/rss", 'every = "15m"')
    host.says["/rss"] = Answer(status=status, headers=PAUSES[name])
    town.round()
    assert town.wait() == 3 * HOUR
    assert town.attention()["http.limited"].grave is False
    host.paths()
    town.start()
    town.round(after=2 * HOUR)
    town.round(after=timedelta(minutes=59), force=True)
    assert host.paths() == []
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    town.round(after=MINUTE)
    assert host.paths() == ["/rss"]
    assert (town.source().state, town.source().retry_after, town.attention()) == ("ok", None, {})


def test_a_429_without_a_time_is_a_failure(host: Host, town: Town) -> None:
    """A host that does not say for how long is asked less and less often."""
    host.says["/rss"] = Answer(status=429)
    town.follow("stad", f"{host.url}/rss", 'every = "60m"')
    waits = []
    for _ in range(4):
        town.round()
        waits.append(town.wait())
        town.moment += town.wait()
    assert [about(wait, n * HOUR) for wait, n in zip(waits, (1, 2, 4, 8), strict=True)] == [True] * 4
    assert town.source().state == "failing"


def test_pauses_for_days_on_end_count_as_failing(host: Host, town: Town) -> None:
    """A host that asks for one pause after the other for more than a day has to be looked at."""
    host.says["/rss"] = Answer(status=429, headers={"Retry-After": "21600"})
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert town.source().state == "new"
    for _ in range(5):
        town.round(after=town.wait())
    assert town.source().state == "failing"
    assert town.attention()["http.limited"].grave is True


def test_backoff_survives_a_restart_and_ends_with_the_first_answer(host: Host, town: Town) -> None:
    """How often a source failed is remembered; one good answer and it is asked as usual."""
    host.says["/rss"] = Answer(status=500)
    town.follow("stad", f"{host.url}/rss", 'every = "60m"')
    for _ in range(4):
        town.start()
        town.round()
        town.moment += town.wait()
    assert town.source().failures == 4
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    town.start()
    town.round()
    assert (town.source().failures, town.source().failing_since, town.source().state) == (0, None, "ok")
    assert about(town.wait(), HOUR)


def test_hours_and_days_of_rest(host: Host, town: Town) -> None:
    """The hours and days of skipHours and skipDays are kept, also while the source fails, and --force passes over them."""
    night = "".join(f"<hour>{hour}</hour>" for hour in range(11, 20))
    extra = f"<skipHours>{night}</skipHours><skipDays><day>Tuesday</day></skipDays>"
    document = feed(("1", dated(START)), base=host.url, extra=extra)
    host.says["/rss"] = document
    town.follow("stad", f"{host.url}/rss", 'every = "60m"')
    town.round()
    assert (town.source().due.day, town.source().due.hour) == (START.day, 20)
    host.says["/rss"] = Answer(status=500)
    town.round(after=town.wait())
    town.round(after=2 * HOUR)
    town.round(after=HOUR)
    due = town.source().due
    assert (due.weekday(), due.hour) == (2, 0)  # Wednesday: all of Tuesday is for itself
    host.says["/rss"] = document
    host.paths()
    town.round(force=True)
    assert host.paths() == ["/rss"]


def test_gone_for_good_is_asked_no_more(host: Host, town: Town) -> None:
    """410 ends it at once, with one notice, and only a person lets it be asked again; 404 does so after two weeks."""
    host.says["/rss"] = Answer(status=410)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert town.source().state == "disabled"
    assert town.attention()["source.disabled"].grave
    host.paths()
    town.start()
    town.round(after=30 * DAY, force=True)
    assert host.paths() == []
    assert [one.verdict for one in town.events("http.gone")] == ["disabled"]


def test_not_found_is_given_up_after_two_weeks(host: Host, town: Town) -> None:
    """404 may be a mistake of a day: the source is asked less and less often, and given up after fourteen days."""
    host.says["/rss"] = Answer(status=404)
    town.follow("stad", f"{host.url}/rss")
    town.rounds(until=13 * DAY, step=12 * HOUR)
    assert town.source().state == "failing"
    assert len(host.paths()) <= 26
    town.rounds(until=3 * DAY, step=6 * HOUR)
    assert town.source().state == "disabled"
    assert town.attention()["source.disabled"].grave


def test_a_clock_that_was_set_back_delays_nobody(host: Host, town: Town) -> None:
    """Due times that no rule can have made are let go of: a clock that was years ahead for a while does no lasting harm."""
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.moment += 900 * DAY
    town.round()
    town.moment = START
    host.paths()
    town.round()
    assert host.paths() == ["/rss"]
    assert about(town.wait(), HOUR)


@pytest.mark.parametrize(
    ("url", "every", "expected"),
    [
        ("https://www.voorbeeldstad.example/rss", "1m", 15 * MINUTE),
        ("https://www.voorbeeldstad.example/rss", "20m", 20 * MINUTE),
        ("http://127.0.0.1:9/rss", "1m", MINUTE),
    ],
)
def test_floors_bind_public_hosts_alone(town: Town, url: str, every: str, expected: timedelta) -> None:
    """A public host is never asked more often than every 15 minutes, whatever is configured; a machine of one's own may be."""
    town.follow("stad", url, f'every = "{every}"')
    assert town.running.settings.sources()["stad"].every == expected


def test_alerts_have_a_floor_of_a_minute(town: Town) -> None:
    """A source of alerts at a public host may be asked every minute, and no more often."""
    town.follow("fast", "https://alarm.voorbeeldstad.example/cap", 'every = "10s"', kind="cap")
    town.follow("usual", "https://alarm.voorbeeldstad.example/atom", kind="cap")
    sources = town.running.settings.sources()
    assert sources["fast"].every == MINUTE
    assert sources["usual"].every == MINUTE


def test_a_quiet_source_is_asked_less_often_until_it_speaks(host: Host, town: Town) -> None:
    """Without an interval of the operator's, weeks without news halve the pace, and the first news restores it."""
    host.says["/rss"] = feed(("1", dated(START)), base=host.url, headers={"ETag": '"1"'})
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert about(town.wait(), HOUR)
    town.round(after=15 * DAY)
    assert about(town.wait(), 2 * HOUR)
    host.says["/rss"] = feed(("2", dated(START)), ("1", dated(START)), base=host.url)
    town.round(after=2 * DAY)
    assert about(town.wait(), HOUR)


def test_many_new_sources_are_spread(town: Town) -> None:
    """A hundred and fifty sources that were never asked are not asked in one breath by a service that starts."""
    import asyncio

    from adapters.http import HttpClient
    from tests.unit.http.loopback import policy

    for n in range(150):
        town.follow(f"s{n}", f"http://127.0.0.1:9/{n}")

    async def ticking() -> list[timedelta]:
        async with HttpClient(policy()) as http:
            collector = town.running.collector(http, lambda _: None, linger=0.01)
            await collector.tick()
            collector.give_up()
            collector.close()
        return sorted(town.wait(f"s{n}") for n in range(150))

    waits = asyncio.run(ticking())
    assert waits[0] < timedelta(seconds=0.5)
    assert timedelta(seconds=2.5) < waits[-1] <= timedelta(seconds=3)


def test_media_type_of_feeds_is_asked_for(host: Host, town: Town) -> None:
    """A host that negotiates hears that feeds are wanted."""
    host.says["/rss"] = Answer(
        body=b"<rss><channel><item><title>x</title></item></channel></rss>", headers={"Content-Type": RSS}
    )
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert "application/rss+xml" in host.last("/rss").headers["accept"]

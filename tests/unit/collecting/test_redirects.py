"""A source that moves: followed, adopted when it lasts, given up when the new place fails, and quarantined off its domains."""

from __future__ import annotations

from tests.unit.collecting.host import Answer, Host, feed
from tests.unit.collecting.town import DAY, HOUR, START, Town, dated


def moved(to: str, status: int = 301) -> Answer:
    """Give a redirect."""
    return Answer(status=status, headers={"Location": to})


def settle(host: Host, town: Town, status: int = 301) -> None:
    """Let a source move, and be seen doing so for two days."""
    host.says["/rss"] = moved("/new", status)
    host.says["/new"] = feed(("1", dated(START)), base=host.url, headers={"ETag": '"1"'})
    town.follow("stad", f"{host.url}/rss")
    town.rounds(until=2 * DAY, step=DAY)
    town.round(after=DAY)


def test_adopted_after_two_days_and_kept_over_a_restart(host: Host, town: Town) -> None:
    """A permanent redirect seen on three days is adopted with one notice, in memory alone; the old address is left in peace."""
    settle(host, town)
    assert [one.detail["to"] for one in town.events("redirect.adopted")] == [f"{host.url}/new"]
    config = town.running.settings.sources()["stad"].url
    host.paths()
    town.start()
    town.round(after=DAY)
    assert host.paths() == ["/new"]
    assert config == f"{host.url}/rss"
    assert town.source().state == "ok"


def test_permanently_seen_308_counts_and_temporary_ones_never_do(host: Host, town: Town) -> None:
    """302, 303 and 307 are followed and never remembered."""
    settle(host, town, 302)
    town.rounds(until=4 * DAY, step=DAY)
    assert town.source().moved is None
    host.paths()
    town.round(after=DAY)
    assert host.paths() == ["/rss", "/new"]
    host.says["/rss"] = moved("/new", 308)
    town.rounds(until=3 * DAY, step=DAY)
    assert town.source().moved == {"adopted": f"{host.url}/new"}


def test_a_chain_with_one_temporary_hop_is_not_permanent(host: Host, town: Town) -> None:
    """A move counts only where every redirect on the way says that it is for good."""
    host.says["/mid"] = moved("/new", 302)
    settle(host, town)
    host.says["/rss"] = moved("/mid")
    assert town.source().moved == {"adopted": f"{host.url}/new"}
    town.follow("ander", f"{host.url}/rss")
    town.start()
    town.rounds(until=4 * DAY, step=DAY)
    assert town.source("ander").moved is None


def test_back_to_the_configured_address_where_the_new_one_fails(host: Host, town: Town) -> None:
    """An adopted address that fails three times is forgotten: the configured one is asked again, also where the new one says 410."""
    settle(host, town)
    host.says["/new"] = Answer(status=410)
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    for _ in range(3):
        town.round(after=2 * DAY)
    assert town.source().state == "failing"
    assert [one.verdict for one in town.events("redirect.given-up")] == ["moved"]
    host.paths()
    town.round(after=2 * DAY)
    assert host.paths() == ["/rss"]
    assert (town.source().state, town.attention()) == ("ok", {})


def test_off_the_domains_is_quarantine(host: Host, town: Town) -> None:
    """A redirect that leaves the agency's domains is never followed: the source is quarantined, loudly, until a person says so."""
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    town.domains = '["voorbeeldstad.example"]'
    town.follow("stad", f"{host.url}/rss")
    town.round()
    host.says["/rss"] = moved(f"http://127.0.0.2:{host.url.rpartition(':')[2]}/kaping")
    town.round(after=2 * HOUR)
    assert town.source().state == "quarantined"
    assert town.attention()["source.redirected-away"].grave
    host.says["/rss"] = feed(("1", dated(START)), base=host.url)
    host.paths()
    town.start()
    town.round(after=9 * DAY, force=True)
    assert host.paths() == []
    assert len(town.events("source.redirected-away")) == 1


def test_news_behind_a_redirect_is_news(host: Host, town: Town) -> None:
    """What a moved source announces while it is still asked at its old address is posted."""
    settle(host, town)
    host.says["/new"] = feed(("2", dated(START + DAY)), ("1", dated(START)), base=host.url)
    town.round(after=DAY)
    assert town.titles() == ["Bericht 2"]

"""How a host is asked: what goes out, byte for byte, and when nothing needs to."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from itertools import pairwise

import brotli
import pytest
from backports import zstd

from tests.unit.collecting.host import RSS, Answer, Asked, Host, feed, rss
from tests.unit.collecting.town import HOUR, START, Town, dated

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}
ODD_VALIDATORS = [
    ('"plain"', "Mon, 23 Nov 2026 08:00:00 GMT"),
    ('W/"weak-gzip"', "23-Nov-2026 about eight"),
    ("no-quotes;a=1", ""),
    ('"caf\u00e9  two  spaces"', "0"),
]


def one(host: Host) -> Answer:
    """A feed with one entry."""
    return feed(("1", dated(START)), base=host.url)


@pytest.mark.parametrize(("etag", "modified"), ODD_VALIDATORS)
def test_validators_go_back_as_they_came(host: Host, town: Town, etag: str, modified: str) -> None:
    """The first request names no validator; from then on both go back byte for byte, however odd they are."""
    sent = {"ETag": etag.encode().decode("latin-1"), "Last-Modified": modified}
    document = Answer(body=one(host).body, headers={"Content-Type": RSS, **{k: v for k, v in sent.items() if v}})
    host.says["/rss"] = lambda asked: Answer(status=304) if "if-none-match" in asked.headers else document
    town.follow("stad", f"{host.url}/rss")
    town.round()
    town.round(after=2 * HOUR)
    first, second = host.asked
    assert "if-none-match" not in first.headers
    assert "if-modified-since" not in first.headers
    assert second.headers["if-none-match"] == sent["ETag"]
    assert second.headers.get("if-modified-since", "") == modified


def test_who_asks_is_said_and_nothing_else(host: Host, town: Town) -> None:
    """The User-Agent names program, page and operator; no cookie, referrer or authorisation ever goes out, not even one that was set."""
    host.says["/rss"] = Answer(body=one(host).body, headers={"Content-Type": RSS, "Set-Cookie": "volg=mij; Path=/"})
    town.follow("stad", f"{host.url}/rss")
    town.round()
    town.round(after=2 * HOUR)
    for asked in host.asked:
        agent = asked.headers["user-agent"]
        assert agent.startswith("Omroeper/")
        assert agent.endswith("; redactie@voorbeeldstad.example)")
        assert not {"cookie", "referer", "authorization", "from"} & asked.headers.keys()
        assert set(asked.headers["accept-encoding"].replace(" ", "").split(",")) == {"gzip", "br", "zstd"}


@pytest.mark.parametrize("coding", ENCODINGS)
def test_compressed_bodies_are_read(host: Host, town: Town, coding: str) -> None:
    """A feed that comes as gzip, Brotli or Zstandard is read like any other."""
    body = ENCODINGS[coding](rss(("1", dated(START)), base=host.url))
    host.says["/rss"] = Answer(body=body, headers={"Content-Type": RSS, "Content-Encoding": coding})
    town.follow("stad", f"{host.url}/rss")
    town.round()
    assert (town.source().state, town.source().entries) == ("ok", 1)


def test_a_host_without_validators_costs_no_work(host: Host, town: Town) -> None:
    """Where a host ignores validators, the same body is known by its digest: nothing is read, written or posted again."""
    host.says["/rss"] = one(host)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    before = town.source()
    town.round(after=2 * HOUR)
    after = town.source()
    assert (after.last_new, after.cursor, after.state) == (before.last_new, before.cursor, "ok")
    assert after.last_ok == town.moment


def test_half_a_document_does_not_advance_the_validators(host: Host, town: Town) -> None:
    """After a document that broke off the next request carries the validators of the last whole one, so that it is sent again."""
    whole = Answer(body=one(host).body, headers={"Content-Type": RSS, "ETag": '"one"'})
    host.says["/rss"] = whole
    town.follow("stad", f"{host.url}/rss")
    town.round()
    longer = rss(("2", dated(START)), ("1", dated(START)), base=host.url)
    host.says["/rss"] = Answer(body=longer[:-60], headers={"Content-Type": RSS, "ETag": '"two"'})
    town.round(after=2 * HOUR)
    assert town.source().state == "failing"
    town.round(after=2 * HOUR)
    assert host.last("/rss").headers["if-none-match"] == '"one"'


def test_a_new_address_is_asked_without_old_validators(host: Host, town: Town) -> None:
    """Another address in the configuration starts afresh: no validators, failures or pauses of the old one count there."""
    host.says["/rss"] = Answer(body=one(host).body, headers={"Content-Type": RSS, "ETag": '"one"'})
    town.follow("stad", f"{host.url}/rss")
    town.round()
    host.says["/rss"] = Answer(status=429, headers={"Retry-After": "7200"})
    town.round(after=2 * HOUR)
    host.says["/new"] = Answer(status=404)
    town.follow("stad", f"{host.url}/new")
    town.start()
    town.moment += 15 * 24 * HOUR
    host.paths()
    town.round()
    asked = host.last("/new")
    assert "if-none-match" not in asked.headers
    assert (town.source().state, town.source().failing_since) == ("failing", town.moment)


@pytest.mark.parametrize(("setting", "most"), [("per_host = 1", 1), ("per_host = 3", 3)])
def test_one_host_is_asked_by_few_at_a_time(host: Host, town: Town, setting: str, most: int) -> None:
    """However many sources a host has, so many requests run there at a time as ``per_host`` says."""

    def slowly(asked: Asked) -> Answer:
        del asked
        time.sleep(0.03)
        return one(host)

    town.network = setting
    for n in range(8):
        host.says[f"/{n}"] = slowly
        town.follow(f"s{n}", f"{host.url}/{n}")
    town.round()
    assert len(host.asked) == 8
    assert host.most_at_once == most


def test_there_is_a_gap_between_two_requests(host: Host, town: Town) -> None:
    """Between two requests to one host lies at least ``host_gap``."""
    moments: list[float] = []

    def noted(asked: Asked) -> Answer:
        del asked
        moments.append(time.monotonic())
        return one(host)

    town.network = 'per_host = 1\nhost_gap = "1s"'
    for n in range(3):
        host.says[f"/{n}"] = noted
        town.follow(f"s{n}", f"{host.url}/{n}")
    town.round()
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert len(gaps) == 2
    assert min(gaps) >= 0.99


def test_a_restart_asks_nobody(host: Host, town: Town) -> None:
    """When each source is due is remembered: a program that starts again asks none of them sooner."""
    for n in range(5):
        host.says[f"/{n}"] = one(host)
        town.follow(f"s{n}", f"{host.url}/{n}")
    town.round()
    assert len(host.paths()) == 5
    for _ in range(3):
        town.start()
        town.round(after=HOUR / 6)
    assert host.paths() == []

"""What the client sends, what it gives back, and how politely it does both, over real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import traceback
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import AdapterError, Permanent, Temporary
from adapters.http import Hop, HttpClient, NetworkPolicy, raise_for_status
from tests.unit.http.loopback import AGENT, Answer, Visit, client, fine, policy, serving

ROOT = Path(__file__).parents[3]
ETAG = "W/\"ëén-'twee'-gzip\""
MODIFIED = "Mon, 23 Nov 2026 08:00:00 GMT"

# ── what goes out ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_but_what_is_needed_goes_out() -> None:
    """An honest name, what is accepted, and not one header more: no cookies, no referrer."""

    async def baits(visit: Visit) -> None:
        await visit.reply(200, b"x", {"Set-Cookie": "volg=mij; Path=/", "Accept-CH": "DPR", "Link": "</a>; rel=next"})

    async with serving(baits) as server, client() as http:
        for path in ("/een", "/twee", "/drie"):
            await http.get(server.url + path, accept="application/rss+xml", named=True)
        sent = [visit.headers for visit in server.visits]
    common = {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": AGENT,
        "accept-encoding": "gzip, br, zstd",
        "accept": "application/rss+xml",
    }
    assert sent == [common | {"connection": "close"}, common, common]


async def test_nothing_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy or a password that lies about in the environment is not used."""
    async with serving(fine) as proxy, serving(fine) as server, client() as http:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert (await http.get(server.url, named=True)).status == 200
        assert proxy.connections == 0
        assert "authorization" not in server.visits[0].headers


async def test_validators_go_back_byte_for_byte() -> None:
    """What a server sent as a validator is what it gets back, quotes, prefix, suffix and letters beyond ASCII included."""

    async def answer(visit: Visit) -> None:
        if "if-none-match" in visit.headers:
            await visit.reply(304)
        else:
            await visit.reply(200, b"nieuw", {"ETag": ETAG, "Last-Modified": MODIFIED})

    async with serving(answer) as server, client() as http:
        first = await http.get(server.url, named=True)
        again = await http.get(server.url, etag=first.etag, last_modified=first.last_modified, named=True)
        assert (again.status, again.not_modified, again.body) == (304, True, b"")
        sent = server.visits[1].headers
        assert sent["if-none-match"].encode("latin-1") == ETAG.encode()
        assert sent["if-modified-since"] == MODIFIED
        raise_for_status(again)


async def test_a_validator_that_cannot_be_sent_back_is_none() -> None:
    """Bytes that are no UTF-8 can be neither stored nor returned unchanged: better none than a wrong one."""

    async def answer(visit: Visit) -> None:
        await visit.send(b'HTTP/1.1 200 OK\r\nETag: "\xe9"\r\nLast-Modified: \r\nContent-Length: 0\r\n\r\n')

    async with serving(answer) as server, client() as http:
        response = await http.get(server.url, named=True)
        assert (response.etag, response.last_modified) == (None, None)


@pytest.mark.parametrize(
    "path",
    [
        "/rss?q=(c.product-area==%22lvbb%22)&x=a+b%20c",
        "/a%7Eb%2fc;v=1",
        "/?sig=a%2Bb%3D%3D&e=%C3%AB",
        "/a/../b",
        "/x?a=1&&b",
    ],
)
async def test_an_address_is_asked_as_it_was_written(path: str) -> None:
    """Signed and hand-made queries reach the server as they are, not as a library would have written them."""
    async with serving(fine) as server, client() as http:
        response = await http.get(f"HTTP://127.0.0.1:{server.port}{path}#deel", named=True)
        assert server.visits[0].path == path
        assert response.url == server.url + path


async def test_an_address_that_is_not_legal_is_quoted() -> None:
    """Spaces and letters that people type are sent as the standard says."""
    async with serving(fine) as server, client() as http:
        await http.get(f"{server.url}/straten en wijken/ë?naam=Café|1", named=True)
        assert server.visits[0].path == "/straten%20en%20wijken/%C3%AB?naam=Caf%C3%A9%7C1"


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_the_headers_say_is_at_hand() -> None:
    """Media type, charset and headers in any case, in the form that readers need."""

    async def answer(visit: Visit) -> None:
        await visit.reply(200, b"<rss/>", {"Content-Type": 'Application/RSS+XML ; v=2; Charset="ISO-8859-1" '})

    async with serving(answer) as server, serving(fine) as bare, client() as http:
        response = await http.get(server.url, named=True)
        assert (response.content_type, response.charset) == ("application/rss+xml", "iso-8859-1")
        assert response.headers["content-length"] == "6"
        assert "<rss/>" not in repr(response)
        response = await http.get(bare.url, named=True)
        assert (response.content_type, response.charset) == ("", None)


async def test_head_asks_without_a_body() -> None:
    """A page check learns status and headers, and no more."""

    async def answer(visit: Visit) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\nContent-Encoding: gzip\r\n\r\n")

    async with serving(answer) as server, client() as http:
        response = await http.head(server.url, named=True)
        assert (response.status, response.body) == (200, b"")
        assert server.visits[0].head.startswith("HEAD / ")


async def test_post_sends_json_or_a_form() -> None:
    """Bodies go out in due form, with what the caller adds, on a connection of their own."""
    async with serving(fine) as server, client() as http:
        await http.post(f"{server.url}/json", json={"a": ["ë"]}, headers={"Authorization": "Bearer geheim"}, named=True)
        await http.post(f"{server.url}/form", form={"hub.mode": "subscribe", "x": "a b"}, named=True)
    first, second = server.visits
    assert [visit.headers["connection"] for visit in server.visits] == ["close", "close"]
    assert json.loads(first.body) == {"a": ["ë"]}
    assert first.headers["content-type"] == "application/json"
    assert first.headers["authorization"] == "Bearer geheim"
    assert second.body == b"hub.mode=subscribe&x=a+b"
    assert second.headers["content-type"] == "application/x-www-form-urlencoded"
    assert server.connections == 2


async def test_a_post_is_not_carried_elsewhere_and_not_repeated() -> None:
    """A redirect is the answer; a dropped connection is an error, and the server was asked once."""

    async def answer(visit: Visit) -> None:
        if visit.path == "/weg":
            visit.writer.close()
        else:
            await visit.reply(307, b"elders", {"Location": "/elders"})

    async with serving(answer) as server, client() as http:
        response = await http.post(server.url, json={}, named=True)
        assert (response.status, response.hops, len(server.visits)) == (307, (), 1)
        with pytest.raises(Permanent) as caught:
            raise_for_status(response)
        assert caught.value.code == "http.redirected"
        with pytest.raises(Temporary):
            await http.post(f"{server.url}/weg", json={}, named=True)
        assert len(server.visits) == 2


async def test_a_drop_on_a_new_connection_is_not_asked_again() -> None:
    """One question is one question: the outbox and the schedule repeat, the client does not."""

    async def answer(visit: Visit) -> None:
        visit.writer.close()

    async with serving(answer) as server, client() as http:
        with pytest.raises(Temporary) as caught:
            await http.get(server.url, named=True)
        assert (caught.value.code, len(server.visits)) == ("http.dropped", 1)


async def test_too_many_large_answers_at_once_are_given_up() -> None:
    """Servers that send nearly all that is allowed, and then wait, cannot fill the memory together."""

    async def answer(visit: Visit) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(2_000_000))
        await asyncio.sleep(3600)

    async with serving(answer) as server, serving(fine) as healthy, client(max_held=5_000_000) as http:
        asked = [asyncio.create_task(http.get(f"{server.url}/{n}", named=True, timeout=1)) for n in range(6)]
        await asyncio.sleep(0.3)
        assert (await http.get(healthy.url, named=True)).body == b"alles is goed"
        errors = await asyncio.gather(*asked, return_exceptions=True)
    codes = sorted(error.code for error in errors if isinstance(error, AdapterError))
    assert codes.count("http.busy") >= 3
    assert set(codes) == {"http.busy", "http.timeout"}


async def test_a_large_answer_counts_until_it_has_been_read() -> None:
    """Large bodies that wait to be read fill the memory no more than others: the next one waits until they are let go."""

    async def answer(visit: Visit) -> None:
        await visit.reply(body=bytes(3_000_000))

    async with serving(answer) as server, client(max_held=5_000_000) as http:
        unread = [await http.get(server.url, named=True)]
        waiting = asyncio.create_task(http.get(server.url, named=True))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        unread.clear()
        assert len((await waiting).body) == 3_000_000


# ── redirects ────────────────────────────────────────────────────────────────────────────────────────────────────────


def leading(**statuses: int) -> Answer:
    """Give an answer that leads from /a to /b to /c …, with these statuses."""
    names = [*statuses, "einde"]

    async def answer(visit: Visit) -> None:
        here = visit.path.strip("/")
        if here in statuses:
            await visit.reply(statuses[here], headers={"Location": names[names.index(here) + 1]})
        else:
            await visit.reply(304 if "if-none-match" in visit.headers else 200)

    return answer


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ({"a": 301}, True),
        ({"a": 308, "b": 301}, True),
        ({"a": 301, "b": 302}, False),
        ({"a": 307}, False),
        ({"a": 303}, False),
    ],
)
async def test_hops_are_told_and_permanent_ones_alone_say_moved(statuses: dict[str, int], moved: bool) -> None:
    """Where a source went, by which statuses, and whether it says that it stays there."""
    async with serving(leading(**statuses)) as server, client() as http:
        response = await http.get(f"{server.url}/a", named=True)
        assert [hop.status for hop in response.hops] == list(statuses.values())
        assert response.hops[-1] == Hop(status=response.hops[-1].status, url=f"{server.url}/einde")
        assert response.url == f"{server.url}/einde"
        assert response.moved_to == (response.url if moved else None)


async def test_validators_follow_and_credentials_do_not() -> None:
    """Behind a redirect a 304 is still possible; what the caller added stays with the server it was meant for."""

    async def answer(visit: Visit) -> None:
        if visit.path == "http://nieuws.example/":
            await visit.reply(302, headers={"Location": "/zelfde"})
        elif visit.path == "http://nieuws.example/zelfde":
            await visit.reply(302, headers={"Location": "http://elders.example/"})
        else:
            await visit.reply(304)

    # Public hosts cannot be had on loopback: a proxy plays both of them.
    async with (
        serving(answer) as proxy,
        HttpClient(policy(proxy=proxy.url), lookup=lambda host: ["145.100.1.1"]) as http,
    ):
        response = await http.get("http://nieuws.example/", etag='"x"', headers={"X-Api-Key": "geheim"})
    assert (response.not_modified, response.url, len(response.hops)) == (True, "http://elders.example/", 2)
    assert [visit.headers.get("x-api-key") for visit in proxy.visits] == ["geheim", "geheim", None]
    assert [visit.headers["if-none-match"] for visit in proxy.visits] == ['"x"'] * 3


async def test_a_redirect_can_be_the_answer() -> None:
    """Who resolves short links looks at the address and does not go there."""
    async with serving(leading(a=301)) as server, client() as http:
        response = await http.head(f"{server.url}/a", redirects=0, named=True)
        assert (response.status, response.headers["Location"], response.moved_to) == (301, "einde", None)
        assert len(server.visits) == 1


@pytest.mark.parametrize(("hops", "followed"), [(3, True), (4, False)])
async def test_no_more_redirects_are_followed_than_the_policy_says(hops: int, followed: bool) -> None:
    """Three are followed, the fourth is not even asked for."""
    chain = dict.fromkeys("abcdefg"[:hops], 302)
    async with serving(leading(**chain)) as server, client() as http:
        asked = http.get(f"{server.url}/a", named=True)
        if followed:
            assert len((await asked).hops) == hops
        else:
            with pytest.raises(Temporary) as caught:
                await asked
            assert caught.value.code == "http.too-many-redirects"
        assert len(server.visits) == 4


async def test_a_slow_body_that_keeps_coming_is_read() -> None:
    """Silence is counted from one piece to the next, on a new connection and on one that was kept."""

    async def answer(visit: Visit) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for letter in b"traag.":
            await asyncio.sleep(0.15)
            await visit.send(bytes([letter]))

    async with serving(answer) as server, client(read_timeout=0.6) as http:
        assert (await http.get(server.url, named=True)).body == b"traag."
        assert (await http.get(server.url, named=True)).body == b"traag."


async def test_the_time_cap_covers_all_hops() -> None:
    """Three slow hops do not get three times the time."""

    async def answer(visit: Visit) -> None:
        await asyncio.sleep(0.15)
        await visit.reply(302, headers={"Location": f"{visit.path}x"})

    async with serving(answer) as server, client(redirects=9) as http:
        started = time.monotonic()
        with pytest.raises(Temporary) as caught:
            await http.get(server.url, named=True, timeout=0.4)
        assert caught.value.code == "http.timeout"
        assert time.monotonic() - started >= 0.4
        assert 1 <= len(server.visits) <= 3


# ── manners ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_host_is_asked_one_at_a_time_with_a_pause() -> None:
    """Five sources on one host wait for each other, and the pause counts from the end of the last answer."""
    spans: list[tuple[float, float]] = []

    async def answer(visit: Visit) -> None:
        started = time.monotonic()
        await asyncio.sleep(0.03)
        spans.append((started, time.monotonic()))
        await visit.reply()

    async with serving(answer) as server, client(private_per_host=1, private_host_gap=0.05) as http:
        await asyncio.gather(*(http.get(f"{server.url}/{n}", named=True) for n in range(5)))
    assert [visit.path for visit in server.visits] == [f"/{n}" for n in range(5)]
    assert all(later[0] - earlier[1] >= 0.05 for earlier, later in pairwise(spans))


async def test_a_name_inside_an_allowed_range_is_not_throttled() -> None:
    """Manners towards public hosts are not owed to one's own, also when it has a name: 40 answers take no 39 pauses."""
    names = {"intern.example": ["127.0.0.1"]}
    async with serving(fine) as server, client(names=names, per_host=1, host_gap=1.0) as http:
        url = f"http://intern.example:{server.port}"
        started = time.monotonic()
        await asyncio.gather(*(http.get(f"{url}/{n}", named=True) for n in range(40)))
        assert time.monotonic() - started < 20


async def test_waiting_for_a_host_takes_no_place_from_others() -> None:
    """A hundred sources on one slow host leave the other hosts as fast as they were."""

    async def slow(visit: Visit) -> None:
        await asyncio.sleep(0.1)
        await visit.reply()

    manners = policy(concurrency=2, private_per_host=1, private_host_gap=0.01, patience=60)
    async with serving(slow) as busy, serving(fine) as other, HttpClient(manners) as http:
        crowd = [asyncio.create_task(http.get(f"{busy.url}/{n}", named=True)) for n in range(100)]
        await asyncio.sleep(0.01)
        assert (await http.get(other.url, named=True)).status == 200
        assert len(busy.visits) < 20
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        assert (await http.get(busy.url, named=True)).status == 200


async def test_hosts_that_hang_give_their_places_away() -> None:
    """Three hundred servers that answer nothing, and two places: the healthy one is answered long before they are given up."""

    async def hang(visit: Visit) -> None:
        await asyncio.sleep(3600)

    manners = policy(concurrency=2, patience=0.001, private_per_host=1000)
    async with serving(hang) as dead, serving(fine) as healthy, HttpClient(manners) as http:
        hanging = [asyncio.create_task(http.get(f"{dead.url}/{n}", named=True)) for n in range(300)]
        await asyncio.sleep(0)
        started = time.monotonic()
        assert (await http.get(healthy.url, named=True)).status == 200
        assert time.monotonic() - started < 12
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_name_server_that_hangs_holds_up_no_other_work() -> None:
    """Look-ups have threads of their own: the default executor and the loop stay free, and the time cap holds."""
    release = threading.Event()

    def lookup(host: str) -> list[str]:
        release.wait(30)
        raise OSError(-3, "Temporary failure in name resolution")

    async with serving(fine) as server, HttpClient(policy(), lookup=lookup) as http:
        dead = [asyncio.create_task(http.get(f"http://dood-{n}.example/", timeout=0.3)) for n in range(20)]
        await asyncio.sleep(0)
        await asyncio.to_thread(lambda: None)
        assert (await http.get(server.url, named=True)).status == 200
        errors = await asyncio.gather(*dead, return_exceptions=True)
        release.set()
    assert [error.code for error in errors if isinstance(error, AdapterError)] == ["http.timeout"] * 20


def test_a_name_server_that_hangs_does_not_keep_the_process() -> None:
    """Who is told to stop while DNS is down stops."""
    program = (
        "import asyncio, time\n"
        "from adapters.http import *\n"
        "async def main():\n"
        "    manners = NetworkPolicy(user_agent='x', timeout=0.2)\n"
        "    async with HttpClient(manners, lookup=lambda host: time.sleep(60)) as http:\n"
        "        try: await http.get('http://dood.example/')\n"
        "        except Exception as error: print(error.code)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True
    )
    assert (done.stdout, done.stderr) == ("http.timeout\n", "")


async def test_connections_are_kept_only_where_they_are_used_again() -> None:
    """A host with one source is told to close; a host with many is asked over one connection."""
    async with serving(fine) as single, serving(fine) as many, client(private_per_host=1) as http:
        await http.get(single.url, named=True)
        await asyncio.gather(*(http.get(f"{many.url}/{n}", named=True) for n in range(10)))
        assert single.visits[0].headers["connection"] == "close"
        assert many.connections == 2


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced() -> None:
    """A server that ends idle connections costs no failed poll."""

    async def brief(visit: Visit) -> None:
        await visit.reply()
        if len(server.visits) == 2:
            await asyncio.sleep(0.02)
            visit.writer.close()

    async with serving(brief) as server, client() as http:
        for _ in range(4):
            assert (await http.get(server.url, named=True)).status == 200
            await asyncio.sleep(0.05)


# ── ends and errors ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_errors_hold_no_secrets() -> None:
    """Neither message, nor repr, nor traceback shows what was in the query or in the headers."""
    async with serving(fine) as server:
        url = f"http://127.0.0.1:{server.port}/f?access_token=geheim1&page=2&X-Amz-Signature=geheim2"
    credential = {"Authorization": "Bearer geheim3"}
    async with client() as http:
        with pytest.raises(Temporary) as caught:
            await http.get(url, headers=credential, named=True)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert caught.value.code == "http.connect"
    assert "connection refused" in str(caught.value)
    assert "page=2" in str(caught.value)
    assert "geheim" not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://politie.example/x",
        "politie.example/rss",
        "",
        "http://",
        "http://x:0/",
        "/rss",
        "http://a..b/",
        "http://" + "a" * 9000,
    ],
)
async def test_what_cannot_be_asked_is_refused_at_once(url: str) -> None:
    """A mistake in the configuration is told as such, with what to write instead."""
    async with client() as http:
        with pytest.raises(Permanent) as caught:
            await http.get(url, named=True)
    assert caught.value.code == "http.bad-url"
    assert "http://" in caught.value.remedy
    assert len(str(caught.value)) < 400


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["http://", "https://", "HTTP://[", ""]), st.text(max_size=40), st.text(max_size=40))
def test_whatever_the_address_only_our_errors_come_out(scheme: str, host: str, path: str) -> None:
    """No text that somebody puts where an address belongs reaches people as an error of a library."""

    async def ask() -> None:
        # Everything goes to a proxy that is not there: nothing leaves this machine, whatever the text means.
        manners = policy(proxy="http://127.0.0.1:9")
        async with HttpClient(manners, lookup=lambda name: ["145.100.1.1"]) as http:
            with pytest.raises(AdapterError):
                await http.get(f"{scheme}{host}/{path}", redirects=0)

    asyncio.run(ask())


async def test_a_cancelled_request_leaves_nothing_behind() -> None:
    """Cancelling is no time-out, closes the connection, and gives the turn and the place to the next."""
    gone = asyncio.Event()

    async def answer(visit: Visit) -> None:
        if visit.path == "/hang":
            await visit.reader.read()
            gone.set()
        else:
            await visit.reply()

    async with serving(answer) as server, client(concurrency=1, private_per_host=1, patience=60) as http:
        hanging = asyncio.create_task(http.get(f"{server.url}/hang", named=True, timeout=30))
        waiting = [asyncio.create_task(http.get(f"{server.url}/{n}", named=True)) for n in range(3)]
        await asyncio.sleep(0.05)
        waiting[1].cancel()
        hanging.cancel()
        outcomes = await asyncio.gather(hanging, *waiting, return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == [
            "CancelledError",
            "Response",
            "CancelledError",
            "Response",
        ]
        await asyncio.wait_for(gone.wait(), 10)


async def test_a_closed_client_asks_nothing() -> None:
    """Closing twice is harmless; asking afterwards is a mistake of the program."""
    http = client()
    async with serving(fine) as server:
        await http.get(server.url, named=True)
        await http.close()
        await http.close()
        with pytest.raises(RuntimeError):
            await http.get(server.url, named=True)


def test_building_a_client_touches_nothing() -> None:
    """Adapters are built outside any loop; so is their client, without a thread or an open file."""
    before = threading.active_count(), len(list(Path("/dev/fd").iterdir()))
    http = HttpClient(NetworkPolicy(user_agent="x"))
    assert (threading.active_count(), len(list(Path("/dev/fd").iterdir()))) == before
    asyncio.run(http.close())


# ── the proxy ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_through_a_proxy_the_guard_still_looks() -> None:
    """With network.proxy set everything goes through it, and what this machine sees as private is not handed over."""
    names = {"nieuws.example": ["145.100.1.1"], "binnen.example": ["10.0.0.1"]}

    async with serving(fine) as proxy:
        through = f"http://wie:geheim@127.0.0.1:{proxy.port}"
        manners = policy(proxy=through, allow_private=())
        assert "geheim" not in repr(manners)
        async with HttpClient(manners, lookup=names.__getitem__) as http:
            response = await http.get("http://nieuws.example/rss?a=1")
            assert response.body == b"alles is goed"
            for address in ("http://binnen.example/", "http://127.0.0.1/", "http://169.254.169.254/"):
                with pytest.raises(Permanent) as caught:
                    await http.get(address, named=True)
                assert caught.value.code == "http.private-address"
    assert [visit.path for visit in proxy.visits] == ["http://nieuws.example/rss?a=1"]
    assert proxy.visits[0].headers["proxy-authorization"].startswith("Basic ")


async def test_a_proxy_that_is_down_is_named() -> None:
    """The operator learns that it is the proxy and not the source, and sees no password."""
    async with serving(fine) as proxy:
        through = f"http://wie:geheim@127.0.0.1:{proxy.port}"
    async with HttpClient(policy(proxy=through), lookup=lambda host: ["145.100.1.1"]) as http:
        with pytest.raises(Temporary) as caught:
            await http.get("http://nieuws.example/")
    assert caught.value.code == "http.proxy"
    assert "network.proxy" in caught.value.remedy
    assert "geheim" not in "".join(traceback.format_exception(caught.value))


# ── the cost ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bench_counts_right() -> None:
    """bench/http_client.py runs, and every request that it counts was answered 304."""
    command = [sys.executable, "bench/http_client.py", "--requests", "60", "--concurrency", "4", "--rounds", "2"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    figures = json.loads(done.stdout)
    assert (figures["requests"], figures["concurrency"], figures["rounds"]) == (60, 4, 2)
    assert figures["answers"] == {"304": 60 * 2 * 2}
    assert figures["bare_us"] > 0
    assert figures["ratio"] > 0

"""Servers that mean harm, or are merely broken, over real sockets.

Each row says what a server does and with which code the client gives up. While it does its worst, five requests to a
healthy server must be answered, and a server that may not be asked must see no connection.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Malformed, Permanent, Refused, Temporary
from adapters.http import HttpClient, raise_for_status
from tests.unit.http.loopback import Answer, Server, Visit, client, client_tls, fine, policy, server_tls, serving

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

OK = b"HTTP/1.1 200 OK\r\n"
CAP = 200_000
BOMB = bytes(50_000_000)
BOMBS = {
    "gzip": gzip.compress(BOMB, 9),
    "br": brotli.compress(BOMB, quality=5),
    "zstd": zstd.compress(BOMB),
}
FEED = b"<rss><channel><title>Gemeente Voorbeeldstad</title></channel></rss>"

# ── what they do ─────────────────────────────────────────────────────────────────────────────────────────────────────


def says(data: bytes, *, then: str = "close") -> Answer:
    """Write this, then close, hang, or reset the connection."""

    async def answer(visit: Visit) -> None:
        await visit.send(data)
        if then == "hang":
            await asyncio.sleep(3600)
        await asyncio.sleep(0.02)
        if then == "reset":
            visit.writer.transport.abort()
        visit.writer.close()

    return answer


def repeats(start: bytes, again: bytes, *, pause: float = 0.0) -> Answer:
    """Write the start, and then the rest again and again."""

    async def answer(visit: Visit) -> None:
        await visit.send(start)
        while True:
            await visit.send(again)
            await asyncio.sleep(pause)

    return answer


def encoded(label: bytes, body: bytes) -> Answer:
    """Answer with a body that claims this content coding."""
    head = OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (label, len(body))
    return says(head + body)


def redirects(target: str, status: int = 302) -> Answer:
    """Redirect there; ``PORT`` stands for the port of the neighbour."""

    async def answer(visit: Visit) -> None:
        await visit.reply(status, headers={"Location": target.replace("PORT", str(visit.neighbour))})

    return answer


async def forever(visit: Visit) -> None:
    """Redirect to ever new addresses."""
    await visit.reply(302, headers={"Location": f"/{time.monotonic_ns()}"})


async def ping_pong(visit: Visit) -> None:
    """Redirect from one address to another and back."""
    await visit.reply(302, headers={"Location": "/b" if visit.path == "/" else "/"})


async def two_pieces(visit: Visit) -> None:
    """Break the chunked coding after a first good piece that has already been read."""
    await visit.send(OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ngoed\r\n")
    await asyncio.sleep(0.05)
    await visit.send(b"zz\r\nfout\r\n")


def window_of_64_mib() -> bytes:
    """Give a zstd frame, whole and empty, that asks for a window of 64 MiB (RFC 8878, 3.1.1.1.2: exponent 16)."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([16 << 3]) + b"\x01\x00\x00"


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    answer: Answer
    code: str
    kind: type[AdapterError] = Temporary
    timeout: float | None = None


def never_ends(name: str, answer: Answer) -> Row:
    """Give a row for what only a time cap ends."""
    return Row(name=name, answer=answer, code="http.timeout", timeout=0.3)


def temporary(name: str, answer: Answer, code: str) -> Row:
    """Give a row for what is tried again."""
    return Row(name=name, answer=answer, code=code)


def malformed(name: str, answer: Answer, code: str) -> Row:
    """Give a row for what cannot be read."""
    return Row(name=name, answer=answer, code=code, kind=Malformed)


def permanent(name: str, answer: Answer, code: str) -> Row:
    """Give a row for what will never be accepted."""
    return Row(name=name, answer=answer, code=code, kind=Permanent)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP_HEADER = OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"  # a comment begins
GZIPPED = gzip.compress(FEED * 50)

ROWS = [
    # time
    never_ends("hangs before the status", says(b"", then="hang")),
    never_ends("hangs in the status line", says(b"HTTP/1.1 20", then="hang")),
    never_ends("hangs in the headers", says(OK + b"Server: traag\r\n", then="hang")),
    never_ends("hangs in the body", says(OK + b"Content-Length: 100\r\n\r\n<rss>", then="hang")),
    never_ends("hangs between chunks", says(CHUNKED + b"5\r\n<rss>\r\n", then="hang")),
    never_ends("hangs where the end of the connection ends the body", says(OK + b"\r\n<rss>", then="hang")),
    never_ends("drips its headers", repeats(OK, b"X-A: b\r\n", pause=0.05)),
    never_ends("drips its body", repeats(OK + b"\r\n", b"<", pause=0.02)),
    never_ends("drips chunks", repeats(CHUNKED, b"1\r\n<\r\n", pause=0.02)),
    never_ends("drips a chunk extension", repeats(CHUNKED + b"5;", b"x", pause=0.02)),
    never_ends("says 'continue' for ever", repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.005)),
    # size
    malformed("endless headers", repeats(OK, b"X-A: b\r\n" * 100), "http.headers-too-large"),
    malformed("an endless header", repeats(OK + b"X-A: ", b"b" * 4096), "http.headers-too-large"),
    malformed("a giant header", says(OK + b"X-A: " + b"b" * 20_000 + b"\r\n\r\n"), "http.headers-too-large"),
    malformed("a giant reason", says(b"HTTP/1.1 200 " + b"b" * 20_000 + b"\r\n\r\n"), "http.headers-too-large"),
    malformed("a body that never ends", repeats(OK + b"\r\n", b"<rss>" * 1000), "http.too-large"),
    malformed("chunks that never end", repeats(CHUNKED, b"4\r\nfeed\r\n" * 500), "http.too-large"),
    malformed("a large body, and says so", says(OK + b"Content-Length: 999999999\r\n\r\n", then="hang"), "http.too-large"),
    malformed("a gzip bomb", encoded(b"gzip", BOMBS["gzip"]), "http.too-large"),
    malformed("a brotli bomb", encoded(b"br", BOMBS["br"]), "http.too-large"),
    malformed("a zstd bomb", encoded(b"zstd", BOMBS["zstd"]), "http.too-large"),
    malformed("a gzip header that never ends", repeats(GZIP_HEADER, b"geen einde" * 1000), "http.too-large"),
    malformed("a zstd window beyond what HTTP allows", encoded(b"zstd", window_of_64_mib()), "http.bad-encoding"),
    malformed("thousands of gzip members", encoded(b"gzip", gzip.compress(b"") * 5000), "http.bad-encoding"),
    malformed("thousands of zstd frames", encoded(b"zstd", zstd.compress(b"") * 5000), "http.bad-encoding"),
    # coding
    malformed("plain text that says gzip", encoded(b"gzip", FEED), "http.bad-encoding"),
    malformed("plain text that says br", encoded(b"br", FEED), "http.bad-encoding"),
    malformed("plain text that says zstd", encoded(b"zstd", FEED), "http.bad-encoding"),
    malformed("brotli with rubbish after it", encoded(b"br", brotli.compress(FEED) + b"x"), "http.bad-encoding"),
    malformed("gzip in gzip", encoded(b"gzip, gzip", gzip.compress(gzip.compress(FEED))), "http.bad-encoding"),
    malformed("a coding that nobody asked for", encoded(b"compress", FEED), "http.bad-encoding"),
    malformed("gzip with a false check sum", encoded(b"gzip", GZIPPED[:-8] + bytes(8)), "http.bad-encoding"),
    temporary("a transfer coding that nobody asked for", says(OK + b"Transfer-Encoding: gzip\r\n\r\nx"), "http.bad-response"),
    # broken off
    temporary("less than its length", says(OK + b"Content-Length: 100\r\n\r\n<rss>"), "http.truncated"),
    temporary("reset in the body", says(OK + b"Content-Length: 100\r\n\r\n<rss>", then="reset"), "http.truncated"),
    temporary("chunks without an end", says(CHUNKED + b"5\r\n<rss>\r\n"), "http.truncated"),
    temporary("half a chunk", says(CHUNKED + b"ff\r\n<rss>"), "http.truncated"),
    temporary("gzip cut off", encoded(b"gzip", GZIPPED[:-12]), "http.truncated"),
    temporary("gzip cut off in its first bytes", encoded(b"gzip", GZIPPED[:12]), "http.truncated"),
    temporary("gzip without its check sum", encoded(b"gzip", GZIPPED[:-8]), "http.truncated"),
    temporary("brotli cut off", encoded(b"br", brotli.compress(FEED * 50)[:-5]), "http.truncated"),
    temporary("zstd cut off", encoded(b"zstd", zstd.compress(FEED * 50)[:-5]), "http.truncated"),
    # no answer, or none that is HTTP
    temporary("closes without a word", says(b""), "http.dropped"),
    temporary("resets without a word", says(b"", then="reset"), "http.dropped"),
    temporary("closes in the headers", says(OK + b"Server: weg\r\n"), "http.dropped"),
    temporary("HTTP/0.9", says(b"<html>hallo</html>"), "http.bad-response"),
    temporary("garbage", says(bytes(range(256))), "http.bad-response"),
    temporary("TLS where none is expected", says(b"\x15\x03\x01\x00\x02\x02\x46"), "http.bad-response"),
    temporary("a negative length", says(OK + b"Content-Length: -1\r\n\r\n"), "http.bad-response"),
    temporary("two lengths", says(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "http.bad-response"),
    temporary("length and chunks", says(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "http.bad-response"),
    temporary("a chunk size that is none", says(CHUNKED + b"zz\r\nfout\r\n"), "http.bad-response"),
    # aiohttp closes such a connection and lets whoever reads from it wait: the time caps end that
    never_ends("a chunk size that is none, later on", two_pieces),
    temporary("an upgrade", says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", then="hang"), "http.bad-response"),
    temporary("a part of the document", says(b"HTTP/1.1 206 Part\r\nContent-Length: 5\r\n\r\n<rss>"), "http.bad-response"),
    temporary("304 to a question without validators", says(b"HTTP/1.1 304 Same\r\n\r\n"), "http.bad-response"),
    # redirects
    temporary("redirects to itself", redirects("/"), "http.redirect-loop"),
    temporary("redirects to and fro", ping_pong, "http.redirect-loop"),
    temporary("redirects without end", forever, "http.too-many-redirects"),
    permanent("redirects to another port here", redirects("http://127.0.0.1:PORT/"), "http.private-address"),
    permanent("redirects to a mapped address", redirects("http://[::ffff:127.0.0.1]:PORT/"), "http.private-address"),
    permanent("redirects to a decimal address", redirects("http://2130706433:PORT/"), "http.private-address"),
    permanent("redirects to a short address", redirects("http://127.1:PORT/"), "http.private-address"),
    permanent("redirects to a name that lies here", redirects("http://binnen.example:PORT/"), "http.private-address"),
    permanent("redirects without a scheme", redirects("//127.0.0.1:PORT/"), "http.private-address"),
    permanent("redirects to metadata", redirects("http://169.254.169.254/latest/"), "http.private-address"),
    permanent("redirects to metadata over IPv6", redirects("http://[fd00:ec2::254]/latest/"), "http.private-address"),
    permanent("redirects into a file", redirects("file:///etc/passwd"), "http.bad-url"),
    permanent("redirects into data", redirects("data:text/xml,<rss/>"), "http.bad-url"),
    permanent("redirects into gopher", redirects("gopher://127.0.0.1:PORT/_x"), "http.bad-url"),
    permanent("redirects with a password", redirects("http://u:geheim@127.0.0.1:PORT/"), "http.bad-url"),
    permanent("redirects to nowhere", redirects("http://[nergens/"), "http.bad-url"),
    temporary("redirects to a name that is not there", redirects("http://weg.example/"), "http.dns"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_hostile_server_gets_its_code_and_harms_nobody(row: Row) -> None:
    """It is given up with the right code, others are answered meanwhile, and nothing private is touched."""
    async with (
        serving(fine) as forbidden,
        serving(fine) as healthy,
        serving(row.answer, neighbour=forbidden.port) as hostile,
        client(names={"binnen.example": ["127.0.0.1"]}, max_bytes=CAP) as http,
    ):
        bad, *good = await asyncio.gather(
            http.get(f"{hostile.url}/", named=True, timeout=row.timeout),
            *(http.get(f"{healthy.url}/{n}", named=True) for n in range(5)),
            return_exceptions=True,
        )
        assert isinstance(bad, row.kind), bad
        assert bad.code == row.code
        assert "geheim" not in str(bad)
        assert bad.remedy or row.kind is Temporary
        assert [answer.body for answer in good if not isinstance(answer, BaseException)] == [b"alles is goed"] * 5
        assert forbidden.connections == 0


async def test_all_of_them_at_once_delay_nobody() -> None:
    """Every row at the same time, through few places: healthy servers are answered at once."""
    async with serving(fine) as forbidden, serving(fine) as healthy:
        servers = [serving(row.answer, neighbour=forbidden.port) for row in ROWS]
        hostile = [await server.__aenter__() for server in servers]
        async with client(max_bytes=CAP, concurrency=8, patience=0.02) as http:
            attacks = [
                asyncio.create_task(http.get(f"{server.url}/", named=True, timeout=2 if row.timeout else None))
                for row, server in zip(ROWS, hostile, strict=True)
            ]
            await asyncio.sleep(0)
            started = time.monotonic()
            for n in range(5):
                assert (await http.get(f"{healthy.url}/{n}", named=True)).status == 200
            waited = time.monotonic() - started
            outcomes = await asyncio.gather(*attacks, return_exceptions=True)
        for server in servers:
            await server.__aexit__(None, None, None)
    assert all(isinstance(outcome, AdapterError) for outcome in outcomes)
    assert waited < 1.5, "the healthy server was kept waiting for the time-outs of others"
    assert forbidden.connections == 0


@pytest.mark.parametrize("coding", BOMBS)
async def test_a_bomb_is_met_before_it_goes_off(coding: str) -> None:
    """Fifty megabytes in a few kilobytes never stand in memory: decoding stops at the cap."""
    async with serving(encoded(coding.encode(), BOMBS[coding])) as server, client(max_bytes=CAP) as http:
        tracemalloc.start()
        with pytest.raises(Malformed):
            await http.get(server.url, named=True)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 3_000_000


@pytest.mark.parametrize("start", [b"", OK, OK + b"Content-Length: 9\r\n\r\n<rss>", CHUNKED + b"5\r\n<rss>\r\n"])
async def test_silence_is_cut_off_long_before_the_total(start: bytes) -> None:
    """A server that falls silent is given up after read_timeout, on a new connection and on one that was kept."""

    async def answer(visit: Visit) -> None:
        if visit.path == "/hang":
            await says(start, then="hang")(visit)
        await visit.reply()

    async with serving(answer) as server, client(read_timeout=0.2, connect_timeout=20, timeout=20) as http:
        for warm in (0, 2):
            for _ in range(warm):
                await http.get(server.url, named=True)
            started = time.monotonic()
            with pytest.raises(Temporary) as caught:
                await http.get(f"{server.url}/hang", named=True)
            assert caught.value.code == "http.timeout"
            assert 0.2 <= time.monotonic() - started < 5


PIECES = [
    OK,
    CHUNKED,
    b"HTTP/1.1 304 Same\r\n",
    b"HTTP/1.1 301 Moved\r\nLocation: ",
    b"Content-Length: 5\r\n",
    b"Content-Encoding: br\r\n",
    b"ETag: \xff\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"5\r\nabcde\r\n",
    b"0\r\n\r\n",
    GZIPPED,
]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=6))
def test_whatever_a_server_says_only_our_errors_come_out(pieces: list[bytes]) -> None:
    """An answer of random pieces is read or refused; no error of a library comes through."""

    async def ask() -> None:
        async with serving(says(b"".join(pieces))) as server, client() as http:
            with suppress(AdapterError):
                await http.get(server.url, etag='"x"', named=True, timeout=0.2)

    asyncio.run(ask())


# ── names that change their mind ─────────────────────────────────────────────────────────────────────────────────────


class Fickle:
    """A name whose address is another one each time it is looked up."""

    def __init__(self, *addresses: list[str]) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        return self.addresses[min(self.asked, len(self.addresses)) - 1]


@asynccontextmanager
async def second_loopback(port: int) -> AsyncIterator[Server]:
    """Serve on the same port of another loopback address, the one that may not be asked."""
    async with AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(serving(fine, host="127.0.0.2", port=port))
        except OSError:
            pytest.skip("this machine has one loopback address, and the forbidden server would listen on the second")
        yield server


async def test_a_name_cannot_change_its_mind_between_check_and_connection() -> None:
    """The address that was checked is the one that is connected to; the next look-up is checked anew."""
    name = Fickle(["127.0.0.1"], ["127.0.0.2"])
    async with (
        serving(fine) as front,
        second_loopback(front.port) as target,
        HttpClient(policy(), lookup=name) as http,
    ):
        url = f"http://wissel.example:{front.port}/"
        assert (await http.get(url, named=True)).status == 200
        assert name.asked == 1
        with pytest.raises(Permanent) as caught:
            await http.get(url, named=True)
        assert caught.value.code == "http.private-address"
        assert (name.asked, front.connections, target.connections) == (2, 1, 0)


async def test_a_name_with_good_and_bad_addresses_leads_to_the_good_ones() -> None:
    """Where the good address does not answer, the bad one is not tried in its place."""
    async with serving(fine) as front:
        port = front.port
    async with (
        second_loopback(port) as target,
        HttpClient(policy(), lookup=lambda host: ["127.0.0.2", "127.0.0.1"]) as http,
    ):
        with pytest.raises(Temporary) as caught:
            await http.get(f"http://gemengd.example:{port}/", named=True)
        assert caught.value.code == "http.connect"
        assert target.connections == 0


async def test_a_connection_into_the_private_network_is_lent_to_nobody() -> None:
    """A picture on the name of a configured private host finds that host refused, though a connection to it is open."""
    async with serving(fine) as inside, client(names={"binnen.example": ["127.0.0.1"]}) as http:
        url = f"http://binnen.example:{inside.port}/"
        for _ in range(3):
            assert (await http.get(url, named=True)).status == 200
        before = inside.connections
        with pytest.raises(Permanent) as caught:
            await http.get(url)
        assert caught.value.code == "http.private-address"
        assert (inside.connections, len(inside.visits)) == (before, 3)


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

SAFE = {"veilig.voorbeeldstad.example": ["127.0.0.1"], "ook-veilig.voorbeeldstad.example": ["127.0.0.1"]}


async def test_a_certificate_that_holds_is_accepted() -> None:
    """The authority that is trusted, the name that was asked: an ordinary answer."""
    async with serving(fine, tls=server_tls()) as server, client(names=SAFE, tls=client_tls()) as http:
        answer = await http.get(f"https://veilig.voorbeeldstad.example:{server.port}/", named=True)
        assert answer.body == b"alles is goed"


async def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    """Trust comes from the machine, never from the server."""
    async with serving(fine, tls=server_tls()) as server, client(names=SAFE) as http:
        with pytest.raises(Temporary) as caught:
            await http.get(f"https://veilig.voorbeeldstad.example:{server.port}/", named=True)
        assert caught.value.code == "http.tls"
        assert "unable to get local issuer certificate" in str(caught.value)
        assert server.visits == []


async def test_a_certificate_for_another_name_is_refused() -> None:
    """A server that shows somebody else's certificate is not asked."""
    names = {"vals.voorbeeldstad.example": ["127.0.0.1"]}
    async with serving(fine, tls=server_tls()) as server, client(names=names, tls=client_tls()) as http:
        with pytest.raises(Temporary) as caught:
            await http.get(f"https://vals.voorbeeldstad.example:{server.port}/", named=True)
        assert caught.value.code == "http.tls"
        assert server.visits == []


async def test_plain_http_on_an_https_port_is_no_tls() -> None:
    """A server that answers in the clear is told apart from one that is down."""
    clear = b"HTTP/1.1 400 Bad\r\n\r\n"
    async with serving(fine, greeting=clear) as server, client(names=SAFE, tls=client_tls()) as http:
        with pytest.raises(Temporary) as caught:
            await http.get(f"https://veilig.voorbeeldstad.example:{server.port}/", named=True)
        assert caught.value.code == "http.tls"
        assert "(" in str(caught.value)
        assert "_" not in str(caught.value)


async def test_a_handshake_that_never_ends_is_cut_off() -> None:
    """Plain TCP behind https: a port that accepts and says nothing holds nobody for longer than connecting may take."""
    async with serving(fine, greeting=b"") as server, client(names=SAFE, tls=client_tls(), connect_timeout=0.3) as http:
        with pytest.raises(Temporary) as caught:
            await http.get(f"https://veilig.voorbeeldstad.example:{server.port}/", named=True)
        assert caught.value.code == "http.timeout"


async def test_a_redirect_never_leaves_https() -> None:
    """What was asked over TLS is not fetched in the clear, from whichever host."""
    async with (
        serving(fine) as plain,
        serving(redirects("http://veilig.voorbeeldstad.example:PORT/"), tls=server_tls(), neighbour=plain.port) as safe,
        client(names=SAFE, tls=client_tls()) as http,
    ):
        with pytest.raises(Temporary) as caught:
            await http.get(f"https://veilig.voorbeeldstad.example:{safe.port}/", named=True)
        assert caught.value.code == "http.redirect-off-https"
        assert plain.connections == 0


# ── what looks odd and is fine ───────────────────────────────────────────────────────────────────────────────────────

ODD = [
    ("204 without a body", says(b"HTTP/1.1 204 Empty\r\n\r\n"), 204, b""),
    ("200 with an empty body", says(OK + b"Content-Length: 0\r\n\r\n"), 200, b""),
    ("an empty body that says gzip", says(OK + b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"), 200, b""),
    ("200 after 'continue'", says(b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok"), 200, b"ok"),
    ("200 after early hints", says(b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok"), 200, b"ok"),
    ("line feeds alone", says(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), 200, b"ok"),
    ("HTTP/1.0", says(b"HTTP/1.0 200 OK\r\n\r\n" + FEED), 200, FEED),
    ("no length and no chunks", says(OK + b"\r\n" + FEED), 200, FEED),
    ("trailers", says(CHUNKED + b"2\r\nok\r\n0\r\nX-A: b\r\n\r\n"), 200, b"ok"),
    ("gzip in two members", encoded(b"gzip", gzip.compress(FEED) + gzip.compress(FEED)), 200, FEED * 2),
    ("gzip with rubbish after it", encoded(b"gzip", gzip.compress(FEED) + bytes(16)), 200, FEED),
    ("x-gzip", encoded(b"X-GZIP", gzip.compress(FEED)), 200, FEED),
    ("brotli", encoded(b"br", brotli.compress(FEED * 999)), 200, FEED * 999),
    ("zstd in two frames", encoded(b"zstd", zstd.compress(FEED) + zstd.compress(FEED)), 200, FEED * 2),
    ("identity", encoded(b"identity", FEED), 200, FEED),
    ("a charset that is not true", says(OK + b"Content-Type: text/xml; charset=us-ascii\r\nContent-Length: 2\r\n\r\n\xc3\xab"), 200, b"\xc3\xab"),
    ("a status that nobody knows", says(b"HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\nno"), 999, b"no"),
    ("a redirect to nowhere", says(b"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nno"), 302, b"no"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "status", "body"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
async def test_what_is_odd_but_allowed_is_read(answer: Answer, status: int, body: bytes) -> None:
    """Strictness ends where real servers begin."""
    async with serving(answer) as server, client() as http:
        response = await http.get(server.url, named=True)
        assert (response.status, response.body) == (status, body)


# ── statuses ─────────────────────────────────────────────────────────────────────────────────────────────────────────

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DATE = "Mon, 23 Nov 2026 08:00:00 GMT"
STATUSES: list[tuple[int, dict[str, str], type[AdapterError], str, float | None]] = [
    (301, {}, Permanent, "http.redirected", None),
    (400, {}, Refused, "http.refused", None),
    (401, {}, AuthFailed, "http.unauthorised", None),
    (403, {}, AuthFailed, "http.unauthorised", None),
    (403, {"CF-Mitigated": "challenge"}, AuthFailed, "http.challenge", None),
    (404, {}, Gone, "http.not-found", None),
    (405, {}, Permanent, "http.refused", None),
    (408, {}, Temporary, "http.unavailable", None),
    (410, {}, Gone, "http.gone", None),
    (413, {}, Refused, "http.refused", None),
    (422, {}, Refused, "http.refused", None),
    (429, {}, Limited, "http.limited", None),
    (429, {"Retry-After": "120"}, Limited, "http.limited", 120.0),
    (429, {"Retry-After": "Mon, 23 Nov 2026 08:10:00 GMT", "Date": DATE}, Limited, "http.limited", 600.0),
    (429, {"Retry-After": "straks"}, Limited, "http.limited", None),
    (429, {"Retry-After": "-5"}, Limited, "http.limited", None),
    (429, {"Retry-After": "9" * 200}, Limited, "http.limited", None),
    (500, {}, Temporary, "http.unavailable", None),
    (502, {"Retry-After": "30"}, Temporary, "http.unavailable", 30.0),
    (503, {}, Temporary, "http.unavailable", None),
    (503, {"Retry-After": "60"}, Limited, "http.limited", 60.0),
    (999, {}, Temporary, "http.unavailable", None),
]


@pytest.mark.parametrize(("status", "headers", "kind", "code", "pause"), STATUSES)
async def test_statuses_mean_what_they_say(
    status: int, headers: dict[str, str], kind: type[AdapterError], code: str, pause: float | None
) -> None:
    """Each status becomes one kind of error, with its code, its number, and the pause that the server asked for."""

    async def answer(visit: Visit) -> None:
        await visit.reply(status, b"nee", headers)

    async with serving(answer) as server, client() as http:
        response = await http.get(server.url, named=True)
    with pytest.raises(AdapterError) as caught:
        raise_for_status(response, now=NOW)
    error = caught.value
    assert (type(error), error.code, error.status) == (kind, code, status)
    assert error.remedy
    assert getattr(error, "retry_after", None) == pause
    if isinstance(error, Limited):
        assert error.until == (None if pause is None else NOW + timedelta(seconds=pause))

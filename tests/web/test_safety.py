"""The gate and the headers: what every answer carries, and what gets no further."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from lxml import html
from sqlalchemy import event

from adapters.contract import Media
from bot.web.clients import bucket_of, client_address
from bot.web.rates import Rates
from bot.web.site import SiteAgency
from tests.web.conftest import Town
from tests.web.served import Served, serving
from tests.web.world import World

EVERYWHERE = [
    "/", "/about", "/agencies", "/accounts", "/accounts/proef", "/agencies/stad", "/feed.atom", "/feed.json",
    "/static/omroeper.css", "/static/omroeper.svg", "/healthz", "/metrics", "/x",
]  # fmt: skip
SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7*7 }}"


@pytest.fixture(scope="module")
def public(town: Town) -> Iterator[Served]:
    """Give the site as it is behind a public address."""
    with serving(town.world.site(public_url="https://omroeper.voorbeeldland.example")) as site:
        yield site


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_keeps_its_reader_safe(town: Town, path: str) -> None:
    """Each answer, errors too, forbids scripts, frames and guesses, names nobody as referrer, and sets no cookie."""
    headers = town.site.get(path).headers
    assert {name: headers.get(name) for name in SAFE} == SAFE
    policy = dict(one.strip().partition(" ")[::2] for one in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert "camera=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_https_is_kept_where_citizens_come_by_it(public: Served) -> None:
    """Only behind a public https address are browsers told to stay with https."""
    assert public.get("/").headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" in public.get("/", Host="elders.example").headers


def test_nothing_from_elsewhere_is_loaded(town: Town) -> None:
    """A page asks for nothing but the site's own style sheet and icon, and has no script and no style of its own."""
    for path in ("/", f"/announcements/{town.told['long']}", "/about"):
        page = town.site.get(path).page
        loaded = [str(one.get("href")) for one in page.cssselect("link[rel=stylesheet], link[rel=icon]")]
        assert [one.partition("?")[0] for one in loaded] == ["/static/omroeper.css", "/static/omroeper.svg"]
        assert not page.cssselect("script, style, img, iframe, object, embed, form, [style], [src]")
        assert not [name for one in page.iter() for name in one.keys() if name.startswith("on")]  # noqa: SIM118  # lxml's element is no mapping
        assert all("url(" not in town.site.get(one).text for one in loaded[:1])


def test_hostile_words_stay_words(world: World) -> None:
    """Mark-up in a title, a text, a name, a description or an address comes out as text on every page and in every feed."""
    media = (Media(url="javascript:alert(3)", alt=HOSTILE, credit=HOSTILE), Media(url='https://a.example/"x', alt="b"))
    told = world.tell(
        HOSTILE, f"{HOSTILE}\n\n{HOSTILE} https://a.example/{HOSTILE}",
        content={"url": "javascript:alert(4)", "media": media, "categories": (HOSTILE,)},
        posting={"spoiler_text": HOSTILE, "url": "data:text/html,x"},
    )  # fmt: skip
    world.source_is("stad-nieuws", title=HOSTILE)
    agencies = {"stad": SiteAgency(name=HOSTILE, url="javascript:alert(5)")}
    with serving(world.site(agencies=agencies, title=HOSTILE, operator=HOSTILE)) as site:
        for path in ("/", "/agencies/stad", "/agencies", "/about", f"/announcements/{told}"):
            page = site.get(path).page
            assert not page.cssselect("script, img, [onerror], [onmouseover]"), path
            hrefs = [str(one.get("href")) for one in page.cssselect("[href]")]
            assert all(one.startswith(("/", "#", "https://a.example/")) for one in hrefs), path
        entry = ET.fromstring(site.get("/feed.atom").body).find("{*}entry")
        item = json.loads(site.get("/feed.json").body)["items"][0]
    assert entry is not None
    assert entry.findtext("{*}title") == item["title"] == " ".join(HOSTILE.split())
    for content in (entry.findtext("{*}content"), item["content_html"]):
        assert {one.tag for one in html.fragments_fromstring(f"<div>{content}</div>")[0].iter()} <= {"div", "p", "a"}  # type: ignore[union-attr]  # an element, as it starts with one
    assert "javascript:" not in str(item)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_pages_can_only_be_read(town: Town, method: str) -> None:
    """Whatever is not reading is refused, in words, with what is possible instead."""
    answer = town.site.get("/", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "Deze pagina's kunt u alleen lezen." in answer.words


def test_bodies_are_not_accepted(town: Town) -> None:
    """A request that brings something along is refused without waiting for it, and its connection ends."""
    answer = town.site.get("/", body=b"x" * 10)
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    endless = _raw(town.site, b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")
    assert endless.startswith(b"HTTP/1.1 413 ")
    huge = _raw(town.site, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nabc")
    assert huge.startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize("path", ["/", "/feed.atom", "/x"])
def test_head_is_answered_like_get_without_the_body(town: Town, path: str) -> None:
    """HEAD gives the same status and headers as GET, and nothing else."""
    asked, got = town.site.get(path, method="HEAD"), town.site.get(path)
    assert (asked.status, asked.body) == (got.status, b"")
    assert {**asked.headers, "date": ""} == {**got.headers, "date": ""}


@pytest.mark.parametrize(("host", "status"), [
    ("omroeper.voorbeeldland.example", 200), ("OMROEPER.voorbeeldland.example", 200), ("127.0.0.1:8080", 200),
    ("localhost", 200), ("[::1]:80", 200), ("elders.example", 400), ("omroeper.voorbeeldland.example.elders.example", 400),
    ("127.0.0.1.elders.example", 400), ("x/../y", 400), ("a@b", 400), ("[", 400), ("", 400), ('"><script>', 400),
])  # fmt: skip
def test_only_own_names_are_answered_to(public: Served, host: str, status: int) -> None:
    """Where a public address is set, the site answers to that name and to loopback, and to no other."""
    answer = public.get("/", Host=host)
    assert answer.status == status
    assert "elders" not in answer.text
    assert public.get("/healthz", Host="omroeper-0.intern").status == 200


def test_a_strange_name_gets_into_no_address(town: Town) -> None:
    """Without a public address a well-formed name is believed, and a malformed one is refused."""
    assert "http://omroeper.intern:81/feed.atom" in town.site.get("/feed.atom", Host="omroeper.intern:81").text
    assert town.site.get("/feed.atom", Host="a b").status == 400


def test_one_reader_cannot_have_it_all(town: Town) -> None:
    """A reader who asks too often is told to wait; others are not held up, and the operator's own machine never is."""
    with serving(town.world.site()) as site:
        answers = [site.get("/static/omroeper.svg", X_Forwarded_For="192.0.2.1") for _ in range(260)]
        refused = next(one for one in answers if one.status == 429)
        assert refused.headers["retry-after"] == "5"
        assert "Even rustig aan" in refused.words
        assert site.get("/", X_Forwarded_For="192.0.2.2").status == 200
        assert site.get("/").status == 200


def test_readers_never_hold_all_connections_of_the_database(world: World) -> None:
    """However many readers come at once, a few connections serve them, and the rest stay free for the work itself."""
    world.tell("Iets", "Iets")
    held: list[int] = []
    event.listen(world.engine, "checkout", lambda *_: held.append(world.engine.pool.checkedout()))  # type: ignore[attr-defined]  # a pool for files has it
    with serving(world.site()) as site, ThreadPoolExecutor(40) as readers:
        answers = list(readers.map(lambda _: site.get("/").status, range(80)))
    assert set(answers) == {200}
    assert 1 <= max(held) <= 4


def test_buckets_fill_again_and_are_bounded() -> None:
    """A reader may ask again as time goes by, and the memory that readers take has a limit."""
    rates = Rates(burst=2, per_second=1, most=100)
    assert [rates.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert [rates.take("a", 1.5), rates.take("a", 1.6)] == [True, False]
    for number in range(1000):
        rates.take(f"client {number}", 2.0)
    assert len(rates) == 100


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "nonsense", None),
        (None, "", None),
    ],
)
def test_readers_are_told_apart_behind_a_web_server(peer: str | None, forwarded: str, client: str | None) -> None:
    """What a web server of our own says about its reader is believed, and what a stranger says about himself is not."""
    found = client_address(peer, {"x-forwarded-for": forwarded})
    assert str(found) == str(client)


def test_a_whole_ipv6_network_is_one_reader() -> None:
    """A reader with 2^64 addresses has one bucket."""
    assert bucket_of(ip_address("2001:db8::1")) == bucket_of(ip_address("2001:db8::ffff:1"))
    assert bucket_of(ip_address("2001:db8::1")) != bucket_of(ip_address("2001:db8:0:1::1"))


def test_a_database_that_fails_is_said_politely(world: World) -> None:
    """When memory is out of reach, readers get a page that says so, and nothing of the reason."""
    with serving(world.site()) as site:
        world.tear_down()
        answer = site.get("/")
    assert answer.status == 503
    assert "De berichten zijn er even niet" in answer.words
    assert "sqlite" not in answer.text.lower()
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_mistake_of_ours_shows_no_insides(world: World) -> None:
    """An unexpected error gives a page in words, with the same safe headers, and no trace of the program."""

    def broken() -> None:
        raise ZeroDivisionError("geheim")

    with serving(world.site(now=broken)) as site:
        answer = site.get("/")
    assert (answer.status, answer.headers["x-frame-options"]) == (500, "DENY")
    assert "Er ging iets mis" in answer.words
    assert "geheim" not in answer.text
    assert "Traceback" not in answer.text


def _raw(site: Served, request: bytes) -> bytes:
    parts = urlsplit(site.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(65536)

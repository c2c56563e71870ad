"""The way in: nothing behind it happens without a session, from another site, with an old form, or by looking."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from bot.passwords import Operators
from bot.store.engine import reading
from bot.store.tables import metadata
from bot.web.desk import routes
from bot.web.desk.attempts import FREE, LONGEST, Attempts
from bot.web.desk.forms import read_form
from bot.web.desk.sessions import IDLE, MOST, Sessions
from bot.web.desk.sessions import LONGEST as SHIFT
from tests.web.conftest import Town
from tests.web.desk.office import FORM, PASSWORD, SHARED, Clock, Operator, acts, at_work, desk_of, row_of, waiting
from tests.web.served import serving
from tests.web.world import World

ID = "01a197a9-0940-7f2a-b153-3a92ebab97fd"
NAMES = {"posts": ID, "sources": "stad-nieuws", "accounts": "proef"}
LOOKED_AT = [
    path.replace("{id}", NAMES.get(path.split("/")[2], "") if "{id}" in path else "") for path in routes.LOOKED_AT
]
DONE = [
    path.replace("{id}", NAMES.get(path.split("/")[2], "")).replace("{act}", act)
    for path in routes.DONE
    for act in (("approve", "hold", "drop", "retract") if "{act}" in path else ("",))
]
PUBLIC = "https://omroeper.voorbeeldland.example"


def fingerprint(world: World) -> list[tuple[str, int]]:
    """Give how many rows each table has, and what is paused: enough to see that anything was done."""
    with reading(world.engine) as connection:
        counts = [
            (table.name, connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in metadata.sorted_tables
        ]
        return [*counts, ("setting", len(connection.execute(select(metadata.tables["setting"])).all()))]


# ── no desk, no door ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_password_there_is_no_desk(town: Town) -> None:
    """Where nothing is configured, no address of the desk exists, and nothing can be sent there."""
    for path in ("/desk", "/desk/sign-in", "/desk/queue"):
        assert town.site.get(path).status == 404
        assert town.site.get(path, method="POST", body=b"a=b").status == 405


def test_strangers_are_led_to_the_form(world: World) -> None:
    """Whoever has not signed in sees no page of the desk, only the way in, and comes back to the page afterwards."""
    with desk_of(world) as stranger:
        for path in LOOKED_AT:
            answer = stranger.get(f"{path}?lang=nl")
            assert (answer.status, answer.body) == (303, b""), path
            assert answer.headers["location"].startswith("/desk/sign-in?lang=nl"), path
            assert "set-cookie" not in answer.headers


# ── who may come in ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_name_and_password_open_the_desk(world: World) -> None:
    """The right name and password lead in, leave a line in the log, and the page says who it is."""
    with desk_of(world) as anna:
        answer = anna.sign_in()
        assert (answer.status, answer.headers["location"]) == (303, "/desk")
        assert "Aangemeld: Anna" in anna.follow(answer).words
        assert "Anna meldde zich aan" in anna.get("/desk/log").words


def test_a_wrong_half_opens_nothing(world: World) -> None:
    """A wrong name and a wrong password are answered alike, and the session stays that of a stranger."""
    with desk_of(world) as stranger:
        for name, password in (("Anna", "wrong"), ("Anna", ""), ("Carla", PASSWORD), ("", PASSWORD)):
            answer = stranger.sign_in(name, password)
            assert answer.status == 403, name
            assert "De naam of het wachtwoord klopt niet." in answer.words
            assert PASSWORD not in answer.text
            assert stranger.get("/desk").status == 303


def test_one_shared_password_asks_for_no_name(world: World) -> None:
    """Where one password is shared there is no field for a name, and the log says "desk"."""
    with desk_of(world, operators=SHARED) as somebody:
        assert not somebody.get("/desk/sign-in").page.cssselect("#name")
        assert "Het wachtwoord klopt niet." in somebody.sign_in("", "wrong").words
        somebody.sign_in("")
        page = somebody.get("/desk").page
        somebody.press(page, "/desk/stop", what="all")
    assert acts(world) == [("desk", "paused", "")]


LED = {
    "/desk/queue%3Fstate%3Dheld": "/desk/queue?state=held",
    f"/desk/posts/{ID}": f"/desk/posts/{ID}",
    "https://elders.example/desk": "/desk",
    "//elders.example/": "/desk",
    "/desk//elders.example": "/desk",
    "/desk/%5C%5Celders.example": "/desk",
    "/desk/sign-in": "/desk",
    "/about": "/desk",
    "/desk%0d%0aSet-Cookie:x=y": "/desk",
}


def test_signing_in_leads_to_the_desk_and_nowhere_else(world: World) -> None:
    """After signing in one comes to the page that was asked for, and never to another site."""
    with desk_of(world) as anna:
        for wanted, led in LED.items():
            assert anna.sign_in(next_=wanted).headers["location"] == led, wanted


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("public", "name", "more"), [(None, "omroeper-desk", set()), (PUBLIC, "__Host-omroeper-desk", {"Secure"})]
)
def test_the_cookie_is_for_this_site_alone(world: World, public: str | None, name: str, more: set[str]) -> None:
    """No script reads it, no other site sends it, it goes with the browser, and over https it never goes in clear."""
    with desk_of(world, public_url=public) as anna:
        headers = {"Host": urlsplit(public).netloc} if public else {}
        cookie = anna.get("/desk/sign-in", **headers).headers["set-cookie"]
    assert cookie.partition("=")[0] == name
    attributes = {one.strip() for one in cookie.split(";")[1:]}
    assert attributes == {"HttpOnly", "SameSite=strict", "Path=/" if public else "Path=/desk", *more}


def test_signing_in_gives_a_new_session(world: World) -> None:
    """A number that somebody prepared, or that a stranger had before, opens nothing after signing in."""
    with desk_of(world) as anna:
        anna.get("/desk/sign-in")
        before = dict(anna.cookies)
        anna.sign_in()
        assert anna.cookies != before
        assert Operator(site=anna.site, cookies=before).get("/desk").status == 303
        forged = {"omroeper-desk": "number-of-my-own." + "0" * 64}
        assert Operator(site=anna.site, cookies=forged).get("/desk").status == 303


def test_signing_out_ends_the_session_for_good(world: World) -> None:
    """After signing out the same number opens nothing, and the browser forgets it."""
    with at_work(world) as anna:
        kept = dict(anna.cookies)
        answer = anna.press(anna.get("/desk").page, "/desk/sign-out")
        assert "U bent afgemeld." in anna.follow(answer).words
        assert Operator(site=anna.site, cookies=kept).get("/desk").status == 303


def test_a_session_ends_by_itself(world: World) -> None:
    """It lives on while somebody works, ends half an hour after the last look, and after a shift however busy it was."""
    clock = Clock()
    with at_work(world, ticks=clock) as anna:
        for _ in range(int(SHIFT // (IDLE - 60))):
            clock.seconds += IDLE - 60
            assert anna.get("/desk").status == 200
        clock.seconds += IDLE - 60
        assert anna.get("/desk").status == 303
        anna.sign_in()
        token = anna.token()
        clock.seconds += IDLE + 1
        answer = anna.send("/desk/stop", {"token": token, "what": "all"})
        assert "U was niet meer aangemeld. Er is niets veranderd." in anna.follow(answer).words
    assert acts(world) == []


def test_a_restart_signs_everybody_out(world: World) -> None:
    """The secret of a process is its own: a number of the last one is worth nothing."""
    with at_work(world) as anna:
        kept = dict(anna.cookies)
    with desk_of(world) as stranger:
        stranger.cookies = kept
        assert stranger.get("/desk").status == 303


def test_sessions_are_bounded() -> None:
    """However often somebody signs in, memory holds a limited number of sessions, the oldest of which ends."""
    sessions = Sessions()
    numbers = [sessions.start("Anna", float(second)) for second in range(MOST + 1)]
    assert sessions.find(numbers[0], 0.0) is None
    assert sessions.find(numbers[1], 1.0) is not None


# ── where a form comes from ──────────────────────────────────────────────────────────────────────────────────────────


def test_looking_changes_nothing(world: World) -> None:
    """No address that does something does it by GET."""
    with at_work(world) as anna:
        before, token = fingerprint(world), anna.token()
        for path in DONE:
            assert anna.get(f"{path}?token={token}&what=all").status in {404, 405}, path
        assert fingerprint(world) == before


@pytest.mark.parametrize("lacking", ["session", "token", "foreign token", "wrong token"])
def test_nothing_is_done_without_session_and_token(world: World, lacking: str) -> None:
    """A form without a session, without its token, or with that of another session, changes nothing."""
    with at_work(world) as anna:
        other = Operator(site=anna.site)
        other.sign_in("Bé")
        token, before = anna.token(), fingerprint(world)
        tokens = {"session": token, "token": "", "foreign token": other.token(), "wrong token": f"{token[:-1]}x"}
        sender = Operator(site=anna.site) if lacking == "session" else anna
        for path in (*DONE, "/desk/sign-out"):
            answer = sender.send(path, {"token": tokens[lacking], "what": "all", "seen_as": "held/burst/publish/1/0"})
            assert answer.status == (303 if lacking == "session" else 403), path
        assert fingerprint(world) == before
        assert anna.get("/desk").status == 200


ELSEWHERE: list[dict[str, str]] = [
    {"Origin": "https://elders.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1.elders.example"},
    {"Origin": "://"},
    {"Origin": "http://["},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "none"},
    {"Origin": "https://elders.example", "Sec_Fetch_Site": "same-origin"},
]


def test_other_sites_send_nothing_here(world: World) -> None:
    """A form that a page of another site sends changes nothing, even with the right cookie and token."""
    with at_work(world) as anna:
        before, token = fingerprint(world), anna.token()
        for headers in ELSEWHERE:
            answer = anna.send("/desk/stop", {"token": token, "what": "all"}, **headers)
            assert answer.status == 403, headers
            assert "Er is niets veranderd." in answer.words
            signing = {"token": token, "name": "Anna", "password": PASSWORD}
            assert anna.send("/desk/sign-in", signing, **headers).status == 403, headers
        assert fingerprint(world) == before


def test_a_form_says_where_it_comes_from(world: World) -> None:
    """Without any word of the browser about the page that sends it, a form is refused; either word alone is enough."""
    with at_work(world) as anna:
        token = anna.token()
        body = urlencode({"token": token, "what": "all"}).encode()
        cookie = "; ".join(f"{name}={value}" for name, value in anna.cookies.items())
        send = {"method": "POST", "body": body, "Cookie": cookie, "Content_Type": FORM}
        assert anna.site.get("/desk/stop", **send).status == 403  # type: ignore[arg-type]  # of mixed values
        assert anna.site.get("/desk/stop", **send, Sec_Fetch_Site="same-origin").status == 303  # type: ignore[arg-type]
        assert anna.site.get("/desk/stop", **send, Origin=anna.site.url).status == 303  # type: ignore[arg-type]


def test_over_https_a_page_in_clear_sends_nothing(world: World) -> None:
    """Where citizens come over https, a form from the same name over plain http is not from here."""
    with desk_of(world, public_url=PUBLIC) as anna:
        anna.headers = {"Host": urlsplit(PUBLIC).netloc}
        anna.origin = PUBLIC.replace("https", "http")
        assert anna.sign_in().status == 403
        anna.origin = PUBLIC
        assert anna.sign_in().status == 303


NO_FORMS = [
    ("text/plain", b"what=all", 415),
    ("application/json", b'{"what": "all"}', 415),
    ("multipart/form-data; boundary=x", b"--x--", 415),
    ("", b"what=all", 415),
    (FORM, b"what=all&what=rest", 415),
    (FORM, b"\xff\xfe", 415),
    (FORM, b"&".join(b"a%d=1" % number for number in range(100)), 415),
    (FORM, b"what=" + b"a" * 300_000, 413),
]


def test_only_forms_are_read(world: World) -> None:
    """What no form of a browser sends is refused unread: other types, a name twice, too many fields, too much."""
    with at_work(world) as anna:
        cookie = "; ".join(f"{name}={value}" for name, value in anna.cookies.items())
        for kind, body, status in NO_FORMS:
            answer = anna.site.get(
                "/desk/stop", method="POST", body=body, Cookie=cookie, Origin=anna.site.url, Content_Type=kind
            )
            assert answer.status == status, kind
    assert acts(world) == []


def test_a_form_is_what_a_browser_writes() -> None:
    """Letters of any script arrive as they were typed, and what cannot be seen is left out where a line is wanted."""
    form = read_form(
        f"{FORM}; charset=UTF-8", urlencode({"a": "Één\u202e regel\r\nen meer", "why": " x " * 400}).encode()
    )
    assert form.line("a") == "Één regel en meer"
    assert form.text("a") == "Één regel\nen meer"
    assert len(form.reason) <= 500
    assert form.raw("absent") == ""


def test_a_body_that_trickles_in_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a form a byte at a time is cut off, and everybody else is answered meanwhile."""
    monkeypatch.setattr("bot.web.bodies.PATIENCE", 0.3)
    with desk_of(world) as stranger:
        parts = urlsplit(stranger.site.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as slow:
            head = f"POST /desk/stop HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Type: {FORM}\r\nContent-Length: 99\r\n\r\na"
            slow.sendall(head.encode())
            assert stranger.get("/desk/sign-in").status == 200
            assert slow.recv(20).startswith(b"HTTP/1.1 408")


# ── guessing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_guessing_gets_slower_and_slower(world: World) -> None:
    """After a few mistakes an address has to wait, longer each time, and then even the right password is not looked at."""
    clock, waits = Clock(), []
    with desk_of(world, ticks=clock) as guesser:
        for _ in range(FREE + 4):
            answer = guesser.sign_in("Anna", "wrong")
            while answer.status == 429:
                waits.append(int(answer.headers["retry-after"]))
                assert guesser.sign_in().status == 429
                clock.seconds += waits[-1]
                answer = guesser.sign_in("Anna", "wrong")
        assert waits == [5, 10, 20]
        assert "Wacht" in guesser.sign_in().words
        other = Operator(site=guesser.site, headers={"X_Forwarded_For": "192.0.2.9"})
        assert other.sign_in().status == 303
        assert "Mislukte aanmeldingen sinds de start: 8." in other.get("/desk").words


def test_strangers_wait_and_friends_do_not() -> None:
    """A flood of guesses from everywhere slows strangers down, not those who signed in from their address before."""
    attempts = Attempts()
    attempts.passed("friend")
    assert sum(attempts.wait(f"stranger {number}", 0.0) == 0 for number in range(500)) == 60
    assert attempts.wait("another stranger", 0.0) > 0
    assert attempts.wait("friend", 0.0) == 0


def test_mistakes_are_forgotten_and_bounded() -> None:
    """A wait has an end, an hour without mistakes starts anew, and the memory of mistakes has a limit."""
    attempts = Attempts(most=100)
    for second in range(50):
        attempts.failed("a", float(second))
    assert attempts.wait("a", 49.0) == LONGEST
    assert attempts.wait("a", 49.0 + LONGEST) == 0
    attempts.failed("a", 10_000.0)
    assert attempts.wait("a", 10_000.0) == 0
    for number in range(1000):
        attempts.failed(f"client {number}", 0.0)
        attempts.passed(f"client {number}")
    assert len(attempts) <= 200


def test_passwords_are_looked_at_one_at_a_time(world: World) -> None:
    """Many guesses at once cost the memory and time of one, and those that are too many are told to wait."""
    with desk_of(world, operators=Operators({"Anna": _Slow()})) as stranger:  # type: ignore[dict-item]  # a hash that can be watched
        people = [Operator(site=stranger.site, headers={"X_Forwarded_For": f"192.0.2.{n}"}) for n in range(30)]
        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(lambda one: one.sign_in("Anna", "wrong").status, people))
    assert set(answers) == {403, 429}
    assert _Slow.most == 1


class _Slow:
    most = now = 0

    def matches(self, _: str) -> bool:
        import time

        _Slow.now += 1
        _Slow.most = max(_Slow.most, _Slow.now)
        time.sleep(0.05)
        _Slow.now -= 1
        return False


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_of_the_desk_are_shut_and_never_kept(world: World) -> None:
    """Every answer forbids scripts and frames, sends forms to this site alone, and is kept by nobody."""
    made = waiting(world, "Iets")
    with at_work(world) as anna:
        for path in (*LOOKED_AT, "/desk/sign-in"):
            answer = anna.get(path.replace(ID, made))
            assert answer.status == 200, path
            headers = answer.headers
            policy = dict(one.strip().partition(" ")[::2] for one in headers["content-security-policy"].split(";"))
            assert policy == SHUT, path
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["x-frame-options"] == "DENY"
            assert "etag" not in headers


SHUT = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def test_public_pages_know_no_session(world: World) -> None:
    """The public pages set no cookie, are the same for operators, and let no form be sent from them."""
    with desk_of(world) as anna:
        anna.cookies["omroeper-desk"] = "x.y"
        for path in ("/", "/about", "/feed.atom", "/x"):
            answer = anna.get(path)
            assert "set-cookie" not in answer.headers
            assert "form-action 'none'" in answer.headers["content-security-policy"]
            assert answer.body == anna.site.get(path).body
            assert "/desk" not in answer.text


def test_without_a_writer_everything_is_seen_and_nothing_done(world: World) -> None:
    """Beside a database that is only read, operators sign in and look, are told so, and find no form that does anything."""
    made = waiting(world, "Brug open", "held", "burst")
    with at_work(world, writer=None) as anna:
        for path in (
            "/desk",
            "/desk/queue?state=held&reason=burst",
            f"/desk/posts/{made}",
            "/desk/replay?source=stad-nieuws",
        ):
            page = anna.get(path)
            assert "Hier kunt u nu alleen kijken." in page.words
            assert {one.get("action") for one in page.page.cssselect("form[method=post]")} == {"/desk/sign-out"}
        for path in DONE:
            assert anna.send(path, {"token": anna.token(), "what": "all"}).status == 403
    assert (row_of(world, made).state, acts(world)) == ("held", [])


def test_a_database_that_fails_is_named_to_operators(world: World) -> None:
    """When memory is out of reach operators are told what is wrong and what to do; strangers are told neither."""
    with at_work(world) as anna:
        world.tear_down()
        answer = anna.get("/desk/queue")
        assert answer.status == 503
        assert "store." in answer.words
        assert "store." not in Operator(site=anna.site).get("/desk").text


def test_other_doors_stay_shut(world: World) -> None:
    """A desk opens no other address to anything but reading."""
    with serving(world.site()) as site:
        assert site.get("/desk", method="POST", body=b"x").status == 405
    with desk_of(world) as anna:
        for path in ("/", "/deskx", "/about", "/webhook/x", "/metrics"):
            assert anna.send(path, {"token": "x"}).status == 405
        for method in ("PUT", "DELETE", "PATCH"):
            assert anna.site.get("/desk/stop", method=method, body=b"x").status == 405

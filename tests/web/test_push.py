"""Where bodies push: a signed push is on disk before it is answered, and whoever cannot sign learns nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.pushed.spool import signature
from bot.desk import _receive
from bot.web.push import AT_ONCE, EACH
from tests.unit.platforms.replies import announcement, announcements
from tests.web.served import Answer, Served, serving
from tests.web.world import NOW, World

SECRET = "een-geheim-van-genoeg-letters"
PUSH = json.dumps(announcements(announcement(1)))


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """Give the folder of the one source that takes pushes."""
    return tmp_path / "spool" / "stad-push"


@pytest.fixture
def site(world: World, spool: Path) -> Iterator[Served]:
    """Serve a world one source of which takes pushes."""
    receiver = partial(_receive, spool, SECRET, lambda: NOW)
    with serving(world.site(receivers={"stad-push": receiver})) as found:
        yield found


def push(
    site: Served, body: str = PUSH, source: str = "stad-push", *, secret: str = SECRET, at: datetime = NOW
) -> Answer:
    """Send a push as a sender that follows Standard Webhooks."""
    content = body.encode()
    signed = {
        "webhook_id": "msg_1",
        "webhook_timestamp": str(int(at.timestamp())),
        "webhook_signature": signature(secret, "msg_1", at, content),
        "content_type": "application/json",
    }
    return site.get(f"/webhook/{source}", method="POST", body=content, **signed)


def test_a_push_is_on_disk_before_it_is_answered(site: Served, spool: Path) -> None:
    """At the address that the documentation gives, a signed push is answered 202 and lies there; twice is once."""
    for _ in range(2):
        answer = push(site)
        assert (answer.status, json.loads(answer.body)["code"]) == (202, "accepted")
        assert answer.headers["cache-control"] == "no-store"
        kept = [json.loads(one.read_text())["body"] for one in spool.glob("*.json")]
        assert kept == [PUSH]


def test_who_cannot_sign_learns_nothing(site: Served, spool: Path) -> None:
    """A wrong secret, and a source that does not exist, are answered alike: nobody finds out which there are."""
    wrong, unknown = push(site, secret="een-ander-geheim-dan-dat"), push(site, source="haven-push")
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)
    assert wrong.status == 401
    assert not spool.exists()


def test_what_nobody_can_read_is_said_to_its_sender(site: Served, spool: Path) -> None:
    """A signed push that is no announcement is refused with a sentence, and not kept."""
    answer = push(site, "{")
    assert answer.status == 422
    assert json.loads(answer.body)["message"]
    assert not spool.exists()


def test_a_disk_that_fails_asks_for_another_try(site: Served, spool: Path) -> None:
    """Where the push cannot be kept its sender hears 503 and when to come back, so that nothing is lost."""
    spool.parent.mkdir()
    spool.write_text("a file where the folder should be")
    answer = push(site)
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0


def test_too_much_is_not_read(site: Served, spool: Path) -> None:
    """A push over the limit is refused, whether it says so itself or only turns out to be."""
    assert site.post_head("/webhook/stad-push", 1024 * 1024 + 1).startswith(b"HTTP/1.1 413")
    host, port = urlsplit(site.url).netloc.split(":")
    head = f"POST /webhook/stad-push HTTP/1.1\r\nHost: {host}:{port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode())
        for _ in range(17):
            line.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413")
    assert not spool.exists()


def test_a_storm_of_pushes_is_slowed_down(world: World, spool: Path) -> None:
    """One sender that knocks without end is told to wait, and no push of its is lost unsaid."""
    site = world.site(receivers={"stad-push": partial(_receive, spool, SECRET, lambda: NOW)})
    with serving(site) as found:
        answers = [push(found, "{}", secret="geen-geheim-van-ons-hoor").status for _ in range(140)]
    assert set(answers) == {401, 429}
    assert answers[:100] == [401] * 100


def test_pushes_that_trickle_in_keep_no_others_waiting(site: Served) -> None:
    """One sender with more open pushes than there are places is refused the rest, and another sender is answered at once."""
    with ExitStack() as lines:
        slow = [lines.enter_context(trickling(site, "192.0.2.1")) for _ in range(AT_ONCE + EACH)]
        refused = [line for line in slow if said(line).startswith(b"HTTP/1.1 429")]
        assert len(refused) == len(slow) - EACH
        assert push(site).status == 202
    assert push(site).status == 202


def trickling(site: Served, sender: str) -> socket.socket:
    """Begin to send a push, and do not go on."""
    where = urlsplit(site.url)
    line = socket.create_connection((where.hostname, where.port), timeout=0.3)
    head = f"POST /webhook/stad-push HTTP/1.1\r\nHost: {where.netloc}\r\nX-Forwarded-For: {sender}\r\nContent-Length: 99\r\n\r\n"
    line.sendall(head.encode())
    return line


def said(line: socket.socket) -> bytes:
    """Give how an answer begins; nothing where there is none yet."""
    try:
        return line.recv(40)
    except TimeoutError:
        return b""


def test_without_such_a_source_there_is_no_address(world: World) -> None:
    """Where no source takes pushes nothing can be sent there, and looking at the address gives nothing away."""
    with serving(world.site()) as site:
        assert push(site).status == 405
        assert site.get("/webhook/stad-push").status == 404

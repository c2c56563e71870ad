"""The service as an operator runs it: the program as a process, its pages, its desk, a body that pushes, and a way out."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.pushed.spool import signature
from bot.passwords import hash_password
from tests.e2e.feeds import FeedHost, wait_until
from tests.e2e.installation import Installation
from tests.unit.platforms.replies import announcement, announcements
from tests.web.desk.office import PASSWORD, Operator
from tests.web.served import Served

SECRET = "een-geheim-van-genoeg-letters"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Give an installation with a desk, a feed, and a source that takes pushes, on a port that is free."""
    with FeedHost() as host:
        host.feed("stad").add("oud")
        found = Installation(folder=tmp_path, environ={"PUSH_SECRET": SECRET})
        pushing = '[[source]]\nid = "stad-push"\nagency = "stad"\nkind = "webhook"\nsecret_env = "PUSH_SECRET"\nevery = "1s"\nto = ["account"]'
        found.configure(server=None, sources={"stad": f"{host.url}/stad"}, extra=pushing)
        served = f'listen = "127.0.0.1:{free_port()}"\ndesk_operators_file = "operators"'
        found.config.write_text(found.config.read_text().replace('listen = ""', served))
        operators = found.folder / "operators"
        operators.touch(mode=0o600)
        operators.write_text(f"Anna:{hash_password(PASSWORD, b'0123456789abcdef', log_cost=14, passes=1)}\n")
        yield found


def free_port() -> int:
    """Give a port of loopback that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def running(installation: Installation) -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """Run the service until the test ends; gives its process and its pages."""
    listen = installation.config.read_text().partition('listen = "')[2].partition('"')[0]
    site = Served(f"http://{listen}")
    process = installation.start("run")
    try:
        assert wait_until(lambda: answers(site), 30)
        yield process, site
    finally:
        process.kill()
        process.communicate()


def answers(site: Served) -> bool:
    """Whether the pages answer."""
    try:
        return site.get("/healthz").status > 0
    except OSError:
        return False


def push(site: Served, number: int) -> int:
    """Push an announcement as the body's own system would."""
    now, body = datetime.now(UTC), json.dumps(announcements(announcement(number, published=None))).encode()
    signed = {
        "webhook_id": f"msg_{number}",
        "webhook_timestamp": str(int(now.timestamp())),
        "webhook_signature": signature(SECRET, f"msg_{number}", now, body),
        "content_type": "application/json",
    }
    return site.get("/webhook/stad-push", method="POST", body=body, **signed).status


def test_a_service_and_its_operator(running: tuple[subprocess.Popen[str], Served], installation: Installation) -> None:
    """It says that it is well, a push becomes a post, the desk stops it and lets it go on, and SIGTERM ends it with 0."""
    process, site = running
    health = json.loads(site.get("/healthz").body)
    assert health == {"status": "ok", "checks": {"process": True, "database": True, "scheduler": True}}
    assert wait_until(lambda: {one["state"] for one in installation.json("status")["sources"]} == {"ok"}, 30)
    assert 'omroeper_accounts{state="ok"} 1' in site.get("/metrics").text

    assert push(site, 1) == 202
    assert wait_until(lambda: "Bericht 1" in site.get("/").text, 40)

    anna = Operator(site=site)
    anna.follow(anna.sign_in())
    anna.press(anna.get("/desk").page, "/desk/stop", what="all", why="oefening")
    assert "Alles staat nu stil" in anna.get("/desk", Accept_Language="nl").words
    assert installation.json("status")["paused"] is True
    assert "Omroeper staat stil." in site.get("/", Accept_Language="nl").words
    anna.press(anna.get("/desk").page, "/desk/resume", why="voorbij")
    assert installation.json("status")["paused"] is False

    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert process.stderr is not None
    said = process.stderr.read()
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert SECRET not in said

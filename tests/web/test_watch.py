"""What those who watch over the program are told."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests.web.conftest import Town
from tests.web.served import serving
from tests.web.world import NOW, World

_LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.e+]+)')


def samples(text: str) -> dict[str, float]:
    """Read an exposition: every line is a comment or a sample of a family that was announced before it."""
    found: dict[str, float] = {}
    announced: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# "):
            announced.add(line.split()[2])
            continue
        match = _LINE.fullmatch(line)
        assert match, line
        assert match[1] in announced
        found[line.rpartition(" ")[0]] = float(match[3])
    return found


def test_alive_and_well(town: Town) -> None:
    """With process, database and scheduler well, the answer is 200 and says so; nobody may keep it."""
    answer = town.site.get("/healthz")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert json.loads(answer.body) == {"status": "ok", "checks": {"process": True, "database": True, "scheduler": True}}


def test_failing_sources_are_not_ill_health(world: World) -> None:
    """A source that is down, or a pause, does not make the program unhealthy: restarting it would help nobody."""
    world.set("paused", True)
    for name in world.sources:
        world.source_is(name, state="failing", failing_since=NOW - timedelta(days=3))
    with serving(world.site()) as site:
        assert site.get("/healthz").status == 200


def test_a_dead_scheduler_or_database_is(world: World) -> None:
    """A check that fails makes the answer 503 and is named."""
    with serving(world.site(alive=lambda: {"scheduler": False})) as site:
        answer = site.get("/healthz")
        assert (answer.status, json.loads(answer.body)["status"]) == (503, "failing")
        assert json.loads(answer.body)["checks"]["scheduler"] is False
        world.tear_down()
        assert json.loads(site.get("/healthz").body)["checks"]["database"] is False


def test_metrics_count_what_there_is(world: World) -> None:
    """Sources, accounts and publications by state, what was sent and when, and how long the oldest waits."""
    world.tell("Uit", "Uit", sent=NOW - timedelta(hours=1))
    world.tell(
        "Wacht",
        "Wacht",
        sent=None,
        posting={"state": "queued", "seen": 0, "sent": None, "queued": NOW - timedelta(minutes=10)},
    )
    world.source_is("stad-nieuws", state="failing")
    world.source_is("stad-sociaal", paused=True)
    with serving(world.site()) as site:
        answer = site.get("/metrics")
    found = samples(answer.text)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert found == {
        'omroeper_info{version="0.1.0"}': 1,
        "omroeper_paused": 0,
        'omroeper_sources{state="failing"}': 1,
        'omroeper_sources{state="ok"}': 2,
        'omroeper_sources{state="paused"}': 1,
        'omroeper_accounts{state="ok"}': 3,
        'omroeper_publications{account="proef",state="queued"}': 1,
        'omroeper_publications{account="proef",state="sent"}': 1,
        'omroeper_sent_total{account="proef"}': 1,
        'omroeper_sent_total{account="stadsnieuws"}': 0,
        'omroeper_sent_total{account="voorbeeldland"}': 0,
        'omroeper_last_sent_timestamp_seconds{account="proef"}': (NOW - timedelta(hours=1)).timestamp(),
        'omroeper_oldest_waiting_seconds{account="proef"}': 600,
        'omroeper_oldest_waiting_seconds{account="stadsnieuws"}': 0,
        'omroeper_oldest_waiting_seconds{account="voorbeeldland"}': 0,
        'omroeper_alert_source_last_success_timestamp_seconds{source="regio-alarm"}': NOW.timestamp(),
        'omroeper_source_problems{code="source.failing"}': 1,
    }


@pytest.mark.parametrize(
    ("forwarded", "status"), [("198.51.100.7", 404), ("2001:db8::7", 404), ("10.1.2.3", 200), ("nonsense", 404)]
)
def test_metrics_are_for_neighbours(town: Town, forwarded: str, status: int) -> None:
    """Who comes from outside through our web server finds no metrics; a neighbour does."""
    assert town.site.get("/metrics", X_Forwarded_For=forwarded).status == status


def test_metrics_hold_no_words(town: Town) -> None:
    """No text, address, token or error of anybody is in the figures."""
    text = town.site.get("/metrics").text
    for secret in ("https://", "sociaal.example", "Dorpsstraat", "redactie@", "geheim"):
        assert secret not in text

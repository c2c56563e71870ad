"""Manners, seen from outside: the program as a process, hosts on loopback that keep count, status, exit codes, the log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.feeds import FeedHost, wait_until
from tests.e2e.installation import Installation
from tests.unit.collecting.host import RSS, Answer, Asked, Host, feed, hosting
from tests.unit.collecting.town import dated

NOW = datetime.now(UTC)


@pytest.fixture
def host() -> Iterator[Host]:
    """A host whose answers the test writes."""
    with hosting() as started:
        yield started


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation in a folder of its own."""
    return Installation(folder=tmp_path)


def source(installation: Installation, id_: str) -> dict[str, Any]:
    """Give what ``status`` says of a source."""
    return next(one for one in installation.json("status")["sources"] if one["id"] == id_)


def test_all_conditional_and_no_stampede(installation: Installation) -> None:
    """The first round asks each feed once without a validator, the second with one; rounds that are not due ask nobody."""
    with FeedHost() as host:
        names = [f"g{n}" for n in range(20)]
        for name in names:
            host.feed(name).add("1")
        installation.configure(server=None, sources={name: f"{host.url}/{name}" for name in names})
        assert installation.once(force=False).returncode == 0
        for _ in range(2):
            assert installation.once(force=False).returncode == 0
        assert all(one.asked == {"unconditional": 1} for one in host.feeds.values())
        assert installation.once(force=True).returncode == 0
        assert all(one.asked == {"unconditional": 1, "conditional": 1, "304": 1} for one in host.feeds.values())


def test_force_never_passes_over_what_a_host_asked_for(host: Host, installation: Installation) -> None:
    """--force asks what is not due, but nobody who said Retry-After or 410, nor a source that was sent off its domains."""
    host.says |= {
        "/rest": Answer(status=429, headers={"Retry-After": "3600"}),
        "/gone": Answer(status=410),
        "/away": Answer(status=301, headers={"Location": "http://127.0.0.2:9/"}),
        "/down": Answer(status=500),
    }
    installation.configure(
        server=None, sources={name: f"{host.url}/{name}" for name in ("rest", "gone", "away", "down")}
    )
    first = installation.once(force=False)
    assert first.returncode == 1
    assert sorted(host.paths()) == ["/away", "/down", "/gone", "/rest"]
    assert "[source.disabled]" in first.stderr
    assert "[source.redirected-away]" in first.stderr
    assert installation.once(force=True).returncode == 1
    assert host.paths() == ["/down"]
    states = {one["id"]: one["state"] for one in installation.json("status")["sources"]}
    assert states == {"rest": "new", "gone": "disabled", "away": "quarantined", "down": "failing"}
    assert installation.call("resume", "gone").returncode == 0
    installation.once(force=False)
    assert host.paths() == ["/gone"]


def test_a_host_that_asks_for_rest_is_no_alarm(host: Host, installation: Installation) -> None:
    """Left alone because a host asked for it: a line, and exit 0; status says until when."""
    host.says["/rss"] = Answer(status=503, headers={"Retry-After": "7200"})
    installation.configure(server=None, sources={"stad": f"{host.url}/rss"})
    before = datetime.now(UTC)
    done = installation.once(force=False)
    assert done.returncode == 0
    assert "[http.limited]" in done.stderr
    found = source(installation, "stad")
    rest = datetime.fromisoformat(found["retry_after"]) - before
    assert timedelta(minutes=119) < rest < timedelta(minutes=125)
    assert found["next_due"] == found["retry_after"]


def test_an_empty_feed_is_an_alarm(host: Host, installation: Installation) -> None:
    """A feed that suddenly has no entries makes the exit code 1 and is named; nothing is taken away."""
    host.says["/rss"] = feed(("1", dated(NOW)), base=host.url)
    installation.configure(server=None, sources={"stad": f"{host.url}/rss"})
    assert installation.once().returncode == 0
    host.says["/rss"] = Answer(
        body=b"<rss version='2.0'><channel><title>x</title></channel></rss>", headers={"Content-Type": RSS}
    )
    done = installation.once()
    assert done.returncode == 1
    assert "[source.empty]" in done.stderr
    assert source(installation, "stad")["state"] == "failing"


def test_few_files_are_said_and_survived(installation: Installation) -> None:
    """With hardly any files allowed the program says so and does its work all the same, with hosts that hang beside."""
    with FeedHost() as host:
        for n in range(30):
            host.feed(f"g{n}").add("1")
            host.feed(f"g{n}").manner = "hang" if n % 2 else "well"
        installation.configure(server=None, sources={f"g{n}": f"{host.url}/g{n}" for n in range(30)})
        text = installation.config.read_text().replace("per_host = 16", 'per_host = 64\ntimeout = "2s"')
        installation.config.write_text(text)
        done = limited(installation, 160)
    assert "[run.few-files]" in done.stderr
    states = {one["id"]: one["state"] for one in installation.json("status")["sources"]}
    assert [states[f"g{n}"] for n in range(0, 30, 2)] == ["ok"] * 15


def limited(installation: Installation, files: int) -> subprocess.CompletedProcess[str]:
    """Run a round with so many open files allowed."""
    command = f'ulimit -n {files}; exec "$0" "$@"'
    environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        ["sh", "-c", command, sys.executable, "-m", "bot", "--config", str(installation.config), "run", "--once"],
        capture_output=True,
        text=True,
        env=environ,
        cwd=installation.folder,
        timeout=60,
        check=False,
    )


def test_the_service_asks_on_time_and_stops_at_once(host: Host, installation: Installation) -> None:
    """A running service asks each source when it is due, not before; SIGTERM ends it while a host hangs, with nothing lost."""
    asked: list[str] = []

    def noted(one: Asked) -> Answer:
        asked.append(one.headers.get("if-none-match", "first"))
        return feed(("1", dated(NOW)), base=host.url, headers={"ETag": '"1"'})

    with FeedHost() as slow:
        slow.feed("hang").manner = "hang"
        host.says["/rss"] = noted
        installation.configure(server=None, sources={"stad": f"{host.url}/rss", "hangt": f"{slow.url}/hang"}, source="")
        text = installation.config.read_text().replace(
            f'url = "{host.url}/rss"', f'url = "{host.url}/rss"\nevery = "2s"'
        )
        installation.config.write_text(text)
        process = installation.start("run")
        try:
            assert wait_until(lambda: len(asked) >= 3, 20)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == 0, err
    assert "Traceback" not in out + err
    assert asked[0] == "first"
    assert set(asked[1:]) == {'"1"'}
    assert source(installation, "stad")["state"] == "ok"

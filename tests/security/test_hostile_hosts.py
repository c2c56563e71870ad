"""Forty feeds of which most mean harm, through the real program: its own process, real sockets, a real server that takes posts.

Guards boundaries 1 (source host) and 2 (document) of ``docs/security.md``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.outcome import check_text
from bot.text import status_length
from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.security.hosts import BAD, Canary, HostileHost
from tests.standin.mastodon import Standin

GOOD = [f"goed-{n}" for n in range(14)]
MOST_MEMORY = 250 * 1024
"""KiB of the whole process."""
MOST_SECONDS = 60
"""Far beyond what is needed, so that a busy machine is no failure; a host that is waited for would take longer."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, what it said, and the most memory that it took, in KiB."""

    code: int
    stderr: str
    memory: int
    seconds: float


def watched(installation: Installation, *arguments: str) -> Ended:
    """Run a command to its end and look at what it took."""
    started = time.monotonic()
    with installation.start(*arguments) as process, ThreadPoolExecutor(1) as reader:
        said = reader.submit(process.communicate)
        memory = 0
        while not said.done():
            memory = max(memory, peak(process.pid))
            time.sleep(0.02)
    return Ended(process.returncode, said.result()[1], memory, time.monotonic() - started)


def peak(pid: int) -> int:
    """Give the most memory that a process has taken so far, in KiB; 0 where it has ended."""
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
        return int(found[1]) if found else 0
    return 0


def configured(folder: Path, server: Standin, sources: dict[str, str]) -> Installation:
    """Configure some feeds, with short patience."""
    installation = Installation(folder=folder, environ={"OMROEPER_NETWORK__TIMEOUT": "5s"})
    installation.configure(server=server.url, sources=sources)
    return installation


def test_every_good_feed_is_out_among_the_bad(tmp_path: Path) -> None:
    """In one run every good announcement appears, nothing private is visited, memory stays small, and each bad feed is one clear line."""
    with (
        Canary() as canary,
        FeedHost() as good,
        HostileHost(canary.port) as bad,
        Standin("mastodon", windows={}) as server,
    ):
        for feed in (*map(good.feed, GOOD), *bad.feeds.values()):
            feed.add("oud")
        sources = {name: f"{good.url}/{name}" for name in GOOD} | {one.name: f"{bad.url}/{one.name}" for one in BAD}
        installation = configured(tmp_path, server, sources)
        first = installation.once()
        assert first.returncode == 0, first.stderr
        for feed in (*map(good.feed, GOOD), *bad.feeds.values()):
            feed.add("nieuw")
        bad.turned = True
        ended = watched(installation, "run", "--once", "--force")

        texts = server.texts()
        assert {f"Bericht nieuw van {name}" for name in GOOD} <= {text.splitlines()[0] for text in texts}
        assert canary.visits == 0
        assert ended.memory < MOST_MEMORY
        assert ended.seconds < MOST_SECONDS
        assert ended.code == 1
        for text in texts:
            check_text(text, tags=False)
            assert status_length(text) <= 500
            assert "root:" not in text
            assert text.count("lol") < 10
        said = {line.partition(":")[0]: line for line in ended.stderr.splitlines()}
        states = {one["id"]: one for one in installation.json("status")["sources"]}
        for one in BAD:
            if one.code:
                # where the machine is too busy for the cap of size, the cap of time ends it; the codes have tests of their own
                assert said.get(one.name, "").endswith((f"[{one.code}]", "[http.timeout]")), (
                    one.name,
                    said.get(one.name),
                )
                assert (states[one.name]["state"], bool(states[one.name]["error"])) == (one.state, True), one.name
            else:
                assert states[one.name]["state"] in {"ok", "gap"}, (one.name, states[one.name])
        assert not set(said) & set(GOOD)
        assert all(states[name]["state"] == "ok" for name in GOOD)


LATER = {"storm", "dertigduizend", "dubbele-ids", "stuurtekens", "reuzentekst", "diep"}
"""429 asked to be left alone for ten minutes, and is; a flood of entries is held with a notice; the others were read all the same."""


def test_a_bad_feed_that_mends_loses_nothing(tmp_path: Path) -> None:
    """What a bad day kept back appears when the host is well again; of a source that led elsewhere, once a person resumed it."""
    mending = [one for one in BAD if one.name not in LATER]
    with HostileHost() as bad, Standin("mastodon", windows={}) as server:
        for feed in bad.feeds.values():
            feed.add("oud")
        installation = configured(tmp_path, server, {one.name: f"{bad.url}/{one.name}" for one in mending})
        installation.once()
        for feed in bad.feeds.values():
            feed.add("nieuw")
        bad.turned = True
        installation.once()
        bad.turned = False
        installation.once()
        before = first_lines(server)
        for one in mending:
            if one.state == "quarantined":
                assert installation.call("resume", one.name).returncode == 0
        installation.once()
        after = first_lines(server)
    for one in mending:
        news = f"Bericht nieuw van {one.name}"
        assert (before.count(news), after.count(news)) == (one.state != "quarantined", 1), one.name


def first_lines(server: Standin) -> list[str]:
    """Give what each post on the account begins with."""
    return [text.splitlines()[0] for text in server.texts()]


@pytest.fixture
def canaries() -> Iterator[tuple[Canary, Canary]]:
    """Give two places that may not be asked: another port of the host that is configured, and another address beside it."""
    try:
        second = Canary("127.0.0.2")
    except OSError:
        second = Canary()  # this machine has one loopback address
    with Canary() as first, second:
        yield first, second


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def test_neither_items_nor_the_environment_lead_anywhere(tmp_path: Path, canaries: tuple[Canary, Canary]) -> None:
    """Links, pictures and pages of items inside the private network, and proxies of the environment, are never asked, whatever is configured about pictures."""
    with FeedHost() as host, Standin("mastodon", windows={}) as server:
        environ = dict.fromkeys(PROXIES, f"http://127.0.0.1:{canaries[0].port}")
        installation = Installation(folder=tmp_path, environ=environ)
        installation.configure(server=server.url, sources={media: f"{host.url}/{media}" for media in ("feed", "page")})
        text = installation.config.read_text(encoding="utf-8")
        for media in ("feed", "page"):
            host.feed(media).add("oud")
            shown = rf'\1media = "{media}"\nlicence = "CC0"\n'
            text = re.sub(rf'(id = "{media}"\nagency[^\0]*?kind = "feed"\n)', shown, text)
        installation.config.write_text(text.replace('"feed.example"', '"127.0.0.1", "127.0.0.2"'), encoding="utf-8")
        assert installation.once().returncode == 0
        for media in ("feed", "page"):
            for number, canary in enumerate(canaries):
                there = f"http://{canary.address}:{canary.port}"
                words = (
                    f'<p>Tekst.</p><img src="{there}/plaatje.jpg" alt="De brug"><a href="{there}/bijlage">bijlage</a>'
                )
                host.feed(media).add(f"nieuw-{number}", link=f"{there}/pagina-{media}-{number}", text=words)
        installation.once()
        assert len(server.texts()) == 4
        assert [canary.visits for canary in canaries] == [0, 0]


def test_an_address_on_the_command_line_opens_itself_alone(tmp_path: Path) -> None:
    """``inspect`` asks whatever address a person names, loopback too, and follows no redirect from there into the private network."""
    with Canary() as canary, HostileHost(canary.port) as host:
        host.turned = True
        host.feeds["toekomst"].add("nieuw")
        installation = Installation(folder=tmp_path)
        read = installation.json("inspect", f"{host.url}/toekomst")
        led = installation.json("inspect", f"{host.url}/naar-poort")
        assert canary.visits == 0
    assert read["items"]
    assert (led["items"], led["problems"][0].partition(":")[0]) == ([], "http.private-address")

"""What a start costs: the CPU of ``run --once`` against what the interpreter needs for the libraries alone.

    python bench/startup.py [--sources 500] [--news 50] [--times 5]

Measured in one run, the least of several times: importing the libraries; ``--help``; a round in which nothing is due; one in which
every source answers 304; the same requests by a bare aiohttp client, as a program of its own (``bare_client``) and without its
start (``bare_requests``); and one with news, until it is on the account of a strict server. Prints JSON with seconds of CPU; the
goals are ratios and sums of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin

LIBRARIES = "import sqlalchemy, aiohttp, pydantic_settings, click, lxml"

BARE = """
import aiohttp, asyncio, json, sys

async def main(addresses):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
        async def ask(address):
            async with session.get(address, headers={"If-None-Match": address.partition("#")[2]}) as answer:
                await answer.read()
                assert answer.status == 304, answer.status
        await asyncio.gather(*map(ask, addresses))

asyncio.run(main(json.load(sys.stdin)))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--news", type=int, default=50)
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    print(json.dumps(measured(arguments.sources, arguments.news, arguments.times), indent=2))


def measured(sources: int, news: int, times: int) -> dict[str, Any]:
    """Give the seconds of CPU of each kind of start, and the ratios that matter."""
    with tempfile.TemporaryDirectory() as folder, FeedHost() as host, Standin(windows={}) as server:
        installation = Installation(folder=Path(folder))
        names = [f"bron{number}" for number in range(sources)]
        for name in names:
            for number in range(10):
                host.feed(name).add(str(number))
        installation.configure(server=server.url, sources={name: f"{host.url}/{name}" for name in names})
        _once(installation, "--force")
        tags = [f"{host.url}/{name}#{_tag(host, name)}" for name in names]
        libraries = _least(times, lambda: _python(LIBRARIES))
        bare = _least(times, lambda: _python(BARE, json.dumps(tags)))
        beside = _least(times, lambda: _python(f"{LIBRARIES}\n{BARE}", json.dumps(tags)))
        told = iter(range(times))
        found = {
            "libraries": libraries,
            "help": _least(times, lambda: _call(installation, "--help")),
            "nothing_due": _least(times, lambda: _once(installation)),
            "bare_client": bare,
            "bare_requests": beside - libraries,
            "idle": _least(times, lambda: _once(installation, "--force")),
            "news": _least(times, lambda: _news(installation, host, names[:news], next(told))),
        }
        posts = len(server.texts())
    return {
        "sources": sources,
        "cpu_seconds": {name: round(value, 3) for name, value in found.items()},
        "nothing_due_ratio": round(found["nothing_due"] / libraries, 2),
        "idle_over_bare": round((found["idle"] - libraries) / bare, 2),
        "idle_over_requests": round((found["idle"] - libraries) / found["bare_requests"], 2),
        "news_beyond_libraries": round(found["news"] - libraries, 2),
        "posts": posts,
        "wanted_posts": news * times,
    }


def _news(installation: Installation, host: FeedHost, names: Sequence[str], time: int) -> None:
    for name in names:
        host.feed(name).add(f"nieuws-{time}")
    _once(installation, "--force")


def _once(installation: Installation, *force: str) -> None:
    _call(installation, "run", "--once", *force)


def _call(installation: Installation, *arguments: str) -> None:
    done = installation.call(*arguments, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr)


def _python(program: str, stdin: str = "") -> None:
    subprocess.run([sys.executable, "-c", program], input=stdin, text=True, check=True, env={**os.environ}, timeout=300)


def _tag(host: FeedHost, name: str) -> str:
    from urllib.request import urlopen

    with urlopen(f"{host.url}/{name}", timeout=10) as answer:
        tag: str = answer.headers["ETag"]
    return tag


def _least(times: int, work: Callable[[], None]) -> float:
    return min(_cpu(work) for _ in range(times))


def _cpu(work: Callable[[], None]) -> float:
    """Give the seconds of CPU that the processes which some work starts need."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


if __name__ == "__main__":
    main()

"""Feeds that hang or take their time hold up nobody: how long until the news of all the others is out, with and without them.

    python bench/hanging.py [--sources 100] [--hanging 1] [--manner hang|slow] [--rounds 3]

Every source announces one thing, and the real program runs once; then again, with so many sources whose host accepts the
connection and says nothing (``hang``), or answers after ten seconds (``slow``). In every run all of these are asked; undisturbed,
they answer well. Prints JSON: the seconds from the start of the program to the last post of the others, median over the rounds,
and their ratio.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.process import Remote, spawned


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=100, help="feeds that answer well (default 100)")
    parser.add_argument("--hanging", type=int, default=1, help="feeds that do not in every other run (default 1)")
    parser.add_argument("--manner", choices=("hang", "slow"), default="hang", help="what those do (default hang)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each sort (default 3)")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments), indent=2))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Let every source announce something, round after round; the bad ones behave badly in every other."""
    names = [f"bron{number}" for number in range(options.sources)]
    bad = [f"stil{number}" for number in range(options.hanging)]
    with tempfile.TemporaryDirectory() as folder, FeedHost() as host, spawned("--unlimited") as server:
        installation = Installation(folder=Path(folder))
        for name in (*names, *bad):
            host.feed(name).add("oud")
        urls = {name: f"{host.url}/{name}" for name in (*bad, *names)}
        installation.configure(server=server.url, sources=urls)
        # all are on one machine here: as many hosts as feeds, as far as manners go
        written = installation.config.read_text(encoding="utf-8").replace("per_host = 16", "per_host = 2048")
        installation.config.write_text(written, encoding="utf-8")
        met = installation.once(timeout=300)
        if met.returncode:
            raise RuntimeError(met.stderr)
        took: dict[str, list[float]] = {"well": [], options.manner: []}
        for number in range(options.rounds):
            for manner, times in took.items():
                for name in bad:
                    host.feed(name).manner = manner
                for name in names:
                    host.feed(name).add(f"{manner}-{number}")
                times.append(_last_post(installation, server, len(names)))
        undisturbed, disturbed = (statistics.median(took[manner]) for manner in ("well", options.manner))
    return {
        "sources": options.sources,
        options.manner: options.hanging,
        "rounds": options.rounds,
        "undisturbed_seconds": round(undisturbed, 2),
        "disturbed_seconds": round(disturbed, 2),
        "ratio": round(disturbed / undisturbed, 2),
    }


def _last_post(installation: Installation, server: Remote, expected: int) -> float:
    """Run once; give the seconds until the last of the expected posts was there."""
    before = len(server.ask("GET", "state")["posts"])
    started = datetime.now(UTC)
    installation.once(timeout=300)
    posts = server.ask("GET", "state")["posts"]
    if len(posts) != before + expected:
        raise RuntimeError(f"{len(posts) - before} posts of {expected}")
    return (datetime.fromisoformat(posts[-1]["created_at"]) - started).total_seconds()


if __name__ == "__main__":
    main()

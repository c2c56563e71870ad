"""One feed that hangs holds up nobody: how long until the news of all the others is out, with and without it.

    python bench/hanging.py [--sources 100] [--rounds 3]

Every source announces one thing, and the real program runs once; then again, with one source more whose host accepts the
connection and says nothing. Prints JSON: the seconds from the start of the program to the last post of the others, median over
the rounds, and their ratio.
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
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.sources, arguments.rounds), indent=2))


def measure(sources: int, rounds: int) -> dict[str, Any]:
    """Let every source but the last announce something, round after round, the last one hanging in every other."""
    names = [f"bron{number}" for number in range(sources)]
    with tempfile.TemporaryDirectory() as folder, FeedHost() as host, spawned("--unlimited") as server:
        installation = Installation(folder=Path(folder))
        for name in names:
            host.feed(name).add("oud")
        urls = {name: f"{host.url}/{name}" for name in names}
        installation.configure(server=server.url, sources=urls)
        met = installation.once(timeout=300)
        if met.returncode:
            raise RuntimeError(met.stderr)
        took: dict[str, list[float]] = {"well": [], "hang": []}
        for number in range(rounds):
            for manner, times in took.items():
                host.feed(names[-1]).manner = manner
                for name in names[:-1]:
                    host.feed(name).add(f"{manner}-{number}")
                times.append(_last_post(installation, server, len(names) - 1))
        undisturbed, hanging = (statistics.median(took[manner]) for manner in ("well", "hang"))
    return {
        "sources": sources,
        "rounds": rounds,
        "undisturbed_seconds": round(undisturbed, 2),
        "hanging_seconds": round(hanging, 2),
        "ratio": round(hanging / undisturbed, 2),
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

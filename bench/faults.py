"""Never lost, never twice: the real program, killed at random moments, against a server that drops, fails, stalls and forgets.

    python bench/faults.py [--rounds 20] [--entries 50] [--kills 1] [--server keys] [--faults lost=0.2] [--latency 0] [--seed 1]

Each round a feed on loopback shows new entries, and `omroeper run --once` is started on them; it is killed (SIGKILL) as often as
asked, each time at a random moment of its run, and then run again until it says that all is well. ``--server``: ``keys`` is a
Mastodon that honours idempotency keys, ``no-keys`` one that ignores them, ``gotosocial`` and ``takahe`` are those families. A
server with keys forgets them now and then, as after an hour. ``--faults`` gives a rate per new post: ``lost`` (the connection
drops after the post was stored), ``all`` (shared among everything in ``MIXTURE``), or a name of ``tests/standin/faults.py``.

Prints JSON: what happened, and what is on the account against what the feeds showed. Exit 1 where anything was lost, doubled or
out of order, or an exit code was not true.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.feeds import FeedHost, wait_until
from tests.e2e.installation import Installation
from tests.standin.process import Remote, spawned

SERVERS: Mapping[str, tuple[str, ...]] = {
    "keys": ("--family", "mastodon"),
    "no-keys": ("--family", "mastodon", "--ignore-keys"),
    "gotosocial": ("--family", "gotosocial"),
    "takahe": ("--family", "takahe"),
}

MIXTURE = {
    "drop-before": 0.2,
    "drop-after": 0.3,
    "error-before": 0.08,
    "error-after": 0.2,
    "half": 0.06,
    "page": 0.06,
    "late-answer": 0.04,
    "late-store": 0.04,
    "hang": 0.02,
}
"""What ``all`` is shared among. The time-out of the account is 2 s; what is late is late by 2.5 s."""

LATE = 2.5
ANSWERS = (500, 502, 503)
LOST = frozenset({"drop-after", "error-after", "half", "page", "late-answer", "late-store"})
"""Faults after which the post is there and nobody was told."""

SOURCES = ("stad", "dorp")
MOST_RUNS = 25
"""Runs after the last kill of a round before it counts as stuck."""

EARLY = 0.2
"""How many of the kills may come before the program asked for anything."""

LEAST = 0.3
"""Seconds over which kills are spread at least."""

FORGETS = 0.25
"""In how many rounds a server with keys loses them between the kill and the next run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done."""

    rounds: int = 20
    entries: int = 50
    kills: int = 1
    server: str = "keys"
    faults: Mapping[str, float] = field(default_factory=dict)
    latency: float = 0.0
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Trial:
    """One installation, its feeds and its server, and what happened so far."""

    plan: Plan
    installation: Installation
    host: FeedHost
    server: Remote
    chance: random.Random
    span: float = 3.0
    work: float = 2.0
    kills: int = 0
    amid: int = 0
    """Kills of a run that had posted something, and not everything."""
    runs: Counter[int] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    untrue: list[str] = field(default_factory=list)
    series: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in SOURCES})

    def round(self, number: int) -> None:
        """Announce, kill, and run until all is well."""
        before = sum(map(len, self.series.values()))
        for place in range(self.plan.entries):
            self._announce(SOURCES[place % len(SOURCES)], f"r{number}n{place}")
        self._have_bad_days()
        for _ in range(self.plan.kills):
            if len(self._posts()) - before < self.plan.entries:
                self._kill(before)
        if self.plan.server == "keys" and self.chance.random() < FORGETS:
            self.server.ask("POST", "forget-keys")
        self.runs[self._recover()] += 1
        for feed in self.host.feeds.values():
            del feed.entries[: -2 * self.plan.entries]  # a feed shows its newest entries, not all that it ever had

    def _announce(self, source: str, id_: str) -> None:
        entry = self.host.feed(source).add(id_)
        self.series[source].append(entry.link)

    def _have_bad_days(self) -> None:
        rates = dict(self.plan.faults)
        status = self.chance.choice(ANSWERS)
        self.server.ask(
            "POST", "rates", {"seed": self.chance.randrange(2**31), "rates": rates, "status": status, "delay": LATE}
        )
        if len(rates) > 1:
            until = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
            limited = {"fault": "limited", "skip": self.chance.randrange(self.plan.entries)}
            self.server.ask("POST", "faults", limited | {"headers": {"X-RateLimit-Reset": until}})

    def _kill(self, before: int) -> None:
        """Kill a run at a random moment: one in five from its very start, the others from its first request on."""
        left = 1 - (len(self._posts()) - before) / self.plan.entries
        asked = self._asked()
        process = self.installation.start("run", "--once", "--force")
        if self.chance.random() < EARLY:
            moment = self.chance.uniform(0.0, self.span)
        else:
            wait_until(lambda: self._asked() > asked or process.poll() is not None, 60)
            moment = self.chance.uniform(0.0, self.work * left)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
            self.kills += 1
        process.communicate()
        self.amid += 0 < len(self._posts()) - before < self.plan.entries

    def _asked(self) -> int:
        return sum(feed.asked.total() for feed in self.host.feeds.values())

    def _recover(self) -> int:
        """Run until all is well; give how many runs that took. The last ones are on a server that is well."""
        for run in range(1, MOST_RUNS + 1):
            if run > MOST_RUNS // 2:
                self.server.ask("DELETE", "faults")
            started = time.monotonic()
            done = self.installation.once(timeout=300)
            self._follow(time.monotonic() - started)
            self.codes[done.returncode] += 1
            complete = self._tally()["lost"] == []
            if not _is_true(done, complete=complete):
                self.untrue.append(f"exit {done.returncode}, complete {complete}: {done.stderr.strip()}")
            if done.returncode == 0 and complete:
                return run
            time.sleep(0.5)
        self.untrue.append("it never says that all is well")
        return MOST_RUNS

    def _follow(self, took: float) -> None:
        """Follow how long a run takes that has everything to do, so that kills are spread over all of it."""
        self.span = 0.8 * self.span + 0.2 * took
        self.work = max(LEAST, 0.8 * self.work + 0.2 * took)

    def _posts(self) -> list[Any]:
        posts: list[Any] = self.server.ask("GET", "state")["posts"]
        return posts

    def _tally(self) -> dict[str, Any]:
        found: dict[str, Any] = self.server.ask("POST", "tally", {"series": list(self.series.values())})
        return found

    def outcome(self, seconds: float) -> dict[str, Any]:
        """Say what happened."""
        posts = [
            line
            for line in self.server.ask("GET", "log")
            if line["method"] == "POST" and line["path"] == "/api/v1/statuses"
        ]
        met = Counter(line["fault"] for line in posts if line["fault"])
        found = self._tally()
        return {
            "server": self.plan.server,
            "latency": self.plan.latency,
            "seed": self.plan.seed,
            "rounds": self.plan.rounds,
            "announced": sum(map(len, self.series.values())),
            "kills": self.kills,
            "kills_amid_posting": self.amid,
            "faults": dict(sorted(met.items())),
            "lost_answers": sum(1 for line in posts if line["fault"] in LOST and line["stored"] and not line["again"]),
            "posts": len(self._posts()),
            **found["counts"],
            "runs_to_recover": dict(sorted(self.runs.items())),
            "exit_codes": dict(sorted(self.codes.items())),
            "untrue_exit_codes": self.untrue,
            "seconds": round(seconds, 1),
        }


def main() -> None:
    """Run what was asked, print what came of it, and exit 1 where a promise was broken."""
    outcome = measure(_plan(sys.argv[1:]))
    print(json.dumps(outcome, indent=2))
    sys.exit(1 if broken(outcome) else 0)


def measure(plan: Plan) -> dict[str, Any]:
    """Carry a plan out and give what happened."""
    started = time.monotonic()
    with _prepared(plan) as trial:
        for number in range(plan.rounds):
            trial.round(number)
        return trial.outcome(time.monotonic() - started)


def broken(outcome: Mapping[str, Any]) -> bool:
    """Whether a promise was broken."""
    return any(outcome[name] for name in ("lost", "doubled", "out_of_order", "untrue_exit_codes"))


def _is_true(done: subprocess.CompletedProcess[str], *, complete: bool) -> bool:
    """Whether an exit code says what is so: 0 where all is there or waits by a limit, 1 where something is named on stderr."""
    said = done.stderr.strip()
    if done.returncode == 0:
        return complete or "wait by its limits" in said
    return done.returncode == 1 and bool(said) and "Traceback" not in said


@contextmanager
def _prepared(plan: Plan) -> Iterator[Trial]:
    arguments = (*SERVERS[plan.server], "--unlimited", "--latency", str(plan.latency))
    with tempfile.TemporaryDirectory() as folder, FeedHost() as host, spawned(*arguments) as server:
        installation = Installation(folder=Path(folder))
        for name in SOURCES:
            host.feed(name).add("oud")
        urls = {name: f"{host.url}/{name}" for name in SOURCES}
        installation.configure(server=server.url, sources=urls, source="burst = 0")
        met = installation.once()
        if met.returncode:
            raise RuntimeError(met.stderr)
        yield Trial(plan=plan, installation=installation, host=host, server=server, chance=random.Random(plan.seed))


def _plan(arguments: list[str]) -> Plan:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--entries", type=int, default=50, help="new entries per round")
    parser.add_argument("--kills", type=int, default=1, help="kills per round")
    parser.add_argument("--server", choices=sorted(SERVERS), default="keys")
    parser.add_argument("--faults", action="append", default=[], metavar="NAME=RATE")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="for every request")
    parser.add_argument("--seed", type=int, default=1)
    options = vars(parser.parse_args(arguments))
    faults: dict[str, float] = {}
    for one in options.pop("faults"):
        name, _, rate = one.partition("=")
        faults |= _rates(name, float(rate))
    return Plan(**options, faults=faults)


def _rates(name: str, rate: float) -> dict[str, float]:
    if name == "all":
        return {one: share * rate for one, share in MIXTURE.items()}
    return {"drop-after" if name == "lost" else name: rate}


if __name__ == "__main__":
    main()

"""One announcement, one post: a day in which each announcement comes over three sources, in random order, with kills in between.

    python bench/one_post.py [--announcements 100] [--rounds 10] [--kills 5] [--seed 1]

The agency's own feed, the feed of the province above it (the same pages, with tracking), and a platform that tells it in its own
words, sometimes with the page's address and sometimes without. The real program runs against a strict server and is killed at
random moments. Prints JSON: how many posts there are, how many were doubled, lost, or do not link to the agency's page.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin

PLACES = ("Noordwijk", "Zuidhoek", "Oosterveen", "Westdorp", "Middelrode", "Hoogland", "Laagveen", "Lindeberg")
WORKS = (
    "De brug in {place} is op {day} november dicht voor auto's door werk aan de leuning",
    "Vanaf {day} november rijdt buslijn {number} in {place} om door de aanleg van een rotonde",
    "Zwembad {place} gaat op {day} november open met {number} nieuwe kluisjes",
    "Inwoners van {place} krijgen op {day} november een brief over {number} nieuwe bomen",
    "Het stadskantoor in {place} is op {day} november tot {hour} uur gesloten voor een verhuizing",
    "De gemeente plaatst op {day} november {number} laadpalen in {place}",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One announcement as three places tell it: (title, text, address) each."""

    page: str
    agency: tuple[str, str]
    province: tuple[str, str]
    platform: tuple[str, str, str]


def main() -> None:
    """Run a day and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--announcements", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(json.dumps(day(arguments.announcements, arguments.rounds, arguments.kills, arguments.seed), indent=2))


def day(announcements: int, rounds: int, kills: int, seed: int) -> dict[str, Any]:
    """Play a day. Gives counts."""
    chance = random.Random(seed)
    told = [_announcement(number, chance) for number in range(announcements)]
    with tempfile.TemporaryDirectory() as folder, FeedHost() as host, Standin("mastodon", windows={}) as server:
        installation = _prepared(Path(folder), host, server)
        arrivals = [
            (number, source) for number in range(announcements) for source in ("agency", "province", "platform")
        ]
        chance.shuffle(arrivals)
        killed = set(chance.sample(range(rounds), min(kills, rounds)))
        for turn in range(rounds):
            for number, source in arrivals[turn::rounds]:
                _show(host, source, number, told[number])
            if turn in killed:
                _run_and_kill(installation, chance)
            installation.once(timeout=120)
        code = installation.once(timeout=120).returncode
        return _count(told, server.texts(), code, kills=len(killed))


def _announcement(number: int, chance: random.Random) -> Told:
    values = {"place": chance.choice(PLACES), "day": 1 + number % 28, "number": 10 + number, "hour": 8 + number % 10}
    title = WORKS[number % len(WORKS)].format(**values)
    text = f"{title}. Kijk op onze website wat dit voor u betekent. Bel bij vragen het nummer van het kantoor."
    page = f"https://stad.example/nieuws/{number}"
    says = f"{title}. Lees meer: {page}" if number % 2 else f"{title}. #{values['place']}"
    return Told(
        page=page,
        agency=(title, text),
        province=(f"Gemeente: {title}", text),
        platform=("", says, f"https://platform.example/stad/{number}"),
    )


def _prepared(folder: Path, host: FeedHost, server: Standin) -> Installation:
    installation = Installation(folder=folder)
    names = ("agency", "province", "platform")
    for name in names:
        host.feed(name).add("oud")
    sources = "".join(
        f'[[source]]\nid = "{name}"\nagency = "{agency}"\nkind = "feed"\nurl = "{host.url}/{name}"\nto = ["account"]\n'
        f"burst = 0\n{extra}\n"
        for name, agency, extra in (
            ("agency", "stad", ""),
            ("province", "land", ""),
            ("platform", "stad", 'merge = "text"'),
        )
    )
    agencies = (
        '[[agency]]\nid = "land"\nname = "Provincie Voorbeeldland"\ndomains = ["land.example"]\n'
        '[[agency]]\nid = "stad"\nname = "Gemeente Voorbeeldstad"\ndomains = ["stad.example"]\nparent = "land"\n'
    )
    installation.configure(server=server.url, sources={}, extra=agencies + sources)
    first = installation.once()
    if first.returncode:
        raise RuntimeError(first.stderr)
    return installation


def _show(host: FeedHost, source: str, number: int, told: Told) -> None:
    if source == "agency":
        title, text = told.agency
        host.feed(source).add(f"a{number}", title=title, text=text, link=told.page)
    elif source == "province":
        title, text = told.province
        host.feed(source).add(f"p{number}", title=title, text=text, link=f"{told.page}?utm_source=provincie")
    else:
        title, text, link = told.platform
        host.feed(source).add(f"t{number}", title=title, text=text, link=link)


def _run_and_kill(installation: Installation, chance: random.Random) -> None:
    process = installation.start("run", "--once", "--force")
    time.sleep(chance.uniform(0.3, 1.5))
    process.kill()
    process.communicate()


def _count(told: list[Told], posts: list[str], code: int, *, kills: int) -> dict[str, Any]:
    per_page: Counter[str] = Counter()
    strangers = []
    for post in posts:
        page = next((one.page for one in told if post.rstrip().endswith(one.page)), None)
        if page is None:
            strangers.append(post)
        else:
            per_page[page] += 1
    return {
        "announcements": len(told),
        "posts": len(posts),
        "doubled": sum(many - 1 for many in per_page.values()),
        "lost": sum(1 for one in told if not per_page[one.page]),
        "without_page": len(strangers),
        "kills": kills,
        "exit_code": code,
        "examples": strangers[:3],
    }


if __name__ == "__main__":
    main()

"""Every kind of source against documents made worse, through the whole pure path: read, normalise, decide, compose.

    python bench/fuzz.py --inputs 100000 [--seed 1] [--kind KIND] [--corpus DIR] [--findings DIR] [--budget 2] [--at NUMBER]
    python bench/fuzz.py --replay DIR

Documents start from the repository's own, with ``OMROEPER_CAPTURES`` also from captured ones, and with ``--corpus`` from any
folder. Input NUMBER of a seed is always the same one: ``--at NUMBER`` does that one alone. What is found of the repository's own
documents is written to ``--findings`` as ``KIND-….bin``, made as small as it goes; ``--replay`` takes such files through as they
are, each several times with other choices. Prints JSON; exit 1 where something was found. ``digest`` is a hash of everything
that came out, so that two runs can be compared.

Watched: CPU per input, memory, every error that is not ``Malformed`` or ``CannotCompose``, and what ``bench/outcome.py`` says.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters import SOURCES, load_source
from adapters.contract import Limits
from adapters.errors import Malformed
from bench.documents import ROOT, Seed, seeds
from bench.mutation import mutate
from bench.outcome import Broken, check_batch, check_observed, check_post
from bot.collecting.storable import storable
from bot.compose import CannotCompose, Draft, Voice, compose
from bot.decide.look import Sight, decide
from bot.model import (
    Composed,
    Content,
    Known,
    KnownAnnouncement,
    KnownItem,
    KnownLink,
    KnownPublication,
    KnownRoute,
    Observed,
    Place,
)
from bot.normalise import normalise
from bot.rule import RULE
from bot.settings import Settings, load
from bot.similar import telling
from bot.wording import Wording, wording

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LIMITS = (
    Limits(family="mastodon"),
    Limits(family="gotosocial", max_characters=5000, url_length=None),
    Limits(family="pleroma", max_characters=300, url_length=None),
    Limits(family="mastodon", max_characters=1000, max_media=1),
)
VOICES = (
    Voice(agency="Gemeente Voorbeeldstad", official=False),
    Voice(
        agency="Gemeente Voorbeeldstad", official=True, language="en", around="en", thread=6, pictures=True, alt="text"
    ),
    Voice(agency="@voorbeeld #stad", official=False, handles="X", tags=("nieuws",), max_tags=1),
    Voice(agency="Voorbeeldstad", official=False, thread=2, visibility="unlisted", time_zone="Pacific/Kiritimati"),
)
DOMAINS = ("voorbeeldstad.example", "voorbeeld.nl")
CHOICES = 8
"""How often a file is replayed."""
_MOST_POSTS = 8
_SOURCES = """
[omroeper]
operator = "bench@voorbeeld.example"
[[agency]]
id = "stad"
name = "Gemeente Voorbeeldstad"
domains = ["voorbeeldstad.example"]
[[account]]
id = "een"
kind = "local"
[[source]]
id = "gewoon"
agency = "stad"
kind = "feed"
url = "https://voorbeeldstad.example/rss"
to = ["een"]
[[source]]
id = "anders"
agency = "stad"
kind = "feed"
url = "https://voorbeeldstad.example/atom"
to = ["een"]
merge = "text"
burst = 0
identity = "title"
first_run = 3
withdrawal = "delete"
exclude = ["bericht 2"]
"""


class TooSlow(BaseException):
    """An input that costs more than its budget; no ``except Exception`` on the way may take it for something else."""


# ── what happens to them ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True, kw_only=True)
class World:
    """A configuration, and what memory knows before each input: what the unharmed document showed."""

    settings: Settings
    words: Wording
    known: dict[str, Known] = field(default_factory=dict)

    def go(self, seed: Seed, body: bytes, chance: Random) -> str:
        """Take a document all the way; give a hash of what came out. Raises ``Malformed``, and what is a finding."""
        adapter = load_source(seed.kind)
        document = replace(seed.document, body=body)
        adapter.recognises(document)
        batch = storable(adapter.read(document, seed.config))
        check_batch(batch)
        policy = chance.choice(self.settings.source)
        observed = normalise(batch, policy, Place(domains=DOMAINS, platform=adapter.mergeable))
        check_observed(observed)
        numbers = count()
        sight = Sight(source=1, observed=observed, unchanged=batch.unchanged, whole=batch.whole)
        decision = decide(NOW, policy, sight, self.known.get(seed.name, Known()), lambda: f"id-{next(numbers)}")
        json.dumps([dict(one.detail) for one in decision.events]).encode()
        posts = [self._compose(one.content, chance) for one in observed[:_MOST_POSTS]]
        outcome = (batch.problems, batch.items, observed, decision, posts)
        return blake2b(repr(outcome).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()

    def _compose(self, content: Content, chance: Random) -> Composed | None:
        telling(content.title, content.text, language=content.language or None)
        draft = Draft(
            content=content,
            kind="alert" if content.alert else "news",
            notice=chance.choice((None, None, None, "updated", "cancelled", "expired", "withdrawn")),
            rung=chance.choice((0, 0, 1, 2)),
            created=NOW,
            sent=chance.choice((None, NOW)),
            changed=NOW,
        )
        voice, limits = chance.choice(VOICES), chance.choice(LIMITS)
        try:
            composed = compose(draft, voice, limits, self.words)
        except CannotCompose:
            return None
        # what was withdrawn leads nowhere any more
        check_post(composed, limits, tags=bool(voice.tags), linked=draft.notice != "withdrawn")
        return composed


def world(documents: Iterable[Seed]) -> World:
    """Make a world that has seen every unharmed document."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "omroeper.toml")
        path.write_text(_SOURCES, encoding="utf-8")
        loaded = load(path, {})
    assert loaded.settings, loaded.problems
    made = World(settings=loaded.settings, words=wording(None))
    for seed in documents:
        try:
            batch = load_source(seed.kind).read(seed.document, seed.config)
        except Malformed:
            continue
        made.known[seed.name] = _known(normalise(batch, loaded.settings.source[0], Place(domains=DOMAINS)))
    return made


def _known(observed: Iterable[Observed]) -> Known:
    """Give memory after these items were wanted; every other one is on the account."""
    entries = [_remembered(no, one) for no, one in enumerate(observed, 1)]
    items = {item.key: item for item, _ in entries}
    return Known(
        items=items,
        items_by_link={item.link: (item,) for item in items.values() if item.link},
        links={
            item.link: KnownLink(link=item.link, announcement=one.id, shared=False)
            for item, one in entries
            if item.link
        },
        announcements={one.id: one for _, one in entries},
        routes=(
            KnownRoute(account=1, account_id="een", first_contact=NOW),
            KnownRoute(account=2, account_id="twee", first_contact=None),
        ),
        had_items=True,
    )


def _remembered(no: int, one: Observed) -> tuple[KnownItem, KnownAnnouncement]:
    content, there = one.content, bool(no % 2)
    item = KnownItem(
        no=no, source=1, key=one.key, link=one.link, digest=one.digest, meaning=one.meaning, rule=RULE, version=1,
        state="known", announcement=f"a{no}", title=content.title, published=content.published, first_seen=NOW, changed=NOW,
    )  # fmt: skip
    publication = KnownPublication(
        id=f"p{no}", account=1, state="sent" if there else "queued", operation="publish", wanted=1, seen=int(there),
        reason=None, sent=NOW if there else None, remote_id=str(no) if there else None,
    )  # fmt: skip
    announcement = KnownAnnouncement(
        id=f"a{no}", identity=one.key, lead=no, lead_source=1, agency="stad", language="nl", created=NOW, version=1,
        kind="alert" if content.alert else "news", content=content, publications=(publication,),
    )  # fmt: skip
    return item, announcement


# ── the verdict on one input ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One input: the document it started from, what became of it, and the chance that decides about the rest."""

    number: int
    seed: Seed
    body: bytes
    chance: Random

    def judge(self, made: World, budget: float, body: bytes | None = None) -> tuple[str, str | None]:
        """Take it, or another body in its place, through; give a hash or ``malformed``, and what was found or None."""
        state = self.chance.getstate()
        started = time.thread_time()
        signal.setitimer(signal.ITIMER_PROF, 5 * budget)
        try:
            outcome = made.go(self.seed, self.body if body is None else body, self.chance)
        except Malformed as error:
            outcome = f"malformed {error.code}"
        except (Exception, TooSlow) as error:  # noqa: BLE001 - exactly what is looked for
            return "found", f"{self.seed.kind}: {_in_words(error)}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.chance.setstate(state)
        slow = time.thread_time() - started > budget
        return outcome, f"{self.seed.kind}: over {budget:g} s" if slow else None


def trial(documents: list[Seed], bodies: list[bytes], seed: int, number: int) -> Trial:
    """Make input NUMBER of a seed."""
    chance = Random(f"{seed}:{number}")
    start = chance.choice(documents)
    return Trial(number=number, seed=start, body=mutate(chance, start.document.body, bodies), chance=chance)


def _in_words(error: BaseException) -> str:
    """Name an error, and the innermost place of ours on the way to it."""
    if isinstance(error, Broken):
        return str(error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(ROOT))]
    ours = [frame for frame in frames if "/bench/" not in frame.filename and "/.venv/" not in frame.filename]
    last = (ours or frames)[-1]
    return f"{type(error).__name__} in {Path(last.filename).relative_to(ROOT)} {last.name}"


def shrink(body: bytes, still: Callable[[bytes], bool], tries: int = 400) -> bytes:
    """Give a smaller document of which the same is true."""
    size = len(body) // 2
    while size and tries > 0:
        for shorter in _shorter(body, size):
            tries -= 1
            if shorter and still(shorter):
                body = shorter
                break
        else:
            size //= 2
    return body


def _shorter(body: bytes, size: int) -> Iterator[bytes]:
    return (body[:start] + body[start + size :] for start in range(0, len(body), size))


# ── the run ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True, kw_only=True)
class Ledger:
    """What came of all inputs."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, -1)
    digest: Any = field(default_factory=lambda: blake2b(digest_size=12))

    def note(self, one: Trial, outcome: str, finding: str | None, seconds: float) -> bool:
        """Write one down; true where it is the first of its kind that was found."""
        self.outcomes[outcome if outcome.startswith(("malformed", "found")) else "read"] += 1
        self.digest.update(outcome.encode())
        self.slowest = max(self.slowest, (round(seconds, 3), one.number))
        if finding is None:
            return False
        known = self.findings.setdefault(finding, {"count": 0, "first": one.number, "document": one.seed.name})
        known["count"] += 1
        return bool(known["count"] == 1)


def fuzz(options: argparse.Namespace) -> dict[str, Any]:
    """Do all inputs and give the figures."""
    signal.signal(signal.SIGPROF, _too_slow)
    documents = seeds(options.corpus, options.kind)
    bodies = [seed.document.body for seed in documents]
    made = world(documents)
    ledger = Ledger()
    numbers = range(options.inputs) if options.at is None else [options.at]
    settled = _resident()
    for number in numbers:
        one = trial(documents, bodies, options.seed, number)
        started = time.thread_time()
        outcome, finding = one.judge(made, options.budget)
        seconds = time.thread_time() - started
        if finding is None and number % 16 == 0 and one.judge(made, options.budget)[0] != outcome:
            finding = f"{one.seed.kind}: not the same twice"
        if ledger.note(one, outcome, finding, seconds) and options.findings and one.seed.ours:
            _keep(options, made, one, str(finding))
        if number == len(numbers) // 10:
            settled = _resident()
    return {
        "inputs": len(numbers),
        "seed": options.seed,
        "documents": len(documents),
        "outcomes": dict(sorted(ledger.outcomes.items())),
        "findings": ledger.findings,
        "cpu_s": round(time.process_time(), 1),
        "slowest_s": ledger.slowest[0],
        "slowest": ledger.slowest[1],
        "growth_mib": round((_resident() - settled) / 2**20, 1),
        "digest": ledger.digest.hexdigest(),
    }


def replay(options: argparse.Namespace) -> dict[str, Any]:
    """Do the files of a folder and give the figures."""
    signal.signal(signal.SIGPROF, _too_slow)
    documents = seeds()
    made, ledger = world(documents), Ledger()
    paths = sorted(options.replay.glob("*.bin"))
    for path in paths:
        start = next(one for one in documents if one.kind == path.name.rpartition("-")[0])
        for number in range(CHOICES):
            one = Trial(number=number, seed=start, body=path.read_bytes(), chance=Random(f"{path.name}:{number}"))
            outcome, finding = one.judge(made, options.budget)
            ledger.note(one, outcome, finding and f"{path.name}: {finding}", 0.0)
    return {"files": len(paths), "outcomes": dict(sorted(ledger.outcomes.items())), "findings": ledger.findings}


def _keep(options: argparse.Namespace, made: World, one: Trial, finding: str) -> None:
    """Write what was found, made as small as it goes."""
    small = shrink(one.body, lambda shorter: one.judge(made, options.budget, shorter)[1] == finding)
    options.findings.mkdir(parents=True, exist_ok=True)
    Path(options.findings, f"{one.seed.kind}-{blake2b(small, digest_size=6).hexdigest()}.bin").write_bytes(small)


def _too_slow(*_: object) -> None:
    raise TooSlow


def _resident() -> int:
    """Give the memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=list(SOURCES))
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--findings", type=Path)
    parser.add_argument("--budget", type=float, default=2.0, help="seconds of CPU that one input may cost")
    parser.add_argument("--at", type=int, help="only this input")
    parser.add_argument("--replay", type=Path, help="only the files of this folder, as they are")
    options = parser.parse_args()
    found = fuzz(options) if options.replay is None else replay(options)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 1 if found["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())

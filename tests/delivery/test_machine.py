"""Whatever happens, in whatever order: nothing is doubled, nothing is lost, order is kept, and other people's posts are theirs.

A state machine drives the real outbox over a real database against a model server that has bad days, a clock that moves, a
person who uses the account too, and a program that dies between any two steps.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.model import Lane
from tests.delivery.server import FAULTS, Kept
from tests.delivery.world import Entry, World

SOURCES = ("stad", "dorp")
MONTH = 30 * 24
MOST_FAILURES = 6
"""Fewer server errors than it takes to give an item up for dead."""

faults = st.lists(st.sampled_from((*FAULTS, "")), max_size=4)


class Delivery(RuleBasedStateMachine):
    """One account, two sources, and everything that can go wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.world = World(url=f"sqlite:///{self.folder / 'omroeper.db'}", sources=SOURCES)
        for policy in self.world.policies.values():
            policy.withdrawal = "delete"
        self.numbers = count(1)
        self.entries: dict[str, list[Entry]] = {name: [] for name in SOURCES}
        self.theirs: dict[int, str] = {}
        self.removed: set[str] = set()
        self.rewritten: dict[str, str] = {}
        self.failures = 0

    @initialize(honours_keys=st.booleans(), application=st.sampled_from(("Omroeper", None)))
    def begin(self, honours_keys: bool, application: str | None) -> None:
        """Start, on one kind of server or the other."""
        self.world.server.honours_keys = honours_keys
        self.world.server.application = application
        self.world.start()

    # ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(source=st.sampled_from(SOURCES), parts=st.sampled_from((1, 1, 1, 2, 3)))
    def announce(self, source: str, parts: int) -> None:
        """Something new."""
        entry = self.world.announce(source, f"n{next(self.numbers)}", parts=parts)
        self.entries[source].append(entry)

    @precondition(lambda self: any(self.entries.values()))
    @rule(data=st.data(), parts=st.sampled_from((1, 2, 3)))
    def correct(self, data: st.DataObject, parts: int) -> None:
        """Something known says something else, and maybe needs more posts, or fewer."""
        source, entry = self._some(data)
        if not entry.withdrawn:
            entry.title += "!"
            entry.parts = entry.parts if entry.key in self.rewritten else parts
        self.world.see(source)

    @precondition(lambda self: any(self.entries.values()))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Something is taken back, and people are named in it: it has to go."""
        source, entry = self._some(data)
        if entry.key not in self.rewritten:
            entry.withdrawn = True
        self.world.see(source)

    # ── the server, the clock and the program ────────────────────────────────────────────────────────────────────────

    @rule(some=faults, reading=st.lists(st.sampled_from(("down", "limited")), max_size=2))
    def have_bad_days(self, some: list[str], reading: list[str]) -> None:
        """The next requests meet something."""
        fits = [fault for fault in some if not fault.startswith("50")]
        room = MOST_FAILURES - self.failures
        failing = [fault for fault in some if fault.startswith("50")][:room]
        self.failures += len(failing)
        self.world.server.faults.extend([*fits, *failing])
        self.world.server.reading.extend(reading)

    @rule(seconds=st.sampled_from((1, 3, 30, 400, 4000)))
    def wait(self, seconds: int) -> None:
        """Time goes by; the server's keys are forgotten within the hour."""
        self.world.clock.pass_(seconds=seconds)

    @rule(minutes=st.sampled_from((-90, -1, 90)))
    def jump(self, minutes: int) -> None:
        """The clock is set."""
        self.world.clock.pass_(minutes=minutes)

    @rule(lane=st.sampled_from(("alert", "rest")))
    def work(self, lane: Lane) -> None:
        """The program does what it can."""
        self.world.work(lane)

    @rule(steps=st.integers(min_value=0, max_value=40))
    def die(self, steps: int) -> None:
        """The program is killed at some step of its work, and started again."""
        left = count(steps, -1)
        with self.world.dying(lambda _: next(left) == 0):
            self.world.work()

    @rule()
    def restart(self) -> None:
        """The program ends well and is started again."""
        self.world.restart()

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(data=st.data(), shares=st.booleans())
    def person_posts(self, data: st.DataObject, shares: bool) -> None:
        """A person posts on the same account, maybe with a link that we have too."""
        text = f"Eigen woorden {len(self.theirs)}"
        if shares and any(self.entries.values()):
            text = f"{text} {self._some(data)[1].link}"
        self.theirs[self.world.server.person_posts(text).id] = text

    @precondition(lambda self: self._sent())
    @rule(data=st.data())
    def person_removes(self, data: st.DataObject) -> None:
        """A person removes a post of ours; it stays away."""
        key, kept = data.draw(st.sampled_from(self._sent()))
        if key not in self.rewritten:
            self.removed.add(key)
            self.world.server.change(kept.id, gone=True)

    @precondition(lambda self: self._sent())
    @rule(data=st.data())
    def person_rewrites(self, data: st.DataObject) -> None:
        """A person changes the words of a post of ours; theirs stay."""
        key, kept = data.draw(st.sampled_from(self._sent()))
        text = f"{kept.texts[0].splitlines()[0]} (door een mens verbeterd)"
        self.world.server.change(kept.id, text=text)
        self.rewritten[key] = text

    # ── what always holds ────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_doubled(self) -> None:
        """No publication stands twice on the account, and no part of it."""
        shown = Counter(self._place(one) for one in self.world.server.shown() if one.post is not None)
        assert not [place for place, times in shown.items() if times > 1], self.world.texts()

    @invariant()
    def others_keep_their_posts(self) -> None:
        """What people wrote by themselves is neither changed nor deleted."""
        there = {one.id: one.texts for one in self.world.server.posts if one.post is None and not one.gone}
        assert there == {id_: (text,) for id_, text in self.theirs.items()}

    @invariant()
    def order_is_kept(self) -> None:
        """What one source announced stands in the order in which it announced it."""
        roots = [self._place(one) for one in self.world.server.shown() if one.post is not None]
        for source in SOURCES:
            keys = [entry.key for entry in self.entries[source]]
            seen = [keys.index(key) for key, part in roots if part == 1 and key in keys]
            assert seen == sorted(seen)

    def teardown(self) -> None:
        """In the end, when the server is well: everything is there as it was last announced, and nothing else."""
        try:
            if hasattr(self.world, "engine"):
                self._in_the_end()
        finally:
            self.world.stop()
            shutil.rmtree(self.folder)

    def _in_the_end(self) -> None:
        self.world.server.faults.clear()
        self.world.server.reading.clear()
        for source in SOURCES:
            self.world.see(source)
        self.world.settle(hours=MONTH)
        self.nothing_is_doubled()
        self.others_keep_their_posts()
        self.order_is_kept()
        shown = {self._place(one): one for one in self.world.server.shown() if one.post is not None}
        for entry in (one for some in self.entries.values() for one in some if one.key not in self.removed):
            there = {part: one.texts[-1].splitlines()[0] for (key, part), one in shown.items() if key == entry.key}
            assert there == self._wanted(entry), (entry, self.world.rows())

    def _wanted(self, entry: Entry) -> dict[int, str]:
        if entry.key in self.rewritten:
            return {1: self.rewritten[entry.key]}
        if entry.withdrawn:
            return {}
        more = {part: f"{entry.title} deel {part}" for part in range(2, entry.parts + 1)}
        return {1: entry.title, **more}

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _some(self, data: st.DataObject) -> tuple[str, Entry]:
        choices = [(source, entry) for source in SOURCES for entry in self.entries[source]]
        return data.draw(st.sampled_from(choices))

    def _place(self, kept: Kept) -> tuple[str, int]:
        """Say which part of which announcement a post is."""
        words = kept.texts[0].splitlines()[0].split()
        return words[1].rstrip("!"), int(words[3]) if len(words) > 2 and words[2] == "deel" else 1

    def _sent(self) -> list[tuple[str, Kept]]:
        """Give the posts of one part of which memory knows that they are there, and which are to stay."""
        if not hasattr(self.world, "engine"):
            return []
        by_id = {str(one.id): one for one in self.world.server.shown()}
        single = {entry.key for some in self.entries.values() for entry in some if entry.parts == 1}
        return [
            (self._place(by_id[row.remote_id])[0], by_id[row.remote_id])
            for row in self.world.rows().values()
            if row.state == "sent" and row.remote_id in by_id and self._stays(row, single, by_id)
        ]

    def _stays(self, row: Any, single: set[str], by_id: dict[str, Kept]) -> bool:
        key = self._place(by_id[row.remote_id])[0]
        return row.wanted > 0 and len(row.parts) == 1 and key in single and key not in self.removed | {*self.rewritten}


def _settings(examples: int) -> Callable[[], settings]:
    return lambda: settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


TestDelivery = Delivery.TestCase
TestDelivery.settings = _settings(40)()

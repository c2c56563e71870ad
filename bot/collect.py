"""Collecting: ask the sources that are due, and take what they show into memory, one transaction per hand-over.

Waiting for hosts is asyncio; parsing and the database each have a thread of their own, so that neither stalls the loop
nor each other. Results are written by one writer, as many as are ready in one commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Engine

from adapters.contract import Batch, Broken, Hints, Item, Source
from adapters.errors import AdapterError, Gone, Limited, Temporary
from bot.decide import Sight, decide
from bot.ids import new_id
from bot.model import Decision, Observed, SourcePolicy
from bot.normalise import Place, normalise
from bot.rhythm import LONGEST, Rhythm, next_due
from bot.similar import telling
from bot.store.accounts import emergency_stop
from bot.store.engine import StoreError, reading, writing
from bot.store.recall import Question, recall
from bot.store.record import Record, keep_broken, record
from bot.store.sources import SourceState, due_sources, note_polls, pack_hints

P = ParamSpec("P")
R = TypeVar("R")

MOST_AT_A_TICK = 500
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A source as configured: its row, its settings, how to ask it, and the family that it belongs to."""

    no: int
    policy: SourcePolicy
    rhythm: Rhythm
    place: Place
    open: Callable[[], Source]
    family: frozenset[str] = frozenset()
    alike: bool = False
    """Whether somebody in its family tells the same in other words, so that likenesses are kept."""
    keep_raw: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll that ended: what the source showed, or the error; when."""

    origin: Origin
    state: SourceState
    at: datetime
    batch: Batch | None = None
    observed: tuple[Observed, ...] = ()
    broken: tuple[Broken, ...] = ()
    likenesses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    error: AdapterError | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether it changes bookkeeping alone, and may wait for others to be written with."""
        return self.error is not None or (self.batch is not None and self.batch.not_modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a poll, for those who watch: the decision, or the error."""

    poll: Poll
    decision: Decision | None = None
    failure: str | None = None


Watch = Callable[[Taken], None]


@dataclass(slots=True, kw_only=True)
class Collector:
    """Asks sources and takes in what they show. ``now`` is the clock; ``watch`` hears of every poll that was written."""

    engine: Engine
    origins: Mapping[int, Origin]
    now: Callable[[], datetime]
    watch: Watch = lambda _: None
    most: int = MOST_AT_A_TICK
    linger: float = 1.0
    """Seconds that a quiet poll waits for others to share a commit with."""
    parsing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="parse"))
    storing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="store"))
    adapters: dict[int, Source] = field(default_factory=dict)
    busy: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    ended: asyncio.Queue[Poll | None] = field(default_factory=asyncio.Queue)
    strangers: set[int] = field(default_factory=set)
    """Sources that lead to an account which has not met them yet."""

    async def offload(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run work that costs CPU on the parsing thread."""
        return await asyncio.get_running_loop().run_in_executor(self.parsing, partial(work, *args, **kwargs))

    async def tick(self, *, force: bool = False) -> int:
        """Start asking every source that is due and not being asked yet; give how many."""
        states = await self._on_store(self._due, force)
        for state in states:
            task = asyncio.create_task(self._poll(self.origins[state.no], state))
            self.busy[state.no] = task
            task.add_done_callback(partial(self._done, state.no))
        return len(states)

    async def write(self) -> None:
        """Write polls as they end, until ``None`` is put in the queue; several in one commit where several are ready."""
        loop = asyncio.get_running_loop()
        open_ = True
        while open_:
            first = await self.ended.get()
            polls = [first] if first else []
            open_ = first is not None
            deadline = loop.time() + self.linger
            while open_ and polls and all(poll.is_quiet for poll in polls) and (left := deadline - loop.time()) > 0:
                try:
                    more = await asyncio.wait_for(self.ended.get(), left)
                except TimeoutError:
                    break
                open_ = more is not None
                polls += [more] if more else []
            while open_ and not self.ended.empty():
                more = self.ended.get_nowait()
                open_ = more is not None
                polls += [more] if more else []
            if polls:
                for taken in await self._on_store(self._take_all, polls):
                    self.watch(taken)

    def close(self) -> None:
        """Let the threads go."""
        self.parsing.shutdown(wait=False, cancel_futures=True)
        self.storing.shutdown(wait=True)

    def _done(self, no: int, _: asyncio.Task[None]) -> None:
        self.busy.pop(no, None)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _due(self, force: bool) -> list[SourceState]:
        with reading(self.engine) as connection:
            emergency = emergency_stop(connection)
            states = due_sources(connection, self.now(), LONGEST, self.most, busy=set(self.busy), force=force)
        known = [state for state in states if state.no in self.origins]
        if emergency is None:
            return known
        return [state for state in known if emergency == "rest" and self.origins[state.no].rhythm.urgent]

    async def _poll(self, origin: Origin, state: SourceState) -> None:
        adapter = self.adapters.get(origin.no)
        if adapter is None:
            adapter = self.adapters[origin.no] = origin.open()
        try:
            batch = await adapter.fetch(state.cursor)
            poll = Poll(origin=origin, state=state, at=self.now(), batch=batch)
            if not batch.not_modified:
                poll = await self.offload(_understand, poll, batch)
        except AdapterError as error:
            poll = Poll(origin=origin, state=state, at=self.now(), error=error)
        except Exception as error:  # noqa: BLE001 - the job boundary: one source's surprise is no other's problem
            poll = Poll(origin=origin, state=state, at=self.now(), error=_surprise(error))
        await self.ended.put(poll)

    def _on_store(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        return asyncio.get_running_loop().run_in_executor(self.storing, partial(work, *args, **kwargs))

    # ── taking in ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _take_all(self, polls: list[Poll]) -> list[Taken]:
        """Write polls in one commit; where that fails for one of them, each on its own."""
        try:
            return self._take(polls)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - the job boundary again: find the one that cannot be taken in
            if len(polls) > 1:
                return [taken for poll in polls for taken in self._take_all([poll])]
            return self._take([_as_failure(polls[0])])

    def _has_news(self, batch: Batch, poll: Poll) -> bool:
        """Whether there is something to decide about; where nothing changed, only a new account's first contact."""
        return not batch.not_modified or poll.origin.no in self.strangers

    def _take(self, polls: list[Poll]) -> list[Taken]:
        with writing(self.engine) as connection:
            taken: list[Taken] = []
            rows: list[dict[str, Any]] = []
            for poll in polls:
                decision = take_in(connection, poll) if poll.batch and self._has_news(poll.batch, poll) else None
                rows.append(_row(poll, decision))
                taken.append(Taken(poll=poll, decision=decision, failure=str(poll.error) if poll.error else None))
            note_polls(connection, rows)
        for one in taken:
            if one.decision and one.decision.first_contacts:
                self.strangers.discard(one.poll.origin.no)
        return taken


def take_in(connection: Any, poll: Poll) -> Decision:
    """Decide about one look at a source and write it down, in the caller's transaction."""
    origin, batch = poll.origin, poll.batch
    assert batch is not None
    question = Question(
        source=origin.no,
        source_id=origin.policy.id,
        observed=poll.observed,
        likenesses=poll.likenesses if origin.policy.merge == "text" else {},
        family=origin.family,
        first_run=origin.policy.first_run,
    )
    known = recall(connection, poll.at, question)
    sight = Sight(source=origin.no, observed=poll.observed, unchanged=batch.unchanged, whole=batch.whole)
    decision = decide(poll.at, origin.policy, sight, known, partial(new_id, poll.at))
    to = Record(source=origin.no, now=poll.at, keep_raw=origin.keep_raw, likenesses=dict(poll.likenesses))
    record(connection, to, decision)
    keep_broken(connection, to, poll.broken, whole=batch.whole)
    return decision


def _understand(poll: Poll, batch: Batch) -> Poll:
    """Normalise what a source showed; an item that cannot be is kept as broken, and the others go on."""
    observed, broken = normalise_each(batch, poll.origin.policy, poll.origin.place)
    likenesses = (
        {
            one.key: telling(one.content.title, one.content.text, language=one.content.language or None).keys
            for one in observed
        }
        if poll.origin.alike
        else {}
    )
    return replace(poll, observed=observed, broken=(*batch.broken, *broken), likenesses=likenesses)


def normalise_each(batch: Batch, policy: SourcePolicy, place: Place) -> tuple[tuple[Observed, ...], tuple[Broken, ...]]:
    """Normalise a batch; where one item fails, the others still come through and it is named."""
    try:
        return normalise(batch, policy, place), ()
    except Exception:  # noqa: BLE001, S110 - the item boundary: find out below which item it is
        pass
    sound: list[Item] = []
    broken: list[Broken] = []
    for item in batch.items:
        try:
            normalise(replace(batch, items=(item,)), policy, place)
            sound.append(item)
        except Exception as error:  # noqa: BLE001 - kept with its raw entry, and tried again when it or the code changes
            broken.append(Broken(digest=item.digest, raw=item.raw, reason=f"{type(error).__name__}: {error}"))
    return normalise(replace(batch, items=tuple(sound)), policy, place), tuple(broken)


# ── bookkeeping ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _row(poll: Poll, decision: Decision | None) -> dict[str, Any]:
    if poll.error is not None:
        return _failed_row(poll, poll.error)
    batch = poll.batch
    assert batch is not None
    row: dict[str, Any] = {
        "row": poll.origin.no,
        "state": "gap" if decision and decision.gap else "ok",
        "last_try": poll.at,
        "last_ok": poll.at,
        "failures": 0,
        "failing_since": None,
        "retry_after": None,
        "code": None,
        "error": None,
        "due": next_due(poll.at, poll.origin.rhythm, batch.hints),
    }
    if not batch.whole and batch.problems:
        row |= _half_row(poll, batch)
    if decision is not None and not batch.not_modified:
        row |= _document_row(poll, batch, decision)
    elif poll.state.state == "gap":
        row["state"] = "gap"
    return row


def _half_row(poll: Poll, batch: Batch) -> dict[str, Any]:
    """A document that broke off: what was readable is taken in, and the source is asked for all of it again."""
    code, _, problem = batch.problems[0].partition(":")
    failures = poll.state.failures + 1
    return {
        "state": "failing",
        "failures": failures,
        "failing_since": poll.state.failing_since or poll.at,
        "code": code,
        "error": problem.strip()[:LONGEST_ERROR],
        "due": next_due(poll.at, poll.origin.rhythm, Hints(), failures=failures),
    }


def _document_row(poll: Poll, batch: Batch, decision: Decision) -> dict[str, Any]:
    dates = [one.content.published for one in poll.observed if one.content.published]
    newest = max([*dates, *([poll.state.newest_item] if poll.state.newest_item else [])], default=None)
    return {
        "cursor": dict(batch.cursor),
        "entries": len(batch.items) + len(batch.unchanged) if batch.whole else poll.state.entries,
        "hints": pack_hints(batch.hints),
        "title": batch.title,
        "newest_item": newest,
        "last_new": poll.at if decision.new_items else poll.state.last_new,
    }


def _failed_row(poll: Poll, error: AdapterError) -> dict[str, Any]:
    failures = poll.state.failures + 1
    retry_after = _retry_after(error, poll.at)
    return {
        "row": poll.origin.no,
        "state": "disabled" if isinstance(error, Gone) and error.status == GONE else "failing",
        "last_try": poll.at,
        "failures": failures,
        "failing_since": poll.state.failing_since or poll.at,
        "retry_after": retry_after,
        "code": error.code,
        "error": f"{error} {error.remedy}".strip()[:LONGEST_ERROR],
        "due": next_due(poll.at, poll.origin.rhythm, Hints(), failures=failures, retry_after=retry_after),
    }


GONE = 410


def _retry_after(error: AdapterError, now: datetime) -> datetime | None:
    if isinstance(error, Limited) and error.until:
        return min(error.until.astimezone(UTC), now + LONGEST)
    if isinstance(error, Temporary) and error.retry_after is not None:
        return now + min(timedelta(seconds=error.retry_after), LONGEST)
    return None


def _surprise(error: Exception) -> AdapterError:
    return Temporary(
        f"{type(error).__name__}: {error}",
        code="source.surprise",
        remedy="This is a mistake in the program: please report it with the address of the source.",
    )


def _as_failure(poll: Poll) -> Poll:
    error = Temporary(
        "What the source showed could not be taken in.",
        code="source.surprise",
        remedy="This is a mistake in the program: please report it with the address of the source.",
    )
    return Poll(origin=poll.origin, state=poll.state, at=poll.at, error=error)

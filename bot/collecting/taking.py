"""What a source showed, understood and taken into memory: everything of a poll that costs more than its books."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from adapters.contract import Batch, Broken, Item
from bot.collecting.poll import Poll
from bot.collecting.storable import storable
from bot.decide.look import Sight, decide
from bot.ids import new_id
from bot.model import Decision, Observed, Place, SourcePolicy
from bot.normalise import normalise
from bot.redact import named
from bot.similar import telling
from bot.store.erasing import erase
from bot.store.recall import Question, recall
from bot.store.record import Record, keep_broken, record

MOST_BROKEN = 200
"""Entries that cannot be read which one look keeps: a document of nothing else must not fill the memory for good."""


def take_in(connection: Connection, poll: Poll) -> Decision:
    """Decide about one look at a source and write it down, in the caller's transaction."""
    origin, batch = poll.origin, poll.batch
    assert batch is not None
    question = Question(
        source=origin.no,
        source_id=origin.policy.id,
        observed=poll.observed,
        likenesses={} if origin.policy.merge == "never" else poll.likenesses,
        retold=origin.policy.merge != "text",
        family=origin.family,
        first_run=origin.policy.first_run,
    )
    known = recall(connection, poll.at, question)
    sight = Sight(source=origin.no, observed=poll.observed, unchanged=batch.unchanged, whole=batch.whole)
    decision = decide(poll.at, origin.policy, sight, known, partial(new_id, poll.at))
    to = Record(
        source=origin.no,
        now=poll.at,
        keep_raw=origin.keep_raw,
        likenesses=dict(poll.likenesses),
        retells=origin.policy.merge == "text",
    )
    record(connection, to, decision)
    keep_broken(connection, to, poll.broken, whole=batch.whole)
    if origin.policy.personal and any(change.notice == "withdrawn" for change in decision.changes):
        erase(connection, [change.id for change in decision.changes if change.notice == "withdrawn"])
    return decision


def understood(poll: Poll, batch: Batch) -> Poll:
    """Normalise what a source showed; an item that cannot be is kept as broken, and the others go on."""
    batch = storable(batch)
    observed, broken = normalise_each(batch, poll.origin.policy, poll.origin.place)
    likenesses = (
        {
            one.key: telling(one.content.title, one.content.text, language=one.content.language or None).keys
            for one in observed
        }
        if poll.origin.alike
        else {}
    )
    broken = (*batch.broken, *broken)[:MOST_BROKEN]
    return replace(poll, batch=batch, observed=observed, broken=broken, likenesses=likenesses)


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
            broken.append(Broken(digest=item.digest, raw=item.raw, reason=named(error)))
    return normalise(replace(batch, items=tuple(sound)), policy, place), tuple(broken)

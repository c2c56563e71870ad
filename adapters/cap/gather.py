"""From a survey, and what the messages behind it answered, to a batch.

A message behind a link that cannot be had is asked for again at every poll. For the first ``MISSES`` polls the source
counts as failing: a copy may lag behind its index, or a host may be down. After that the entry is broken, and said to
be, and the rest goes on without it: what is not there, or is no message, is not asked for any more; what fails in a
way that may pass still is, behind the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.alerts.pause import pause
from adapters.cap.cursor import MOST_READ, Memory, keep
from adapters.cap.items import tell
from adapters.cap.leads import Answer, Lead
from adapters.cap.message import Message
from adapters.cap.notes import problems
from adapters.cap.reading import message_in
from adapters.cap.references import Told
from adapters.cap.survey import Context, Survey
from adapters.contract import Batch, Broken, Cursor, Item
from adapters.digest import digest_of
from adapters.errors import AdapterError, AuthFailed, Malformed, Temporary
from adapters.feed.answer import answer_hints, recalled, remembered

if TYPE_CHECKING:
    from adapters.http import Response

MISSES = 5
_LONGEST_REASON = 200


def nothing_new(cursor: Cursor, response: Response, **changed: Any) -> Batch:
    """Give the batch of an unchanged document. What the last one said of itself still holds."""
    return Batch(
        not_modified=True,
        cursor={**cursor, **changed},
        title=cursor.get("title"),
        language=cursor.get("language"),
        hints=answer_hints(recalled(cursor), response),
    )


def plain_batch(survey: Survey, zone: str) -> Batch:
    """Give what a document shows by itself, without anything behind it."""
    messages = [one for each in survey.listed for one in each.messages if isinstance(one, Message)]
    told = tell(messages, Told())
    found = [
        one
        for each in survey.listed
        for one in (*_told_of(each.messages, told), *([each.told] if each.told and not each.messages else []))
    ]
    broken = tuple(one for one in found if isinstance(one, Broken))
    survey.notes["cap.broken"] += len(broken)
    return Batch(
        items=tuple(one for one in found if isinstance(one, Item)),
        broken=broken,
        whole=survey.whole,
        title=survey.title,
        language=survey.language,
        problems=tuple(problems(survey.notes, zone)),
        hints=survey.hints,
    )


def _told_of(messages: Iterable[Message | Broken], told: Mapping[int, tuple[Item, ...]]) -> Iterator[Item | Broken]:
    for message in messages:
        if isinstance(message, Message):
            yield from told[id(message)]
        else:
            yield message


# ── one poll ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of an index: what it listed, what it was asked from, and what the messages behind it answered.

    ``followed``: whether the messages behind the index are wanted at all.
    """

    survey: Survey
    leads: Mapping[str, Lead]
    answers: Sequence[Answer]
    context: Context
    zone: str
    followed: bool = True


@dataclass(slots=True, kw_only=True)
class _Harvest:
    """What one poll brings together. ``trouble`` is the first error; ``again``: something must be asked for again."""

    memory: Memory
    known: frozenset[str]
    notes: Counter[str]
    items: list[Item] = field(default_factory=list)
    unchanged: set[str] = field(default_factory=set)
    broken: list[Broken] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    trouble: AdapterError | None = None
    again: bool = False

    def take(self, found: Iterable[Item | Broken]) -> tuple[list[str], list[list[str]]]:
        """Take items in that are not known yet; give the digests of all, and of what is broken with the reasons."""
        digests, wrong = [], []
        for one in found:
            if isinstance(one, Broken):
                self.broken.append(one)
                wrong.append([one.digest, one.reason[:_LONGEST_REASON]])
            elif one.digest in self.known:
                self.unchanged.add(one.digest)
                digests.append(one.digest)
            else:
                self.items.append(one)
                digests.append(one.digest)
        return digests, wrong


def absorb(poll: Poll, memory: Memory, response: Response, now: datetime) -> Batch:
    """Turn a poll into a batch, and advance the memory by what was read."""
    behind = {answer.lead.url: _read(answer, poll.context) for answer in poll.answers}
    harvest = _Harvest(memory=memory, known=memory.known, notes=poll.survey.notes)
    _gather(poll, behind, harvest)
    notes = harvest.notes
    notes["cap.broken"] += len(harvest.broken)
    failed = bool(notes["cap.unfetched"]) or not poll.survey.whole
    whole = not (failed or notes["cap.waiting"])
    return Batch(
        items=tuple(harvest.items),
        unchanged=frozenset(harvest.unchanged),
        broken=tuple(harvest.broken),
        cursor=_cursor(poll, harvest, response, now, whole=whole),
        whole=whole,
        title=poll.survey.title,
        language=poll.survey.language,
        # A batch that is not whole and has problems is one that failed; to have more to read is no failure.
        problems=tuple(problems(notes, poll.zone, harvest.trouble)) if whole or failed else (),
        hints=answer_hints(poll.survey.hints, response),
    )


Behind = tuple[Message | Broken, ...] | AdapterError


def _read(answer: Answer, context: Context) -> Behind:
    if answer.document is None:
        assert answer.error is not None
        return answer.error
    try:
        return message_in(answer.document, context, answer.lead.page)
    except Malformed as error:
        return error


def _gather(poll: Poll, behind: Mapping[str, Behind], harvest: _Harvest) -> None:
    """Go through the document once, and take in what each entry stands for."""
    messages = [
        message
        for found in (*(one.messages for one in poll.survey.listed), *behind.values())
        if not isinstance(found, AdapterError)
        for message in found
        if isinstance(message, Message)
    ]
    told = tell(messages, harvest.memory.told)
    done: set[str] = set()
    for one in poll.survey.listed:
        lead = poll.leads.get(one.detail)
        if one.messages:
            harvest.seen += harvest.take(_told_of(one.messages, told))[0]
        elif lead is None:
            harvest.notes["cap.elsewhere"] += bool(one.detail) and poll.followed
            harvest.seen += harvest.take([one.told] if one.told else [])[0]
        elif lead.url not in done:
            done.add(lead.url)
            _take_behind(lead, behind.get(lead.url), told, harvest)


def _take_behind(lead: Lead, found: Behind | None, told: Mapping[int, tuple[Item, ...]], harvest: _Harvest) -> None:
    memory = harvest.memory
    if lead.key in memory.read:
        harvest.unchanged.update(memory.read[lead.key])
        wrong = memory.broken.get(lead.key, [])
        harvest.broken += [Broken(digest=digest, raw=lead.raw, reason=reason) for digest, reason in wrong]
    elif found is None:
        _leave(lead, harvest)
    elif isinstance(found, AdapterError):
        _miss(lead, found, harvest)
    else:
        memory.settle(lead.key, *harvest.take(_told_of(found, told)))


def _leave(lead: Lead, harvest: _Harvest) -> None:
    """Leave a message for the next poll; one that was missed often enough is broken until it is had."""
    if harvest.memory.missed.get(lead.key, 0) < MISSES:
        harvest.notes["cap.waiting"] += 1
    else:
        harvest.again = True
        harvest.broken.append(Broken(digest=lead.key, raw=lead.raw, reason=_BEHIND))


_BEHIND = "the message behind an entry cannot be had"


def _miss(lead: Lead, error: AdapterError, harvest: _Harvest) -> None:
    """Take in that a message could not be had, or was none."""
    memory = harvest.memory
    harvest.trouble = harvest.trouble or error
    missed = memory.missed[lead.key] = min(memory.missed.get(lead.key, 0) + 1, MISSES)
    if missed < MISSES:
        harvest.notes["cap.unfetched"] += 1
        return
    reason = f"{_BEHIND}: {error}"[:_LONGEST_REASON]
    harvest.broken.append(Broken(digest=lead.key, raw=lead.raw, reason=reason))
    if isinstance(error, (Temporary, AuthFailed)):
        harvest.again = True
    else:
        memory.settle(lead.key, [], [[lead.key, reason]])


def _cursor(poll: Poll, harvest: _Harvest, response: Response, now: datetime, *, whole: bool) -> dict[str, Any]:
    memory = harvest.memory
    listed = {lead.key for lead in poll.leads.values()}
    memory.read = dict(sorted(memory.read.items(), key=lambda one: one[0] not in listed)[:MOST_READ])
    memory.missed = {key: count for key, count in memory.missed.items() if key in listed}
    memory.broken = {key: wrong for key, wrong in memory.broken.items() if key in listed}
    validators: dict[str, Any] = {}
    if whole and not harvest.again:
        body = digest_of(response.body)
        validators = {"etag": response.etag, "last_modified": response.last_modified, "body": body}
    about = {"title": poll.survey.title, "language": poll.survey.language, "hints": remembered(poll.survey.hints)}
    cursor = keep(memory, [*harvest.seen, *sorted(memory.seen)], validators, about)
    return {**cursor, **pause((answer.error for answer in poll.answers), now)}

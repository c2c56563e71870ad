"""From a survey, and what the messages behind it answered, to a batch.

A message behind a link is asked for until it was read: what fails for a while (``Temporary``, a closed door) for as
long as the index lists it, what is not there or is no message ``MISSES`` times. Then it is broken, and said to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.cap.address import Neighbourhood
from adapters.cap.cursor import MOST_READ, Memory, keep
from adapters.cap.items import tell
from adapters.cap.message import Message
from adapters.cap.notes import problems
from adapters.cap.reading import message_in
from adapters.cap.references import Told
from adapters.cap.survey import Context, Listed, Survey
from adapters.contract import Batch, Broken, Cursor, Document, Item
from adapters.errors import AdapterError, AuthFailed, Limited, Malformed, Temporary
from adapters.feed_dates import read_date
from adapters.feed_hints import answer_hints, recalled, remembered
from adapters.feed_prune import digest_of

if TYPE_CHECKING:
    from adapters.http import Response

MISSES = 5
_USUAL_PAUSE = timedelta(minutes=5)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A message behind a link: its address, what it is remembered by, and the page for people that the index names."""

    url: str
    key: str
    page: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What asking for a message gave: a document, or the error."""

    lead: Lead
    document: Document | None = None
    error: AdapterError | None = None


def leads_of(survey: Survey, near: Neighbourhood) -> dict[str, Lead]:
    """Give the messages behind a survey by their address, in the order of the document.

    MeteoAlarm lists one message once for each of its areas.
    """
    found: dict[str, list[Listed]] = {}
    for one in survey.listed:
        if one.detail and near.is_near(one.detail):
            found.setdefault(one.detail, []).append(one)
    return {url: _lead(url, entries) for url, entries in list(found.items())}


def _lead(url: str, entries: Sequence[Listed]) -> Lead:
    newest = max((_moment(one.stamp) for one in entries), default=_LONG_AGO)
    stamps = max((one.stamp for one in entries if _moment(one.stamp) == newest), default="")
    told = next((one.told for one in entries if isinstance(one.told, Item)), None)
    page = told.url if told and told.url != url else None
    return Lead(url=url, key=digest_of(f"{url}\n{stamps}".encode("utf-8", "replace")), page=page or url, at=newest)


def _moment(stamp: str) -> datetime:
    found = read_date(stamp, UTC)
    return found.at if found else _LONG_AGO


def unread(leads: Iterable[Lead], memory: Memory) -> list[Lead]:
    """Give the messages that were not read yet, the newest first."""
    return sorted((lead for lead in leads if lead.key not in memory.read), key=lambda lead: lead.at, reverse=True)


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
    items: list[Item] = []
    broken: list[Broken] = []
    for each in survey.listed:
        found = [*_told_of(each.messages, told), *([each.told] if each.told and not each.messages else [])]
        items += [one for one in found if isinstance(one, Item)]
        broken += [one for one in found if isinstance(one, Broken)]
    return Batch(
        items=tuple(items),
        broken=tuple(broken),
        whole=survey.whole,
        title=survey.title,
        language=survey.language,
        problems=tuple(problems(_counted(survey.notes, broken), zone)),
        hints=survey.hints,
    )


def _counted(notes: Counter[str], broken: Sequence[Broken]) -> Counter[str]:
    return notes + Counter({"cap.broken": len(broken)})


def _told_of(messages: Iterable[Message | Broken], told: Mapping[int, tuple[Item, ...]]) -> Iterator[Item | Broken]:
    for message in messages:
        if isinstance(message, Message):
            yield from told[id(message)]
        else:
            yield message


# ── one poll ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True, kw_only=True)
class _Harvest:
    """What one poll brings together."""

    memory: Memory
    items: list[Item] = field(default_factory=list)
    unchanged: set[str] = field(default_factory=set)
    broken: list[Broken] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def take(self, found: Iterable[Item | Broken]) -> list[str]:
        """Take items in that are not known yet; give the digests of all."""
        digests = []
        for one in found:
            if isinstance(one, Broken):
                self.broken.append(one)
                continue
            digests.append(one.digest)
            if one.digest in self.memory.known:
                self.unchanged.add(one.digest)
            else:
                self.items.append(one)
        return digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of an index: what it listed, what it was asked from, and what the messages behind it answered."""

    survey: Survey
    leads: Mapping[str, Lead]
    answers: Sequence[Answer]
    context: Context
    zone: str
    followed: bool = True
    """Whether the messages behind the index are wanted at all."""


def absorb(poll: Poll, memory: Memory, response: Response, now: datetime) -> Batch:
    """Turn a poll into a batch, and advance the memory by what was read.

    Raises the first error where nothing could be read and something should have been: a source that answers with a
    list of things that it does not give is no source that is well.
    """
    answered = {answer.lead.url: answer for answer in poll.answers}
    behind = {url: _read(answer, poll.context) for url, answer in answered.items()}
    harvest = _Harvest(memory=memory, notes=poll.survey.notes)
    _gather(poll, behind, harvest)
    _raise_if_nothing(poll.answers, harvest)
    whole = poll.survey.whole and not (harvest.notes["cap.waiting"] or harvest.notes["cap.unfetched"])
    hints = answer_hints(poll.survey.hints, response)
    return Batch(
        items=tuple(harvest.items),
        unchanged=frozenset(harvest.unchanged),
        broken=tuple(harvest.broken),
        cursor=_cursor(poll, harvest, response, now, whole=whole),
        whole=whole,
        title=poll.survey.title,
        language=poll.survey.language,
        problems=tuple(problems(_counted(harvest.notes, harvest.broken), poll.zone)),
        hints=hints,
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
            harvest.seen += harvest.take(_told_of(one.messages, told))
        elif lead is None:
            harvest.notes["cap.elsewhere"] += bool(one.detail) and poll.followed
            harvest.seen += harvest.take([one.told] if one.told else [])
        elif lead.url not in done:
            done.add(lead.url)
            _take_behind(lead, one, behind.get(lead.url), told, harvest)


def _take_behind(
    lead: Lead, one: Listed, found: Behind | None, told: Mapping[int, tuple[Item, ...]], harvest: _Harvest
) -> None:
    memory = harvest.memory
    if lead.key in memory.read:
        harvest.unchanged.update(memory.read[lead.key])
    elif found is None:
        harvest.notes["cap.waiting"] += 1
    elif isinstance(found, AdapterError):
        _miss(lead, one, found, harvest)
    else:
        memory.missed.pop(lead.key, None)
        memory.read[lead.key] = harvest.take(_told_of(found, told))


def _miss(lead: Lead, one: Listed, error: AdapterError, harvest: _Harvest) -> None:
    memory = harvest.memory
    if not isinstance(error, (Temporary, AuthFailed)):
        memory.missed[lead.key] = memory.missed.get(lead.key, 0) + 1
    if memory.missed.get(lead.key, 0) < MISSES:
        harvest.notes["cap.unfetched"] += 1
        return
    memory.missed.pop(lead.key)
    memory.read[lead.key] = []
    raw = one.told.raw if one.told else lead.url.encode()
    harvest.broken.append(Broken(digest=lead.key, raw=raw, reason=f"the message behind an entry: {error}"))


def _raise_if_nothing(answers: Sequence[Answer], harvest: _Harvest) -> None:
    errors = [answer.error for answer in answers if isinstance(answer.error, (Temporary, AuthFailed))]
    if errors and len(errors) == len(answers) and not harvest.items:
        raise errors[0]


def _cursor(poll: Poll, harvest: _Harvest, response: Response, now: datetime, *, whole: bool) -> dict[str, Any]:
    memory = harvest.memory
    listed = {lead.key for lead in poll.leads.values()}
    memory.read = dict(sorted(memory.read.items(), key=lambda one: one[0] not in listed)[:MOST_READ])
    memory.missed = {key: count for key, count in memory.missed.items() if key in listed}
    validators: dict[str, Any] = {}
    if whole:
        body = digest_of(response.body)
        validators = {"etag": response.etag, "last_modified": response.last_modified, "body": body}
    about = {"title": poll.survey.title, "language": poll.survey.language, "hints": remembered(poll.survey.hints)}
    cursor = keep(memory, [*harvest.seen, *sorted(memory.seen)], validators, about)
    pause = next((answer.error for answer in poll.answers if isinstance(answer.error, Limited)), None)
    return {**cursor, "pause": (pause.until or now + _USUAL_PAUSE).isoformat()} if pause else cursor

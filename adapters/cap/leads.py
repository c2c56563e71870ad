"""The messages behind an index: which there are, which were not read yet, and what asking for them gave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from adapters.cap.address import Neighbourhood
from adapters.cap.cursor import MOST_READ, Memory
from adapters.cap.survey import Listed, Survey
from adapters.contract import Document, Item
from adapters.digest import digest_of
from adapters.errors import AdapterError
from adapters.feed.dates import read_date

_KEY = 12
"""Figures of a hash that tell the few hundred messages of one index apart."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A message behind a link: its address, what it is remembered by, and the page for people that the index names.

    ``raw`` is its entry as published, ``at`` the date of that.
    """

    url: str
    key: str
    page: str
    at: datetime
    raw: bytes


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
    return {url: _lead(url, entries) for url, entries in found.items()}


def bounded(survey: Survey, near: Neighbourhood) -> Survey:
    """Leave out the oldest messages of an index that lists more than can be remembered, and say so."""
    leads = leads_of(survey, near)
    if len(leads) <= MOST_READ:
        return survey
    newest = sorted(leads.values(), key=lambda lead: lead.at, reverse=True)[:MOST_READ]
    kept = {lead.url for lead in newest}
    survey.notes["cap.too-many"] += len(leads) - len(kept)
    return replace(survey, listed=tuple(one for one in survey.listed if one.detail not in leads or one.detail in kept))


def unread(leads: Iterable[Lead], memory: Memory) -> list[Lead]:
    """Give the messages that were not read yet: the newest first, and last those that could not be had before."""
    waiting = [lead for lead in leads if lead.key not in memory.read]
    waiting.sort(key=lambda lead: lead.at, reverse=True)
    return sorted(waiting, key=lambda lead: lead.key in memory.missed)


def _lead(url: str, entries: Sequence[Listed]) -> Lead:
    newest = max(entries, key=lambda one: (_moment(one.stamp), one.stamp))
    told = next((one.told for one in entries if one.told), None)
    page = told.url if isinstance(told, Item) else None
    return Lead(
        url=url,
        key=digest_of(f"{url}\n{newest.stamp}".encode("utf-8", "replace"))[:_KEY],
        page=page or url,
        at=_moment(newest.stamp),
        raw=told.raw if told else url.encode("utf-8", "replace"),
    )


def _moment(stamp: str) -> datetime:
    found = read_date(stamp, UTC)
    return found.at if found else _LONG_AGO

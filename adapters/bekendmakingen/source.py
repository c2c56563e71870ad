"""Officiële bekendmakingen: what governments must announce by law, as title and link.

Increments by day of change (``dt.modified``), page by page. Titles say what and where; the documents behind them hold
personal data, and stay behind their link. It is much, so that it is gathered in one post a day unless the operator says
otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from adapters.bekendmakingen.sru import Answer, Options, address, is_answer, is_in, query, read_answer
from adapters.contract import Batch, Broken, Cursor, Document, Item, Offload, SourceConfig
from adapters.errors import AdapterError, Malformed
from adapters.marks import mark

if TYPE_CHECKING:
    from adapters.http import HttpClient

_RULE = 1
_MOST_PAGES = 10
_MOST_SEEN = 4000
_AGAIN = 20
"""Records that are asked for again at the start of a later part: the order may have moved a little in between."""
_LOOK_BACK = timedelta(days=7)
_OVERLAP = timedelta(days=1)
_ACCEPT = "application/xml, text/xml;q=0.9"
_UNDATED = "sru.no-date: records without a day that can be read: {}"
_BROKEN = "sru.broken-records: records that cannot be read: {}"


class BekendmakingenSource:
    """A query to KOOP's search service. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = Options
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False
    digest: ClassVar[str] = "daily"
    every: ClassVar[str] = "6h"
    hosts: ClassVar[tuple[str, ...]] = ("repository.overheid.nl",)

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for what was changed since the last fetch.

        A pass that needs more than ``_MOST_PAGES`` requests goes on at the next fetch. Raises what ``HttpClient.get``
        raises, and what ``read_answer`` does.
        """
        today = datetime.now(UTC).astimezone(ZoneInfo(self._config.time_zone)).date()
        course = _Course.resumed(cursor, today)
        while course.pages < _MOST_PAGES and not course.ended:
            answer = await self._page(course)
            if course.is_too_long(answer):
                course = _Course(since=today - _OVERLAP, begun=today, pages=1, known=course.known)
                continue
            course.take(answer)
        return course.batch(cursor, self._config.options or Options())

    async def _page(self, course: _Course) -> Answer:
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        cql = query(self._config.options or Options(), course.since)
        response = await self._http.get(address(self._config.url, cql, course.start), accept=_ACCEPT, named=True)
        raise_for_status(response)
        return await self._offload(read_answer, response.body, ZoneInfo(self._config.time_zone))

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read one answer. Raises what ``read_answer`` does, a refusal as ``Malformed``."""
        try:
            answer = read_answer(document.body, ZoneInfo(config.time_zone))
        except Malformed:
            raise
        except AdapterError as error:
            raise Malformed(str(error), code=error.code, remedy=error.remedy) from error
        return Batch(
            items=answer.items,
            broken=answer.broken,
            whole=answer.total <= answer.size,
            problems=_problems(answer.items, answer.broken),
        )

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it begins as an answer of the service."""
        return is_answer(document.body[:4096])


@dataclass(slots=True, kw_only=True)
class _Course:
    """A pass through everything since a day: where it stands, and what this fetch has found on it.

    ``begun`` is the day on which the pass began; the next one starts a day before that.
    """

    since: date
    begun: date
    start: int = 1
    pages: int = 0
    ended: bool = False
    is_first: bool = False
    known: frozenset[str] = frozenset()
    items: dict[str, Item] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    unchanged: dict[str, None] = field(default_factory=dict)

    @classmethod
    def resumed(cls, cursor: Cursor, today: date) -> _Course:
        """Go on where the last fetch stopped, or begin anew."""
        if cursor.get("rule") != _RULE:
            return cls(since=today - _LOOK_BACK, begun=today, is_first=True)
        return cls(
            since=min(date.fromisoformat(cursor["since"]), today),
            begun=min(date.fromisoformat(cursor.get("begun") or today.isoformat()), today),
            start=max(1, cursor.get("start", 1) - _AGAIN),
            known=frozenset(cursor.get("seen", ())),
        )

    def is_too_long(self, answer: Answer) -> bool:
        """Whether first contact would have to read more than one fetch may: then yesterday and today are enough."""
        return self.is_first and self.pages == 0 and answer.total > _MOST_PAGES * max(answer.size, 1)

    def take(self, answer: Answer) -> None:
        """Take in the page that stands at ``start``."""
        for item in answer.items:
            if mark(item.digest) in self.known:
                self.unchanged.setdefault(item.digest)
            else:
                self.items.setdefault(item.digest, item)
        self.broken |= {one.digest: one for one in answer.broken}
        self.pages += 1
        self.start += answer.size
        self.ended = not answer.size or self.start > answer.total

    def batch(self, cursor: Cursor, options: Options) -> Batch:
        """Give what was found. Only at the end of a pass does the day move on."""
        found = dict.fromkeys(mark(digest) for digest in (*self.items, *self.unchanged))
        seen = [*found, *(one for one in cursor.get("seen", ()) if one in self.known and one not in found)]
        advanced: dict[str, Any] = {"rule": _RULE, "seen": seen[:_MOST_SEEN]}
        if self.ended:
            advanced["since"] = (self.begun - _OVERLAP).isoformat()
        else:
            advanced |= {"since": self.since.isoformat(), "begun": self.begun.isoformat(), "start": self.start}
        items = tuple(item for item in self.items.values() if is_in(options.area, item))
        return Batch(
            items=items,
            unchanged=frozenset(self.unchanged),
            broken=tuple(self.broken.values()),
            cursor=advanced,
            # The window moves by our own choice: that nothing of the last one is in it says nothing about a gap.
            whole=self.ended and (not cursor or bool(self.unchanged) or not items),
            problems=_problems(items, self.broken),
        )


def _problems(items: Iterable[Item], broken: Collection[object]) -> tuple[str, ...]:
    undated = sum(item.published is None for item in items)
    return tuple(text.format(count) for text, count in ((_UNDATED, undated), (_BROKEN, len(broken))) if count)

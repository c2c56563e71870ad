"""Rijksoverheid.nl: the news of the ministries, and whatever else the site's search can find, as items.

How it is asked stands in ``query``; what comes back is RSS and read as that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.contract import Batch, Cursor, Document, Hints, Item, Offload, SourceConfig
from adapters.digest import digest_of
from adapters.feed.document import read_document
from adapters.feed.source import FeedSource
from adapters.rijksoverheid.query import (
    MOST_ITEMS,
    Options,
    Window,
    address,
    first_window,
    next_window,
    overlapping,
    questions,
)

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

_RULE = 1
_MOST_REQUESTS = 12
_FEWEST_REQUESTS = 6
"""Requests that each question may take at least: with fewer a crowded day could never be cut down to what is shown whole."""
_MOST_SEEN = 2000
_RSS = "application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
_PLACE = b"rijksoverheid.nl/api/rss"
_TRUNCATED = (
    "rijksoverheid.truncated: more than 20 items bear the same hour, and the site shows no more; what it left out is not"
    " seen, so narrow the source by topics"
)
_NORMAL = ("feed.no-entries",)
"""What is wrong with a feed and all right for a window of time."""


class RijksoverheidSource:
    """A query to rijksoverheid.nl. See the law in ``adapters.contract``.

    A fetch covers the time since the last one, with an overlap, in at most ``_MOST_REQUESTS`` requests (of several
    questions, ``_FEWEST_REQUESTS`` each); what is left of a long gap, or of a crowded day, is for the next fetch, oldest
    first. First contact looks once at a month, and then only at what is near. ``since`` in the cursor is where the
    overlap of the last fetch began, ``left`` where it broke off.
    """

    Options: ClassVar[type] = Options
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for what was published since the last fetch. Raises what ``HttpClient.get`` raises, and ``Malformed``."""
        now = datetime.now(UTC)
        since, left_at = _moment(cursor, "since"), _moment(cursor, "left")
        known = frozenset(cursor.get("seen", ())) if cursor.get("rule") == _RULE else frozenset()
        harvest = _Harvest(known=known, since=overlapping(now), first=since is None, resumed=left_at is not None)
        asked = tuple(questions(self._config.url, self._config.options or Options()))
        for question in asked:
            limit = harvest.requests + max(_FEWEST_REQUESTS, _MOST_REQUESTS // len(asked))
            if begins := left_at or since:
                await self._cover(question, next_window(begins, now), harvest, cursor, limit)
            elif await self._ask(address(self._config.url, question, first_window(now)), harvest, cursor):
                await self._cover(question, next_window(overlapping(now), now), harvest, cursor, limit)
        if harvest.unmodified:
            return Batch(not_modified=True, cursor=cursor, whole=False, hints=harvest.hints)
        return harvest.batch(cursor)

    async def _cover(
        self, question: dict[str, Any], window: Window, harvest: _Harvest, cursor: Cursor, limit: int
    ) -> None:
        """Ask for a window, and for its parts as long as answers are full, the oldest first, until the limit is reached."""
        waiting = [window]
        while waiting and harvest.requests < limit:
            part = waiting.pop()
            if not await self._ask(address(self._config.url, question, part), harvest, cursor):
                continue
            if halves := part.halves():
                waiting += reversed(halves)
            else:
                harvest.problems.setdefault(_TRUNCATED)
        if waiting:
            harvest.stop(waiting[-1].start)

    async def _ask(self, url: str, harvest: _Harvest, cursor: Cursor) -> bool:
        """Ask for one answer; whether it was full. Validators go along where the same was asked last time."""
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        same = cursor.get("asked") == digest_of(url.encode()) and cursor.get("rule") == _RULE
        response = await self._http.get(
            url,
            accept=_RSS,
            etag=cursor.get("etag") if same else None,
            last_modified=cursor.get("last_modified") if same else None,
            named=True,
        )
        raise_for_status(response)
        harvest.requests += 1
        harvest.hints = Hints(interval=response.fresh_for(datetime.now(UTC)))
        if response.not_modified or (same and digest_of(response.body) == cursor.get("body")):
            harvest.unmodified = harvest.requests == 1
            return False
        batch = await self._offload(_read, response, self._config, harvest.known)
        return harvest.take(batch, url, response)

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read one answer. Raises ``Malformed`` as ``FeedSource.read`` does."""
        return _normal(FeedSource.read(document, config))

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is RSS that the site's search made: its address says so, or the head of the document does."""
        place = document.url.encode("utf-8", "ignore") + document.body[:4096]
        return _PLACE in place and FeedSource.recognises(document)


@dataclass(slots=True, kw_only=True)
class _Harvest:
    """What the answers of one fetch have shown so far. ``since`` is where the next one starts, ``left`` where this one broke off.

    ``first``: nothing was asked before; ``resumed``: it goes on where the last one broke off.
    """

    known: frozenset[str]
    since: datetime
    first: bool
    resumed: bool
    left: datetime | None = None
    requests: int = 0
    unmodified: bool = False
    items: dict[str, Item] = field(default_factory=dict)
    broken: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, None] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)
    problems: dict[str, None] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    channel: Batch = field(default_factory=Batch)
    hints: Hints = field(default_factory=Hints)

    def take(self, batch: Batch, url: str, response: Response) -> bool:
        """Take in an answer; whether it was full."""
        self.unmodified = False
        self.items |= {item.digest: item for item in batch.items if item.digest not in self.items}
        self.broken |= {one.digest: one for one in batch.broken}
        self.seen |= dict.fromkeys(batch.cursor["seen"])
        self.unchanged |= batch.unchanged
        self.problems |= dict.fromkeys(batch.problems)
        self.channel = batch
        self.last = {
            "asked": digest_of(url.encode()),
            "etag": response.etag,
            "last_modified": response.last_modified,
            "body": digest_of(response.body),
        }
        return len(batch.items) + len(batch.unchanged) + len(batch.broken) >= MOST_ITEMS

    def stop(self, start: datetime) -> None:
        """Leave what is not asked for yet to the next fetch."""
        self.left = min(self.left or start, start)

    def batch(self, cursor: Cursor) -> Batch:
        """Put the answers together. With one answer alone its validators can be used next time."""
        seen = [*self.seen, *(one for one in cursor.get("seen", ()) if one not in self.seen and one in self.known)]
        advanced = {"rule": _RULE, "since": self.since.isoformat(), "seen": seen[:_MOST_SEEN]}
        if self.left:
            advanced["left"] = self.left.isoformat()
        elif self.requests == 1 and not self.broken:
            advanced |= self.last
        return Batch(
            items=tuple(self.items.values()),
            unchanged=frozenset(self.unchanged),
            broken=tuple(self.broken.values()),
            cursor=advanced,
            # The window moves by our own choice: that nothing of the last one is in it says nothing about a gap.
            whole=self.left is None and (self.first or self.resumed or bool(self.unchanged) or not self.items),
            title=self.channel.title,
            language=self.channel.language,
            problems=tuple(self.problems),
            hints=self.hints,
        )


def _moment(cursor: Cursor, name: str) -> datetime | None:
    return datetime.fromisoformat(cursor[name]) if name in cursor else None


def _read(response: Response, config: SourceConfig, known: Iterable[str]) -> Batch:
    document = Document(
        body=response.body, url=response.url, content_type=response.content_type, charset=response.charset
    )
    return _normal(read_document(document, config, frozenset(known)))


def _normal(batch: Batch) -> Batch:
    return replace(batch, problems=tuple(one for one in batch.problems if not one.startswith(_NORMAL)))

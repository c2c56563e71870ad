"""The police: news by their API or their RSS, whichever the address is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from adapters.contract import Batch, Broken, Cursor, Document, Hints, Item, NoOptions, Offload, SourceConfig
from adapters.digest import digest_of
from adapters.errors import AuthFailed
from adapters.feed.source import FeedSource
from adapters.politie.api import LISTS, Page, about, is_api, page_address, problems, read_page, shows_people

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

_RULE = 1
_MOST_PAGES = 4
_MOST_SEEN = 500
_NO_CONTENT = 204
_FORBIDDEN = 403
_REMEDY = (
    "api.politie.nl refuses addresses of data centres, however one asks. Read the RSS instead"
    " (https://rss.politie.nl/rss/algemeen/nb/alle-nieuwsberichten.xml), or run from a connection of your own."
)


class PolitieSource:
    """News of the police. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = NoOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask what is new: pages of the API until something known is met, or the feed.

        Raises what ``HttpClient.get`` raises, and ``Malformed``. A refusal by the API says what can be done.
        """
        if not is_api(self._config.url):
            return _marked(await FeedSource(self._config, self._http, self._offload).fetch(cursor))
        known = frozenset(cursor.get("seen", ())) if cursor.get("rule") == _RULE else frozenset()
        course = _Course(known=known)
        while not course.ended:
            response = await self._page(course, cursor)
            if course.pages == 0 and (response.not_modified or digest_of(response.body) == cursor.get("body")):
                return Batch(not_modified=True, cursor=cursor, hints=_hints(response))
            if response.status == _NO_CONTENT:
                course.end(response)
            else:
                course.take(await self._offload(read_page, response.body, ZoneInfo(self._config.time_zone)), response)
        return course.batch(cursor, self._config.time_zone)

    async def _page(self, course: _Course, cursor: Cursor) -> Response:
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        first = course.pages == 0
        response = await self._http.get(
            page_address(self._config.url, course.offset),
            accept="application/json",
            etag=cursor.get("etag") if first else None,
            last_modified=cursor.get("last_modified") if first else None,
            named=True,
        )
        if response.status == _FORBIDDEN:
            host = urlsplit(self._config.url).hostname
            raise AuthFailed(f"{host} answers 403: it refuses us.", code="politie.refused", status=403, remedy=_REMEDY)
        raise_for_status(response)
        return response

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read an answer of the API, or the feed. Raises ``Malformed`` as ``read_page`` and ``FeedSource.read`` do."""
        if not _is_json(document):
            return _marked(FeedSource.read(document, config))
        page = read_page(document.body, ZoneInfo(config.time_zone))
        course = _Course(known=frozenset())
        course.sort(page)
        return replace(course.batch({}, config.time_zone), cursor={}, whole=page.last)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is JSON with one of the API's lists, or a feed from a host of the police."""
        if _is_json(document):
            head = document.body[:65_536]
            return any(f'"{name}"'.encode() in head for name in LISTS)
        return _is_theirs(document.url) and FeedSource.recognises(document)

    @staticmethod
    def shows_people(url: str) -> bool:
        """Whether what an address shows are also people who are wanted or missing."""
        return shows_people(url)


@dataclass(slots=True, kw_only=True)
class _Course:
    """A walk through the pages, the newest first, and what was met on it."""

    known: frozenset[str]
    offset: int = 0
    pages: int = 0
    ended: bool = False
    items: dict[str, Item] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    unchanged: dict[str, None] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    first: dict[str, Any] = field(default_factory=dict)
    hints: Hints = field(default_factory=Hints)

    def take(self, page: Page, response: Response) -> None:
        """Take in a page. The walk ends at the last one, where something known is met, and where it gets long."""
        self._remember(response)
        self.sort(page)
        self.offset += len(page.messages)
        self.ended = page.last or not page.messages or bool(self.unchanged) or self.pages >= _MOST_PAGES

    def end(self, response: Response) -> None:
        """Take in the answer behind the last page."""
        self._remember(response)
        self.ended = True

    def sort(self, page: Page) -> None:
        """Tell what is new from what is known."""
        self.notes += page.notes
        for message in page.messages:
            if isinstance(message, Broken):
                self.broken.setdefault(message.digest, message)
            elif message.digest in self.known:
                self.unchanged.setdefault(message.digest)
            else:
                self.items.setdefault(message.digest, message)

    def batch(self, cursor: Cursor, zone: str) -> Batch:
        """Give what was found."""
        found = dict.fromkeys((*self.items, *self.unchanged))
        seen = [*found, *(one for one in cursor.get("seen", ()) if one in self.known and one not in found)]
        # A message that could not be read must not be hidden behind "not modified".
        first = {} if self.broken else self.first
        return Batch(
            items=tuple(self.items.values()),
            unchanged=frozenset(self.unchanged),
            broken=tuple(self.broken.values()),
            cursor={"rule": _RULE, "seen": seen[:_MOST_SEEN], **first},
            problems=problems(self.notes, zone),
            hints=self.hints,
        )

    def _remember(self, response: Response) -> None:
        if self.pages == 0:
            self.hints = _hints(response)
            self.first = {
                "etag": response.etag,
                "last_modified": response.last_modified,
                "body": digest_of(response.body),
            }
        self.pages += 1


def _hints(response: Response) -> Hints:
    return Hints(interval=response.fresh_for(datetime.now(UTC)))


def _is_json(document: Document) -> bool:
    return document.body[:64].lstrip(b"\xef\xbb\xbf\t\r\n ").startswith(b"{")


def _is_theirs(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host == "politie.nl" or host.endswith(".politie.nl")


def _marked(batch: Batch) -> Batch:
    """Say of every item of a feed whether it is about somebody who is wanted or missing."""
    return replace(batch, items=tuple(_with_subject(batch.items)))


def _with_subject(items: Iterable[Item]) -> Iterable[Item]:
    for item in items:
        subject = about(item.url, item.title.value if item.title else "")
        categories = (*item.categories, subject) if subject and subject not in item.categories else item.categories
        yield replace(item, categories=categories)

"""Sitemaps as a source, for sites without a feed: what stands in them for the first time is new.

A news sitemap tells titles itself. Of a plain one the pages are asked for theirs, but only those that are new, as many as
is polite at a time, and only where robots.txt lets us; the rest waits for the next fetch.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from adapters.contract import Batch, Broken, Cursor, Document, Hints, Item, Offload, SourceConfig
from adapters.digest import digest_of
from adapters.errors import AdapterError, Gone, Limited, Temporary
from adapters.sitemap.course import Course
from adapters.sitemap.document import Sitemap, problems, read_sitemap
from adapters.sitemap.page import US, read_robots, with_page

if TYPE_CHECKING:
    from urllib.robotparser import RobotFileParser

    from adapters.http import HttpClient, Response

_MOST_SITEMAPS = 6
_MOST_PAGES = 10
_MOST_TROUBLE = 2
_PAGE_BYTES = 2 * 1024 * 1024
_ROBOTS_BYTES = 1024 * 1024
_PAUSE = 3600.0
_CLIENT_ERROR, _TOO_MANY, _SERVER_ERROR = 400, 429, 500
_HTML = "text/html, application/xhtml+xml;q=0.9"
_XML = "application/xml, text/xml;q=0.9, application/gzip;q=0.8, */*;q=0.1"
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:urlset|sitemapindex)[\s>/]")


@dataclass(frozen=True, slots=True)
class Options:
    """Which pages count, and where titles come from.

    ``only`` and ``without`` are beginnings of paths (``/nieuws/``); ``titles``: the ``page`` itself, or ``none`` where
    those that a news sitemap gives are enough.
    """

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    titles: Literal["page", "none"] = "page"

    def __post_init__(self) -> None:
        if not all(path.startswith("/") for path in (*self.only, *self.without)):
            raise ValueError("paths begin with a slash")

    def wants(self, url: str | None) -> bool:
        """Whether a page counts."""
        path = _path(url or "")
        return (not self.only or path.startswith(self.only)) and not path.startswith(self.without)


class SitemapSource:
    """A sitemap, or an index of them. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = Options
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload
        self._options: Options = config.options or Options()

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the sitemap, for those that it names, and for the pages that are new.

        Raises what ``HttpClient.get`` raises, and ``Malformed``; a page that cannot be had is no error of the whole.
        """
        response = await self._get(self._config.url, etag=cursor.get("etag"), last_modified=cursor.get("last_modified"))
        if response.not_modified or ("body" in cursor and digest_of(response.body) == cursor["body"]):
            return Batch(not_modified=True, cursor=cursor, hints=_hints(Hints(), response))
        by_page = self._options.titles == "page"
        course = Course(cursor=cursor, now=datetime.now(UTC), wants=self._options.wants, by_page=by_page)
        await self._collect(await self._read(response), course)
        course.sort()
        await self._entitle(course)
        course.leave()
        batch = course.batch(self._config.time_zone, _validators(response))
        return replace(batch, hints=_hints(batch.hints, response))

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read one sitemap. Raises ``Malformed`` as ``read_sitemap`` does. An index has no items of its own."""
        found = read_sitemap(document, ZoneInfo(config.time_zone))
        named = f"sitemap.index: an index, which names sitemaps: {len(found.children)}"
        return Batch(
            items=tuple(one for one in found.entries if isinstance(one, Item)),
            broken=tuple(one for one in found.entries if isinstance(one, Broken)),
            whole=not found.index,
            problems=(*((named,) if found.index else ()), *problems(found.notes, config.time_zone)),
        )

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether the head of the document, unpacked, has the first element of a sitemap or an index."""
        head = _head(document.body).replace(b"\0", b"")
        return _ROOT.search(head) is not None and b"<html" not in head.lower()

    # ── sitemaps ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _collect(self, found: Sitemap, course: Course) -> None:
        """Take in the entries: the document's own, or those of the sitemaps that it names, as many as one fetch may ask."""
        if not found.index:
            course.take(found)
            return
        for child in course.due(found, _MOST_SITEMAPS):
            course.take_child(child, await self._read(await self._get(child.url)))

    async def _read(self, response: Response) -> Sitemap:
        document = Document(body=response.body, url=response.url, charset=response.charset)
        return await self._offload(read_sitemap, document, ZoneInfo(self._config.time_zone))

    async def _get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Response:
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        response = await self._http.get(
            url, accept=_XML, etag=etag, last_modified=last_modified, named=self._is_named(url)
        )
        raise_for_status(response)
        return response

    def _is_named(self, url: str) -> bool:
        """Whether an address is on the very server that the configuration names."""
        return _origin(url) == _origin(self._config.url)

    # ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _entitle(self, course: Course) -> None:
        """Ask pages for their titles, until it is enough, or the site shows that it is not well."""
        robots: dict[str, RobotFileParser | None] = {}
        left = _MOST_PAGES
        trouble = 0
        for item in course.untitled():
            if left <= 0 or trouble >= _MOST_TROUBLE or course.pause is not None:
                return
            url = item.url or ""
            if not self._is_of_this_site(url):
                course.notes["sitemap.other-site"] += 1
                course.drop(item)
                continue
            rules = await self._rules(url, robots)
            left = min(left, 1) if rules and rules.crawl_delay(US) else left
            left -= 1
            trouble += await self._entitle_one(item, rules, course)

    async def _entitle_one(self, item: Item, rules: RobotFileParser | None, course: Course) -> bool:
        """Ask one page for its title; whether that was trouble."""
        if rules is None:
            course.retry(item, "robots.txt cannot be read, so that the page is not asked for its title")
            return True
        if not rules.can_fetch(US, item.url or ""):
            course.drop(item, "robots.txt does not let programs read the page, so that it has no title")
            return False
        try:
            titled = await self._titled(item)
        except Limited as error:
            course.pause = error.retry_after or _PAUSE
        except Temporary as error:
            course.retry(item, f"the page cannot be had: {error}")
            return True
        except Gone:
            course.drop(item)
        except AdapterError as error:
            course.drop(item, f"the page cannot be had: {error}")
        else:
            if titled is None:
                course.drop(item, "the page has no title")
            else:
                course.entitle(item, titled)
        return False

    async def _titled(self, item: Item) -> Item | None:
        from adapters.http import raise_for_status

        url = item.url or ""
        page = await self._http.get(url, accept=_HTML, named=self._is_named(url), max_bytes=_PAGE_BYTES)
        raise_for_status(page)
        return await self._offload(with_page, item, page.body, page.charset, ZoneInfo(self._config.time_zone))

    async def _rules(self, url: str, robots: dict[str, RobotFileParser | None]) -> RobotFileParser | None:
        """Give what a site lets programs read: all where it has no robots.txt, None where it cannot be asked now.

        RFC 9309, section 2.3.1.
        """
        origin = _origin(url)
        if origin not in robots:
            try:
                response = await self._http.get(
                    f"{origin}/robots.txt", named=self._is_named(url), max_bytes=_ROBOTS_BYTES
                )
            except AdapterError:
                robots[origin] = None
            else:
                unwell = response.status >= _SERVER_ERROR or response.status == _TOO_MANY
                robots[origin] = (
                    None if unwell else read_robots(response.body if response.status < _CLIENT_ERROR else b"")
                )
        return robots[origin]

    def _is_of_this_site(self, url: str) -> bool:
        """Whether a page is on the sitemap's own site: the same host, or one below it, with or without www."""
        site, host = _host(self._config.url).removeprefix("www."), _host(url)
        return bool(site) and (host == site or host.endswith(f".{site}"))


def _validators(response: Response) -> dict[str, Any]:
    return {"etag": response.etag, "last_modified": response.last_modified, "body": digest_of(response.body)}


def _hints(own: Hints, response: Response) -> Hints:
    """Say how the site wants to be asked: by the headers of the sitemap, and by what it said while pages were asked."""
    fresh = response.fresh_for(datetime.now(UTC))
    return Hints(interval=max(filter(None, (own.interval, fresh)), default=None), moved_to=response.moved_to)


def _head(body: bytes) -> bytes:
    """Give the beginning of a document, unpacked where it is packed."""
    if not body.startswith(b"\x1f\x8b"):
        return body[:4096]
    try:
        return zlib.decompressobj(wbits=31).decompress(body[:65_536], 4096)
    except zlib.error:
        return b""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()

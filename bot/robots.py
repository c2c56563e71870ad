"""What a site lets programs read (RFC 9309), asked once a day per site. For pages; a feed is published to be fetched."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from weakref import WeakValueDictionary

from adapters.errors import AdapterError
from adapters.http import HttpClient

US = "Omroeper"
"""How we are called in robots.txt."""

LARGEST = 512 * 1024
"""Bytes of a robots.txt that count (RFC 9309, section 2.5)."""

MOST_KEPT = 64 * 1024
"""Characters of rules that outlast the process. Nearly all are shorter; a site with more is asked anew after a start."""

KEPT = timedelta(hours=24)
RETRY = timedelta(hours=1)
MOST_SITES = 2000
_SERVER_ERROR, _CLIENT_ERROR, _TOO_MANY = 500, 400, 429


class Known(NamedTuple):
    """What a site's robots.txt says, until when; None where it could not be read."""

    until: datetime
    rules: str | None


class Memory(Protocol):
    """Where rules outlast the process. Called on a thread."""

    def recall(self, origin: str) -> Known | None:
        """Give what is known of a site."""

    def keep(self, now: datetime, origin: str, known: Known) -> None:
        """Remember it."""


class _Read(NamedTuple):
    until: datetime
    rules: RobotFileParser | None


@dataclass(slots=True, kw_only=True)
class Robots:
    """The rules of sites, as far as they were asked for. Without a memory they last as long as this."""

    http: HttpClient
    memory: Memory | None = None
    _sites: OrderedDict[str, _Read] = field(default_factory=OrderedDict)
    _asking: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def allow(self, url: str, now: datetime, *, named: bool) -> bool:
        """Whether we may ask for a page; a site whose rules cannot be read is not asked (section 2.3.1.4)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        async with self._asking.setdefault(origin, asyncio.Lock()):  # five pages of a site are one question about it
            read = self._sites.get(origin)
            if read is None or read.until <= now:
                read = self._sites[origin] = _read(await self._known(origin, now, named=named))
                while len(self._sites) > MOST_SITES:
                    self._sites.popitem(last=False)
        return read.rules is not None and read.rules.can_fetch(US, url)

    async def _known(self, origin: str, now: datetime, *, named: bool) -> Known:
        if self.memory is not None:
            known = await asyncio.to_thread(self.memory.recall, origin)
            if known is not None and known.until > now:
                return known
        rules = await self._ask(f"{origin}/robots.txt", named=named)
        known = Known(now + (RETRY if rules is None else KEPT), rules)
        if self.memory is not None and len(rules or "") <= MOST_KEPT:
            await asyncio.to_thread(self.memory.keep, now, origin, known)
        return known

    async def _ask(self, url: str, *, named: bool) -> str | None:
        try:
            response = await self.http.get(url, named=named, max_bytes=LARGEST)
        except AdapterError:
            return None
        if response.status >= _SERVER_ERROR or response.status == _TOO_MANY:
            return None
        if response.status >= _CLIENT_ERROR:
            return ""
        return response.body.decode("utf-8", "replace").replace("\0", "")  # which no database takes


def _read(known: Known) -> _Read:
    if known.rules is None:
        return _Read(known.until, None)
    rules = RobotFileParser()
    rules.parse(known.rules.splitlines())
    return _Read(known.until, rules)

"""What a site lets programs read (RFC 9309), asked once a day per site. For pages; a feed is published to be fetched."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from adapters.errors import AdapterError
from adapters.http import HttpClient

US = "Omroeper"
"""How we are called in robots.txt."""

LARGEST = 512 * 1024
"""Bytes of a robots.txt that count (RFC 9309, section 2.5)."""

KEPT = timedelta(hours=24)
RETRY = timedelta(hours=1)
MOST_SITES = 2000
_SERVER_ERROR, _CLIENT_ERROR, _TOO_MANY = 500, 400, 429


@dataclass(slots=True, kw_only=True)
class Robots:
    """The rules of sites, as far as they were asked for."""

    http: HttpClient
    sites: OrderedDict[str, tuple[datetime, RobotFileParser | None]] = field(default_factory=OrderedDict)

    async def allow(self, url: str, now: datetime, *, named: bool) -> bool:
        """Whether we may ask for a page; a site whose rules cannot be read is not asked (section 2.3.1.4)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        known = self.sites.get(origin)
        if known is None or known[0] <= now:
            rules = await self._ask(f"{origin}/robots.txt", named=named)
            self.sites[origin] = (now + (KEPT if rules else RETRY), rules)
            while len(self.sites) > MOST_SITES:
                self.sites.popitem(last=False)
        rules = self.sites[origin][1]
        return rules is not None and rules.can_fetch(US, url)

    async def _ask(self, url: str, *, named: bool) -> RobotFileParser | None:
        try:
            response = await self.http.get(url, named=named, max_bytes=LARGEST)
        except AdapterError:
            return None
        if response.status >= _SERVER_ERROR or response.status == _TOO_MANY:
            return None
        rules = RobotFileParser()
        body = response.body if response.status < _CLIENT_ERROR else b""
        rules.parse(body.decode("utf-8", "replace").splitlines())
        return rules

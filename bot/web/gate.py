"""What a request has to pass before any page sees it: how often, under which name, and that it only wants to read."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.answers import safe_headers
from bot.web.bodies import Door
from bot.web.clients import bucket_of, client_address
from bot.web.rates import Rates

WATCHED = frozenset({"/healthz", "/metrics"})
"""Asked by those who watch over the program, under whatever name they know it, as often as they like."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.IGNORECASE)
_READING = frozenset({"GET", "HEAD"})

Refuse = Callable[[Request, int], Awaitable[Response]]
"""Makes the page that says why not: (request, status)."""


@dataclass(slots=True, kw_only=True)
class Gate:
    """The pages behind their gate. ``refuse`` makes the answer to what may not pass.

    ``doors`` are where something may be brought in; everywhere else one can only read.
    """

    app: ASGIApp
    public_url: str | None
    refuse: Refuse
    doors: tuple[Door, ...] = ()
    rates: Rates = field(default_factory=Rates)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or say why not; put the headers that keep readers safe on every answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = _with_headers(send, safe_headers(self.public_url))
        status = self._objection(scope, Headers(scope=scope))
        if status is None:
            await self.app(scope, receive, send)
            return
        response = await self.refuse(Request(scope), status)
        response.headers.update(_ON_REFUSAL.get(status, {}))
        await response(scope, receive, send)

    def _objection(self, scope: Scope, headers: Headers) -> int | None:
        door = next((one for one in self.doors if one.leads_to(scope["path"])), None)
        bringing = door is not None and scope["method"] == "POST"
        if scope["method"] not in _READING and not bringing:
            return 405
        if not (bringing and door and door.takes(headers)) and _has_body(headers):
            return 413
        if scope["path"] in WATCHED:
            return None
        if not self._is_ours(headers.get("host", "")):
            return 400
        return None if self._within_rate(scope, headers) else 429

    def _within_rate(self, scope: Scope, headers: Headers) -> bool:
        peer = scope["client"][0] if scope.get("client") else None
        client = client_address(peer, headers)
        # loopback itself is the operator, or a web server that does not say for whom it asks
        here = client is not None and client.is_loopback
        return here or self.rates.take(bucket_of(client), monotonic())

    def _is_ours(self, host: str) -> bool:
        """Whether we answer to a name: the public one and loopback; any well-formed one where no public one is set."""
        if not _HOST.fullmatch(host):
            return False
        if self.public_url is None:
            return True
        return host.lower() == urlsplit(self.public_url).netloc.lower() or _is_loopback(host)


_ON_REFUSAL = {
    405: {"Allow": "GET, HEAD", "Connection": "close"},
    413: {"Connection": "close"},
    429: {"Retry-After": "5"},
}
"""What goes with a refusal; after a body that nobody reads, the connection is of no more use."""


def _has_body(headers: Headers) -> bool:
    return bool(headers.get("transfer-encoding")) or headers.get("content-length", "0") != "0"


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = MutableHeaders(scope=message)
            for name, value in headers.items():
                present.setdefault(name, value)
        await send(message)

    return sending

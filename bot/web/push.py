"""Pushes from elsewhere: one address per source that takes them. Who cannot sign learns nothing, not even which exist."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.web.answers import NEVER
from bot.web.bodies import Door, NotTaken, take
from bot.web.clients import bucket_of, client_address
from bot.web.rates import Rates

DOOR = Door(path="/webhook", largest=1024 * 1024)

AT_ONCE = 16
"""How many pushes are in memory at a time."""
EACH = 4
"""How many of them may be one sender's: whoever lets them trickle in must not keep an alert of another waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a push is answered: the HTTP status, a stable code, and a sentence for whoever sent it."""

    status: int
    code: str
    message: str


Receiver = Callable[[Mapping[str, str], bytes], Reply]
"""Takes a push of one source, or says why not: (headers, body). Runs in a thread, and has it safe before it answers."""

UNSIGNED = Reply(status=401, code="webhook.signature", message="The signature is missing or wrong.")
_TROUBLE = {
    400: Reply(status=400, code="push.broken-off", message="The body broke off."),
    408: Reply(status=408, code="push.slow", message="The body took too long."),
    413: Reply(status=413, code="push.too-large", message=f"A push has at most {DOOR.largest} bytes."),
    429: Reply(status=429, code="push.too-many", message="Too many pushes at once: wait a few seconds."),
}
_WAIT = {429: "10", 503: "60"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """The receivers of one installation, by the id of their source."""

    receivers: Mapping[str, Receiver]
    rates: Rates = field(default_factory=lambda: Rates(burst=120, per_second=10))
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    under_way: Counter[str] = field(default_factory=Counter)

    async def take(self, request: Request) -> Response:
        """Take a push: 202 once it is kept."""
        peer = request.client.host if request.client else None
        sender = bucket_of(client_address(peer, request.headers))
        if self.under_way[sender] >= EACH or not self.rates.take(sender, monotonic()):
            return _answer(_TROUBLE[429])
        self.under_way[sender] += 1
        try:
            return await self._taken(request)
        finally:
            self.under_way[sender] -= 1
            if not self.under_way[sender]:
                del self.under_way[sender]

    async def _taken(self, request: Request) -> Response:
        async with self.turns:
            try:
                body = await take(request, DOOR.largest)
            except NotTaken as error:
                return _answer(_TROUBLE[error.status])
            receiver = self.receivers.get(request.path_params["source"])
            if receiver is None:
                return _answer(UNSIGNED)
            return _answer(await run_in_threadpool(receiver, dict(request.headers), body))


def _answer(reply: Reply) -> Response:
    body = json.dumps({"code": reply.code, "message": reply.message}, ensure_ascii=False)
    headers = {"Cache-Control": NEVER} | ({"Retry-After": _WAIT[reply.status]} if reply.status in _WAIT else {})
    return Response(body, reply.status, headers, "application/json")

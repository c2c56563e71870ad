"""Where hubs knock (WebSub): to ask whether we asked them, and to say that a source has news."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot import websub
from bot.store import subscriptions
from bot.store.engine import reading, writing
from bot.web.answers import NEVER
from bot.web.bodies import Door, NotTaken, pour
from bot.web.clients import bucket_of, client_address
from bot.web.prose import one_line
from bot.web.rates import Rates
from bot.websub import Confirmed, Denied, Signature, Subscription

DOOR = Door(path=websub.PATH, largest=4 * 1024 * 1024)
"""A hub brings the whole document along, of which we only check the signature."""

ASK_AGAIN = timedelta(days=7)
"""How long a hub that will not is left alone."""

_TOKEN = re.compile(r"[\w-]{20,64}", re.ASCII)
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hubs:
    """The address that hubs call. ``engine`` is written to."""

    engine: Engine
    now: Callable[[], datetime]
    rates: Rates = field(default_factory=lambda: Rates(burst=120, per_second=10))

    def verify(self, request: Request) -> Response:
        """Answer whether we asked for this: with the hub's own challenge, or 404 (section 5.3)."""
        known = self._known(request)
        found = websub.verify(request.query_params, known, self.now()) if known else None
        if known is None or found is None:
            return _answer(404)
        with writing(self.engine) as connection:
            self._note(connection, known, found)
        return _answer(200, found.challenge if isinstance(found, Confirmed) else "")

    async def notify(self, request: Request) -> Response:
        """Hear that a source has news. Whether the signature was right is not told: 202 either way (section 8)."""
        peer = request.client.host if request.client else None
        if not self.rates.take(bucket_of(client_address(peer, request.headers)), monotonic()):
            return _answer(429)
        known = await run_in_threadpool(self._known, request)
        if known is None:
            return _answer(410)  # the hub may forget us (section 7)
        signature = Signature.of(request.headers.get("x-hub-signature", ""), known.secret)
        try:
            await pour(request, DOOR.largest, signature.update)
        except NotTaken as error:
            return _answer(error.status)
        if signature.is_genuine():
            await run_in_threadpool(self._heard, known)
        return _answer(202)

    def _heard(self, known: Subscription) -> None:
        with writing(self.engine) as connection:
            subscriptions.heard(connection, self.now(), known)

    def _known(self, request: Request) -> Subscription | None:
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token):
            return None
        with reading(self.engine) as connection:
            return subscriptions.by_token(connection, token)

    def _note(self, connection: Connection, known: Subscription, found: Confirmed | Denied) -> None:
        if isinstance(found, Confirmed):
            subscriptions.confirmed(connection, known, found)
        else:
            subscriptions.denied(connection, known, one_line(found.reason), self.now() + ASK_AGAIN)


def _answer(status: int, body: str = "") -> Response:
    return Response(body, status, {"Cache-Control": NEVER}, _PLAIN)

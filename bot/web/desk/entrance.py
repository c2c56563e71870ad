"""The way in and out, and what every request behind it has to pass: who, from which page, and with which form."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from bot.model import Event
from bot.store.engine import StoreError, writing
from bot.store.record import add_events
from bot.web.bodies import NotTaken, take
from bot.web.clients import bucket_of, client_address
from bot.web.desk.attempts import Attempts
from bot.web.desk.forms import EMPTY, LARGEST, Form, read_form
from bot.web.desk.handed import Desk
from bot.web.desk.paper import Call, redirect, show
from bot.web.desk.sessions import Sessions
from bot.web.site import Site
from bot.web.visit import Visit, visit

Page = Callable[[Call], Response]
Endpoint = Callable[[Request], Awaitable[Response]]

AT_ONCE = 3
"""How many requests behind the desk are answered at a time: beside the readers' own, and never all connections."""
IN_LINE = 8
"""How many may wait for their password to be looked at: that takes memory and time, one at a time."""

_NEXT = re.compile(r"/desk(?:/[\w-]+){0,4}(?:\?[\w=&%.+~-]{0,400})?", re.ASCII)
_SIGN_IN = "/desk/sign-in"


@dataclass(slots=True, kw_only=True)
class Entrance:
    """The entrance of one site's desk."""

    site: Site
    desk: Desk
    sessions: Sessions = field(default_factory=Sessions)
    attempts: Attempts = field(default_factory=Attempts)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    counter: asyncio.Lock = field(default_factory=asyncio.Lock)
    in_line: int = 0

    # ── behind it ────────────────────────────────────────────────────────────────────────────────────────────────────

    def looking(self, page: Page) -> Endpoint:
        """Let a page be looked at by whoever is signed in; others are led to the form."""

        async def asked(request: Request) -> Response:
            async with self.turns:
                return await run_in_threadpool(self._look, page, request)

        return asked

    def acting(self, page: Page, *, writes: bool = True) -> Endpoint:
        """Let a form do something, where it comes from a page of ours, of this very session, within its time."""

        async def asked(request: Request) -> Response:
            form = await self._form(request)
            if isinstance(form, Response):
                return form
            async with self.turns:
                return await run_in_threadpool(self._act, page, request, form, writes=writes)

        return asked

    def _look(self, page: Page, request: Request) -> Response:
        call = self._call(request, EMPTY)
        if call is None:
            here = visit(request, self.site)
            asked = f"{here.path}?{request.url.query}" if request.url.query else here.path
            return redirect(here.link(_SIGN_IN, **({} if asked == "/desk" else {"next": asked})))
        return self._answer(page, call)

    def _act(self, page: Page, request: Request, form: Form, *, writes: bool) -> Response:
        call = self._call(request, form)
        if call is None:
            return redirect(visit(request, self.site).link(_SIGN_IN, ended="1"))
        if not self.sessions.fits(call.number, form.raw("token")):
            return self._refused(request, 403)
        if writes and self.site.writer is None:
            return self._refused(request, 403, "desk_read_only")
        return self._answer(page, call)

    def _answer(self, page: Page, call: Call) -> Response:
        try:
            return page(call)
        except StoreError as error:
            values = {"words": call.here.voice("desk_store"), "detail": f"{error} [{error.code}]", "todo": error.remedy}
            return show(call, "refused", call.here.voice("desk_refused"), values, status=503)

    def _call(self, request: Request, form: Form) -> Call | None:
        number = self._number(request)
        session = self.sessions.find(number, self.desk.ticks())
        if session is None:
            return None
        notice, session.notice = session.notice, None
        return Call(
            request=request,
            here=visit(request, self.site),
            site=self.site,
            desk=self.desk,
            session=session,
            number=number,
            token=self.sessions.token(number),
            form=form,
            notice=notice,
            failed_ever=self.attempts.failed_ever,
        )

    async def _form(self, request: Request) -> Form | Response:
        if not is_from_here(request.headers, self.site.public_url):
            return await run_in_threadpool(self._refused, request, 403)
        try:
            return read_form(request.headers.get("content-type", ""), await take(request, LARGEST))
        except NotTaken as error:
            return await run_in_threadpool(self._refused, request, error.status)
        except ValueError:
            return await run_in_threadpool(self._refused, request, 415)

    def _refused(self, request: Request, status: int, key: str = "desk_not_done") -> Response:
        here = visit(request, self.site)
        values = {"words": here.voice(key), "detail": "", "todo": ""}
        return show(self._outside(request, here), "refused", here.voice("desk_refused"), values, status=status)

    # ── in and out ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def door(self, request: Request) -> Response:
        """Show the form to sign in."""
        asked = request.query_params
        words = next((f"sign_in_{one}" for one in ("ended", "out") if asked.get(one)), "")
        return await run_in_threadpool(self._door, request, next_=asked.get("next", ""), words=words)

    async def sign_in(self, request: Request) -> Response:
        """Let somebody in, or say that name or password are wrong, and how long to wait before the next try."""
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        if not self.sessions.fits(self._number(request), form.raw("token")):
            words = "sign_in_stale"
            return await run_in_threadpool(self._door, request, next_=form.raw("next"), words=words, status=403)
        return await self._in_turn(request, form)

    def sign_out(self, call: Call) -> Response:
        """Close a session for good."""
        self.sessions.end(call.number)
        answer = redirect(call.here.link(_SIGN_IN, out="1"))
        self._set_cookie(answer, "", age=0)
        return answer

    async def _in_turn(self, request: Request, form: Form) -> Response:
        peer = request.client.host if request.client else None
        client = bucket_of(client_address(peer, request.headers))
        wait = 0.0 if self.in_line < IN_LINE else 5.0
        if not wait:
            self.in_line += 1
            try:
                async with self.counter:
                    wait = self.attempts.wait(client, self.desk.ticks())
                    name = None if wait else await run_in_threadpool(self._identify, form)
                    if name is not None:
                        self.attempts.passed(client)
                        return await run_in_threadpool(self._enter, request, form, name)
                    if not wait:
                        self.attempts.failed(client, self.desk.ticks())
            finally:
                self.in_line -= 1
        return await run_in_threadpool(self._turned_away, request, form, wait)

    def _identify(self, form: Form) -> str | None:
        return self.desk.operators.identify(form.line("name", 64), form.raw("password"))

    def _enter(self, request: Request, form: Form, name: str) -> Response:
        self.sessions.end(self._number(request))
        number = self.sessions.start(name, self.desk.ticks())
        if self.site.writer is not None:
            # nobody is kept out in an emergency because the log cannot be written
            with suppress(StoreError), writing(self.site.writer) as connection:
                event = Event(stage="operate", verdict="signed-in", rule="password", actor=name)
                add_events(connection, self.site.now(), [event])
        answer = redirect(_wanted(form.raw("next")) or visit(request, self.site).link("/desk"))
        self._set_cookie(answer, number)
        return answer

    def _turned_away(self, request: Request, form: Form, wait: float) -> Response:
        seconds = math.ceil(wait)
        wrong = "sign_in_wrong" if self.desk.operators.named else "sign_in_wrong_one"
        words, status = ("sign_in_wait", 429) if wait else (wrong, 403)
        answer = self._door(request, next_=form.raw("next"), words=words, status=status, seconds=seconds)
        if wait:
            answer.headers["Retry-After"] = str(seconds)
        return answer

    def _door(
        self, request: Request, *, next_: str = "", words: str = "", status: int = 200, seconds: int = 0
    ) -> Response:
        here, number = visit(request, self.site), self._number(request)
        fresh = "" if self.sessions.is_ours(number) else self.sessions.stranger()
        values = {
            "token": self.sessions.token(fresh or number),
            "next": _wanted(next_) or "",
            "named": self.desk.operators.named,
            "words": here.voice(words, seconds=seconds) if words else "",
            "wrong": status != 200,  # noqa: PLR2004  # 200 OK
        }
        answer = show(self._outside(request, here), "sign_in", here.voice("sign_in"), values, status=status)
        if fresh:
            self._set_cookie(answer, fresh)
        return answer

    def _outside(self, request: Request, here: Visit) -> Call:
        return Call(request=request, here=here, site=self.site, desk=self.desk)

    # ── the cookie ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _is_https(self) -> bool:
        return (self.site.public_url or "").startswith("https://")

    @property
    def _cookie(self) -> str:
        # the prefix keeps sub-domains from planting one (RFC 6265bis, section 4.1.3.2); it needs Secure and the path /
        return "__Host-omroeper-desk" if self._is_https else "omroeper-desk"

    def _number(self, request: Request) -> str:
        return request.cookies.get(self._cookie, "")

    def _set_cookie(self, answer: Response, value: str, age: int | None = None) -> None:
        path = "/" if self._is_https else "/desk"
        answer.set_cookie(
            self._cookie, value, max_age=age, path=path, secure=self._is_https, httponly=True, samesite="strict"
        )


def is_from_here(headers: Headers, public_url: str | None) -> bool:
    """Whether a form was sent by a page of this site: by what the browser says of it, which no page can change."""
    fetched = headers.get("sec-fetch-site")
    if fetched not in {None, "same-origin"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return fetched is not None
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    ours = urlsplit(public_url or "")
    over_https = parts.netloc.lower() != ours.netloc.lower() or parts.scheme == ours.scheme
    return bool(parts.netloc) and parts.netloc.lower() == headers.get("host", "").lower() and over_https


def _wanted(next_: str) -> str | None:
    """Give where to go after signing in: a page of the desk, whatever the address said."""
    return next_ if _NEXT.fullmatch(next_) and not next_.startswith(_SIGN_IN) else None

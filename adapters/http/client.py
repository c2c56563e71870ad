"""The client: asks politely, follows redirects by hand, and gives back whole answers or errors.

What goes out: ``Host``, ``User-Agent``, ``Accept``, ``Accept-Encoding``, the validators, and what the caller adds;
``Connection: close`` where the connection will not be used again. No cookies, no referrer, nothing from the
environment. It never logs, and never asks twice, save where a kept connection turned out to be closed.
"""

from __future__ import annotations

import resource
import ssl
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from functools import lru_cache
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from adapters.http import failures
from adapters.http.address import parse, shown
from adapters.http.body import Held, receive
from adapters.http.deadlines import Deadlines, Watch
from adapters.http.decoding import ACCEPTED
from adapters.http.guard import EVERYWHERE, GuardedResolver, is_admitted, is_public, literal, refuse
from adapters.http.names import Lookup, Names, system_lookup
from adapters.http.policy import NetworkPolicy
from adapters.http.redirects import FOLLOWED, next_stop, same_origin, same_place
from adapters.http.response import Hop, Response
from adapters.http.turns import HostTurns, Places

_KEEP_ALIVE = 5.0
_SPARE_FILES = 128
_BODILESS = frozenset({204, 304})
_VALIDATORS = frozenset({"If-None-Match", "If-Modified-Since"})

Leads = Callable[[str, str], None]
"""Is told which address was asked and where a redirect leads; raises where that must not be followed."""


class _Request(NamedTuple):
    """What to ask. ``headers`` go along with every redirect, ``own`` (the caller's) to the first origin alone.

    A tuple, because it is made for every poll and a frozen dataclass of this size takes three times as long.
    """

    method: str
    url: URL
    named: bool
    headers: Mapping[str, str]
    own: Mapping[str, str] | None
    max_bytes: int
    redirects: int
    timeout: float
    json: Any = None
    form: Mapping[str, str] | None = None

    def headers_for(self, url: URL) -> Mapping[str, str]:
        return {**self.headers, **self.own} if self.own and same_origin(url, self.url) else self.headers

    def leads_on(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether an answer is a redirect that is to be followed."""
        return status in FOLLOWED and self.redirects > 0 and "Location" in headers


class HttpClient:
    """The one HTTP client of the program. Use it as an async context manager, or ``close`` it.

    ``lookup`` finds the addresses of a name (see ``adapters.http.names``), ``tls`` verifies servers; the defaults are
    the machine's own. Building one touches nothing. All requests raise the errors of ``adapters.errors`` with the
    codes that ``adapters.http`` lists, and return any status otherwise: see ``raise_for_status``.
    """

    # slots, because each source has a view of its own
    __slots__ = (
        "_closed",
        "_deadlines",
        "_guards",
        "_held",
        "_leads",
        "_manners",
        "_names",
        "_places",
        "_policy",
        "_sessions",
        "_stays_public",
        "_tls",
        "_turns",
    )

    def __init__(
        self, policy: NetworkPolicy, *, lookup: Lookup = system_lookup, tls: ssl.SSLContext | None = None
    ) -> None:
        self._policy = policy
        self._tls = tls
        self._names = Names(lookup)
        self._guards = {
            True: GuardedResolver(self._names, policy.allow_private, self._treat_as_private),
            False: GuardedResolver(self._names),
        }
        self._turns = HostTurns(remember=_KEEP_ALIVE + 2 * max(policy.host_gap, policy.private_host_gap))
        sockets = max(policy.concurrency, _affordable(policy.sockets))
        self._places = Places(policy.concurrency, total=sockets, patience=policy.patience)
        self._held = Held(policy.max_held)
        self._deadlines = Deadlines()
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}
        self._manners = lru_cache(maxsize=4096)(self._decide_manners)
        self._closed = Event()
        self._leads: Leads | None = None
        self._stays_public = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give all connections back. May be called twice."""
        self._closed.set()
        while self._sessions:
            await self._sessions.popitem()[1].close()
        self._deadlines.close()
        self._names.close()

    def confined(self, leads: Leads, *, stays_public: bool = False) -> HttpClient:
        """Give this very client, with its turns and connections, to one source.

        ``leads`` hears of every redirect before the new address is asked. With ``stays_public`` nothing that is asked
        lies in a private network, ``named`` or not: its address came from a redirect and not from the configuration.
        """
        view = copy(self)
        view._leads = leads  # noqa: SLF001 - the copy is of this class
        view._stays_public = stays_public  # noqa: SLF001
        return view

    async def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        named: bool = False,
        max_bytes: int | None = None,
        redirects: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - it covers all redirects, and leaves out the wait for a turn
    ) -> Response:
        """Ask for a document; ``etag`` and ``last_modified`` are sent back as they came.

        ``named``: this very address stands in the configuration or on the command line, so ``allow_private`` counts
        for its host and port. With ``redirects=0`` a redirect is itself the answer.
        """
        request = _Request(
            method="GET",
            url=parse(url),
            named=named,
            headers=_going(accept, etag, last_modified),
            own=headers,
            max_bytes=self._policy.max_bytes if max_bytes is None else max_bytes,
            redirects=self._policy.redirects if redirects is None else redirects,
            timeout=self._policy.timeout if timeout is None else timeout,
        )
        return await self._follow(request)

    async def head(
        self,
        url: str,
        *,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        named: bool = False,
        redirects: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in get
    ) -> Response:
        """Ask what ``get`` would answer, without its body."""
        request = _Request(
            method="HEAD",
            url=parse(url),
            named=named,
            headers=_going(accept, etag, last_modified),
            own=headers,
            max_bytes=0,
            redirects=self._policy.redirects if redirects is None else redirects,
            timeout=self._policy.timeout if timeout is None else timeout,
        )
        return await self._follow(request)

    async def post(
        self,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        named: bool = False,
        max_bytes: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in get
    ) -> Response:
        """Send a JSON value or a form. What is sent goes to this address alone: a redirect is itself the answer.

        After a ``Temporary`` nobody knows whether the server handled it.
        """
        request = _Request(
            method="POST",
            url=parse(url),
            named=named,
            headers={"Accept": accept},
            own=headers,
            max_bytes=self._policy.max_bytes if max_bytes is None else max_bytes,
            redirects=0,
            timeout=self._policy.timeout if timeout is None else timeout,
            json=json,
            form=form,
        )
        return await self._follow(request)

    async def _follow(self, request: _Request) -> Response:
        visited = [request.url]
        hops: list[Hop] = []
        left = request.timeout
        while True:
            response, spent = await self._ask(request, visited[-1], left)
            if not request.leads_on(response.status, response.headers):
                answered = replace(response, hops=tuple(hops)) if hops else response
                self._held.keep(answered)
                return answered
            target = next_stop(visited, response.headers["Location"], limit=request.redirects)
            if self._leads is not None:
                self._leads(str(request.url), str(target))
            visited.append(target)
            hops.append(Hop(status=response.status, url=str(visited[-1])))
            left -= spent

    async def _ask(self, request: _Request, url: URL, left: float) -> tuple[Response, float]:
        """Wait for a turn, then make one hop; give also the seconds that the hop took without the wait."""
        named = request.named and not self._stays_public
        inside = bool(named and self._policy.allow_private and same_place(url, request.url))
        host, limit, gap = self._manners(url.raw_host or "", url.port, inside)
        warm = await self._turns.take(host, limit=limit, gap=gap)
        try:
            place = await self._places.take()
            try:
                started = monotonic()
                # A connection is kept where others ask the same host; a POST never trusts one that was kept.
                keep = warm and request.method != "POST"
                response = await self._exchange(request, url, left, inside=inside, keep=keep)
                return response, monotonic() - started
            finally:
                self._places.give_back(place)
        finally:
            self._turns.give_back(host)

    def _decide_manners(self, host: str, port: int | None, inside: bool) -> tuple[object, int, float]:
        """Check a host that is written as a number; give what its server is called among the turns, limit and gap."""
        policy = self._policy
        address = literal(host)
        if address is None or is_public(address):
            return host, policy.per_host, policy.host_gap
        if not (inside and is_admitted(address, policy.allow_private)):
            raise refuse(host)
        return (host, port), policy.private_per_host, policy.private_host_gap

    def _treat_as_private(self, host: str) -> None:
        self._turns.relax(host, limit=self._policy.private_per_host, gap=self._policy.private_host_gap)

    async def _exchange(self, request: _Request, url: URL, left: float, *, inside: bool, keep: bool) -> Response:
        policy = self._policy
        session = self._session(inside=inside, keep=keep)
        # aiohttp counts the silence before the first byte from the connection on where it makes a new one for each
        # request; a kept connection is there already.
        first = policy.read_timeout if keep else policy.connect_timeout + policy.read_timeout
        try:
            with self._deadlines.watch(left, first, policy.read_timeout) as watch:
                if policy.proxy is not None and literal(url.raw_host or "") is None:
                    await self._guards[inside].resolve(url.raw_host or "")
                response = await session.request(
                    request.method,
                    url,
                    headers=request.headers_for(url),
                    allow_redirects=False,
                    json=request.json,
                    data=request.form,
                )
                try:
                    return await self._received(request, url, response, watch)
                finally:
                    if not response.closed:
                        response.close()
        except failures.TRANSPORT as error:
            failure = failures.translate(error, url)
        raise failure

    async def _received(self, request: _Request, url: URL, response: ClientResponse, watch: Watch) -> Response:
        status, headers = response.status, response.headers
        if _is_nonsense(request, status, headers):
            raise failures.nonsense(shown(url))
        body = b""
        if not (request.method == "HEAD" or status in _BODILESS or request.leads_on(status, headers)):
            body = await receive(response, limit=request.max_bytes, held=self._held, progress=watch.progress)
        return Response(status=status, address=url, headers=headers, body=body)

    def _session(self, *, inside: bool, keep: bool) -> aiohttp.ClientSession:
        """Give the connections to use. Those that ``allow_private`` opened are never lent to other requests."""
        if self._closed.is_set():
            raise RuntimeError("this HttpClient is closed")
        session = self._sessions.get((inside, keep))
        if session is None:
            session = self._sessions[inside, keep] = self._open(inside=inside, keep=keep)
        return session

    def _open(self, *, inside: bool, keep: bool) -> aiohttp.ClientSession:
        policy = self._policy
        # Behind a proxy aiohttp looks up nothing but the proxy, which the configuration names.
        resolver = GuardedResolver(self._names, EVERYWHERE) if policy.proxy else self._guards[inside]
        connector = aiohttp.TCPConnector(
            resolver=resolver,
            use_dns_cache=False,
            ssl=self._tls or True,
            limit=0,
            force_close=not keep,
            keepalive_timeout=_KEEP_ALIVE + policy.host_gap if keep else None,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": policy.user_agent, "Accept-Encoding": ACCEPTED},
            timeout=aiohttp.ClientTimeout(
                connect=policy.connect_timeout,
                sock_connect=policy.connect_timeout,
                sock_read=None if keep else policy.read_timeout,
            ),
            middlewares=() if keep else (_once,),
            auto_decompress=False,
            trust_env=False,
            proxy=policy.proxy,
        )


async def _once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Take a drop on a new connection for an answer; aiohttp by itself would ask a second time."""
    try:
        return await handler(request)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        failure = failures.translate(error, request.url)
    raise failure


def _is_nonsense(request: _Request, status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer cannot belong to what was asked.

    An upgrade, a part, a 304 to a question without validators; a transfer coding that would leave the body undecoded.
    """
    if "Transfer-Encoding" in headers and headers["Transfer-Encoding"].strip().lower() not in ("chunked", "identity"):
        return True
    unasked = status == 304 and _VALIDATORS.isdisjoint(request.headers)  # noqa: PLR2004 - RFC 9110, section 15.4.5
    return unasked or status < 200 or status == 206  # noqa: PLR2004 - RFC 9110, sections 15.2 and 15.3.7


def _going(accept: str, etag: str | None, last_modified: str | None) -> dict[str, str]:
    headers = {"Accept": accept}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return headers


def _affordable(sockets: int) -> int:
    """Give how many sockets the limit on open files allows, with some files to spare for everything else."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sockets if limit == resource.RLIM_INFINITY else min(sockets, limit - _SPARE_FILES)

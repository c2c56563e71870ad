"""Meta's Graph APIs, which Facebook, Threads and Instagram share: how they are asked, paged, and how they say no.

An account is pinned by the id that the API gives for the token's own account. That the token ends is told a week ahead:
by ``debug_token`` where the API has it, else by the date that the operator wrote down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from adapters.account import changed
from adapters.api import PAUSE, complaint, get
from adapters.contract import Batch, Cursor, Offload, SourceConfig
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Malformed, Permanent, Temporary
from adapters.reply import identifier, listed, mapping, moment, number, parse, string, unexpected
from adapters.window import Shape, look, opened

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

AHEAD = timedelta(days=7)
"""How long before its end a token is spoken of."""
_PAGE = 50


class GraphOptions(Protocol):
    """What the options of the three have in common. ``expires`` is a date (2027-01-31), "" where unknown."""

    @property
    def account(self) -> str:
        """The id under which the account is registered, "" to take the token's own."""

    @property
    def expires(self) -> str:
        """The last day of the token."""

    @property
    def api(self) -> str:
        """The base address, version included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One list of an account: ``path`` under the account's id with its ``fields``.

    ``me``: the fields of the token's own account, of which ``key`` is its id and ``name`` what it is called;
    ``debug``: whether the API tells when a token ends.
    """

    path: str
    fields: str
    me: str
    key: str
    name: str
    shape: Shape
    debug: bool = True


@dataclass(frozen=True, slots=True)
class Graph:
    """One account behind one token."""

    config: SourceConfig
    http: HttpClient
    offload: Offload
    edge: Edge

    @property
    def options(self) -> GraphOptions:
        """The options of the adapter."""
        found: GraphOptions = self.config.options
        return found

    async def fetch(self, cursor: Cursor, now: datetime) -> Batch:
        """Ask for the newest entries of the edge.

        Raises what ``HttpClient.get`` raises, ``AuthFailed`` (``account.changed``, ``token.refused``), ``Limited``,
        ``Gone`` and ``Malformed``.
        """
        known = mapping(cursor.get("account"))
        account = known if known and self.options.account in {"", known["id"]} else await self._register()
        window = opened(self.edge.shape, cursor)
        await look(window, partial(self._page, account["id"]), self.offload)
        token = await self._token(mapping(cursor.get("token")), now)
        return window.batch(
            cursor,
            title=account["name"],
            problems=expiring(self.options.expires, moment(token.get("ends")), now),
            account=account,
            token=token,
        )

    async def _register(self) -> dict[str, str]:
        reply = await self._ask("me", fields=self.edge.me)
        found = identifier(reply.get(self.edge.key))
        if found is None or not found.isascii() or not found.isdigit():
            raise unexpected("the account of the token has no id")
        if self.options.account not in ("", found):
            raise changed(self.config.url, self.options.account, found)
        return {"id": found, "name": string(reply.get(self.edge.name))}

    async def _page(self, account: str, place: str) -> bytes:
        query = {"fields": self.edge.fields, "limit": str(_PAGE), **({"after": place} if place else {})}
        return (await self._get(f"{account}/{self.edge.path}", query)).body

    async def _token(self, known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Ask once a day when the token ends. Not every token may ask that; then the operator's own date counts."""
        if not self.edge.debug or known.get("asked") == f"{now:%Y-%m-%d}":
            return dict(known)
        ends = None
        with suppress(AdapterError):
            data = mapping((await self._ask("debug_token", input_token=self._secret)).get("data"))
            moments = [moment(number(data.get(name))) for name in ("expires_at", "data_access_expires_at")]
            ends = min(filter(None, moments), default=None)
        return {"asked": f"{now:%Y-%m-%d}", "ends": ends.isoformat() if ends else None}

    @property
    def _secret(self) -> str:
        return self.config.secrets.get("token", "")

    async def _ask(self, path: str, **query: str) -> Mapping[str, Any]:
        return mapping(parse((await self._get(path, query)).body))

    async def _get(self, path: str, query: Mapping[str, str]) -> Response:
        url = f"{self.options.api.rstrip('/')}/{path}?{urlencode(query)}"
        return await get(self.http, url, refusal, token=self._secret)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def entries(reply: Any) -> list[Any]:
    """Give the entries of a page. Raises ``Malformed``."""
    data = mapping(reply).get("data")
    if not isinstance(data, list):
        raise unexpected("it has no list of entries")
    return data


def older(reply: Any) -> str | None:
    """Give where the next page begins: its cursor, never its address, which has the token in it."""
    paging = mapping(mapping(reply).get("paging"))
    return string(mapping(paging.get("cursors")).get("after")) or None if "next" in paging else None


def has_entries(body: bytes, *marks: bytes) -> bool:
    """Whether a body begins like a page of entries, and has one of the marks in its first KiBs."""
    head = body[:4096]
    return head.lstrip().startswith(b"{") and b'"data"' in head and any(mark in head for mark in marks)


def children(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give the entries of a list inside an entry."""
    return [mapping(one) for one in listed(mapping(value.get(key)).get("data"))]


def checked(options: GraphOptions) -> None:
    """Raise ``ValueError`` for options that cannot be meant."""
    if options.account and not (options.account.isascii() and options.account.isdigit()):
        raise ValueError("account is the numeric id, not the name")
    if options.expires:
        date.fromisoformat(options.expires)


def expiring(written: str, told: datetime | None, now: datetime) -> list[str]:
    """Give the problem to tell, a week ahead, where a token ends."""
    dates = [told, datetime.combine(date.fromisoformat(written), time.max, UTC) if written else None]
    ends = min(filter(None, dates), default=None)
    if ends is None or ends - now > AHEAD:
        return []
    return [f"token.expires: the token of this source ends on {ends:%Y-%m-%d}; make a new one before that day"]


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────

# Graph API, "Handling errors", and the codes for limits per business of the Marketing API.
_LIMITS = frozenset({4, 17, 32, 341, 368, 613, *range(80_000, 80_020)})
_TOKEN = frozenset({102, 190, 458, 459, 463, 464, 467})
_PERMISSION = frozenset({3, 10, *range(200, 300)})
_BUSY = frozenset({1, 2})
_PARAMETER, _NO_SUCH_OBJECT, _NO_SUCH_ALIAS = 100, 33, 803


def refusal(response: Response) -> AdapterError | None:
    """Give the error that a Graph API tells of. Its message is left out: it may quote the token."""
    error = mapping(complaint(response).get("error"))
    code, detail = number(error.get("code")), number(error.get("error_subcode"))
    if code is None:
        return None
    sentence = f"Meta answers with error {code}" + (f" ({detail})." if detail else ".")
    if code in _LIMITS:
        return Limited(sentence, code="http.limited", remedy=_WAIT, status=response.status, until=_until(response))
    kind, name, remedy = _meaning(code, detail, transient=error.get("is_transient") is True)
    return kind(sentence, code=name, remedy=remedy, status=response.status)


def _meaning(code: int, detail: int | None, *, transient: bool) -> tuple[type[AdapterError], str, str]:
    if code in _TOKEN:
        return AuthFailed, "token.refused", _NEW_TOKEN
    if code in _PERMISSION:
        return AuthFailed, "token.scope", _SCOPES
    if code in _BUSY or transient:
        return Temporary, "http.unavailable", _AGAIN
    if code == _NO_SUCH_ALIAS or (code, detail) == (_PARAMETER, _NO_SUCH_OBJECT):
        return Gone, "account.gone", _LOST
    return (Malformed if code == _PARAMETER else Permanent), "graph.refused", _CHANGED


_AGAIN = "It is tried again; if it stays, look at the status page of Meta's platform."
_CHANGED = "The API no longer takes what is asked: raise the version in `api`, and tell us."
_LOST = "Look at the account's page; change the address, or retire the source."
_NEW_TOKEN = "Make a new token: it ended, or its maker changed the password or withdrew it."  # noqa: S105 - a sentence
_SCOPES = "Make a token with the scopes that the page of this kind names, for this very account."
_WAIT = "It is left alone for a while; a longer interval prevents this."


def _until(response: Response) -> datetime:
    """Read when the limit is lifted: minutes, per business, in a header."""
    found = 0
    with suppress(ValueError, RecursionError):
        usage = mapping(json.loads(response.headers.get("x-business-use-case-usage", "{}")))
        waits = [
            number(mapping(one).get("estimated_time_to_regain_access")) for per in usage.values() for one in listed(per)
        ]
        found = max(filter(None, waits), default=0)
    return datetime.now(UTC) + (min(timedelta(minutes=found), timedelta(days=1)) if found else PAUSE)

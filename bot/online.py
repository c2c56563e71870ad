"""``check --online``: every source and account asked once, for what only the outside can tell.

Sources: do they answer, with what they should, on the agency's own domains, and is it news at all? Accounts: does the token
work, whose is it, and what can the server not do? Agencies: do they speak on the fediverse themselves? Nothing is written.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, cast
from urllib.parse import urlsplit

from adapters import load_publisher, load_source
from adapters.contract import AccountConfig, Batch, Identity, Limits, Publisher
from adapters.errors import AdapterError, Temporary
from adapters.http import HttpClient, Response
from bot import hosts
from bot.app import source_config
from bot.manners import network_policy, user_agent
from bot.problems import Problem, in_order, say
from bot.secrets import secrets_for
from bot.settings import Account, Agency, Loaded, Settings, SourceSettings
from bot.settings.kinds import FOLDER, WEBHOOK
from bot.twins import exists, handle_of, twins_of

AT_ONCE = 16
"""Sources, accounts and agencies that are asked at a time."""
PATIENCE = 120.0
"""Seconds that one source may take in all."""
OLD = timedelta(days=60)
"""No source is called old before this age of its newest item."""
_RHYTHM = 8
"""Nor before this many times its usual pause."""
_FEW = 4
_NEEDED = ("edit", "delete", "idempotency")


def check_online(loaded: Loaded, environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """Ask everything that is switched on, and say what is wrong. A configuration with errors is not asked for."""
    if loaded.settings is None:
        return ()
    return in_order(asyncio.run(_check(loaded, loaded.settings, environ)))


async def _check(loaded: Loaded, settings: Settings, environ: Mapping[str, str]) -> list[Problem]:
    sources = [source for source in settings.enabled() if source.kind != WEBHOOK]
    accounts = [account for account in settings.account if account.kind != "local"]
    agencies = [settings.agencies()[one] for one in sorted({source.agency for source in sources})]
    async with HttpClient(network_policy(settings)) as http:
        inquiry = _Inquiry(loaded=loaded, settings=settings, environ=environ, http=http)
        await asyncio.gather(
            *(inquiry.bounded(inquiry.source, one) for one in sources),
            *(inquiry.bounded(inquiry.account, one) for one in accounts),
        )
        inquiry.compare()
        # Afterwards, since by then it is known which accounts on the fediverse are our own.
        await asyncio.gather(*(inquiry.bounded(inquiry.agency, one) for one in agencies))
    return inquiry.problems


@dataclass(slots=True, kw_only=True)
class _Inquiry:
    """One round of questions, and what was found so far."""

    loaded: Loaded
    settings: Settings
    environ: Mapping[str, str]
    http: HttpClient
    problems: list[Problem] = field(default_factory=list)
    identities: dict[str, Identity] = field(default_factory=dict)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def bounded(self, ask: Callable[[Any], Awaitable[None]], about: Any) -> None:
        """Wait for a turn."""
        async with self.turns:
            await ask(about)

    def found(self, code: str, at: tuple[str, str, str], **values: object) -> None:
        """Note a problem at a key of a table: (table, id, key)."""
        table, name, key = at
        place = self.loaded.place(table, name, key)
        self.problems.append(say(code, self.loaded.language, place, subject=f"[[{table}]] {name} {key}", **values))

    # ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def source(self, source: SourceSettings) -> None:
        """Ask a source as at first contact, and look at what it shows."""
        secrets = secrets_for(source, self.environ).revealed()
        if set(source.secrets) - set(secrets):
            return  # check_secrets says so
        heard = _Heard(self.http)
        config = source_config(source, secrets)
        at = ("source", source.id, "url")
        try:
            async with asyncio.timeout(PATIENCE):
                batch = await load_source(source.kind)(config, cast("HttpClient", heard), asyncio.to_thread).fetch({})
        except TimeoutError:
            self.found("online.source-down", at, reason=f"> {PATIENCE:.0f} s", advice="")
        except AdapterError as error:
            code = "online.source-down" if isinstance(error, Temporary) else "online.source-failed"
            self.found(code, at, reason=f"{error} [{error.code}]", advice=error.remedy)
        else:
            self._shown(source, batch)
            self._type(source, heard.first)
        self._whereabouts(source, heard.first)

    def _shown(self, source: SourceSettings, batch: Batch) -> None:
        at = ("source", source.id, "url")
        if batch.hints.moved_to:
            self.found("online.source-moved", at, url=batch.hints.moved_to)
        if not batch.items and not batch.broken and not source.urgent:
            self.found("online.source-empty", at)
        age = _overdue(batch, datetime.now(UTC))
        if age and not source.urgent:
            self.found("online.source-old", at, days=age.days)
        odd = [problem for problem in batch.problems if not _is_settled(problem, source)]
        if odd or batch.broken:
            told = Counter(problem.partition(":")[0] for problem in odd)
            told.update({"broken": len(batch.broken)} if batch.broken else {})
            self.found("online.source-odd", at, problems=", ".join(told))

    def _type(self, source: SourceSettings, first: Response | None) -> None:
        if first and first.content_type in {"text/html", "application/xhtml+xml", "image/png", "application/pdf"}:
            self.found("online.source-type", ("source", source.id, "url"), type=first.content_type)

    def _whereabouts(self, source: SourceSettings, first: Response | None) -> None:
        agency = self.settings.agencies()[source.agency]
        if not first or not first.hops or source.platform or not agency.domains:
            return
        strangers = [
            hop.url for hop in first.hops if not hosts.belongs(hosts.host_of(hop.url), self._own(source, agency))
        ]
        if strangers:
            values = {"url": strangers[0], "agency": f'"{agency.id}"'}
            self.found("online.source-elsewhere", ("source", source.id, "url"), **values)

    def _own(self, source: SourceSettings, agency: Agency) -> tuple[str, ...]:
        return (*agency.domains, *source.hosts)

    # ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def account(self, account: Account) -> None:
        """Ask an account who it is, and its server what it can do."""
        token = secrets_for(account, self.environ).revealed().get("token")
        if token is None:
            return  # check_secrets says so
        at = ("account", account.id, "server")
        try:
            identity, limits = await asyncio.to_thread(_asked, self._publisher(account, token))
        except AdapterError as error:
            code = "online.account-down" if isinstance(error, Temporary) else "online.account-failed"
            self.found(code, at, reason=f"{error} [{error.code}]", advice=error.remedy)
            return
        self.identities[account.id] = identity
        lacking = [one for one in _NEEDED if one not in limits.features]
        if lacking:
            values = {"family": limits.family, "version": limits.version, "features": ", ".join(lacking)}
            self.found("online.account-lacks", at, acct=identity.acct, **values)

    def _publisher(self, account: Account, token: str) -> Publisher:
        config = AccountConfig(
            id=account.id,
            server=account.server or "",
            token=token,
            user_agent=user_agent(self.settings),
            timeout=account.timeout.total_seconds(),
            proxy=self.settings.network.proxy,
        )
        return load_publisher(account.kind)(config)

    def compare(self) -> None:
        """Say which accounts are one and the same on their server."""
        first: dict[str, str] = {}
        for account in self.settings.account:
            identity = self.identities.get(account.id)
            if identity is None:
                continue
            other = first.setdefault(identity.acct.lower(), account.id)
            if other != account.id:
                values = {"acct": identity.acct, "other": str(self.loaded.place("account", other))}
                self.found("online.account-same", ("account", account.id, "server"), **values)

    # ── twins ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def agency(self, agency: Agency) -> None:
        """Look whether a body speaks on the fediverse itself."""
        if agency.native_account:
            await self._native(agency, agency.native_account)
            return
        ours = {identity.acct.lower() for identity in self.identities.values()}
        for handle in await twins_of(self.http, self._sites(agency), named=True):
            if str(handle).lower() not in ours:
                values = {"agency": agency.name, "handle": str(handle)}
                self.found("online.twin-found", ("agency", agency.id, "domains"), **values)

    async def _native(self, agency: Agency, written: str) -> None:
        at = ("agency", agency.id, "native_account")
        values = {"agency": agency.name, "handle": f"@{written}"}
        handle = handle_of(written, self._scheme(written))
        try:
            there = handle is not None and await exists(self.http, handle, named=True)
        except AdapterError as error:
            self.found("online.twin-missing", at, reason=f"{error} [{error.code}]", **values)
            return
        if not there:
            self.found("online.twin-missing", at, reason="WebFinger: 404", **values)
            return
        for source in self.settings.enabled():
            if source.agency == agency.id and source.kind != "mastodon" and not source.urgent:
                self.found("online.twin-native", ("source", source.id, "kind"), **values)

    def _scheme(self, written: str) -> str:
        """Say how a server is reached: plain http only inside ``allow_private``, as for accounts."""
        host = written.rpartition("@")[2].partition(":")[0]
        return "http" if hosts.within(host, self.settings.network.allow_private) else "https"

    def _sites(self, agency: Agency) -> list[str]:
        """Give the addresses where an agency's site may be: those of its sources that are on its first domain, else that."""
        origins = (
            _origin(source.url)
            for source in self.settings.enabled()
            if source.agency == agency.id and source.kind != FOLDER
        )
        bare = set(agency.domains) | {f"www.{domain}" for domain in agency.domains}
        known = dict.fromkeys(origin for origin in origins if hosts.host_of(origin) in bare)
        return list(known) or [f"https://{name}{agency.domains[0]}/" for name in ("www.", "") if agency.domains]


class _Heard:
    """The client, which remembers the first answer that came through it. Adapters ask it as they ask the client."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.first: Response | None = None

    async def get(self, *args: Any, **kwargs: Any) -> Response:
        """Ask, and remember."""
        return self._remember(await self._http.get(*args, **kwargs))

    async def head(self, *args: Any, **kwargs: Any) -> Response:
        """Ask, and remember."""
        return self._remember(await self._http.head(*args, **kwargs))

    async def post(self, *args: Any, **kwargs: Any) -> Response:
        """Ask, and remember."""
        return self._remember(await self._http.post(*args, **kwargs))

    def _remember(self, response: Response) -> Response:
        self.first = self.first or response
        return response


def _asked(publisher: Publisher) -> tuple[Identity, Limits]:
    try:
        return publisher.identity(), publisher.limits()
    finally:
        publisher.close()


def _overdue(batch: Batch, now: datetime) -> timedelta | None:
    """Give the age of the newest item where it is far beyond the source's own rhythm; None where all is well or unknown."""
    dates = sorted(_dates(batch))
    if not dates:
        return None
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    usual = timedelta(seconds=median(pauses) if len(pauses) >= _FEW else 0)
    age = now - dates[-1]
    return age if age > max(OLD, _RHYTHM * usual) else None


def _dates(batch: Batch) -> Iterator[datetime]:
    for item in batch.items:
        moment = item.updated or item.published
        if moment:
            yield moment


def _is_settled(problem: str, source: SourceSettings) -> bool:
    """Whether the operator has already said what a problem is about: a zone, for times that name none."""
    return problem.startswith("date-without-zone:") and "time_zone" in source.model_fields_set


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"

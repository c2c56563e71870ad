"""Asking hubs to say when their feeds have news, and asking again before a promise runs out. Housekeeping calls ``renew``.

Polling stays as it is: a hub only makes a source due at once, so that one which forgets us costs nothing but time.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Engine

from adapters.errors import AdapterError
from adapters.http import HttpClient
from bot.settings import Settings
from bot.store import subscriptions
from bot.store.engine import reading, writing
from bot.store.subscriptions import Hinted
from bot.websub import PATH, Subscription, request

AT_A_TIME = 20
"""How many hubs are asked at one tick."""

_FIRST, _LONGEST, _DOUBLINGS = timedelta(hours=1), timedelta(days=7), 8
_ACCEPTED, _REDIRECTS, _MOST_REDIRECTS = range(200, 300), (307, 308), 2
_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A hub that is wanted for a source (by row number). ``inside``: it lives where the configuration's own address does."""

    source: int
    hub: str
    topic: str
    inside: bool


def wanted(settings: Settings, hints: Iterable[Hinted]) -> list[Hub]:
    """Say which hubs are to be asked about which sources; none where hubs could not reach us."""
    web = settings.web
    if not (web.public_url and web.listen and web.websub):
        return []
    found = []
    for one in hints:
        source = settings.sources().get(one.id)
        if source is None or not source.enabled:
            continue
        inside = _origin(one.hub) == _origin(source.url)
        # the secret goes along: over https only (section 5.1), or to a machine that the operator named anyway
        if inside or one.hub.lower().startswith("https://"):
            found.append(Hub(source=one.no, hub=one.hub, topic=one.topic or source.url, inside=inside))
    return found


async def renew(engine: Engine, http: HttpClient, settings: Settings, now: Callable[[], datetime]) -> int:
    """Ask the hubs that are to be asked now; give how many. Raises ``StoreError``."""
    hubs = {one.source: one for one in await asyncio.to_thread(_agree, engine, settings, now())}
    if not hubs:
        return 0
    due = [one for one in await asyncio.to_thread(_take, engine, now()) if one.source in hubs]
    asking = [_ask(http, settings.web.public_url or "", one, hubs[one.source]) for one in due]
    errors = await asyncio.gather(*asking)
    refusals = [(one, error) for one, error in zip(due, errors, strict=True) if error]
    if refusals:
        await asyncio.to_thread(_note, engine, refusals)
    return len(due)


def _agree(engine: Engine, settings: Settings, now: datetime) -> list[Hub]:
    """Bring what is kept in line with what is wanted; nothing is written where the two agree."""
    with reading(engine) as connection:
        hubs = wanted(settings, subscriptions.hinted(connection))
        known = subscriptions.known(connection)
    fresh = [one for one in hubs if not _same(known.get(one.source), one)]
    gone = known.keys() - {one.source for one in hubs}
    if fresh or gone:
        with writing(engine) as connection:
            subscriptions.replace(connection, now, [_new(one) for one in fresh], gone)
    return hubs


def _take(engine: Engine, now: datetime) -> list[Subscription]:
    """Note that hubs are asked before they are: their question may come back before their answer."""
    with reading(engine) as connection:
        if not subscriptions.due(connection, now, 1):
            return []
    with writing(engine) as connection:
        found = subscriptions.due(connection, now, AT_A_TIME)
        for one in found:
            again = min(_FIRST * 2 ** min(one.failures, _DOUBLINGS), _LONGEST)
            subscriptions.asked(connection, now, one, now + again)
    return found


async def _ask(http: HttpClient, public_url: str, one: Subscription, hub: Hub) -> str | None:
    """Ask a hub, and where it sends us on (section 5.1.2); give what went wrong."""
    url, form = hub.hub, request(f"{public_url}{PATH}/{one.token}", one)
    for _ in range(_MOST_REDIRECTS + 1):
        try:
            answer = await http.post(url, form=form, named=hub.inside and url == hub.hub)
        except AdapterError as error:
            return f"{error} [{error.code}]"
        onward = answer.headers.get("Location", "")
        if answer.status not in _REDIRECTS or not onward.lower().startswith("https://"):
            return None if answer.status in _ACCEPTED else f"The hub answered {answer.status}."
        url = onward
    return "The hub sends us on and on."


def _note(engine: Engine, refusals: list[tuple[Subscription, str]]) -> None:
    with writing(engine) as connection:
        for one, error in refusals:
            subscriptions.refused(connection, one, error)


def _same(known: Subscription | None, hub: Hub) -> bool:
    return known is not None and (known.hub, known.topic) == (hub.hub, hub.topic)


def _new(hub: Hub) -> Subscription:
    token, secret = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_urlsafe(_TOKEN_BYTES)
    return Subscription(source=hub.source, token=token, secret=secret, hub=hub.hub, topic=hub.topic)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()

"""Wiring of the pages: from settings to a site, served beside the work or alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from types import MappingProxyType

from sqlalchemy import Engine

from bot.app import wall_clock
from bot.desk import desk_of, receivers_of
from bot.destination import destination
from bot.policy import Policy
from bot.settings import Agency, Settings
from bot.store.pages import Told
from bot.web.app import create_app
from bot.web.serve import serve
from bot.web.site import Site, SiteAccount, SiteAgency

Alive = Callable[[], Mapping[str, bool]]

NO_SECRETS: Mapping[str, str] = MappingProxyType({})
"""Stands for an environment that was not handed over."""


def site(
    settings: Settings,
    engine: Engine,
    alive: Alive,
    title: str = "Omroeper",
    *,
    environ: Mapping[str, str] = NO_SECRETS,
    writer: Engine | None = None,
) -> Site:
    """Give the pages what they need to know. Without ``environ`` there is no desk; without ``writer`` it only shows."""
    return Site(
        engine=engine,
        title=title,
        operator=settings.omroeper.operator,
        language=settings.omroeper.language,
        agencies={one.id: _agency(one) for one in settings.agency},
        accounts={
            one.id: SiteAccount(kind=one.kind, official=one.official, server=one.server) for one in settings.account
        },
        alert_sources=frozenset(one.id for one in settings.enabled() if one.urgent),
        public_url=settings.web.public_url,
        now=wall_clock,
        alive=alive,
        version=version("omroeper"),
        writer=writer,
        desk=desk_of(settings, environ) if environ is not NO_SECRETS else None,
        receivers=receivers_of(settings, environ) if environ is not NO_SECRETS else {},
        leads=partial(_leads, settings.platform_policy),
    )


def _leads(policy: Policy, told: Told) -> str | None:
    return destination(policy, told.agency, told.content, alert=told.kind == "alert")


def _agency(agency: Agency) -> SiteAgency:
    home = f"https://{agency.domains[0]}/" if agency.domains else None
    return SiteAgency(name=agency.name, url=home, domains=agency.domains, parent=agency.parent)


async def serve_site(site_: Site, listen: str, stop: asyncio.Event, ready: Callable[[str], None] | None = None) -> None:
    """Serve a site at ``host:port`` until ``stop``. Raises ``bot.web.serve.CannotListen``."""
    host, _, port = listen.rpartition(":")
    await serve(create_app(site_), host.strip("[]"), int(port), ready=ready, stop=stop)


async def serve_alone(
    settings: Settings,
    engine: Engine,
    stopping: threading.Event,
    ready: Callable[[str], None],
    environ: Mapping[str, str],
) -> None:
    """Serve the pages without the work, until ``stopping`` is set. At the desk everything can be seen and nothing done."""
    stop = asyncio.Event()
    watching = asyncio.create_task(follow(stopping, stop))
    try:
        found = site(settings, engine, lambda: {"process": True}, environ=environ)
        await serve_site(found, settings.web.listen, stop, ready)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def follow(stopping: threading.Event, stop: asyncio.Event) -> None:
    """Set an event of the loop once that of the threads and signals is set."""
    await asyncio.get_running_loop().run_in_executor(None, stopping.wait)
    stop.set()

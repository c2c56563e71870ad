"""The pages as one application: which address leads where, and what is said when something is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot import websub
from bot.store.engine import StoreError
from bot.web import hubs, push
from bot.web.answers import HTML, NEVER, answer, safe_headers
from bot.web.bodies import Door
from bot.web.desk import routes as desk_door
from bot.web.desk.routes import desk_routes
from bot.web.feeds import FEED_KINDS
from bot.web.gate import Gate, Refuse
from bot.web.hubs import Hubs
from bot.web.pages import Pages
from bot.web.push import Pushes
from bot.web.render import Sheet, page
from bot.web.site import Site
from bot.web.visit import visit
from bot.web.watch import Watch

Endpoint = Callable[[Request], Response]

AT_ONCE = 4
"""How many pages are made at a time. The work shares the database's connections, and readers must never hold them all."""


def create_app(site: Site) -> Starlette:
    """Make the application. It touches nothing until it is asked something; only its doors lead to where anything is written."""
    errors = Errors(site)
    handlers: dict[Any, Any] = {
        HTTPException: errors.expected,
        StoreError: errors.no_memory,
        Exception: errors.unexpected,
    }
    app = Starlette(
        routes=[*_routes(Pages(site), Watch(site)), *_brought(site)],
        middleware=[Middleware(_gated, public_url=site.public_url, doors=_doors(site), refuse=errors.refusal)],
        exception_handlers=handlers,
    )
    app.router.redirect_slashes = False  # a redirect would repeat whatever the request said
    return app


def _routes(pages: Pages, watch: Watch) -> list[Route]:
    turns = asyncio.Semaphore(AT_ONCE)
    found: dict[str, Endpoint] = {
        "/": pages.home,
        **_feeds("/feed", pages.home_feed),
        "/accounts": pages.accounts,
        "/accounts/{id}": pages.account,
        **_feeds("/accounts/{id}/feed", pages.account_feed),
        "/agencies": pages.agencies,
        "/agencies/{id}": pages.agency,
        **_feeds("/agencies/{id}/feed", pages.agency_feed),
        "/announcements/{id}": pages.announcement,
        "/about": pages.about,
        "/static/{name}": pages.static,
        "/metrics": watch.metrics,
    }
    alone = Route("/healthz", watch.healthz)  # never behind a queue of readers
    return [*[Route(path, _in_turn(endpoint, turns)) for path, endpoint in found.items()], alone]


def _feeds(path: str, endpoint: Callable[..., Response]) -> dict[str, Endpoint]:
    return {f"{path}.{kind}": partial(endpoint, kind=kind) for kind in FEED_KINDS}


def _in_turn(endpoint: Endpoint, turns: asyncio.Semaphore) -> Callable[[Request], Awaitable[Response]]:
    async def asked(request: Request) -> Response:
        async with turns:
            return await run_in_threadpool(endpoint, request)

    return asked


def _brought(site: Site) -> list[Route]:
    """Give the routes where something is brought in, as far as this site has them."""
    found: list[Route] = []
    if site.receivers:
        found.append(Route(f"{push.DOOR.path}/{{source}}", Pushes(receivers=site.receivers).take, methods=["POST"]))
    if site.writer is not None:
        listener = Hubs(engine=site.writer, now=site.now)
        found.append(Route(f"{websub.PATH}/{{token}}", listener.verify))
        found.append(Route(f"{websub.PATH}/{{token}}", listener.notify, methods=["POST"]))
    if site.desk is not None:
        found += desk_routes(site, site.desk)
    return found


def _doors(site: Site) -> tuple[Door, ...]:
    wanted = (
        (push.DOOR, bool(site.receivers)),
        (hubs.DOOR, site.writer is not None),
        (desk_door.DOOR, site.desk is not None),
    )
    return tuple(door for door, open_ in wanted if open_)


def _gated(app: ASGIApp, /, public_url: str | None, doors: tuple[Door, ...], refuse: Refuse) -> ASGIApp:
    return Gate(app=app, public_url=public_url, doors=doors, refuse=refuse)


@dataclass(frozen=True, slots=True)
class Errors:
    """What a site says when something is wrong."""

    site: Site

    def expected(self, request: Request, error: Exception) -> Response:
        """Say that a page does not exist."""
        return self._say(request, error.status_code if isinstance(error, HTTPException) else 500)

    def no_memory(self, request: Request, error: Exception) -> Response:
        """Say that the database does not answer; what is wrong with it is no reader's business."""
        del error
        return self._say(request, HTTPStatus.SERVICE_UNAVAILABLE)

    def unexpected(self, request: Request, error: Exception) -> Response:
        """Say that something went wrong, outside of everything that puts headers on answers."""
        del error
        response = self._say(request, HTTPStatus.INTERNAL_SERVER_ERROR)
        response.headers.update(safe_headers(self.site.public_url))
        return response

    async def refusal(self, request: Request, status: int) -> Response:
        """Say why the gate lets a request not pass."""
        return await run_in_threadpool(self._say, request, status)

    def _say(self, request: Request, status: int) -> Response:
        here = visit(request, self.site)
        title = here.voice(f"error_{status}") if here.voice.has(f"error_{status}") else str(status)
        key = f"error_{status}_words"
        words = here.voice(key) if here.voice.has(key) else ""
        sheet = Sheet(template="error.html", title=title, values={"words": words}, indexed=False)
        return answer(request, page(sheet, self.site, here), HTML, cache=NEVER, status=status)

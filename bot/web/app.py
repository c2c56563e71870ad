"""The pages as one application: which address leads where, and what is said when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
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

from bot.store.engine import StoreError
from bot.web.answers import HTML, NEVER, answer, safe_headers
from bot.web.feeds import FEED_KINDS
from bot.web.gate import Gate, Refuse
from bot.web.pages import Pages
from bot.web.render import Sheet, page
from bot.web.site import Site
from bot.web.visit import visit
from bot.web.watch import Watch


def create_app(site: Site) -> Starlette:
    """Make the application. It touches nothing until it is asked something, and writes nothing ever."""
    errors = Errors(site)
    handlers: dict[Any, Any] = {
        HTTPException: errors.expected,
        StoreError: errors.no_memory,
        Exception: errors.unexpected,
    }
    app = Starlette(
        routes=_routes(Pages(site), Watch(site)),
        middleware=[Middleware(_gated, public_url=site.public_url, refuse=errors.refusal)],
        exception_handlers=handlers,
    )
    app.router.redirect_slashes = False  # a redirect would repeat whatever the request said
    return app


def _routes(pages: Pages, watch: Watch) -> list[Route]:
    return [
        Route("/", pages.home),
        *_feeds("/feed", pages.home_feed),
        Route("/accounts", pages.accounts),
        Route("/accounts/{id}", pages.account),
        *_feeds("/accounts/{id}/feed", pages.account_feed),
        Route("/agencies", pages.agencies),
        Route("/agencies/{id}", pages.agency),
        *_feeds("/agencies/{id}/feed", pages.agency_feed),
        Route("/announcements/{id}", pages.announcement),
        Route("/about", pages.about),
        Route("/static/{name}", pages.static),
        Route("/healthz", watch.healthz),
        Route("/metrics", watch.metrics),
    ]


def _gated(app: ASGIApp, /, public_url: str | None, refuse: Refuse) -> ASGIApp:
    return Gate(app=app, public_url=public_url, refuse=refuse)


def _feeds(path: str, endpoint: Callable[..., Response]) -> list[Route]:
    return [Route(f"{path}.{kind}", partial(endpoint, kind=kind)) for kind in FEED_KINDS]


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

"""What citizens read: timelines, single announcements, lists, and who runs all this. Only what is out exists here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.store import pages as store
from bot.store.dossier import Removed, dossier
from bot.store.engine import reading
from bot.store.pages import Position, Scope, Told
from bot.web import feeds
from bot.web.answers import HTML, MINUTE, NEVER, YEAR, answer
from bot.web.cards import Link, by_day, card
from bot.web.cursor import read_cursor, write_cursor
from bot.web.feeds import Feed, FeedKind
from bot.web.moments import stamp
from bot.web.prose import host, one_line, safe_link
from bot.web.render import STATIC, Frame, Sheet, frame, page, static_file
from bot.web.site import Site
from bot.web.ties import copies, related
from bot.web.trace import steps
from bot.web.visit import Visit, visit

PAGE = 20
FEED = 50
"""How many announcements a page and a feed hold: a busy account may send dozens between two looks of a feed reader."""

ALERTS = 10
"""How many alerts that hold now stand above everything else on a first page."""

PATIENCE = timedelta(minutes=5)
"""How long a source of alerts may fail before citizens are told."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A timeline with its own page: which posts, where, under which name, and what is told about it."""

    scope: Scope
    path: str
    title: str
    values: dict[str, Any]

    @property
    def feed(self) -> str:
        """Where its feeds are, without their ending."""
        return f"{self.path.rstrip('/')}/feed"


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one site. Each verb answers one kind of request, in a thread of its own."""

    site: Site

    # ── timelines and their feeds ────────────────────────────────────────────────────────────────────────────────────

    def home(self, request: Request) -> Response:
        """Everything that is out."""
        return self._timeline(request, self._everything)

    def account(self, request: Request) -> Response:
        """What is out on one account."""
        return self._timeline(request, self._of_account)

    def agency(self, request: Request) -> Response:
        """What is out of one agency."""
        return self._timeline(request, self._of_agency)

    def home_feed(self, request: Request, kind: FeedKind) -> Response:
        """Everything that is out, as a feed."""
        return self._feed(request, self._everything, kind)

    def account_feed(self, request: Request, kind: FeedKind) -> Response:
        """What is out on one account, as a feed."""
        return self._feed(request, self._of_account, kind)

    def agency_feed(self, request: Request, kind: FeedKind) -> Response:
        """What is out of one agency, as a feed."""
        return self._feed(request, self._of_agency, kind)

    def _timeline(self, request: Request, choose: Callable[[Request, Visit], Timeline]) -> Response:
        here = visit(request, self.site)
        chosen = choose(request, here)
        before = _before(request)
        told, rest, around = self._read(here, chosen.scope, before, PAGE)
        alerts = self._in_force(here, chosen.scope) if before is None else []
        above = {one.id for one in alerts}
        values = {
            "now": stamp(self.site.now(), here.voice),
            "alerts": [card(one, self.site, here) for one in alerts],
            "days": by_day([card(one, self.site, here) for one in told if one.id not in above], here),
            "older": here.link(chosen.path, before=write_cursor(rest)) if rest else None,
            "newest": here.link(chosen.path) if before else None,
            "feed": chosen.feed,
            **chosen.values,
        }
        return self._page(
            request,
            Sheet(
                template="timeline.html",
                title=chosen.title,
                values=values,
                feeds=[(chosen.title, chosen.feed)],
                frame=around,
                indexed=before is None,
            ),
        )

    def _feed(self, request: Request, choose: Callable[[Request, Visit], Timeline], kind: FeedKind) -> Response:
        here = visit(request, self.site, negotiate=False)
        chosen = choose(request, here)
        told, rest, _ = self._read(here, chosen.scope, _before(request), FEED)
        own = f"{chosen.feed}.{kind}"
        feed = Feed(
            title=here.voice("page_title", page=chosen.title, site=self.site.title),
            path=chosen.path,
            own=own,
            next=here.absolute(own, before=write_cursor(rest)) if rest else None,
            told=told,
            site=self.site,
            visit=here,
        )
        if kind == "json":
            return answer(request, feeds.json_feed(feed), feeds.JSON, cache=MINUTE, feed=True)
        return answer(request, feeds.atom(feed), feeds.ATOM, cache=MINUTE, feed=True)

    def _read(
        self, here: Visit, scope: Scope, before: Position | None, limit: int
    ) -> tuple[list[Told], Position | None, Frame]:
        with reading(self.site.engine) as connection:
            told, rest = store.timeline(connection, scope, before=before, limit=limit)
            return told, rest, self._frame(connection, here)

    def _in_force(self, here: Visit, scope: Scope) -> list[Told]:
        """Give the alerts that hold now, those in the reader's language first."""
        with reading(self.site.engine) as connection:
            found = store.in_force(connection, scope, self.site.now(), ALERTS)
        return sorted(found, key=lambda one: one.language != here.language)

    def _everything(self, request: Request, here: Visit) -> Timeline:
        del request
        return Timeline(scope=Scope(), path="/", title=here.voice("timeline_all"), values={"about": None})

    def _of_account(self, request: Request, here: Visit) -> Timeline:
        name = _name(request)
        with reading(self.site.engine) as connection:
            row = store.account_row(connection, name)
        if row is None and name not in self.site.accounts:
            raise HTTPException(404)
        known = self.site.accounts.get(name)
        about = {
            "kind": "account",
            "handle": _handle(row.remote_acct if row else None, known.server if known else None),
            "local": (known.kind if known else row.kind if row else "") == "local",
            "official": [self._agency_link(one, here) for one in (known.official if known else ())],
        }
        title = here.voice("timeline_account", name=name)
        return Timeline(scope=Scope(account=name), path=f"/accounts/{name}", title=title, values={"about": about})

    def _of_agency(self, request: Request, here: Visit) -> Timeline:
        name = _name(request)
        known = self.site.agencies.get(name)
        with reading(self.site.engine) as connection:
            remembered = store.agency_name(connection, name)
        shown = known.name if known else remembered
        if shown is None:
            raise HTTPException(404)
        site = safe_link(known.url) if known else None
        about = {
            "kind": "agency",
            "site": Link(name=host(site), href=site) if site else None,
            "parent": self._agency_link(known.parent, here) if known and known.parent else None,
        }
        title = here.voice("timeline_agency", name=shown)
        return Timeline(scope=Scope(agency=name), path=f"/agencies/{name}", title=title, values={"about": about})

    def _agency_link(self, agency: str, here: Visit) -> Link:
        known = self.site.agencies.get(agency)
        return Link(name=known.name if known else agency, href=here.link(f"/agencies/{agency}"))

    # ── one announcement ─────────────────────────────────────────────────────────────────────────────────────────────

    def announcement(self, request: Request) -> Response:
        """One announcement with its sources and history; 410 where it was taken away, 404 where it never was out."""
        here, name = visit(request, self.site), request.path_params["id"]
        if not _ID.fullmatch(name):
            raise HTTPException(404)
        with reading(self.site.engine) as connection:
            found = dossier(connection, name)
            around = self._frame(connection, here)
        if found is None:
            raise HTTPException(404)
        if isinstance(found, Removed):
            return self._removed(request, here, found, around)
        shown = card(found.told, self.site, here, whole=True)
        values = {
            "card": shown,
            "copies": copies(found.copies, here),
            "related": related(found.related, here),
            "versions": [stamp(one, here.voice) for one in found.versions],
            "steps": steps(found.happenings, here.voice),
        }
        return self._page(request, Sheet(template="announcement.html", title=shown.title, values=values, frame=around))

    def _removed(self, request: Request, here: Visit, found: Removed, around: Frame) -> Response:
        known = self.site.agencies.get(found.agency)
        values = {
            "agency": known.name if known else found.agency_name,
            "sent": stamp(found.sent, here.voice),
            "ended": stamp(found.ended, here.voice) if found.ended else None,
            "withdrawn": found.withdrawn,
        }
        sheet = Sheet(template="removed.html", title=here.voice("removed"), values=values, frame=around, indexed=False)
        return self._page(request, sheet, cache=NEVER, status=410)

    # ── lists and words ──────────────────────────────────────────────────────────────────────────────────────────────

    def agencies(self, request: Request) -> Response:
        """Whose announcements are mirrored, each under what it is part of."""
        here = visit(request, self.site)
        families = {one: self._agency_link(one, here) for one in self.site.agencies}
        children: dict[str | None, list[str]] = {}
        for name, agency in self.site.agencies.items():
            parent = agency.parent if agency.parent in self.site.agencies and agency.parent != name else None
            children.setdefault(parent, []).append(name)
        for some in children.values():
            some.sort(key=lambda one: self.site.agencies[one].name.casefold())
        return self._listed(request, here, "agencies", {"links": families, "children": children})

    def accounts(self, request: Request) -> Response:
        """Where announcements appear."""
        here = visit(request, self.site)
        shown = [
            (
                Link(name=name, href=here.link(f"/accounts/{name}")),
                here.voice("kind_local") if known.kind == "local" else _on_server(known.server, here),
                [self._agency_link(one, here) for one in known.official],
            )
            for name, known in sorted(self.site.accounts.items())
        ]
        return self._listed(request, here, "accounts", {"accounts": shown})

    def about(self, request: Request) -> Response:
        """Who runs this, what it is and is not, and how to have something removed."""
        here, operator = visit(request, self.site), one_line(self.site.operator)
        href = f"mailto:{operator}" if _MAIL.fullmatch(operator) else safe_link(operator)
        return self._listed(request, here, "about", {"operator": Link(name=operator, href=href)})

    def _listed(self, request: Request, here: Visit, name: str, values: dict[str, Any]) -> Response:
        with reading(self.site.engine) as connection:
            around = self._frame(connection, here)
        title = here.voice(f"nav_{name}")
        return self._page(request, Sheet(template=f"{name}.html", title=title, values=values, frame=around))

    def static(self, request: Request) -> Response:
        """The style sheet and the icon."""
        name = request.path_params["name"]
        if name not in STATIC:
            raise HTTPException(404)
        return answer(request, static_file(name), STATIC[name], cache=YEAR)

    def _page(self, request: Request, sheet: Sheet, *, cache: str = MINUTE, status: int = 200) -> Response:
        html = page(sheet, self.site, visit(request, self.site))
        return answer(request, html, HTML, cache=cache, status=status)

    def _frame(self, connection: Connection, here: Visit) -> Frame:
        patience = self.site.now() - PATIENCE
        return frame(store.standing(connection, self.site.alert_sources, patience=patience), here)


def _name(request: Request) -> str:
    """Read the id of an account or agency from an address. What could never be one is never asked of the database."""
    name: str = request.path_params["id"]
    if not _NAME.fullmatch(name):
        raise HTTPException(404)
    return name


def _before(request: Request) -> Position | None:
    """Read where a page starts. A word that is none of ours leads nowhere."""
    cursor = request.query_params.get("before")
    position = read_cursor(cursor) if cursor is not None else None
    if cursor is not None and position is None:
        raise HTTPException(404)
    return position


def _handle(acct: str | None, server: str | None) -> Link | None:
    """Give an account's full name on the social web, and its own page there."""
    if not acct or acct.endswith("@local"):
        return None
    name = one_line(acct).partition("@")[0]
    return Link(name=f"@{one_line(acct)}", href=safe_link(f"{server.rstrip('/')}/@{name}") if server else None)


def _on_server(server: str | None, here: Visit) -> str:
    link = safe_link(server)
    return here.voice("kind_mastodon", server=host(link)) if link else ""

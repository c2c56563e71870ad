"""What every page of the desk has in common: who looks at it, what stands around it, and the headers it goes out with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from bot.operate import Person
from bot.store import desk as store
from bot.store.engine import StoreError, reading
from bot.store.views import read_setting
from bot.web.answers import HTML, NEVER
from bot.web.desk.forms import EMPTY, Form
from bot.web.desk.handed import Desk
from bot.web.desk.sessions import Notice, Session
from bot.web.moments import Stamp, stamp
from bot.web.prose import one_line
from bot.web.render import Sheet, page
from bot.web.site import Site
from bot.web.visit import Visit

_HEADERS = {
    "Cache-Control": NEVER,
    # forms go to this very site; everything else stays as shut as on the public pages
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    # with no-referrer browsers would send "Origin: null" along with our own forms (Fetch, section 3.2.5)
    "Referrer-Policy": "same-origin",
}
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request at the desk. Whoever is not signed in has no name."""

    request: Request
    here: Visit
    site: Site
    desk: Desk
    session: Session = field(default_factory=lambda: Session(name="", started=0, seen=0))
    number: str = ""
    token: str = ""
    form: Form = EMPTY
    notice: Notice | None = None
    failed_ever: int = 0

    @property
    def engine(self) -> Engine:
        """The database to read from."""
        return self.site.writer or self.site.engine

    @property
    def writer(self) -> Engine:
        """The database to write to. The entrance lets nobody through to here where there is none."""
        assert self.site.writer is not None
        return self.site.writer

    @property
    def writes(self) -> bool:
        """Whether anything can be done here."""
        return self.site.writer is not None

    @property
    def person(self) -> Person:
        """Who does it, when and why, for the log."""
        return Person(name=self.session.name, now=self.site.now(), reason=self.form.reason)

    def asked(self, name: str, most: int = 100) -> str:
        """Give a value of the address, as one line."""
        return one_line(self.request.query_params.get(name, ""))[:most]

    def back(
        self, path: str, key: str, /, *, good: bool = True, query: Mapping[str, str] | None = None, **places: object
    ) -> Response:
        """Go to a page of the desk, and let it say what came of this."""
        said = tuple((name, str(value)) for name, value in places.items())
        self.session.notice = Notice(key=key, places=said, good=good)
        return redirect(self.here.link(path, **(query or {})))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The emergency stop that is on: by whom, when and why; ``alerts`` go on."""

    alerts: bool
    who: str
    at: Stamp | None
    reason: str


def show(call: Call, template: str, title: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """Make a page of the desk."""
    around = {
        "call": call,
        "now": stamp(call.site.now(), call.here.voice),
        "stop": _stop(call) if call.session.name else None,
    }
    sheet = Sheet(template=f"desk/{template}.html", title=title, values={**around, **values}, indexed=False)
    return Response(page(sheet, call.site, call.here), status, _HEADERS, HTML)


def redirect(where: str) -> Response:
    """Send the browser on, so that reloading does nothing a second time."""
    return Response(None, _SEE_OTHER, {**_HEADERS, "Location": where})


def _stop(call: Call) -> Stop | None:
    try:
        with reading(call.engine) as connection:
            paused = read_setting(connection, "paused")
            row = store.last_stop(connection) if paused else None
    except StoreError:
        return None  # the page itself says what is wrong with memory
    if not paused:
        return None
    return Stop(
        alerts=paused == "rest",
        who=one_line(row.actor) if row else "",
        at=stamp(row.at, call.here.voice) if row else None,
        reason=one_line((row.detail or {}).get("reason") or "") if row else "",
    )

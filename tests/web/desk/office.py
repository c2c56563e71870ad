"""An operator at the desk of a world: signs in with name and password, follows links, sends forms as a browser would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from lxml.html import HtmlElement
from sqlalchemy import Row, select, update

from bot.passwords import NOBODY, Operators, hash_password, read_hash
from bot.store.engine import reading, writing
from bot.store.sources import LIGHT, SOURCES
from bot.store.tables import account, announcement, event, publication, source
from bot.web.desk.handed import Desk
from tests.web.served import Answer, Served, serving
from tests.web.world import NOW, World

PASSWORD = "vier losse woorden samen"
_LIGHT = read_hash(hash_password(PASSWORD, b"0123456789abcdef", log_cost=14, passes=1))
OPERATORS = Operators({"Anna": _LIGHT, "Bé": _LIGHT})
SHARED = Operators({NOBODY: _LIGHT})
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Clock:
    """Seconds that a test moves on."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(slots=True, kw_only=True)
class Operator:
    """Somebody with a browser. ``cookies`` are kept as a browser keeps them; ``origin`` is where its pages come from."""

    site: Served
    cookies: dict[str, str] = field(default_factory=dict)
    origin: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """Look at a page."""
        return self._kept(self.site.get(path, body=None, **{**self._sent(), **headers}))

    def send(self, path: str, values: Mapping[str, str], **headers: str) -> Answer:
        """Send a form as a browser does from a page of the site."""
        sent = {**self._sent(), "Content_Type": FORM, "Origin": self.origin or self.site.url, **headers}
        body = urlencode(values).encode()
        return self._kept(self.site.get(path, method="POST", body=body, **sent))

    def follow(self, answer: Answer) -> Answer:
        """Go where an answer leads."""
        assert answer.status == 303, answer.words
        return self.get(answer.headers["location"])

    def sign_in(self, name: str = "Anna", password: str = PASSWORD, next_: str = "") -> Answer:
        """Fill in the form to sign in, and send it."""
        page = self.get(f"/desk/sign-in{'?next=' + next_ if next_ else ''}").page
        return self.send("/desk/sign-in", {**values_of(page.cssselect("form")[0]), "name": name, "password": password})

    def press(self, page: HtmlElement, action: str, /, **values: str) -> Answer:
        """Send the form of a page that leads to an address, with what somebody filled in."""
        form = next(one for one in page.cssselect("form") if one.get("action") == action)
        return self.send(action, {**values_of(form), **values})

    def token(self) -> str:
        """The token that forms of this session carry."""
        return str(self.get("/desk/log").page.cssselect("input[name=token]")[0].get("value"))

    def _sent(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**self.headers, **({"Cookie": cookie} if cookie else {})}

    def _kept(self, answer: Answer) -> Answer:
        found = answer.headers.get("set-cookie")
        if found:
            name, _, value = found.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if value.strip('"'):
                self.cookies[name] = value
        return answer


def values_of(form: HtmlElement) -> dict[str, str]:
    """Give what a form has in it before anybody touched it; of buttons the first."""
    fields = [one for one in form.cssselect("input[name], textarea[name]") if one.get("type") != "checkbox"]
    found = {str(one.get("name")): str(one.get("value") or one.text_content() or "") for one in fields}
    assert len(found) == len(fields), "a browser would send one name twice"
    buttons = form.cssselect("button[name]")
    return found | ({str(buttons[0].get("name")): str(buttons[0].get("value"))} if buttons else {})


@contextmanager
def desk_of(world: World, operators: Operators = OPERATORS, **changes: Any) -> Iterator[Operator]:
    """Serve a world with its desk; gives somebody who has not signed in."""
    ticks = changes.pop("ticks", Clock())
    desk = Desk(operators=operators, ticks=ticks, **changes.pop("desk", {}))
    with serving(world.site(**{"writer": world.engine, "desk": desk, **changes})) as site:
        yield Operator(site=site)


@contextmanager
def at_work(world: World, **changes: Any) -> Iterator[Operator]:
    """Serve a world with its desk; gives somebody who has signed in."""
    with desk_of(world, **changes) as operator:
        operator.sign_in()
        yield operator


# ── what there is to decide ──────────────────────────────────────────────────────────────────────────────────────────


def waiting(world: World, title: str, state: str = "queued", reason: str | None = None, **more: Any) -> str:
    """Put an announcement into the queue of an account; give the id of its publication."""
    place, by = more.pop("on", "stadsnieuws"), more.pop("by", "stad-nieuws")
    content = more.pop(
        "content", {"url": f"https://www.voorbeeldstad.example/{world.count}", "text": f"{title}. Meer."}
    )
    told = world.tell(title, "", on=(), by=by, content=content, announcing={"version": 1})
    with writing(world.engine) as connection:
        number = world.sources[by]
        connection.execute(update(announcement).where(announcement.c.id == told).values(lead_source=number))
    made = world.post(told, place, "", by=by, sent=None, language="nl")
    values = {"state": state, "reason": reason, "seen": 0, "lane": "rest", "due": NOW, "sent": None}
    values |= dict.fromkeys(("text", "parts", "post", "remote_id", "url"))
    moment = world.clock + timedelta(seconds=world.count)
    with writing(world.engine) as connection:
        row = {**values, "created": moment, "queued": moment, **more}
        connection.execute(update(publication).where(publication.c.id == made).values(row))
    return made


def row_of(world: World, made: str) -> Row[Any]:
    """Read a publication."""
    with reading(world.engine) as connection:
        return connection.execute(select(publication).where(publication.c.id == made)).one()


def standing(world: World, kind: str, name: str) -> Row[Any]:
    """Read a source or account."""
    source_query = select(*LIGHT).select_from(SOURCES).where(source.c.id == name)
    query = source_query if kind == "source" else select(account).where(account.c.id == name)
    with reading(world.engine) as connection:
        return connection.execute(query).one()


def acts(world: World) -> list[tuple[str, str, str]]:
    """Give what was done by hand: who, what, and why; without those who signed in."""
    with reading(world.engine) as connection:
        rows = connection.execute(select(event).where(event.c.stage == "operate").order_by(event.c.no)).all()
    return [
        (row.actor, row.verdict, (row.detail or {}).get("reason", "")) for row in rows if row.verdict != "signed-in"
    ]

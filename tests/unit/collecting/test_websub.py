"""WebSub against a hub on loopback: asked, verified over the pages, heard, renewed; and polling that never depends on it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select

from adapters.http import HttpClient
from bot.collecting.subscribe import renew
from bot.pages import site
from bot.store.engine import reading
from bot.store.tables import subscription
from tests.unit.collecting.host import Answer, Asked, Host, feed
from tests.unit.collecting.town import DAY, HOUR, MINUTE, START, Town, dated
from tests.unit.http.loopback import policy
from tests.web.served import Served, serving

ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom"'


@dataclass(slots=True)
class Hub:
    """A hub: what it was asked, and how it answers; it asks back over the pages when a test says so."""

    host: Host
    status: int = 202
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer:
        """Take a subscription."""
        self.asked.append({name: values[0] for name, values in parse_qs(asked.body.decode()).items()})
        return Answer(status=self.status)

    def path(self) -> str:
        """Give where it was told to call, on the pages."""
        return urlsplit(self.asked[-1]["hub.callback"]).path

    def verify(self, pages: Served, **changes: str) -> int:
        """Ask whether we meant it; give the status, having checked the challenge."""
        query = {"hub.mode": "subscribe", "hub.topic": self.asked[-1]["hub.topic"], "hub.challenge": "r44dsel"}
        query |= {f"hub.{name}": value for name, value in changes.items()}
        answer = pages.get(f"{self.path()}?{urlencode(query)}")
        assert answer.status != 200 or changes.get("mode") == "denied" or answer.text == "r44dsel"
        return answer.status

    def tell(self, pages: Served, secret: str | None = None) -> int:
        """Say that there is news."""
        body = b"<rss>anything</rss>"
        key = (secret or self.asked[-1]["hub.secret"]).encode()
        signed = f"sha256={hmac.new(key, body, 'sha256').hexdigest()}"
        return pages.get(self.path(), method="POST", body=body, x_hub_signature=signed).status


@pytest.fixture
def hub(host: Host) -> Hub:
    """A hub on the source's own host."""
    found = Hub(host)
    host.says["/hub"] = found
    return found


def follow(host: Host, town: Town, hub: str = "/hub") -> None:
    """Follow a feed that names a hub, with pages that hubs can reach."""
    links = f'<atom:link {ATOM} rel="hub" href="{hub}"/><atom:link {ATOM} rel="self" href="{host.url}/rss"/>'
    document = feed(("1", dated(START)), base=host.url, extra=links, headers={"ETag": '"1"'})
    host.says["/rss"] = lambda asked: Answer(status=304) if "if-none-match" in asked.headers else document
    town.web = 'listen = "127.0.0.1:0"\npublic_url = "https://omroep.voorbeeldstad.example"'
    town.follow("stad", f"{host.url}/rss")
    town.round()


def ask(town: Town, *, after: timedelta = timedelta()) -> int:
    """Let housekeeping ask the hubs that are to be asked; give how many."""
    town.moment += after

    async def asking() -> int:
        async with HttpClient(policy()) as http:
            return await renew(town.running.engine, http, town.running.settings, lambda: town.moment)

    return asyncio.run(asking())


@contextmanager
def pages(town: Town) -> Iterator[Served]:
    """Serve the pages of the installation."""
    app = town.running
    found = site(app.settings, app.engine, dict, writer=app.engine)
    with serving(replace(found, now=lambda: town.moment)) as served:
        yield served


def promise(town: Town) -> Any:
    """Give what is remembered of the hub."""
    with reading(town.running.engine) as connection:
        return connection.execute(select(subscription)).one_or_none()


def test_the_whole_way(host: Host, town: Town, hub: Hub) -> None:
    """A hub is asked, asks back, says that there is news, and the source is read at once; before its promise ends it is asked again."""
    follow(host, town)
    assert ask(town) == 1
    (form,) = hub.asked
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == f"{host.url}/rss"
    assert form["hub.callback"].startswith("https://omroep.voorbeeldstad.example/websub/")
    assert len(form["hub.secret"]) >= 32
    with pages(town) as served:
        assert hub.verify(served, lease_seconds=str(5 * 86_400)) == 200
        assert (promise(town).state, promise(town).expires) == ("active", town.moment + 5 * DAY)
        town.moment += 10 * MINUTE
        host.paths()
        town.round()
        assert host.paths() == []
        assert hub.tell(served) == 202
        town.round()
        assert host.paths() == ["/rss"]
        assert hub.tell(served, secret="guessed") == 202
        assert town.wait() > 30 * MINUTE
    assert ask(town, after=3 * DAY) == 0
    assert ask(town, after=DAY + HOUR) == 1
    assert hub.asked[-1] == form


def test_a_hub_that_never_asks_back_is_asked_less_and_less(host: Host, town: Town, hub: Hub) -> None:
    """Without an answer it is asked again after an hour, two, four, at most once a week; and the source is polled as ever."""
    follow(host, town)
    gaps = []
    for _ in range(11):
        assert ask(town) == 1
        assert ask(town, after=promise(town).due - town.moment - MINUTE) == 0
        gaps.append((promise(town).due - promise(town).asked) / HOUR)
        town.moment += MINUTE
    assert gaps == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168]
    assert len(hub.asked) == 11
    host.paths()
    town.round()
    assert host.paths() == ["/rss"]


@pytest.mark.parametrize("status", [403, 404, 500, 307])
def test_a_hub_that_refuses_is_noted(host: Host, town: Town, hub: Hub, status: int) -> None:
    """What a hub said is kept, and it is tried again later."""
    hub.status = status
    follow(host, town)
    assert ask(town) == 1
    assert (promise(town).state, promise(town).error) == ("failed", f"The hub answered {status}.")
    assert ask(town, after=59 * MINUTE) == 0
    hub.status = 202
    assert ask(town, after=2 * MINUTE) == 1


def test_a_denial_is_believed_for_a_week(host: Host, town: Town, hub: Hub) -> None:
    """A hub that says no is asked again a week later."""
    follow(host, town)
    ask(town)
    with pages(town) as served:
        assert hub.verify(served, mode="denied", reason="niet nu") == 200
    assert (promise(town).state, promise(town).error) == ("denied", "niet nu")
    assert ask(town, after=6 * DAY) == 0
    assert ask(town, after=2 * DAY) == 1


def test_a_question_that_comes_too_late_is_not_confirmed(host: Host, town: Town, hub: Hub) -> None:
    """Whoever asks whether we subscribed, hours after we did, hears that we did not."""
    follow(host, town)
    ask(town)
    town.moment += 2 * HOUR
    with pages(town) as served:
        assert hub.verify(served) == 404
    assert promise(town).state == "wanted"


def test_a_hub_may_not_make_us_hurry(host: Host, town: Town, hub: Hub) -> None:
    """However often a hub cries, the source is read once a minute at most, and never within a pause that its host asked for."""
    follow(host, town)
    ask(town)
    with pages(town) as served:
        hub.verify(served)
        for _ in range(5):
            hub.tell(served)
            town.round(after=timedelta(seconds=10))
        assert host.paths().count("/rss") == 1  # the first contact: less than a minute ago
        host.says["/rss"] = Answer(status=429, headers={"Retry-After": "7200"})
        town.round(after=MINUTE)
        town.round(after=MINUTE, force=True)
        assert host.paths().count("/rss") == 1
        hub.tell(served)
        town.round(after=HOUR)
        assert host.paths() == []


def test_no_hub_is_asked_over_plain_http_or_from_a_private_place(host: Host, town: Town, hub: Hub) -> None:
    """A hub elsewhere gets our secret over https only; without a public address, or where it is switched off, none is asked."""
    follow(host, town, "http://hub.elders.example/")
    assert ask(town) == 0
    assert hub.asked == []
    town.web = 'listen = "127.0.0.1:0"\npublic_url = "https://omroep.voorbeeldstad.example"\nwebsub = false'
    town.start()
    assert ask(town) == 0


def test_what_is_no_longer_wanted_is_forgotten(host: Host, town: Town, hub: Hub) -> None:
    """A feed that names another hub, or none, ends the old promise: its address answers that the hub may forget us."""
    follow(host, town)
    ask(town)
    with pages(town) as served:
        hub.verify(served)
        host.says["/rss"] = feed(("2", dated(START)), ("1", dated(START)), base=host.url)
        town.round(after=2 * HOUR)
        assert ask(town) == 0
        assert promise(town) is None
        assert hub.tell(served) == 410

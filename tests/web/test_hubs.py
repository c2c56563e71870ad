"""Where hubs knock (WebSub): only what we asked for is confirmed, and only what the hub signed makes a source due."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import Row, select, update

from bot.store import subscriptions
from bot.store.engine import reading, writing
from bot.store.tables import polled, source, subscription
from bot.websub import Subscription
from tests.web.served import Answer, Served, serving
from tests.web.world import NOW, World

TOKEN = "t" * 32
SECRET = "s" * 32
TOPIC = "https://www.voorbeeldstad.example/nieuws.atom"
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def site(world: World) -> Iterator[Served]:
    """Serve a world one source of which has asked a hub to say when it has news, a minute ago."""
    one = Subscription(
        source=world.sources["stad-nieuws"], token=TOKEN, secret=SECRET, hub="https://hub.example/", topic=TOPIC
    )
    with writing(world.engine) as connection:
        subscriptions.replace(connection, NOW, [one], [])
        subscriptions.asked(connection, NOW - timedelta(minutes=1), one, LATER)
        connection.execute(update(polled).values(due=LATER, last_try=NOW - timedelta(minutes=5)))
    with serving(world.site(writer=world.engine)) as found:
        yield found


def ask(site: Served, token: str = TOKEN, **changes: str) -> Answer:
    """Ask, as a hub does, whether we meant it."""
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "raadsel<b>", "hub.lease_seconds": "864000"}
    return site.get(f"/websub/{token}?{urlencode({**query, **{f'hub.{one}': to for one, to in changes.items()}})}")


def tell(site: Served, secret: str = SECRET, token: str = TOKEN, body: bytes = b"<feed/>") -> Answer:
    """Say, as a hub does, that there is news, with the document."""
    signed = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
    return site.get(f"/websub/{token}", method="POST", body=body, x_hub_signature=signed)


def promise(world: World) -> Row[Any]:
    """Read what is remembered of the hub."""
    with reading(world.engine) as connection:
        return connection.execute(select(subscription)).one()


def due(world: World) -> datetime:
    """Read when the source is looked at next."""
    with reading(world.engine) as connection:
        found: datetime = connection.execute(
            select(polled.c.due).join(source).where(source.c.id == "stad-nieuws")
        ).scalar_one()
    return found


def test_what_we_asked_is_confirmed(site: Served, world: World) -> None:
    """A hub that asks whether we meant it hears its own challenge, as plain text, and its promise is remembered."""
    answer = ask(site)
    assert (answer.status, answer.text) == (200, "raadsel<b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    found = promise(world)
    assert (found.state, found.expires) == ("active", NOW + timedelta(days=10))


@pytest.mark.parametrize(
    "changes",
    [{"topic": "https://elders.example/"}, {"mode": "unsubscribe"}, {"challenge": ""}, {"challenge": "x" * 1001}],
)
def test_what_we_did_not_ask_is_not_confirmed(site: Served, world: World, changes: dict[str, str]) -> None:
    """Another topic, an end that we never asked for, or no challenge: 404, and nothing is remembered."""
    assert ask(site, **changes).status == 404
    assert promise(world).state == "wanted"


def test_an_old_question_does_not_count(site: Served, world: World) -> None:
    """Hours after we asked, a question that looks like an answer to ours is somebody else's idea."""
    with writing(world.engine) as connection:
        connection.execute(update(subscription).values(asked=NOW - timedelta(hours=2)))
    assert ask(site).status == 404


def test_a_hub_that_will_not_is_left_alone(site: Served, world: World) -> None:
    """A hub that denies is answered 200 with nothing, its words are kept as one line, and it has a week of rest."""
    answer = ask(site, mode="denied", reason="te\ndruk")
    assert (answer.status, answer.text) == (200, "")
    found = promise(world)
    assert (found.state, found.error, found.due) == ("denied", "te druk", NOW + timedelta(days=7))


def test_news_that_the_hub_signed_makes_the_source_due(site: Served, world: World) -> None:
    """A signed word of the hub lets the source be looked at now; what it brought along is not believed."""
    assert tell(site).status == 202
    assert due(world) == NOW


def test_news_that_nobody_signed_changes_nothing(site: Served, world: World) -> None:
    """With a wrong signature, or none, the answer is the same and the source is not asked sooner."""
    assert tell(site, secret="geraden").status == 202
    assert site.get(f"/websub/{TOKEN}", method="POST", body=b"<feed/>").status == 202
    assert due(world) == LATER


def test_addresses_that_nobody_was_given_lead_nowhere(site: Served) -> None:
    """A guessed address confirms nothing, and tells a hub that it may forget us."""
    for token in ("x" * 32, "x", "%00" * 30):
        assert ask(site, token=token).status == 404
        assert tell(site, token=token).status == 410


def test_too_long_a_document_is_refused(site: Served, world: World) -> None:
    """A hub that brings more than four megabytes is refused before it is read, and nothing happens."""
    assert site.post_head(f"/websub/{TOKEN}", 4 * 1024 * 1024 + 1).startswith(b"HTTP/1.1 413")
    assert due(world) == LATER


def test_where_nothing_is_written_no_hub_is_heard(world: World) -> None:
    """Pages that only read have no such address."""
    with serving(world.site()) as site:
        assert ask(site).status == 404
        assert tell(site).status == 405

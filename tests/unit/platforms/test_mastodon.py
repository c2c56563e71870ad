"""Accounts on the fediverse: boosted, not copied; asked in three ways; and the account that was registered, no other."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.contract import Document, Item, SourceConfig
from adapters.errors import AuthFailed, Gone, Permanent
from adapters.http import HttpClient
from adapters.mastodon.source import MastodonOptions, MastodonSource
from tests.contract.rigs import Reply, Request, Script
from tests.contract.stage import Stage
from tests.unit.platforms.conftest import Place, answered, by_path
from tests.unit.platforms.replies import (
    ACTOR,
    SITE,
    SOCIAL,
    body,
    mastodon_account,
    mastodon_status,
    outbox_note,
    outbox_page,
)

LOOK_UP, LIST = "/api/v1/accounts/lookup", "/api/v1/accounts/1100/statuses"
PERSON = {"type": "Service", "preferredUsername": "stad", "name": "Gemeente Voorbeeldstad", "summary": "<p>Nieuws</p>"}


@pytest.fixture
def account(stage: Stage, http: HttpClient) -> Place:
    """Give an account on its own server."""
    return Place("mastodon", stage, http, "{base}/@stad", lambda _: MastodonOptions())


def showing(*statuses: dict[str, Any], **about: Any) -> Script:
    """Play a server with the Mastodon API."""
    said = [{**status, "account": mastodon_account(**about)} for status in statuses]
    return by_path({LOOK_UP: answered(mastodon_account(**about)), LIST: answered(said)})


def read(*statuses: dict[str, Any], **options: Any) -> tuple[Item, ...]:
    """Read a recorded list of statuses."""
    config = SourceConfig(id="proef", url="", options=MastodonOptions(**options))
    return MastodonSource.read(Document(body=body(statuses)), config).items


# ── statuses ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_status_is_to_be_boosted() -> None:
    """Its ActivityPub id is what the accounts boost; text, links and pictures are for our own pages."""
    html = (
        f'<p>De brug is dicht: <a href="{SITE}/brug"><span class="invisible">https://</span>www.voorbeeldstad.example/brug</a> '
        f'<a href="{SOCIAL}/tags/brug" class="mention hashtag" rel="tag">#<span>brug</span></a></p>'
    )
    picture = {
        "type": "image",
        "url": "https://cdn.example/1.jpg",
        "description": "De brug",
        "meta": {"original": {"width": 9}},
    }
    (item,) = read(mastodon_status(1, html, media_attachments=[picture], spoiler_text="Verkeer"))
    assert (item.boost, item.native_id, item.url) == (f"{ACTOR}/statuses/1",) * 2 + (f"{SOCIAL}/@stad/1",)
    assert item.links == (f"{SITE}/brug",)
    assert item.title
    assert item.title.value == "Verkeer"
    assert item.content
    assert item.content.markup
    assert [(one.url, one.alt, one.width) for one in item.media] == [("https://cdn.example/1.jpg", "De brug", 9)]


def test_what_is_not_for_everybody_is_left_out() -> None:
    """Followers-only posts, answers, and what others wrote; the last two can be wanted."""
    statuses = (
        mastodon_status(4, visibility="private"),
        mastodon_status(3, in_reply_to_id="2"),
        mastodon_status(2, uri=f"{ACTOR}/statuses/2/activity", reblog={**mastodon_status(9), "uri": f"{SITE}/9"}),
        mastodon_status(1, visibility="unlisted"),
    )

    def boosts(**options: Any) -> list[str]:
        return [str(item.boost).rpartition("/")[2] for item in read(*statuses, **options)]

    assert (boosts(), boosts(replies=True), boosts(boosts=True)) == (["1"], ["3", "1"], ["9", "1"])


async def test_only_what_is_wanted_is_asked_for(account: Place) -> None:
    """The server leaves out answers and boosts itself; a later poll is one request."""
    await account.fetch(showing(mastodon_status(1)))
    query = account.stage.requests[1].query
    assert (query["exclude_replies"], query["exclude_reblogs"], query["limit"]) == ("true", "true", "40")
    again = await account.fetch(showing(mastodon_status(1, favourites_count=99)))
    assert account.asked == [LIST]
    assert again.not_modified


async def test_an_edit_is_seen(account: Place) -> None:
    """An edited status is the same item with another digest."""
    await account.fetch(showing(mastodon_status(1)))
    batch = await account.fetch(showing(mastodon_status(1, "<p>Toch open</p>", edited_at="2026-11-23T09:00:00.000Z")))
    assert [(item.native_id, str(item.updated)) for item in batch.items] == [
        (f"{ACTOR}/statuses/1", "2026-11-23 09:00:00+00:00")
    ]


# ── whose account ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_server_in_new_hands_is_noticed(account: Place) -> None:
    """The same number on a server that was set up anew belongs to somebody else."""
    await account.fetch(showing(mastodon_status(1)))
    with pytest.raises(AuthFailed) as caught:
        await account.fetch(showing(mastodon_status(2), uri=f"{SOCIAL}/users/iemand", url=f"{SOCIAL}/@iemand"))
    assert caught.value.code == "account.changed"


async def test_an_upgrade_is_no_change_of_hands(account: Place) -> None:
    """Servers before Mastodon 4.2 told the page of an account and not its id."""
    await account.fetch(showing(mastodon_status(1), uri=None))
    assert account.cursor["account"] == f"{SOCIAL}/@stad"
    assert len((await account.fetch(showing(mastodon_status(2)))).items) == 1


async def test_a_pinned_account_is_held_to(account: Place) -> None:
    """The ActivityPub id that the operator wrote down is checked at first contact."""
    account.options = lambda _: MastodonOptions(account=f"{SOCIAL}/users/ander")
    with pytest.raises(AuthFailed, match="now belongs to"):
        await account.fetch(showing(mastodon_status(1)))


@pytest.mark.parametrize(
    "about", [{"note": "<p>Geen bots graag <a href='x'>#<span>nobot</span></a></p>"}, {"noindex": True}]
)
async def test_an_account_that_wants_to_be_left_alone_is(account: Place, about: dict[str, Any]) -> None:
    """By a tag in its description, or by what it told its server; not where it is ours."""
    with pytest.raises(Permanent) as caught:
        await account.fetch(showing(mastodon_status(1), **about))
    assert caught.value.code == "account.opted-out"
    account.own = True
    assert len((await account.fetch(showing(mastodon_status(1), **about))).items) == 1


async def test_an_account_that_moved_is_told(account: Place) -> None:
    """People follow an account where it went; so should the operator."""
    batch = await account.fetch(showing(mastodon_status(1), moved={"url": "https://nieuw.example/@stad"}))
    assert batch.problems == ("account.moved: the account now is https://nieuw.example/@stad; follow it there",)


# ── other ways ───────────────────────────────────────────────────────────────────────────────────────────────────────


def activitypub(*notes: dict[str, Any], api: Reply | None = None, **about: Any) -> Script:
    """Play a server that wants a login for its API, and speaks ActivityPub to everybody."""

    def actor(request: Request) -> Reply:
        assert "application/activity+json" in request.headers["accept"]
        return answered({**PERSON, "id": ACTOR, "outbox": f"{request.base}/outbox", **about})

    def outbox(request: Request) -> Reply:
        if "page" in request.query:
            return answered(outbox_page(*notes))
        return answered({"type": "OrderedCollection", "first": f"{request.base}/outbox?page=true"})

    return by_path({LOOK_UP: api or answered({"error": "login"}, 401), "/@stad": actor, "/outbox": outbox})


async def test_the_outbox_is_read_where_the_api_wants_a_login(account: Place) -> None:
    """What GoToSocial, WordPress and others publish of an account is enough to boost it; the way is remembered."""
    batch = await account.fetch(activitypub(outbox_note(2), outbox_note(1)))
    assert [item.boost for item in batch.items] == [f"{ACTOR}/statuses/2", f"{ACTOR}/statuses/1"]
    assert (batch.items[0].language, batch.title) == ("nl", "Gemeente Voorbeeldstad")
    again = await account.fetch(activitypub(outbox_note(2), outbox_note(1)))
    assert account.asked == ["/@stad", "/outbox", "/outbox"]
    assert again.not_modified


async def test_the_api_and_the_outbox_tell_the_same_items(account: Place) -> None:
    """When a server closes its API the ids stay, so that nothing is boosted twice."""
    first = await account.fetch(showing(mastodon_status(1)))
    second = await account.fetch(activitypub(outbox_note(1)))
    assert first.items[0].native_id == second.items[0].native_id
    assert account.cursor["account"] == ACTOR


async def test_an_outbox_speaks_for_its_own_actor_only(account: Place) -> None:
    """What others are said to have written, what is not public, and answers are left out."""
    notes = (
        outbox_note(4, attributedTo=f"{SOCIAL}/users/ander"),
        {**outbox_note(3, to=["x"]), "to": ["x"]},
        outbox_note(2, inReplyTo=f"{SOCIAL}/1"),
        outbox_note(1),
    )
    batch = await account.fetch(activitypub(*notes))
    assert [item.boost for item in batch.items] == [f"{ACTOR}/statuses/1"]


async def test_another_actor_at_the_same_address_is_refused(account: Place) -> None:
    """The pin holds on this way as well, and no other way is tried behind its back."""
    await account.fetch(activitypub(outbox_note(1)))
    with pytest.raises(AuthFailed) as caught:
        await account.fetch(activitypub(outbox_note(2), id=f"{SOCIAL}/users/ander"))
    assert caught.value.code == "account.changed"


async def test_rss_is_the_last_way(account: Place) -> None:
    """A server that shows nothing but RSS is read there, and its posts are boosted by their addresses."""
    rss = (
        f"<rss version='2.0'><channel><title>Stad</title><item><guid>{SOCIAL}/@stad/1</guid>"
        f"<link>{SOCIAL}/@stad/1</link><description>Bericht</description></item></channel></rss>"
    ).encode()
    script = by_path({"/@stad.rss": Reply(body=rss, type="application/rss+xml")})
    (item,) = (await account.fetch(script)).items
    assert item.boost == f"{SOCIAL}/@stad/1"
    assert (await account.fetch()).not_modified
    assert account.cursor["way"] == "rss"


async def test_rss_does_not_stand_in_for_a_known_account(account: Place) -> None:
    """RSS does not say whose it is: once an account is known, it is no proof."""
    await account.fetch(showing(mastodon_status(1)))
    with pytest.raises(Gone):
        await account.fetch(by_path({"/@stad.rss": Reply(body=b"<rss><channel/></rss>")}))


def test_posts_of_other_kinds_of_servers() -> None:
    """Articles have a title, links are people's or the page's own, and several addresses are told apart."""
    article = outbox_note(
        1,
        type="Article",
        name="Begroting",
        url=[{"type": "Link", "mediaType": "text/html", "href": f"{SITE}/begroting"}],
        content=f'<p><a href="{SITE}/stukken">Stukken</a> <a href="{SOCIAL}/tags/geld">#geld</a></p>',
        tag=[{"type": "Hashtag", "href": f"{SOCIAL}/tags/geld", "name": "#geld"}],
        attachment=[
            {"type": "Document", "mediaType": "image/png", "url": "https://cdn.example/1.png", "name": "Grafiek"}
        ],
    )
    announce = {"type": "Announce", "id": f"{ACTOR}/2", "object": f"{SITE}/ander", "published": "2026-11-23T08:00:00Z"}
    document = Document(body=body(outbox_page(announce, article)))
    (item,) = MastodonSource.read(document, SourceConfig(id="proef", url="")).items
    assert (item.url, item.links) == (f"{SITE}/begroting", (f"{SITE}/stukken",))
    assert item.title
    assert item.title.value == "Begroting"
    assert [(one.url, one.mime, one.alt) for one in item.media] == [
        ("https://cdn.example/1.png", "image/png", "Grafiek")
    ]
    wanted = SourceConfig(id="proef", url="", options=MastodonOptions(boosts=True))
    assert MastodonSource.read(document, wanted).items[0].boost == f"{SITE}/ander"

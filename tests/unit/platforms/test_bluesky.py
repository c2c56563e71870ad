"""Bluesky: whose account it is, what is left out, and a text with its links and pictures."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.bluesky.source import BlueskyOptions, BlueskySource
from adapters.contract import Document, Item, SourceConfig
from adapters.errors import AuthFailed, Permanent
from adapters.http import HttpClient
from tests.contract.rigs import Reply, Script
from tests.contract.stage import Stage
from tests.unit.platforms.conftest import Place, answered, by_path
from tests.unit.platforms.replies import DID, SITE, bluesky_author, bluesky_feed, bluesky_view, body

HANDLE = "stad.voorbeeldstad.example"
PROFILE, FEED = "/xrpc/app.bsky.actor.getProfile", "/xrpc/app.bsky.feed.getAuthorFeed"


@pytest.fixture
def account(stage: Stage, http: HttpClient) -> Place:
    """Give an account."""
    return Place("bluesky", stage, http, f"{{base}}/profile/{HANDLE}", lambda base: BlueskyOptions(api=base))


def showing(*views: dict[str, Any], profile: Reply | None = None, **about: Any) -> Script:
    """Play an account with these posts."""
    found = profile or answered(bluesky_author(**about))
    return by_path({PROFILE: found, FEED: answered(bluesky_feed(*views))})


def read(*views: dict[str, Any], **options: Any) -> tuple[Item, ...]:
    """Read a recorded feed."""
    config = SourceConfig(id="proef", url="", options=BlueskyOptions(**options))
    return BlueskySource.read(Document(body=body(bluesky_feed(*views))), config).items


# ── whose account ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_ordinary_fetch_is_one_request(account: Place) -> None:
    """The handle is resolved at first contact; after that each answer itself says whose it is."""
    await account.fetch(showing(bluesky_view("1")))
    assert account.asked == [PROFILE, FEED]
    assert account.cursor["account"] == DID
    await account.fetch(showing(bluesky_view("1")))
    assert account.asked == [FEED]


async def test_a_handle_that_leads_to_another_account_stops_the_source(account: Place) -> None:
    """Whoever gets hold of the name does not speak for the body."""
    await account.fetch(showing(bluesky_view("1")))
    renamed = bluesky_view("2", author=bluesky_author(handle="stad.bsky.example"))
    with pytest.raises(AuthFailed) as caught:
        await account.fetch(showing(renamed, did="did:plc:iemandanders"))
    assert caught.value.code == "account.changed"


async def test_once_a_day_the_profile_is_asked_again(account: Place) -> None:
    """Who asks to be left alone later is heard within a day."""
    await account.fetch(showing(bluesky_view("1")))
    account.cursor["asked"] = "2026-01-31"
    with pytest.raises(Permanent, match="#nobot"):
        await account.fetch(showing(bluesky_view("1"), description="#NoBot"))
    await account.fetch(showing(bluesky_view("1")))
    assert account.asked == [FEED, PROFILE]


async def test_a_renamed_account_goes_on_and_is_told(account: Place) -> None:
    """The same DID under another name is the same account; its old name leads nowhere."""
    await account.fetch(showing(bluesky_view("1")))
    nobody = answered({"error": "InvalidRequest", "message": "Profile not found"}, 400)
    renamed = bluesky_view("2", author=bluesky_author(handle="stad.bsky.example"))
    batch = await account.fetch(showing(renamed, profile=nobody))
    assert batch.items[0].url == "https://bsky.app/profile/stad.bsky.example/post/2"
    assert batch.problems[0].startswith("account.renamed: ")


async def test_a_pinned_account_must_be_the_one_behind_the_handle(account: Place) -> None:
    """A DID that the operator wrote down is checked at first contact."""
    account.options = lambda base: BlueskyOptions(api=base, account="did:plc:eenander")
    with pytest.raises(AuthFailed, match="now belongs to"):
        await account.fetch(showing(bluesky_view("1")))


async def test_an_account_that_wants_to_be_left_alone_is(account: Place) -> None:
    """By a tag in its description or by its own label, and not where it is ours, or the label is somebody else's."""
    label = {"src": DID, "val": "!no-unauthenticated"}
    labelled = bluesky_view("1", author=bluesky_author(labels=[label]))
    for script in (showing(bluesky_view("1"), description="Nieuws. #NoBridge"), showing(labelled)):
        with pytest.raises(Permanent) as caught:
            await account.fetch(script)
        assert caught.value.code == "account.opted-out"
    other = bluesky_view("1", author=bluesky_author(labels=[{**label, "src": "did:plc:moderatie"}]))
    assert len((await account.fetch(showing(other))).items) == 1
    account.own, account.cursor = True, {}
    assert len((await account.fetch(showing(labelled))).items) == 1


async def test_where_a_login_is_wanted_the_rss_is_read(account: Place) -> None:
    """The profile's own RSS has the same ids, so that nothing is announced twice when the API comes back."""
    await account.fetch(showing(bluesky_view("1")))
    rss = (
        '<rss version="2.0"><channel><title>Voorbeeldstad</title>'
        f"<item><link>https://bsky.app/profile/{HANDLE}/post/2</link><description>Kort</description>"
        f'<guid isPermaLink="false">at://{DID}/app.bsky.feed.post/2</guid></item></channel></rss>'
    ).encode()
    refused = answered({"error": "AuthMissing"}, 401)
    routes = by_path({FEED: refused, f"/profile/{DID}/rss": Reply(body=rss, type="application/rss+xml")})
    batch = await account.fetch(routes)
    assert [item.native_id for item in batch.items] == [f"at://{DID}/app.bsky.feed.post/2"]
    assert account.cursor["account"] == DID
    assert (await account.fetch()).not_modified


# ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def facet(text: str, shown: str, uri: str) -> dict[str, Any]:
    """A link in a text; places are bytes."""
    start = len(text[: text.index(shown)].encode())
    return {
        "index": {"byteStart": start, "byteEnd": start + len(shown.encode())},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}],
    }


def test_shortened_links_are_written_out() -> None:
    """Places count bytes, not letters: a heart before the link shifts nothing."""
    text = "❤️ één stad: voorbeeldstad.example/ni... en verder"
    (item,) = read(bluesky_view("1", text, facets=[facet(text, "voorbeeldstad.example/ni...", f"{SITE}/nieuws/(1)")]))
    assert item.content
    assert item.content.value == f"❤️ één stad: {SITE}/nieuws/(1) en verder"
    assert item.links == (f"{SITE}/nieuws/(1)",)


def test_facets_that_make_no_sense_are_left_alone() -> None:
    """Beyond the text, overlapping, backwards or without an address: the text stays as it is."""
    text = "Kijk op voorbeeldstad"
    good = facet(text, "voorbeeldstad", f"{SITE}/a")
    beyond = {**good, "index": {"byteStart": 8, "byteEnd": 99}}
    backwards = {**good, "index": {"byteStart": 9, "byteEnd": 3}}
    mention = {**good, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": DID}]}
    for one in (beyond, backwards, mention):
        (item,) = read(bluesky_view("1", text, facets=[one]))
        assert item.content
        assert item.content.value == text
    (item,) = read(bluesky_view("1", text, facets=[good, good]))
    assert item.content
    assert item.content.value == f"Kijk op {SITE}/a"


def test_pictures_and_cards() -> None:
    """Pictures keep their description, also beside a quoted post; a card is a link."""
    images = {
        "$type": "app.bsky.embed.images#view",
        "images": [
            {"fullsize": "https://cdn.example/1.jpg", "alt": "De brug", "aspectRatio": {"width": 4, "height": 3}}
        ],
    }
    with_quote = {"$type": "app.bsky.embed.recordWithMedia#view", "media": images, "record": {}}
    card = {"$type": "app.bsky.embed.external#view", "external": {"uri": f"{SITE}/nieuws/1", "title": "Nieuws"}}
    film = {"$type": "app.bsky.embed.video#view", "thumbnail": "https://cdn.example/2.jpg", "alt": "De sluis"}
    views = [bluesky_view(str(number)) for number in range(4)]
    for view, embed in zip(views, (images, with_quote, card, film), strict=True):
        view["post"]["embed"] = embed
    first, second, third, fourth = read(*views)
    assert first.media == second.media
    assert [(one.url, one.alt, one.width) for one in first.media] == [("https://cdn.example/1.jpg", "De brug", 4)]
    assert third.links == (f"{SITE}/nieuws/1",)
    assert [(one.url, one.alt) for one in fourth.media] == [("https://cdn.example/2.jpg", "De sluis")]


def test_replies_and_reposts_are_left_out_unless_they_are_wanted() -> None:
    """What is said to somebody, and what somebody else said, is no announcement."""
    reply = bluesky_view("3", reply={"parent": {}, "root": {}})
    repost = bluesky_view("2", author=bluesky_author(did="did:plc:ander", handle="ander.example"))
    repost["reason"] = {
        "$type": "app.bsky.feed.defs#reasonRepost",
        "by": bluesky_author(),
        "indexedAt": "2026-11-23T09:00:00.000Z",
    }
    pinned = bluesky_view("1")
    pinned["reason"] = {"$type": "app.bsky.feed.defs#reasonPin"}
    views = (reply, repost, pinned)

    def keys(**options: Any) -> list[str]:
        return [str(item.native_id)[-1] for item in read(*views, **options)]

    assert (keys(), keys(replies=True), keys(reposts=True)) == (["1"], ["3", "1"], ["2", "1"])
    assert str(read(*views, reposts=True)[0].published) == "2026-11-23 09:00:00+00:00"


async def test_counters_are_nothing_new(account: Place) -> None:
    """Likes and replies come in all day; the post is the same post."""
    view = bluesky_view("1")
    await account.fetch(showing(view))
    view["post"]["likeCount"] = 99
    assert (await account.fetch(showing(view))).not_modified

"""Facebook, Threads and Instagram: whose account it is, when the token ends, what is told apart, and what errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.contract import Document, Item, SourceConfig
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Malformed, Permanent, Temporary
from adapters.http import HttpClient
from adapters.meta.facebook import FacebookOptions, FacebookSource
from adapters.meta.graph import expiring
from adapters.meta.instagram import InstagramOptions, InstagramSource
from adapters.meta.threads import ThreadsOptions, ThreadsSource
from tests.contract.rigs import Request, Script
from tests.contract.stage import Stage
from tests.unit.platforms.conftest import TOKEN, Place, answered, by_path
from tests.unit.platforms.replies import (
    SITE,
    body,
    facebook_post,
    graph_error,
    graph_page,
    instagram_post,
    threads_post,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CONFIG = SourceConfig(id="proef", url="")
ME = answered({"id": "880001", "name": "Gemeente Voorbeeldstad"})


@pytest.fixture
def page(stage: Stage, http: HttpClient) -> Place:
    """Give a page on Facebook."""
    return Place(
        "facebook", stage, http, "{base}/VoorbeeldStad", lambda base: FacebookOptions(api=base), {"token": TOKEN}
    )


def showing(*posts: Mapping[str, Any], ends: int = 0) -> Script:
    """Play a page with these posts, and a token that ends."""
    debug = answered({"data": {"is_valid": True, "expires_at": ends, "data_access_expires_at": 0}})
    return by_path({"/me": ME, "/debug_token": debug, "/880001/posts": answered(graph_page(*posts))})


def facebook(post: Mapping[str, Any], **options: Any) -> tuple[Item, ...]:
    """Read one post of Facebook."""
    config = SourceConfig(id="proef", url="", options=FacebookOptions(**options))
    return FacebookSource.read(Document(body=body(graph_page(post))), config).items


# ── accounts and tokens ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_account_is_asked_for_once(page: Place) -> None:
    """The id that the token's account has at first contact is read from then on; its name is the source's title."""
    first = await page.fetch(showing(facebook_post(1)))
    assert page.asked == ["/me", "/880001/posts", "/debug_token"]
    assert first.title == "Gemeente Voorbeeldstad"
    again = await page.fetch(showing(facebook_post(1)))
    assert page.asked == ["/880001/posts"]
    assert (again.not_modified, again.title) == (True, "Gemeente Voorbeeldstad")


async def test_a_token_of_another_account_is_refused(page: Place) -> None:
    """Where the operator wrote down the id, a token of any other account stops the source."""
    page.options = lambda base: FacebookOptions(api=base, account="123")
    with pytest.raises(AuthFailed) as caught:
        await page.fetch(showing(facebook_post(1)))
    assert caught.value.code == "account.changed"


async def test_the_end_of_a_token_is_told_a_week_ahead(page: Place) -> None:
    """What the API says of the token becomes a problem while there is time to make a new one, at every fetch."""
    soon = datetime.now(UTC) + timedelta(days=6)
    script = showing(facebook_post(1), ends=int(soon.timestamp()))
    for _ in range(2):
        (problem,) = (await page.fetch(script)).problems
        assert problem.startswith(f"token.expires: the token of this source ends on {soon:%Y-%m-%d}")
    page.cursor = {}
    later = datetime.now(UTC) + timedelta(days=8)
    assert (await page.fetch(showing(ends=int(later.timestamp())))).problems == ()


def test_the_operators_own_date_counts_where_the_api_tells_none() -> None:
    """The earlier of what was written and what was told is the end."""
    assert expiring("", None, NOW) == []
    assert expiring("2026-12-01", None, NOW) == []
    assert "2026-11-29" in expiring("2026-11-29", None, NOW)[0]
    assert "2026-11-25" in expiring("2026-11-29", NOW + timedelta(days=2), NOW)[0]


def test_options_that_cannot_be_meant_are_refused() -> None:
    """A name is no id, and a date has one spelling."""
    with pytest.raises(ValueError, match="numeric id"):
        ThreadsOptions(account="voorbeeldstad")
    with pytest.raises(ValueError, match="isoformat"):
        InstagramOptions(expires="31-01-2027")


ERRORS: list[tuple[int, int | None, type[AdapterError], str]] = [
    (190, 463, AuthFailed, "token.refused"),
    (102, None, AuthFailed, "token.refused"),
    (10, None, AuthFailed, "token.scope"),
    (200, None, AuthFailed, "token.scope"),
    (4, None, Limited, "http.limited"),
    (17, None, Limited, "http.limited"),
    (32, None, Limited, "http.limited"),
    (613, None, Limited, "http.limited"),
    (80001, None, Limited, "http.limited"),
    (100, 33, Gone, "account.gone"),
    (803, None, Gone, "account.gone"),
    (100, None, Malformed, "graph.refused"),
    (2, None, Temporary, "http.unavailable"),
    (12, None, Permanent, "graph.refused"),
]


@pytest.mark.parametrize(("code", "subcode", "kind", "name"), ERRORS)
async def test_meta_s_codes_are_errors_of_ours(
    page: Place, code: int, subcode: int | None, kind: type[AdapterError], name: str
) -> None:
    """Each code has its own error, by number and never by its text, which may quote the token."""
    with pytest.raises(kind) as caught:
        await page.fetch([answered(graph_error(code, subcode), 400)])
    assert caught.value.code == name
    assert TOKEN not in str(caught.value)


async def test_a_limit_per_business_ends_when_meta_says(page: Place) -> None:
    """The minutes in the header are believed."""
    usage = '{"880001":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":40}]}'
    with pytest.raises(Limited) as caught:
        await page.fetch([answered(graph_error(32), 400, **{"x-business-use-case-usage": usage})])
    assert caught.value.until
    assert timedelta(minutes=39) < caught.value.until - datetime.now(UTC) <= timedelta(minutes=40)


async def test_pages_are_followed_by_cursor_only(page: Place) -> None:
    """The address of the next page has the token in it: it is neither asked nor kept."""

    def posts(request: Request) -> Any:
        after = request.query.get("after")
        found = graph_page(facebook_post(1)) if after else graph_page(facebook_post(2), after="QVFK")
        return answered(found)

    batch = await page.fetch(by_path({"/me": ME, "/880001/posts": posts}))
    assert [item.native_id for item in batch.items] == ["880001_2", "880001_1"]
    assert "geheim" not in str(page.cursor)


async def test_new_signatures_on_pictures_are_nothing_new(page: Place) -> None:
    """Meta signs the addresses of pictures anew for each answer; a post is the same post."""
    picture = {"media_type": "photo", "media": {"image": {"src": "https://scontent.example/1.jpg?oh=1", "width": 720}}}
    await page.fetch(showing(facebook_post(1, attachments={"data": [picture]})))
    picture["media"]["image"]["src"] = "https://scontent.example/1.jpg?oh=2"  # type: ignore[index]
    assert (await page.fetch(showing(facebook_post(1, attachments={"data": [picture]})))).not_modified


# ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_facebook_says_of_a_page_is_left_out() -> None:
    """A new cover photo is no announcement, unless somebody wants it to be."""
    story = facebook_post(1, message=None, story="Gemeente Voorbeeldstad heeft een omslagfoto.")
    assert facebook(story) == ()
    (item,) = facebook(story, stories=True)
    assert item.content
    assert item.content.value.endswith("omslagfoto.")


def test_links_and_pictures_of_a_post_on_facebook() -> None:
    """A shared page is a link, a picture is none; an album gives all of its pictures."""
    shared = {"media_type": "link", "title": "Nieuws", "unshimmed_url": f"{SITE}/nieuws/1"}
    image = {"src": "https://scontent.example/1.jpg", "width": 720, "height": 480}
    photo = {"media_type": "photo", "media": {"image": image}}
    album = {
        "media_type": "album",
        "unshimmed_url": "https://www.facebook.com/880001/albums/1",
        "subattachments": {"data": [photo, photo]},
    }
    text = f"Lees {SITE}/nieuws/2."
    (item,) = facebook(facebook_post(1, message=text, attachments={"data": [shared, album]}))
    assert item.links == (f"{SITE}/nieuws/2", f"{SITE}/nieuws/1")
    assert [(one.url, one.width, one.height) for one in item.media] == [(image["src"], 720, 480)] * 2


def test_posts_on_threads() -> None:
    """A card is a link, pictures keep their descriptions, and what others wrote is left out unless wanted."""
    card = threads_post(3, link_attachment_url=f"{SITE}/nieuws/3")
    album = threads_post(
        2,
        media_type="CAROUSEL_ALBUM",
        children={
            "data": [
                {"media_type": "IMAGE", "media_url": "https://cdn.example/2.jpg", "alt_text": "De markt"},
                {
                    "media_type": "VIDEO",
                    "media_url": "https://cdn.example/2.mp4",
                    "thumbnail_url": "https://cdn.example/2b.jpg",
                },
            ]
        },
    )
    repost = threads_post(1, media_type="REPOST_FACADE", text="")
    document = Document(body=body(graph_page(card, album, repost)))
    first, second = ThreadsSource.read(document, CONFIG).items
    assert first.links == (f"{SITE}/nieuws/3",)
    assert [(one.url, one.alt) for one in second.media] == [
        ("https://cdn.example/2.jpg", "De markt"),
        ("https://cdn.example/2b.jpg", None),
    ]
    wanted = SourceConfig(id="proef", url="", options=ThreadsOptions(reposts=True))
    assert len(ThreadsSource.read(document, wanted).items) == 3


def test_posts_on_instagram() -> None:
    """The caption is the text, and a film is shown by its still."""
    film = instagram_post(
        1,
        caption=f"Kijk mee: {SITE}/live",
        media_type="VIDEO",
        media_url="https://cdn.example/1.mp4",
        thumbnail_url="https://cdn.example/1.jpg",
    )
    (item,) = InstagramSource.read(Document(body=body(graph_page(film))), CONFIG).items
    assert item.content
    assert item.content.value == f"Kijk mee: {SITE}/live"
    assert item.links == (f"{SITE}/live",)
    assert [one.url for one in item.media] == ["https://cdn.example/1.jpg"]


def test_an_entry_that_cannot_be_read_is_broken_beside_the_others() -> None:
    """One spoiled entry costs nobody else; when none of several can be read, the shape has changed."""
    batch = FacebookSource.read(Document(body=body(graph_page(facebook_post(1), {"message": "Zonder id"}))), CONFIG)
    assert (len(batch.items), len(batch.broken)) == (1, 1)
    with pytest.raises(Malformed, match="none of its entries"):
        FacebookSource.read(Document(body=body(graph_page({"a": 1}, {"b": 2}))), CONFIG)

"""YouTube: which feed an address means, and what in it is news."""

from __future__ import annotations

import pytest

from adapters.contract import Document, SourceConfig
from adapters.errors import Malformed, Permanent
from adapters.http import HttpClient
from adapters.youtube import YouTubeOptions, YouTubeSource, feed_address
from tests.contract.rigs import Reply, Request
from tests.contract.stage import Stage
from tests.unit.platforms.conftest import Place
from tests.unit.platforms.replies import CHANNEL, SITE, youtube_entry, youtube_feed

FEEDS = "https://www.youtube.com/feeds/videos.xml"
ADDRESSES = [
    (f"{FEEDS}?channel_id={CHANNEL}", f"{FEEDS}?channel_id={CHANNEL}"),
    (f"https://www.youtube.com/channel/{CHANNEL}", f"{FEEDS}?channel_id={CHANNEL}"),
    (f"https://youtube.com/channel/{CHANNEL}/videos", f"{FEEDS}?channel_id={CHANNEL}"),
    ("https://www.youtube.com/playlist?list=PLvoorbeeld-1_2", f"{FEEDS}?playlist_id=PLvoorbeeld-1_2"),
]


@pytest.mark.parametrize(("address", "feed"), ADDRESSES)
def test_addresses_of_channels_and_playlists_name_their_feed(address: str, feed: str) -> None:
    """What a person copies from the browser is enough, as long as the id is in it."""
    assert feed_address(address, YouTubeOptions()) == feed


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/@voorbeeldstad",
        "https://www.youtube.com/c/stad",
        "https://www.youtube.com/channel/UCkort",
    ],
)
def test_a_handle_needs_the_id_beside_it(address: str) -> None:
    """A name can change hands: it is not resolved by reading pages, and the remedy says where the id is found."""
    with pytest.raises(Permanent) as caught:
        feed_address(address, YouTubeOptions())
    assert caught.value.code == "youtube.no-channel"
    assert "Copy channel ID" in caught.value.remedy
    assert feed_address(address, YouTubeOptions(channel=CHANNEL)) == f"{FEEDS}?channel_id={CHANNEL}"


def test_an_id_that_is_none_is_refused() -> None:
    """A handle where the id should be is caught before anything is asked."""
    with pytest.raises(ValueError, match="UC and 22"):
        YouTubeOptions(channel="@voorbeeldstad")


async def test_being_watched_makes_no_video_new(stage: Stage, http: HttpClient) -> None:
    """Counters, and the time at which they moved, differ at each poll and are left out before anything is compared."""

    def channel(request: Request) -> Reply:
        return Reply(body=youtube_feed(youtube_entry(1, views=request.count)), type="text/xml")

    options = YouTubeOptions(channel=CHANNEL, api=stage.base)
    place = Place("youtube", stage, http, "{base}/@voorbeeldstad", lambda _: options)
    assert len((await place.fetch(channel)).items) == 1
    assert (await place.fetch()).not_modified


def test_the_description_is_the_text() -> None:
    """What stands under a video is read with its links; it is no description of the still."""
    document = Document(body=youtube_feed(youtube_entry(1)))
    (item,) = YouTubeSource.read(document, SourceConfig(id="proef", url="")).items
    assert item.content
    assert item.content.value == f"De raad vergadert. Stukken: {SITE}/raad/1"
    assert item.links == (f"{SITE}/raad/1",)
    assert [(one.url, one.alt) for one in item.media] == [("https://i1.ytimg.example/1.jpg", None)]


def test_other_feeds_are_refused() -> None:
    """A feed of somebody else under this kind is a mistake in the configuration."""
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Dienst</title></feed>'
    with pytest.raises(Malformed) as caught:
        YouTubeSource.read(Document(body=atom), SourceConfig(id="proef", url=""))
    assert caught.value.code == "youtube.not-a-feed"

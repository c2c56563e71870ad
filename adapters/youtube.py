"""YouTube channels, through the feeds that YouTube publishes for them: no key, the fifteen newest videos.

A channel is asked for by its id. A handle (``/@stad``) can change hands and names no feed, so that such an address needs
``channel`` beside it; no page is scraped for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from adapters.contract import Batch, Cursor, Document, Item, Offload, SourceConfig
from adapters.errors import Malformed, Permanent
from adapters.feed.html import pointers
from adapters.feed.source import FeedSource
from adapters.reply import words

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}", re.ASCII)
_PLAYLIST = re.compile(r"[A-Za-z0-9_-]{2,64}", re.ASCII)
_NAMESPACE = b"http://www.youtube.com/xml/schemas/2015"
_DESCRIPTION = "{http://search.yahoo.com/mrss/}description"
_COUNTERS = re.compile(
    rb"<media:community>(?:(?!<media:community>).){0,2000}?</media:community>|<updated>[^<]{0,40}</updated>", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class YouTubeOptions:
    """``channel``: the channel's id (``UC…``), needed where the address is a handle. ``api``: for a proxy or a test."""

    channel: str = ""
    api: str = "https://www.youtube.com"

    def __post_init__(self) -> None:
        if self.channel and not _CHANNEL.fullmatch(self.channel):
            raise ValueError("channel is UC and 22 letters, digits, - or _")


class YouTubeSource:
    """One channel or playlist on YouTube. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = YouTubeOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the feed. Raises what ``FeedSource.fetch`` raises, and ``Permanent`` (``youtube.no-channel``)."""
        options: YouTubeOptions = self._config.options or YouTubeOptions()
        feed = replace(self._config, url=feed_address(self._config.url, options))
        # The feed adapter asks for nothing but `get`.
        http = cast("HttpClient", _WithoutCounters(self._http))
        batch = await FeedSource(feed, http, self._offload).fetch(cursor)
        return await self._offload(_described, batch)

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a feed of YouTube. Raises ``Malformed`` as ``FeedSource.read`` does, and for any other feed."""
        if not YouTubeSource.recognises(document):
            raise Malformed(
                "the document is no feed of YouTube",
                code="youtube.not-a-feed",
                remedy="Use kind feed for other feeds.",
            )
        body = _without_counters(document.body)
        return _described(FeedSource.read(replace(document, body=body), config))

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a feed that has YouTube's own namespace."""
        return _NAMESPACE in document.body[:1024] and FeedSource.recognises(document)


def feed_address(url: str, options: YouTubeOptions) -> str:
    """Give where the feed of a channel or playlist is. Raises ``Permanent`` where the address does not tell."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    if parts.path == "/feeds/videos.xml" and not options.channel:
        return url
    feeds = f"{options.api.rstrip('/')}/feeds/videos.xml"
    kind, _, name = parts.path.strip("/").partition("/")
    name = name.partition("/")[0]
    if options.channel or (kind == "channel" and _CHANNEL.fullmatch(name)):
        return f"{feeds}?channel_id={options.channel or name}"
    if kind == "playlist" and _PLAYLIST.fullmatch(found := query.get("list", [""])[0]):
        return f"{feeds}?playlist_id={found}"
    raise Permanent(
        f"{url[:300]} does not tell the id of the channel.",
        code="youtube.no-channel",
        remedy='Open the channel, choose Share and "Copy channel ID", and write it as channel = "UC…".',
    )


def _without_counters(body: bytes) -> bytes:
    """Take out how often a video was seen and liked, and when that last changed: it makes no entry a new one."""
    return _COUNTERS.sub(b"", body)


@dataclass(frozen=True, slots=True)
class _WithoutCounters:
    """The client, as the feed adapter sees it: its answers have no counters."""

    http: HttpClient

    async def get(self, url: str, **how: Any) -> Response:
        response = await self.http.get(url, **how)
        return replace(response, body=_without_counters(response.body))


def _described(batch: Batch) -> Batch:
    return replace(batch, items=tuple(map(_with_description, batch.items)))


def _with_description(item: Item) -> Item:
    """Read what the channel writes under a video as its text; feeds of YouTube keep it with the picture."""
    text = words(_description(item.raw))
    stills = tuple(replace(one, alt=None) for one in item.media if str(one.mime).startswith("image/"))
    return replace(item, content=text, links=pointers(text, "").links, media=stills)


def _description(raw: bytes) -> str | None:
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False)
    try:
        entry = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return None
    return entry.findtext(f".//{_DESCRIPTION}")

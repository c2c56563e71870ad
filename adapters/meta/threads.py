"""Threads accounts that the operator owns, through the Threads API. A profile that federates is better boosted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.contract import Batch, Broken, Cursor, Document, Item, Offload, SourceConfig
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.html import pointers
from adapters.meta import graph
from adapters.meta.graph import Edge, Graph
from adapters.meta.media import described, pictures
from adapters.reply import moment, string, words
from adapters.window import Entry, Shape, read_reply

if TYPE_CHECKING:
    from adapters.http import HttpClient

_FIELDS = (
    "id,media_product_type,media_type,media_url,thumbnail_url,permalink,username,text,timestamp,alt_text,"
    "link_attachment_url,is_quote_post,children{media_type,media_url,thumbnail_url,alt_text}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsOptions:
    """``account``: the numeric id; ``expires``: the token's last day; ``api``: for a proxy or a test."""

    account: str = ""
    reposts: bool = False
    expires: str = ""
    api: str = "https://graph.threads.net/v1.0"

    def __post_init__(self) -> None:
        graph.checked(self)


class ThreadsSource:
    """One profile on Threads. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = ThreadsOptions
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._graph = Graph(config, http, offload, _edge(config))

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the newest posts; answers to others are another list, and are not asked for. Raises as ``Graph.fetch``."""
        return await self._graph.fetch(cursor, datetime.now(UTC))

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a recorded reply of ``GET /{user-id}/threads``. Raises ``Malformed``."""
        return read_reply(document.body, _edge(config).shape)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a page of entries that say that they are of Threads."""
        return graph.has_entries(document.body, b'"THREADS"')


def _edge(config: SourceConfig) -> Edge:
    options: ThreadsOptions = config.options or ThreadsOptions()
    shape = Shape(
        entries=graph.entries, item=partial(_read, reposts=options.reposts), essence=_essence, older=graph.older
    )
    return Edge(path="threads", fields=_FIELDS, me="id,username", key="id", name="username", shape=shape)


def _essence(post: Mapping[str, Any]) -> Any:
    """Leave out addresses of pictures: they are signed anew for each reply."""
    keys = ("id", "media_type", "permalink", "text", "timestamp", "link_attachment_url")
    return [[post.get(key) for key in keys], described(post)]


def _read(entry: Entry, *, reposts: bool) -> Item | Broken | None:
    post = entry.value
    native_id = string(post.get("id"))
    if not native_id:
        return entry.broken("the post has no id")
    if post.get("media_type") == "REPOST_FACADE" and not reposts:
        return None
    text, card = words(post.get("text")), string(post.get("link_attachment_url"))
    return Item(
        native_id=native_id,
        url=string(post.get("permalink")) or None,
        digest=entry.digest,
        content=text,
        published=moment(post.get("timestamp")),
        media=tuple(pictures(post)),
        links=tuple(dict.fromkeys([*pointers(text, "").links, *filter(is_web, [card])])),
        raw=entry.raw[:RAW_LIMIT],
    )

"""Instagram business and creator accounts that the operator owns, through the Instagram API with Instagram Login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.contract import Batch, Broken, Cursor, Document, Item, Offload, SourceConfig
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
    "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,timestamp,alt_text,"
    "children{media_type,media_url,thumbnail_url}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstagramOptions:
    """``account``: the numeric id; ``expires``: the token's last day; ``api``: for a proxy or a test."""

    account: str = ""
    expires: str = ""
    api: str = "https://graph.instagram.com/v24.0"

    def __post_init__(self) -> None:
        graph.checked(self)


class InstagramSource:
    """One professional account on Instagram. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = InstagramOptions
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._graph = Graph(config, http, offload, _edge())

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the newest posts; stories are another list, and are not asked for. Raises as ``Graph.fetch`` does."""
        return await self._graph.fetch(cursor, datetime.now(UTC))

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:  # noqa: ARG004 - the contract's signature
        """Read a recorded reply of ``GET /{user-id}/media``. Raises ``Malformed``."""
        return read_reply(document.body, _edge().shape)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a page of entries whose permanent addresses are on Instagram."""
        marks = (b'"https://www.instagram.com/', b'"https:\\/\\/www.instagram.com\\/')
        return graph.has_entries(document.body, *marks)


def _edge() -> Edge:
    shape = Shape(entries=graph.entries, item=_read, essence=_essence, older=graph.older)
    return Edge(
        path="media",
        fields=_FIELDS,
        me="user_id,username",
        key="user_id",
        name="username",
        shape=shape,
        debug=False,
    )


def _essence(post: Mapping[str, Any]) -> Any:
    """Leave out addresses of pictures: they are signed anew for each reply."""
    return [[post.get(key) for key in ("id", "caption", "permalink", "timestamp")], described(post)]


def _read(entry: Entry) -> Item | Broken:
    post = entry.value
    native_id = string(post.get("id"))
    if not native_id:
        return entry.broken("the post has no id")
    text = words(post.get("caption"))
    return Item(
        native_id=native_id,
        url=string(post.get("permalink")) or None,
        digest=entry.digest,
        content=text,
        published=moment(post.get("timestamp")),
        media=tuple(pictures(post)),
        links=pointers(text, "").links,
        raw=entry.raw[:RAW_LIMIT],
    )

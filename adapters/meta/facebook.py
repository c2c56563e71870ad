"""Facebook pages that the operator manages, through the Graph API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.contract import Batch, Broken, Cursor, Document, Item, Media, Offload, SourceConfig
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.html import pointers
from adapters.meta import graph
from adapters.meta.graph import Edge, Graph
from adapters.reply import mapping, moment, number, string, words
from adapters.window import Entry, Shape, read_reply

if TYPE_CHECKING:
    from adapters.http import HttpClient

_FIELDS = (
    "id,message,story,created_time,updated_time,permalink_url,status_type,"
    "attachments{media_type,title,unshimmed_url,media,subattachments{media_type,media}}"
)
_OWN_HOST = ("https://www.facebook.com/", "https://facebook.com/", "https://m.facebook.com/")


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookOptions:
    """``account``: the page's numeric id; ``stories``: also what Facebook itself says of the page ("has a new photo")."""

    account: str = ""
    stories: bool = False
    expires: str = ""
    api: str = "https://graph.facebook.com/v24.0"

    def __post_init__(self) -> None:
        graph.checked(self)


class FacebookSource:
    """One page on Facebook. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = FacebookOptions
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._graph = Graph(config, http, offload, _edge(config))

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the newest posts of the page. Raises as ``Graph.fetch`` does."""
        return await self._graph.fetch(cursor, datetime.now(UTC))

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a recorded reply of ``GET /{page-id}/posts``. Raises ``Malformed``."""
        return read_reply(document.body, _edge(config).shape)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a page of posts with their permanent addresses on Facebook."""
        return graph.has_entries(document.body, b'"permalink_url"')


def _edge(config: SourceConfig) -> Edge:
    options: FacebookOptions = config.options or FacebookOptions()
    shape = Shape(
        entries=graph.entries, item=partial(_read, stories=options.stories), essence=_essence, older=graph.older
    )
    return Edge(path="posts", fields=_FIELDS, me="id,name", key="id", name="name", shape=shape)


def _essence(post: Mapping[str, Any]) -> Any:
    """Leave out addresses of pictures: they are signed anew for each reply."""
    attached = [[one.get("title"), one.get("unshimmed_url")] for one in graph.children(post, "attachments")]
    return [[post.get(key) for key in ("id", "message", "story", "created_time", "permalink_url")], attached]


def _read(entry: Entry, *, stories: bool) -> Item | Broken | None:
    post = entry.value
    native_id = string(post.get("id"))
    if not native_id:
        return entry.broken("the post has no id")
    message = words(post.get("message"))
    if message is None and not stories:
        return None
    attached = graph.children(post, "attachments")
    text = message or words(post.get("story"))
    return Item(
        native_id=native_id,
        url=string(post.get("permalink_url")) or None,
        digest=entry.digest,
        content=text,
        published=moment(post.get("created_time")),
        media=tuple(_pictures(attached)),
        links=tuple(dict.fromkeys([*pointers(text, "").links, *_links(attached)])),
        raw=entry.raw[:RAW_LIMIT],
    )


def _links(attached: list[Mapping[str, Any]]) -> Iterator[str]:
    """Give the pages that the post points to. An attachment that is a picture points to Facebook itself."""
    for one in attached:
        address = string(one.get("unshimmed_url"))
        if is_web(address) and not address.startswith(_OWN_HOST):
            yield address


def _pictures(attached: list[Mapping[str, Any]]) -> Iterator[Media]:
    for one in attached:
        for holder in graph.children(one, "subattachments") or [one]:
            image = mapping(mapping(holder.get("media")).get("image"))
            if holder.get("media_type") == "photo" and is_web(string(image.get("src"))):
                yield Media(
                    url=string(image.get("src")),
                    mime="image/*",
                    width=number(image.get("width")),
                    height=number(image.get("height")),
                )

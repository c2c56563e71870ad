"""A post on Bluesky as an item: the text with its links written out, its pictures, its language, its public address.

Shapes: the lexicons ``app.bsky.feed.defs#feedViewPost``, ``app.bsky.feed.post``, ``app.bsky.richtext.facet`` and the
views of ``app.bsky.embed.*``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.contract import Broken, Item, Media, Text
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.html import pointers
from adapters.reply import language, listed, mapping, moment, number, string, words
from adapters.window import Entry

_REPOST = "app.bsky.feed.defs#reasonRepost"
_LINK = "app.bsky.richtext.facet#link"
_NO_HANDLE = "handle.invalid"
_MOST_FACETS = 200
NOT_WITHOUT_LOGIN = "!no-unauthenticated"
"""The label by which an account asks not to be shown to people, and programs, that are not logged in."""


def essence(view: Mapping[str, Any]) -> Any:
    """Give what counts in an entry of a feed: the post, and who reposted it. Counters and addresses of views do not."""
    post = mapping(view.get("post"))
    reason = mapping(view.get("reason"))
    author = mapping(post.get("author"))
    return [
        post.get("uri"),
        post.get("cid"),
        author.get("handle"),
        post.get("record"),
        reason.get("$type"),
        reason.get("uri"),
    ]


def read_post(entry: Entry, *, site: str, replies: bool, reposts: bool) -> Item | Broken | None:
    """Read an entry of an author's feed. ``site`` is where the pages of posts are (``https://bsky.app``)."""
    post, repost = mapping(entry.value.get("post")), mapping(entry.value.get("reason"))
    record = mapping(post.get("record"))
    is_repost = repost.get("$type") == _REPOST
    if (is_repost and not reposts) or ("reply" in record and not is_repost and not replies):
        return None
    uri = string(post.get("uri"))
    if not uri.startswith("at://"):
        return entry.broken("the post has no address")
    text = _text(record)
    embedded = mapping(post.get("embed"))
    return Item(
        native_id=uri,
        url=_page(site, uri, mapping(post.get("author"))),
        digest=entry.digest,
        content=text,
        published=moment(repost.get("indexedAt")) if is_repost else moment(record.get("createdAt")),
        language=next(filter(None, map(language, listed(record.get("langs")))), None),
        media=tuple(_pictures(embedded)),
        links=tuple(dict.fromkeys([*(_links(record) or pointers(text, "").links), *_cards(embedded)])),
        raw=entry.raw[:RAW_LIMIT],
    )


def author_of(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the account in whose feed an entry stands: who reposted it, else who wrote it."""
    return mapping(mapping(view.get("reason")).get("by")) or mapping(mapping(view.get("post")).get("author"))


def labels_of(account: Mapping[str, Any]) -> frozenset[str]:
    """Give the labels that an account put on itself."""
    own = (mapping(one) for one in listed(account.get("labels")))
    return frozenset(string(one.get("val")) for one in own if one.get("src") == account.get("did"))


def _page(site: str, uri: str, author: Mapping[str, Any]) -> str | None:
    """Give the public page of a post: ``at://did/app.bsky.feed.post/key`` is ``/profile/<handle>/post/<key>``."""
    did, _, path = uri.removeprefix("at://").partition("/")
    collection, _, key = path.partition("/")
    handle = string(author.get("handle"))
    if collection != "app.bsky.feed.post" or not key:
        return None
    return f"{site}/profile/{did if handle in ('', _NO_HANDLE) else handle}/post/{key}"


def _text(record: Mapping[str, Any]) -> Text | None:
    """Give the text with every link written out in full. Places of facets are bytes of UTF-8."""
    text = record.get("text")
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else b""
    pieces: list[bytes] = []
    end = 0
    for start, stop, address in sorted(_facets(record)):
        if end <= start < stop <= len(raw):
            pieces += [raw[end:start], address.encode("utf-8", "ignore")]
            end = stop
    return words(b"".join([*pieces, raw[end:]]).decode("utf-8", "ignore"))


def _links(record: Mapping[str, Any]) -> list[str]:
    return [address for _, _, address in sorted(_facets(record))]


def _facets(record: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    for facet in map(mapping, listed(record.get("facets"))[:_MOST_FACETS]):
        place = mapping(facet.get("index"))
        start, stop = number(place.get("byteStart")), number(place.get("byteEnd"))
        for feature in map(mapping, listed(facet.get("features"))):
            address = string(feature.get("uri"))
            if feature.get("$type") == _LINK and is_web(address) and start is not None and stop is not None:
                yield start, stop, address


def _pictures(embed: Mapping[str, Any]) -> Iterator[Media]:
    """Give the pictures of the view of an embed, also beside a quoted post; of a film its still."""
    embed = mapping(embed.get("media")) or embed
    for image in map(mapping, listed(embed.get("images"))):
        if is_web(string(image.get("fullsize"))):
            yield _picture(string(image.get("fullsize")), image)
    if str(embed.get("$type", "")).startswith("app.bsky.embed.video") and is_web(string(embed.get("thumbnail"))):
        yield _picture(string(embed.get("thumbnail")), embed)


def _picture(url: str, view: Mapping[str, Any]) -> Media:
    ratio = mapping(view.get("aspectRatio"))
    return Media(
        url=url,
        mime="image/*",
        alt=string(view.get("alt")) or None,
        width=number(ratio.get("width")),
        height=number(ratio.get("height")),
    )


def _cards(embed: Mapping[str, Any]) -> Iterator[str]:
    """Give the address of the card under a post."""
    for one in (embed, mapping(embed.get("media"))):
        address = string(mapping(one.get("external")).get("uri"))
        if is_web(address):
            yield address

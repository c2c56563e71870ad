"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1.

A poll climbs a ladder and stops at the first rung that answers it: 304, nothing to do; the same bytes as last time,
nothing to do; entries whose digest the cursor knows are not read (``prune``); the rest is read (``entry``,
``json``), and only what no mending makes XML is left to feedparser (``loose``).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.contract import Batch, Cursor, Document, NoOptions, Offload, SourceConfig
from adapters.digest import DIGEST_LENGTH, digest_of
from adapters.feed.answer import answer_hints, recalled, remembered

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_RULE = 3
"""Which way of making digests the cursor's are of. Digests of another rule are not compared with ours."""
_LONGEST_TITLE = 300
"""Characters of a feed's title that a cursor keeps."""
_FIRST = re.compile(rb"<([A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})")
_ASIDE = re.compile(rb"<!--[^>]*-->|<[?!][^>]*>")


class FeedSource:
    """One feed. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = NoOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask whether there is anything new, with the validators of last time byte for byte.

        Raises what ``HttpClient.get`` raises, and ``Malformed`` where the answer is no feed.
        """
        response = await self._http.get(
            self._config.url,
            accept=FEED_TYPES,
            etag=cursor.get("etag"),
            last_modified=cursor.get("last_modified"),
            named=True,
        )
        if response.not_modified:
            return _nothing_new(cursor, response)
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        raise_for_status(response)
        return await self._offload(_absorb, response, cursor, self._config)

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a feed.

        Raises ``Malformed``: ``feed.empty``, ``feed.html``, ``feed.not-a-feed``, ``feed.bad-json``, ``feed.too-deep``,
        ``feed.too-many-tags``.
        """
        from adapters.feed.document import read_document

        return replace(read_document(document, config, frozenset()), cursor={})

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether the first element, or the first KiB of JSON, is that of a feed."""
        head = document.body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff\t\r\n ")
        if head.startswith(b"{"):
            return b"jsonfeed.org/version/" in head
        first = _FIRST.search(_ASIDE.sub(b"", head))
        name = first[2].lower() if first else b""
        return name in {b"rss", b"feed", b"channel"} or (name == b"rdf" and b"rss" in head.lower())


# ── one answer ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _nothing_new(cursor: Cursor, response: Response, **changed: Any) -> Batch:
    """Give the batch of an unchanged feed. What the last document said of itself still holds."""
    return Batch(
        not_modified=True,
        cursor={**cursor, **changed} if changed else cursor,
        title=cursor.get("title"),
        language=cursor.get("language"),
        hints=answer_hints(recalled(cursor), response),
    )


def _absorb(response: Response, cursor: Cursor, config: SourceConfig) -> Batch:
    """Turn an answer with a body into a batch, and advance the cursor if all of the body was there."""
    validators = {"etag": response.etag, "last_modified": response.last_modified}
    current = cursor.get("rule") == _RULE
    body = digest_of(response.body)
    if current and body == cursor.get("body"):
        return _nothing_new(cursor, response, **validators)
    from adapters.feed.document import read_document  # lxml and all that reads are loaded with the first body

    document = Document(
        body=response.body, url=response.url, content_type=response.content_type, charset=response.charset
    )
    batch = read_document(document, config, _unpacked(cursor["seen"]) if current else frozenset())
    hints = answer_hints(batch.hints, response)
    if not batch.whole:
        # What is missing may be what is new: the next request must not be answered with "not modified".
        return replace(batch, cursor=cursor, hints=hints)
    advanced = {
        **validators,
        "rule": _RULE,
        "body": body,
        "seen": _packed(batch.cursor["seen"]),
        "title": batch.title and batch.title[:_LONGEST_TITLE],
        "language": batch.language,
        "hints": remembered(batch.hints),
    }
    return replace(batch, cursor=advanced, hints=hints)


def _packed(digests: Iterable[str]) -> str:
    """Write digests as short as can be: a cursor is read and written back at every poll, and used at few."""
    return b64encode(bytes.fromhex("".join(digests))).decode("ascii")


def _unpacked(packed: str) -> frozenset[str]:
    digests = b64decode(packed).hex()
    return frozenset(digests[start : start + DIGEST_LENGTH] for start in range(0, len(digests), DIGEST_LENGTH))

"""Bluesky accounts, through the public AppView, without login.

The account is pinned by its DID. That the handle still leads to it is read in every answer, and asked where it does not.
Where the AppView wants a login, the RSS of the profile is read instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode

from adapters.account import asks_to_be_left_alone, changed, name_in, opted_out, origin_of
from adapters.api import complaint, get
from adapters.bluesky.post import NOT_WITHOUT_LOGIN, author_of, essence, labels_of, read_post
from adapters.contract import Batch, Cursor, Document, Offload, SourceConfig
from adapters.errors import AuthFailed, Gone
from adapters.feed.source import FeedSource
from adapters.reply import mapping, parse, string, unexpected
from adapters.window import Shape, look, opened, read_reply

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

_SITE = "https://bsky.app"
_LIMIT = 50
_GONE = frozenset({"AccountTakedown", "AccountDeactivated", "AccountNotFound", "ActorNotFound", "NotFound"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskyOptions:
    """``account``: the DID, where it should be pinned by hand. ``api``: the AppView, for a proxy or a test."""

    account: str = ""
    replies: bool = False
    reposts: bool = False
    api: str = "https://public.api.bsky.app"


class BlueskySource:
    """One account on Bluesky. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = BlueskyOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._options: BlueskyOptions = config.options or BlueskyOptions()
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the newest posts.

        Raises what ``HttpClient.get`` raises, ``Gone``, ``AuthFailed`` (``account.changed``), ``Permanent``
        (``account.opted-out``) and ``Malformed``.
        """
        handle, today = name_in(self._config.url), f"{datetime.now(UTC):%Y-%m-%d}"
        did = cursor.get("account") or await self._register(handle, self._options.account)
        window = opened(_shape(self._config), cursor)
        try:
            await look(window, partial(self._page, did), self._offload)
        except AuthFailed as error:
            if error.code != "http.unauthorised":
                raise
            return await self._rss(did, cursor)
        asked = cursor.get("asked", today)
        problem = await self._vouch(handle, did, window.about, anew=asked != today)
        title = string(window.about.get("displayName")) or None
        return window.batch(cursor, title=title, problems=filter(None, [problem]), account=did, asked=today)

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a recorded reply of ``getAuthorFeed``. Raises ``Malformed``."""
        return read_reply(document.body, _shape(config))

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is JSON with a feed of posts that have ``at://`` addresses."""
        head = document.body[:4096]
        return head.lstrip().startswith(b"{") and b'"feed"' in head and b"at://did:" in head

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _register(self, handle: str, pinned: str) -> str:
        """Ask which DID a handle stands for, and whether the account wants to be read."""
        profile = mapping(parse((await self._ask("app.bsky.actor.getProfile", actor=handle)).body))
        did = string(profile.get("did"))
        if not did.startswith("did:"):
            raise unexpected("the profile names no DID")
        if pinned and pinned != did:
            raise changed(self._config.url, pinned, did)
        tag = asks_to_be_left_alone(string(profile.get("description")))
        if tag and not self._config.own:
            raise opted_out(self._config.url, tag)
        return did

    async def _page(self, did: str, place: str) -> bytes:
        wanted = "posts_with_replies" if self._options.replies else "posts_no_replies"
        query = {"actor": did, "limit": str(_LIMIT), "filter": wanted, **({"cursor": place} if place else {})}
        return (await self._ask("app.bsky.feed.getAuthorFeed", **query)).body

    async def _vouch(self, handle: str, did: str, author: Mapping[str, Any], *, anew: bool) -> str | None:
        """Look whether the account still is the one that was registered, and wants to be read; give a problem to tell.

        Its posts say so as far as they can; the profile is asked where they do not, and once a day (``anew``).
        """
        if NOT_WITHOUT_LOGIN in labels_of(author) and not self._config.own:
            raise opted_out(self._config.url, NOT_WITHOUT_LOGIN)
        if not anew and (handle == did or string(author.get("handle")).lower() == handle.lower()):
            return None
        try:
            await self._register(handle, did)
        except Gone:
            return f"account.renamed: {handle} is no account any more; {did} goes on under another name"
        return None

    async def _rss(self, did: str, cursor: Cursor) -> Batch:
        """Read the RSS of the profile instead: plain texts without pictures, under the same ids."""
        feed = replace(self._config, url=f"{origin_of(self._config.url)}/profile/{quote(did, safe=':')}/rss")
        batch = await FeedSource(feed, self._http, self._offload).fetch(mapping(cursor.get("rss")))
        return replace(batch, cursor={**cursor, "account": did, "rss": dict(batch.cursor)})

    async def _ask(self, method: str, **query: str) -> Response:
        url = f"{self._options.api.rstrip('/')}/xrpc/{method}?{urlencode(query)}"
        return await get(self._http, url, _refusal)


def _refusal(response: Response) -> Gone | None:
    """Give the error in a reply of XRPC, where it says more than its status."""
    said = complaint(response)
    name, message = string(said.get("error")), string(said.get("message"))
    if name in _GONE or (name == "InvalidRequest" and "not found" in message.lower()):
        return Gone(
            "Bluesky knows no such account, or has closed it.",
            code="account.gone",
            remedy="Look at the account's page; change the address, or retire the source.",
            status=response.status,
        )
    return None


def _shape(config: SourceConfig) -> Shape:
    options: BlueskyOptions = config.options or BlueskyOptions()
    return Shape(
        entries=_entries,
        item=partial(read_post, site=_SITE, replies=options.replies, reposts=options.reposts),
        essence=essence,
        older=lambda reply: string(mapping(reply).get("cursor")) or None,
        about=lambda reply: next((author_of(mapping(view)) for view in _entries(reply)), {}),
    )


def _entries(reply: Any) -> list[Any]:
    feed = mapping(reply).get("feed")
    if not isinstance(feed, list):
        raise unexpected("it has no feed of posts")
    return feed

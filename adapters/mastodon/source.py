"""Accounts on the fediverse, as sources: what an agency says there itself is boosted, not copied.

Servers with the Mastodon API are asked there, without login. Others, and those that want a login for it, are asked for
the account's ActivityPub outbox, and last for its RSS. Which way worked is remembered, and the others are tried where it
does no longer. The account is pinned by its ActivityPub id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from adapters.account import asks_to_be_left_alone, changed, name_in, opted_out, origin_of
from adapters.activitypub import TYPES, first_page, looks_like_outbox, outbox, read_actor
from adapters.api import get
from adapters.contract import Batch, Cursor, Document, Offload, SourceConfig
from adapters.errors import AdapterError, Temporary
from adapters.feed.source import FeedSource
from adapters.mastodon.shapes import plain
from adapters.mastodon.status import PAGE, looks_like_statuses, statuses
from adapters.reply import identifier, mapping, parse, string, unexpected
from adapters.window import look, opened, read_reply

if TYPE_CHECKING:
    from adapters.http import HttpClient

_WAYS = ("api", "outbox", "rss")


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonOptions:
    """``account``: the ActivityPub id, where it should be pinned by hand. ``api``: another server than the account's own."""

    account: str = ""
    replies: bool = False
    boosts: bool = False
    api: str = ""


class MastodonSource:
    """One account on the fediverse. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = MastodonOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._options: MastodonOptions = config.options or MastodonOptions()
        self._base = (self._options.api or origin_of(config.url)).rstrip("/")
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the newest posts.

        Raises what ``HttpClient.get`` raises, ``AuthFailed`` (``account.changed``), ``Permanent``
        (``account.opted-out``), ``Gone`` and ``Malformed``: what the way that was used last said, or the first one.
        """
        used = cursor.get("way", _WAYS[0])
        error: AdapterError | None = None
        for way in (used, *(one for one in _WAYS if one != used)):
            try:
                return await self._by(way, cursor)
            except Temporary:
                raise
            except AdapterError as failure:
                if failure.code.startswith("account."):
                    raise
                error = error or failure
        assert error is not None
        raise error

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a recorded list of statuses, or a page of an outbox. Raises ``Malformed``."""
        options: MastodonOptions = config.options or MastodonOptions()
        kind = outbox if looks_like_outbox(document.body) else statuses
        return read_reply(document.body, kind(replies=options.replies, boosts=options.boosts))

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a list of statuses or an outbox."""
        return looks_like_statuses(document.body) or looks_like_outbox(document.body)

    # ── three ways ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _by(self, way: str, cursor: Cursor) -> Batch:
        ways = {"api": self._by_api, "outbox": self._by_outbox, "rss": self._by_rss}
        return await ways[way](cursor, self._options.account or cursor.get("account", ""))

    async def _by_api(self, cursor: Cursor, pinned: str) -> Batch:
        """Ask by the number that the server gave the account, which the cursor keeps."""
        account: Mapping[str, Any] = {}
        number = cursor.get("number")
        if number is None:
            query = urlencode({"acct": name_in(self._config.url)})
            account = mapping(parse(await self._get(f"{self._base}/api/v1/accounts/lookup?{query}")))
            number = identifier(account.get("id"))
            if number is None or not number.isalnum():
                raise unexpected("the account has no id")
        window = opened(statuses(replies=self._options.replies, boosts=self._options.boosts), cursor)
        await look(window, partial(self._statuses, number), self._offload)
        account = window.about or account
        names = [one for key in ("uri", "url") if (one := string(account.get(key)))]
        self._vouch(names, pinned, string(account.get("note")), noindex=account.get("noindex") is True)
        return window.batch(
            cursor,
            title=string(account.get("display_name")) or None,
            problems=_moved(account),
            way="api",
            account=pinned or next(iter(names), ""),
            number=number,
        )

    async def _statuses(self, account: str, place: str) -> bytes:
        options = self._options
        query = {
            "limit": str(PAGE),
            **({} if options.replies else {"exclude_replies": "true"}),
            **({} if options.boosts else {"exclude_reblogs": "true"}),
            **({"max_id": place} if place else {}),
        }
        return await self._get(f"{self._base}/api/v1/accounts/{account}/statuses?{urlencode(query)}")

    async def _by_outbox(self, cursor: Cursor, pinned: str) -> Batch:
        actor = read_actor(parse(await self._get(self._config.url, accept=TYPES)))
        self._vouch([actor.id], pinned, actor.summary)
        shape = outbox(actor.id, replies=self._options.replies, boosts=self._options.boosts)
        window = opened(shape, cursor)
        await look(window, partial(self._outbox, actor.outbox), self._offload)
        return window.batch(cursor, title=actor.name or None, way="outbox", account=actor.id)

    async def _outbox(self, address: str, place: str) -> bytes:
        body = await self._get(place or address, accept=TYPES)
        first = None if place else first_page(await self._offload(parse, body))
        return await self._get(first, accept=TYPES) if first else body

    async def _by_rss(self, cursor: Cursor, pinned: str) -> Batch:
        if pinned:
            raise unexpected("its RSS would be all there is, and that does not say whose it is")
        feed = replace(self._config, url=f"{self._config.url.rstrip('/')}.rss")
        batch = await FeedSource(feed, self._http, self._offload).fetch(mapping(cursor.get("rss")))
        items = tuple(replace(item, boost=item.url) for item in batch.items if item.url)
        return replace(batch, items=items, cursor={"way": "rss", "rss": dict(batch.cursor)})

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _vouch(self, names: Sequence[str], pinned: str, description: str, *, noindex: bool = False) -> None:
        """Refuse an account that is not the one that was registered, or that wants to be left alone.

        ``names``: its ActivityPub id, and its page, which is all that servers before Mastodon 4.2 told.
        """
        if pinned and names and pinned not in names:
            raise changed(self._config.url, pinned, names[0])
        why = asks_to_be_left_alone(plain(description)) or ("noindex" if noindex else None)
        if why and not self._config.own:
            raise opted_out(self._config.url, why)

    async def _get(self, url: str, accept: str = "application/json") -> bytes:
        named = origin_of(url) in (origin_of(self._config.url), self._base)
        return (await get(self._http, url, lambda _: None, accept=accept, named=named)).body


def _moved(account: Mapping[str, Any]) -> list[str]:
    there = string(mapping(account.get("moved")).get("url"))
    return [f"account.moved: the account now is {there[:200]}; follow it there"] if there else []

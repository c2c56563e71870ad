"""X, through tweepy: what an account posts, at a cost that is metered.

What is asked: the account once, then only what is newer than the last post, and once a day whether the posts that are
still shown are still there. ``memory`` is what that needs to know, ``meter`` what it costs, ``post`` what a post says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.api import get
from adapters.contract import Batch, Cursor, Document, Item, Offload, SourceConfig
from adapters.errors import AdapterError, Permanent
from adapters.reply import listed, mapping, string, unexpected
from adapters.x.memory import Memory, arrange, recalled
from adapters.x.meter import ACCOUNT, Meter, metered
from adapters.x.post import Post, withdrawn
from adapters.x.reply import missing_posts, read_reply, refusal
from adapters.x.sight import Sight
from adapters.x.wire import route

if TYPE_CHECKING:
    from adapters.http import HttpClient

_NAME = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)
_FIELDS = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,id,in_reply_to_user_id,lang,"
    "note_tweet,referenced_tweets,text"
)
_MEDIA = "alt_text,height,media_key,preview_image_url,type,url,width"
_LEAST, _FIRST, _MOST = 5, 10, 100
"""Posts in one answer: the fewest and the most that X takes, and how many first contact looks at."""
_MOST_PAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class XOptions:
    """``account``: the numeric id, where it is known. ``api``: for a proxy or a test.

    ``cap_day`` and ``cap_month``: units that may be spent in a day and a month of UTC. ``recheck``: how many of the posts
    that are still shown are looked up once a day.
    """

    account: str = ""
    replies: bool = False
    reposts: bool = False
    cap_day: int = 200
    cap_month: int = 3000
    recheck: int = 20
    api: str = "https://api.x.com"

    def __post_init__(self) -> None:
        if self.account and not (self.account.isascii() and self.account.isdigit()):
            raise ValueError("account is the numeric id, not the name")
        if not 0 <= self.recheck <= _MOST:
            raise ValueError(f"recheck is 0 to {_MOST}")
        if min(self.cap_day, self.cap_month) < _LEAST:
            raise ValueError(f"a cap below {_LEAST} reads nothing at all")


class XSource:
    """One account on X. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = XOptions
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._options: XOptions = config.options or XOptions()
        self._http = http
        self._offload = offload
        self._spent: Mapping[str, Any] = {}
        """The counters of a fetch that failed after it had cost something: no cursor has them."""

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for what is new, as far as the meter allows; ``cost`` is in its units.

        Raises what ``HttpClient.get`` raises, ``Limited`` (``x.cap-day``, ``x.cap-month``, ``x.usage-capped``),
        ``AuthFailed`` (``x.no-credits``), ``Gone`` (``account.gone``) and ``Malformed``.
        """
        kept = max(mapping(cursor.get("meter")), self._spent, key=lambda one: (one.get("day", ""), one.get("today", 0)))
        options = self._options
        meter = metered(kept, datetime.now(UTC), cap_day=options.cap_day, cap_month=options.cap_month)
        try:
            return await self._collect(recalled(cursor), meter)
        finally:
            self._spent = meter.as_json()

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a recorded reply of ``GET /2/users/:id/tweets``. Raises ``Malformed``."""
        sight = Sight()
        sight.take(read_reply(document.body))
        items, _ = _items(sight, config, {})
        return Batch(items=tuple(items), broken=tuple(sight.broken))

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is JSON with posts that have a history of edits, as every post of this API has."""
        head = document.body[:4096]
        return head.lstrip().startswith(b"{") and b'"edit_history_tweet_ids"' in head

    # ── one fetch ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _collect(self, memory: Memory, meter: Meter) -> Batch:
        first = memory.is_new
        memory.account = self._options.account or memory.account or await self._look_up(meter)
        sight = Sight()
        complete = await self._read_on(memory, meter, sight)
        memory.advance(sight.posts, complete=complete)
        await self._complete_threads(memory, meter, sight)
        items, threads = await self._offload(_items, sight, self._config, memory.shown)
        if first or memory.due(meter.now):
            items += await self._missing(memory, meter, sight)
        memory.keep(items, threads)
        return Batch(
            items=tuple(items),
            broken=tuple(sight.broken),
            cursor={**memory.as_json(), "meter": meter.as_json()},
            whole=complete and (first or not items),
            problems=tuple(sight.problems),
            cost=meter.cost,
        )

    async def _look_up(self, meter: Meter) -> str:
        name = _name(self._config)
        if not name:
            raise Permanent(
                f"{self._config.url[:300]} does not end in the name of an account on X.",
                code="account.no-name",
                remedy="Write the address of the account's own page: https://x.com/<name>.",
            )
        meter.need(ACCOUNT)
        reply = await self._ask(lambda client: client.get_user(username=name))
        meter.spend(ACCOUNT)
        found = string(mapping(reply.get("data")).get("id"))
        if not found.isdigit():
            raise unexpected("the account has no id")
        return found

    async def _read_on(self, memory: Memory, meter: Meter, sight: Sight) -> bool:
        """Read pages until there are no more; whether all was read. What came before a failure is kept, and counted."""
        token: str | None = None
        for page in range(_MOST_PAGES):
            try:
                meter.need(_LEAST)
                reply = await self._timeline(memory, min(_FIRST if memory.is_new else _MOST, meter.left), token)
            except AdapterError as error:
                if not page:
                    raise
                sight.problems.append(f"{error.code}: {error}")
                return False
            meter.spend(sight.take(reply))
            token = string(mapping(reply.get("meta")).get("next_token")) or None
            if token is None or memory.is_new:
                return True
        return False

    async def _timeline(self, memory: Memory, size: int, token: str | None) -> Mapping[str, Any]:
        config, options = self._config, self._options
        # Whoever goes on with its own words answers itself: only our own accounts are read in full, with their threads.
        excluded = [
            *(["replies"] if not (config.own or options.replies) else []),
            *(["retweets"] if not options.reposts else []),
        ]
        return await self._ask(
            lambda client: client.get_users_tweets(
                memory.account,
                max_results=size,
                exclude=excluded or None,
                since_id=memory.since,
                until_id=memory.until,
                pagination_token=token,
                tweet_fields=_FIELDS,
                expansions=["attachments.media_keys"] if config.own else None,
                media_fields=_MEDIA if config.own else None,
            )
        )

    async def _complete_threads(self, memory: Memory, meter: Meter, sight: Sight) -> None:
        """Ask for the beginnings of threads that went on since the last fetch, so that they can be read as one."""
        late = arrange(_wanted(sight, self._config), memory.shown).late if self._config.own else {}
        ids = [one for head in late for one in (head, *memory.threads.get(head, []))][:_MOST]
        if not ids or meter.left < len(ids):
            return
        try:
            reply = await self._ask(
                lambda client: client.get_tweets(
                    ids, tweet_fields=_FIELDS, expansions=["attachments.media_keys"], media_fields=_MEDIA
                )
            )
        except AdapterError as error:
            sight.problems.append(f"{error.code}: {error}")
        else:
            meter.spend(sight.take(reply))

    async def _missing(self, memory: Memory, meter: Meter, sight: Sight) -> list[Item]:
        """Look up the newest posts that are still shown; give those that X does not know any more."""
        ids = list(memory.shown)[: min(self._options.recheck, meter.left)]
        reply: Mapping[str, Any] = {}
        try:
            if ids:
                reply = await self._ask(lambda client: client.get_tweets(ids))
        except AdapterError as error:
            sight.problems.append(f"{error.code}: {error}")
            return []
        memory.looked = meter.now
        meter.spend(len(listed(reply.get("data"))))
        gone = missing_posts(reply)
        return [withdrawn(one, _name(self._config)) for one in ids if one in gone]

    async def _ask(self, say: Callable[[Any], object]) -> Mapping[str, Any]:
        """Ask one thing. Raises what the status means, and ``Gone`` or ``AuthFailed`` where X says so in an answer of 200."""
        url = self._options.api.rstrip("/") + await self._offload(route, say)
        response = await get(self._http, url, refusal, token=self._config.secrets.get("token", ""))
        return await self._offload(read_reply, response.body)


def _wanted(sight: Sight, config: SourceConfig) -> list[Post]:
    options: XOptions = config.options or XOptions()
    return sight.wanted(replies=options.replies, reposts=options.reposts)


def _items(sight: Sight, config: SourceConfig, shown: Mapping[str, str]) -> tuple[list[Item], dict[str, list[str]]]:
    return sight.items(_wanted(sight, config), shown, name=_name(config), own=config.own)


def _name(config: SourceConfig) -> str:
    """Give the name that ends the address of the account; "" where that is no name on X (a recorded reply has none)."""
    name = config.url.rstrip("/").rpartition("/")[2].removeprefix("@")
    return name if _NAME.fullmatch(name) else ""

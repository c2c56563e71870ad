"""TikTok accounts whose owner authorised us, through the Display API: a title and the address, and no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.account import changed
from adapters.api import post
from adapters.contract import Batch, Broken, Cursor, Document, Item, Offload, SourceConfig, Text
from adapters.errors import AuthFailed
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT
from adapters.reply import identifier, mapping, moment, number, string, unexpected
from adapters.tiktok.login import Login, log_in, refusal
from adapters.window import Entry, Shape, look, opened, read_reply

if TYPE_CHECKING:
    from adapters.http import HttpClient

_FIELDS = "id,create_time,share_url,title,video_description"
_PAGE = 20
_TITLE = 140
"""Characters of a title: the first line of what is often a long description."""
_LONGEST = 1000
_CLOSING_TAGS = re.compile(r"(?:\s+#\w{1,100}){1,30}\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TikTokOptions:
    """``account``: the open_id, where it should be pinned by hand. ``api``: for a proxy or a test."""

    account: str = ""
    api: str = "https://open.tiktokapis.com"


class TikTokSource:
    """One account on TikTok. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = TikTokOptions
    secrets: ClassVar[tuple[str, ...]] = ("client_key", "client_secret", "refresh_token")
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._options: TikTokOptions = config.options or TikTokOptions()
        self._http = http
        self._offload = offload
        self._login: Login | None = None

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the newest videos.

        Raises what ``HttpClient`` raises, ``AuthFailed`` (``token.refused``, ``token.scope``, ``account.changed``),
        ``Limited`` and ``Malformed``.
        """
        login = await self._logged_in(datetime.now(UTC))
        pinned = self._options.account or cursor.get("account", login.account)
        if pinned != login.account:
            raise changed(self._config.url, pinned, login.account)
        window = opened(_SHAPE, cursor)
        try:
            await look(window, partial(self._page, login), self._offload)
        except AuthFailed:
            self._login = None  # whoever mends this should not have to wait until the token of today ends
            raise
        return window.batch(cursor, problems=login.problems, account=pinned)

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:  # noqa: ARG004 - the contract's signature
        """Read a recorded reply of ``POST /v2/video/list/``. Raises ``Malformed``."""
        return read_reply(document.body, _SHAPE)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a list of videos with addresses to share."""
        head = document.body[:4096]
        return head.lstrip().startswith(b"{") and b'"videos"' in head and b'"share_url"' in head

    async def _logged_in(self, now: datetime) -> Login:
        if self._login is None or not self._login.holds(now):
            self._login = await log_in(self._http, self._options.api.rstrip("/"), self._config.secrets, now)
        return self._login

    async def _page(self, login: Login, place: str) -> bytes:
        url = f"{self._options.api.rstrip('/')}/v2/video/list/?fields={_FIELDS}"
        body = {"max_count": _PAGE, **({"cursor": int(place)} if place else {})}
        return (await post(self._http, url, refusal, token=login.token, json=body)).body


def _entries(reply: Any) -> list[Any]:
    videos = mapping(mapping(reply).get("data")).get("videos")
    if not isinstance(videos, list):
        raise unexpected("it has no list of videos")
    return videos


def _older(reply: Any) -> str | None:
    data = mapping(mapping(reply).get("data"))
    place = number(data.get("cursor"))
    return str(place) if data.get("has_more") is True and place else None


def _essence(video: Mapping[str, Any]) -> Any:
    """Leave out the address to share: its parameters say who asked."""
    return [video.get(key) for key in ("id", "create_time", "title", "video_description")]


def _read(entry: Entry) -> Item | Broken:
    video = entry.value
    native_id = identifier(video.get("id"))
    if native_id is None:
        return entry.broken("the video has no id")
    address = string(video.get("share_url"))
    title = _title(string(video.get("title")) or string(video.get("video_description")))
    return Item(
        native_id=native_id,
        url=address if is_web(address) else None,
        digest=entry.digest,
        title=Text(value=title) if title else None,
        published=moment(video.get("create_time")),
        raw=entry.raw[:RAW_LIMIT],
    )


def _title(text: str) -> str:
    """Give the first line without the row of tags that closes it, cut between words where it is long."""
    line = " ".join(text.partition("\n")[0][:_LONGEST].split())
    bare = _CLOSING_TAGS.sub("", line)
    line = line if bare.startswith("#") else bare
    if len(line) <= _TITLE:
        return line
    cut = line.rfind(" ", 0, _TITLE)
    return line[: cut if cut > 0 else _TITLE].rstrip(" ,;:-") + "…"


_SHAPE = Shape(entries=_entries, item=_read, essence=_essence, older=_older)

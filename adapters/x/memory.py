"""What a source on X remembers between two fetches, and how the posts of one fetch hang together.

``since`` is the newest post of the last complete fetch. Where a fetch had to stop half-way (a cap, an outage), ``top`` is
the newest post that it saw and ``until`` the oldest: what lies between ``since`` and ``until`` is for the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.contract import Cursor, Item
from adapters.reply import moment
from adapters.x.post import Post, head_of, post_id

_RULE = 1
_MOST_SHOWN = 100
"""Posts that a cursor remembers, which is also what X looks up at once."""
_MOST_THREADS = 20
_AGAIN = timedelta(hours=20)
"""After so long the posts that are still shown are looked up again: X wants deletions followed within 24 hours."""


@dataclass(slots=True, kw_only=True)
class Memory:
    """What is remembered. ``shown``: digests by id, newest first; ``threads``: the parts of a thread by its head."""

    account: str = ""
    since: str | None = None
    top: str | None = None
    until: str | None = None
    shown: dict[str, str] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    looked: datetime | None = None

    @property
    def is_new(self) -> bool:
        """Whether this is first contact."""
        return self.looked is None

    def due(self, now: datetime) -> bool:
        """Whether it is time to look up what is still shown."""
        return self.looked is not None and now - self.looked >= _AGAIN

    def advance(self, posts: Sequence[Post], *, complete: bool) -> None:
        """Move on past posts that were read."""
        ids = sorted((one for post in posts if (one := _numeric(post.get("id")))), key=int)
        self.top = max(filter(None, [self.top, *ids[-1:]]), key=int, default=None)
        if complete:
            self.since, self.top, self.until = self.top or self.since, None, None
        elif ids:
            self.until = ids[0]

    def keep(self, items: Iterable[Item], threads: dict[str, list[str]]) -> None:
        """Remember what was shown, and forget what was withdrawn and what is long ago."""
        for item in items:
            if item.native_id and item.withdrawn:
                self.shown.pop(item.native_id, None)
            elif item.native_id:
                self.shown[item.native_id] = item.digest
        newest = sorted(self.shown, key=lambda one: int(_numeric(one) or 0), reverse=True)[:_MOST_SHOWN]
        self.shown = {one: self.shown[one] for one in newest}
        known = {**self.threads, **threads}
        self.threads = {one: known[one] for one in newest if one in known}
        self.threads = dict(list(self.threads.items())[:_MOST_THREADS])

    def as_json(self) -> dict[str, Any]:
        """Give it as a cursor."""
        return {
            "rule": _RULE,
            "account": self.account,
            "since": self.since,
            "top": self.top,
            "until": self.until,
            "shown": self.shown,
            "threads": self.threads,
            "looked": self.looked.isoformat() if self.looked else None,
        }


def recalled(cursor: Cursor) -> Memory:
    """Give what a cursor remembers. Digests of another rule are not compared with ours."""
    return Memory(
        account=cursor.get("account", ""),
        since=cursor.get("since"),
        top=cursor.get("top"),
        until=cursor.get("until"),
        shown=dict(cursor.get("shown", {}))
        if cursor.get("rule") == _RULE
        else dict.fromkeys(cursor.get("shown", {}), ""),
        threads=dict(cursor.get("threads", {})),
        looked=moment(cursor.get("looked")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Posts arranged: ``whole`` ones, newest first, each with its parts; ``late`` parts by a head that was shown before."""

    whole: tuple[tuple[Post, ...], ...]
    late: dict[str, list[Post]]


def arrange(posts: Sequence[Post], shown: Iterable[str]) -> Threads:
    """Join the posts in which an account goes on with its own words to the post where it began."""
    known = frozenset(shown)
    here = {post_id(post): [post] for post in posts if head_of(post) is None}
    late: dict[str, list[Post]] = {}
    alone: dict[str | None, list[Post]] = {}
    for post in sorted(posts, key=_age):  # oldest first: the order of a thread
        head = head_of(post)
        if head is not None and head in here:
            here[head].append(post)
        elif head is not None and head in known:
            late.setdefault(head, []).append(post)
        elif head is not None:
            alone[post_id(post)] = [post]
    found = {**here, **alone}
    return Threads(whole=tuple(tuple(found[one]) for one in map(post_id, posts) if one in found), late=late)


def _age(post: Post) -> int:
    return int(_numeric(post_id(post)) or 0)


def _numeric(value: object) -> str | None:
    return value if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 25 else None  # noqa: PLR2004 - 64 bits, with room

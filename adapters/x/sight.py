"""What the answers of one fetch showed: posts, newest first, and what they refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.contract import Broken, Item
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.json import serialise
from adapters.reply import mapping, unexpected
from adapters.x.memory import arrange
from adapters.x.post import Post, is_wanted, post_id, read_posts, setting


@dataclass(slots=True, kw_only=True)
class Sight:
    """The posts as they came; ``problems`` are what went wrong after something had come."""

    posts: list[Post] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    includes: list[Mapping[str, Any]] = field(default_factory=list)

    def take(self, reply: Mapping[str, Any]) -> int:
        """Take in an answer; give how many posts it has, which is what it cost."""
        data = reply.get("data", [])
        if not isinstance(data, list):
            raise unexpected("its data is no list of posts")
        for one in data:
            if post_id(mapping(one)) is None:
                digest, raw = serialise(one)
                self.broken.append(Broken(digest=digest, raw=raw[:RAW_LIMIT], reason="the post has no id"))
            else:
                self.posts.append(one)
        self.includes.append(mapping(reply.get("includes")))
        return len(data)

    def wanted(self, *, replies: bool, reposts: bool) -> list[Post]:
        """Give the posts that are for everybody, each once."""
        unique = {post_id(post): post for post in reversed(self.posts)}
        posts = reversed(unique.values())
        return [post for post in posts if is_wanted(post, replies=replies, reposts=reposts)]

    def items(
        self, posts: Sequence[Post], shown: Mapping[str, str], *, name: str, own: bool
    ) -> tuple[list[Item], dict[str, list[str]]]:
        """Give what is new of these posts as items, in their order, and the parts of their threads."""
        found = arrange(posts, shown)
        # Where the beginning could not be had, what follows it stands alone; a headline says enough without it.
        late = [(post,) for parts in found.late.values() for post in parts] if own else []
        against = setting(self.includes, name=name, own=own)
        items: list[Item] = []
        threads: dict[str, list[str]] = {}
        for parts in (*found.whole, *late):
            item = read_posts(parts, against)
            if item.native_id and shown.get(item.native_id) != item.digest:
                items.append(item)
                threads[item.native_id] = [one for part in parts[1:] if (one := post_id(part))]
        return items, {head: parts for head, parts in threads.items() if parts}

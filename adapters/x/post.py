"""A post on X as an item, and posts of one conversation joined.

X's terms forbid showing others' posts in full outside its own display (developer policy, "display requirements"), so
that of an account that is not the operator's own an item has a headline and the address, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.contract import Item, Media, Text
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.json import serialise
from adapters.reply import identifier, language, listed, mapping, moment, number, string

Post = Mapping[str, Any]

_SAYS_NOTHING = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
"""What X writes for a language that it does not know, or for a post without words."""
_SENTENCE = re.compile(r"[.!?…](?=\s)")
_HEADLINE = 140
"""Characters of a headline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What posts are read against: the account's ``name`` ("" where unknown), whether it is our ``own``, and ``media``."""

    name: str = ""
    own: bool = False
    media: Mapping[str, Mapping[str, Any]]


def setting(includes: Sequence[Mapping[str, Any]], *, name: str, own: bool) -> Setting:
    """Take what replies include beside their posts."""
    names = (string(mapping(user).get("username")) for one in includes for user in listed(one.get("users")))
    media = (mapping(picture) for one in includes for picture in listed(one.get("media")))
    return Setting(
        name=name or next(filter(None, names), ""),
        own=own,
        media={key: one for one in media if (key := string(one.get("media_key")))},
    )


def post_id(post: Post) -> str | None:
    """Give the id under which a post was first published: an edited one has a new id, and its history."""
    first = next(iter(listed(post.get("edit_history_tweet_ids"))), None)
    return identifier(first) or identifier(post.get("id"))


def is_repost(post: Post) -> bool:
    """Whether it is somebody's post, passed on without a word."""
    return any(mapping(one).get("type") == "retweeted" for one in listed(post.get("referenced_tweets")))


def answers(post: Post) -> str | None:
    """Give whom a post answers (an account's id), None where it answers nobody."""
    return identifier(post.get("in_reply_to_user_id"))


def head_of(post: Post) -> str | None:
    """Give the head of the conversation in which a post goes on with the account's own words, else None."""
    head = identifier(post.get("conversation_id"))
    continues = answers(post) is not None and answers(post) == identifier(post.get("author_id"))
    return head if continues and head != post_id(post) else None


def is_wanted(post: Post, *, replies: bool, reposts: bool) -> bool:
    """Whether a post is for everybody: no answer to somebody, nothing passed on, unless that was asked for."""
    if is_repost(post):
        return reposts
    return replies or answers(post) in (None, identifier(post.get("author_id")))


def read_posts(parts: Sequence[Post], against: Setting) -> Item:
    """Read a post, with those that go on where it ends. The first one needs an id."""
    head = parts[0]
    digest, raw = serialise([dict(part) for part in parts] if len(parts) > 1 else dict(head))
    native_id = post_id(head) or ""
    texts = [_text(part, links=against.own) for part in parts]
    title = "" if against.own else _headline(texts[0])
    content = "\n\n".join(filter(None, texts)) if against.own else ""
    return Item(
        native_id=native_id,
        url=f"https://x.com/{against.name or 'i'}/status/{native_id}",
        digest=digest,
        title=Text(value=title) if title else None,
        content=Text(value=content) if content else None,
        published=moment(head.get("created_at")),
        language=None if string(head.get("lang")) in _SAYS_NOTHING else language(head.get("lang")),
        media=tuple(_media(parts, against.media)) if against.own else (),
        links=tuple(dict.fromkeys(link for part in parts for link in _links(part))),
        # What we may not show we do not keep either.
        raw=raw[:RAW_LIMIT] if against.own else b"",
    )


def withdrawn(native_id: str, name: str) -> Item:
    """Give the item that says that a post is gone."""
    digest, _ = serialise(["withdrawn", native_id])
    url = f"https://x.com/{name or 'i'}/status/{native_id}"
    return Item(native_id=native_id, url=url, digest=digest, withdrawn=True)


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(post: Post, *, links: bool) -> str:
    """Give the text, the long one where there is one, with the addresses behind ``t.co`` written out or left out."""
    long = mapping(post.get("note_tweet"))
    text = string(long.get("text")) or string(post.get("text"))
    for short, address, own_picture in _addresses(post):
        text = text.replace(short, address if links and not own_picture else "")
    # X escapes these three, and nothing else.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _addresses(post: Post) -> Iterator[tuple[str, str, bool]]:
    """Give each short address, what it stands for, and whether that is a picture of the post itself."""
    for holder in (mapping(post.get("note_tweet")), post):
        for one in map(mapping, listed(mapping(holder.get("entities")).get("urls"))):
            address = string(one.get("unwound_url")) or string(one.get("expanded_url"))
            if string(one.get("url")) and is_web(address):
                yield string(one.get("url")), address, "media_key" in one


def _links(post: Post) -> Iterator[str]:
    return (address for _, address, own_picture in _addresses(post) if not own_picture)


def _headline(text: str) -> str:
    """Give the first sentence of the first line, cut between words where it is long."""
    line = " ".join(next((one for one in text.splitlines() if one.strip()), "").split())
    if len(line) <= _HEADLINE:
        return line
    ends = [found.end() for found in _SENTENCE.finditer(line[:_HEADLINE])]
    if ends:
        return line[: ends[-1]]
    cut = line.rfind(" ", 0, _HEADLINE)
    return line[: cut if cut > 0 else _HEADLINE].rstrip(" ,;:-") + "…"


def _media(parts: Iterable[Post], known: Mapping[str, Mapping[str, Any]]) -> Iterator[Media]:
    for part in parts:
        for key in map(string, listed(mapping(part.get("attachments")).get("media_keys"))):
            one = known.get(key, {})
            url = string(one.get("url")) if one.get("type") == "photo" else string(one.get("preview_image_url"))
            if is_web(url):
                yield Media(
                    url=url,
                    mime="image/*",
                    alt=string(one.get("alt_text")) or None,
                    width=number(one.get("width")),
                    height=number(one.get("height")),
                )

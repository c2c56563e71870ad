"""Finding our own posts on an account: after an unknown outcome, at start, and after a gap.

A post is ours only if no other publication owns it, it lies above the anchor (position in the timeline, never clocks), and
its source text has our fingerprint, or it carries our link and our application wrote it; a thread part also answers the
previous part. Other people's posts on the account are never taken for ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from adapters.contract import RemotePost
from bot.model import Fingerprint, Undecided
from bot.text import canonical_link, digest

MOST_PAGES = 50
"""How far down a timeline is read: 2,000 posts of Mastodon's 40 a page."""

BOTS = frozenset(
    {"feed2toot", "feed2fedi", "feediverse", "mastofeedbot", "pleroma-bot", "stork", "masto-rss", "rss2masto"}
)
"""Applications of bots that may have served an account before us, in lower case."""

Owners = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Gives, for the posts that are known, the publication that each belongs to."""


class Timeline(Protocol):
    """The part of a publisher that shows what is on an account."""

    def timeline(self, before: str | None = None) -> tuple[RemotePost, ...]:
        """One page, newest first."""

    def history(self, remote_id: str) -> tuple[str, ...]:
        """Every text that a post has had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a search found of one delivery: the post, nothing, more than one candidate, or no anchor."""

    verdict: Literal["found", "absent", "ambiguous", "no-anchor"]
    post: RemotePost | None = None


@dataclass(slots=True)
class _Hunt:
    """One delivery being looked for: its candidates so far, and whether its anchor was reached."""

    wanted: Undecided
    candidates: list[RemotePost] = field(default_factory=list)
    complete: bool = False


def search(
    place: Timeline, undecided: Sequence[Undecided], *, owners: Owners, application: str | None
) -> dict[str, Finding]:
    """Look for several deliveries in one walk down the timeline. Gives a finding per delivery id."""
    hunts = [_Hunt(one) for one in undecided]
    exhausted = False
    for page in pages(place):
        if not page:
            exhausted = True
            break
        owned = owners([post.remote_id for post in page])
        for post in page:
            _show(post, hunts, place, application=application, free=owned.get(post.remote_id) is None)
        if all(hunt.complete for hunt in hunts):
            break
    found = {hunt.wanted.delivery: _finding(hunt, exhausted=exhausted) for hunt in hunts}
    return _each_post_once(found)


def pages(place: Timeline) -> Iterator[tuple[RemotePost, ...]]:
    """Walk down a timeline, at most ``MOST_PAGES`` pages; an empty page says that there is no more."""
    before: str | None = None
    for _ in range(MOST_PAGES):
        page = place.timeline(before)
        yield page
        if not page:
            return
        before = page[-1].remote_id


def is_past(post: RemotePost, anchor: str | None) -> bool:
    """Whether a post lies at or below the anchor. Servers number posts upwards: digits by value, ULIDs by letter."""
    return anchor is not None and order(post.remote_id) <= order(anchor)


def order(remote_id: str) -> tuple[int, str]:
    """Give what sorts ids of posts as their server numbers them."""
    return (len(remote_id), remote_id)


def is_ours(post: RemotePost, fingerprint: Fingerprint, place: Timeline, *, application: str | None) -> bool:
    """Whether a post has our fingerprint."""
    if fingerprint.in_reply_to is not None and post.in_reply_to != fingerprint.in_reply_to:
        return False
    if digest(post.text) == fingerprint.digest:
        return True
    carries_link = fingerprint.link is not None and fingerprint.link in links_of(post)
    if carries_link and application is not None and post.application == application:
        return True
    theirs = application is not None and post.application is not None and post.application != application
    if theirs or not (carries_link or post.edited):
        return False
    # what the server shows may be mangled or edited; its source and its history are not
    return any(digest(text) == fingerprint.digest for text in place.history(post.remote_id))


def links_of(post: RemotePost) -> frozenset[str]:
    """Give the canonical addresses that a post carries."""
    return frozenset(canonical_link(link) for link in post.links)


def is_the_same_news(post_text: str, application: str | None, ours: str | None, title: str) -> bool:
    """Whether a post with our link that no publication owns says our announcement already.

    It does where our application or another bot wrote it, or where it says the title as a bot does; a person who shares
    the link with words of their own has not announced it.
    """
    if application is not None and (application == ours or application.lower() in BOTS):
        return True
    said, wanted = _words(post_text), _words(title)
    return bool(wanted) and said[: len(wanted)] == wanted


def _words(text: str) -> list[str]:
    return [word.strip(".,:;!?…\"'()[]").casefold() for word in text.split() if "://" not in word]


def _show(post: RemotePost, hunts: Iterable[_Hunt], place: Timeline, *, application: str | None, free: bool) -> None:
    for hunt in hunts:
        if hunt.complete:
            continue
        if is_past(post, hunt.wanted.anchor):
            hunt.complete = True
        elif free and is_ours(post, hunt.wanted.fingerprint, place, application=application):
            hunt.candidates.append(post)


def _finding(hunt: _Hunt, *, exhausted: bool) -> Finding:
    if not hunt.complete and not exhausted:
        return Finding(verdict="no-anchor")
    if len(hunt.candidates) > 1:
        return Finding(verdict="ambiguous")
    if hunt.candidates:
        return Finding(verdict="found", post=hunt.candidates[0])
    return Finding(verdict="absent")


def _each_post_once(found: dict[str, Finding]) -> dict[str, Finding]:
    """Refuse a post that two deliveries would claim."""
    claimed = [one.post.remote_id for one in found.values() if one.post]
    return {
        delivery: Finding(verdict="ambiguous") if one.post and claimed.count(one.post.remote_id) > 1 else one
        for delivery, one in found.items()
    }

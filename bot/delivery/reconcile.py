"""Finding our own posts on an account: after an unknown outcome, at start, and after a gap.

A post is ours only if no other publication owns it, it lies above the anchor (position in the timeline, never clocks), and
its source text has our fingerprint, or it carries our link and our application wrote it; a thread part also answers the
previous part. Other people's posts on the account are never taken for ours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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

HANDS = frozenset(
    {
        "web",
        "mastodon for android",
        "mastodon for ios",
        "tusky",
        "elk",
        "phanpy",
        "ivory for ios",
        "ivory for mac",
        "ice cubes for mastodon",
        "mona for mastodon",
        "toot!",
        "fedilab",
        "megalodon",
        "moshidon",
        "pachli",
        "metatext",
        "mammoth",
        "semaphore",
        "pinafore",
        "whalebird",
        "tokodon",
        "tuba",
        "sengi",
        "trunks",
        "woolly",
    }
)
"""Applications that people write with, in lower case: what they wrote is theirs, whatever it looks like."""

ULID, FLAKE = 26, 18
"""Lengths of the ids of GoToSocial and Pleroma, which are letters and digits and sort as text."""

Owners = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Gives, for the posts that are known, the publication that each belongs to."""


class Timeline(Protocol):
    """The part of a publisher that shows what is on an account."""

    def timeline(self, before: str | None = None) -> tuple[RemotePost, ...]:
        """One page, newest first."""

    def post(self, remote_id: str) -> RemotePost | None:
        """One post; None where it is not there."""

    def history(self, remote_id: str) -> tuple[str, ...]:
        """Every text that a post has had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a search found of one delivery: the post, nothing, more than one candidate, or no anchor; or it failed."""

    verdict: Literal["found", "absent", "ambiguous", "no-anchor", "failed"]
    post: RemotePost | None = None


@dataclass(slots=True)
class _Hunt:
    """One delivery being looked for: what has its words, what has its link alone, and whether its anchor was reached."""

    wanted: Undecided
    same_words: list[RemotePost] = field(default_factory=list)
    same_link: list[RemotePost] = field(default_factory=list)
    complete: bool = False
    blind: bool = False
    """Whether ids say nothing about positions here, so that only the anchor itself can be recognised."""


def search(
    place: Timeline,
    undecided: Sequence[Undecided],
    *,
    owners: Owners,
    application: str | None,
    others: Collection[str] = (),
) -> dict[str, Finding]:
    """Look for several deliveries in one walk down the timeline. Gives a finding per delivery id.

    ``others`` are the digests of what else is being posted on the account: a post with those very words is none of ours.
    """
    hunts = [_Hunt(one) for one in undecided]
    exhausted = False
    for page in pages(place):
        if not page:
            exhausted = True
            break
        owned = owners([post.remote_id for post in page])
        for post in page:
            free = owned.get(post.remote_id) is None and digest(post.text) not in others
            _show(post, hunts, place, application=application, free=free)
        if all(hunt.complete for hunt in hunts):
            break
    taken = {post.remote_id for hunt in hunts for post in hunt.same_words}
    found = {hunt.wanted.delivery: _finding(hunt, taken, exhausted=exhausted) for hunt in hunts}
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


def vanished(place: Timeline, expected: Collection[str]) -> set[str]:
    """Say which of these posts an account does not show any more: not in its timeline, and not by themselves.

    What lies further down than a timeline is read counts as there.
    """
    missing, passed = set(expected), set[str]()
    for page in pages(place):
        missing.difference_update(post.remote_id for post in page)
        passed = {one for one in missing if not page or is_past(page[-1], one)}
        if passed == missing:
            break
    return {one for one in passed if place.post(one) is None}


def is_past(post: RemotePost, anchor: str | None) -> bool:
    """Whether a post lies at or below the anchor."""
    if anchor is None or post.remote_id == anchor:
        return anchor is not None
    return comparable(post.remote_id, anchor) and order(post.remote_id) < order(anchor)


def comparable(one: str, other: str) -> bool:
    """Whether two ids tell by themselves which post is the newer: numbers by value, ULIDs and flakes by letter."""
    if not (one.isascii() and other.isascii() and one.isalnum() and other.isalnum()):
        return False
    return (one.isdigit() and other.isdigit()) or len(one) == len(other) in {ULID, FLAKE}


def order(remote_id: str) -> tuple[int, str]:
    """Give what sorts comparable ids of posts as their server numbers them."""
    return (len(remote_id), remote_id)


def likeness(
    post: RemotePost, fingerprint: Fingerprint, place: Timeline, *, application: str | None
) -> Literal["words", "link"] | None:
    """Say by what a post has our fingerprint: its words, now or in an earlier version, or our link by our application."""
    if post.in_reply_to not in {None, fingerprint.in_reply_to} and fingerprint.in_reply_to is not None:
        return None
    found = _likeness(post, fingerprint, place, application)
    # a reply whose parent was deleted shows as a root: servers let go of the reference
    parent = fingerprint.in_reply_to if post.in_reply_to is None else None
    return found if found is None or parent is None or place.post(parent) is None else None


def _likeness(
    post: RemotePost, fingerprint: Fingerprint, place: Timeline, application: str | None
) -> Literal["words", "link"] | None:
    if digest(post.text) == fingerprint.digest:
        return "words"
    carries_link = fingerprint.link is not None and fingerprint.link in links_of(post)
    ours = application is not None and post.application == application
    theirs = application is not None and post.application is not None and not ours
    # what the server shows may be mangled or edited; its source and its history are not
    doubtful = not theirs and (carries_link or post.edited)
    if doubtful and any(digest(text) == fingerprint.digest for text in place.history(post.remote_id)):
        return "words"
    return "link" if carries_link and ours else None


def links_of(post: RemotePost) -> frozenset[str]:
    """Give the canonical addresses that a post carries."""
    return frozenset(canonical_link(link) for link in post.links)


def is_the_same_news(post_text: str, application: str | None, ours: str | None, title: str) -> bool:
    """Whether a post with our link that no publication owns says our announcement already.

    It does where our application or another bot wrote it, or where it says the title as a bot does; what a person shares by
    hand has not announced it.
    """
    name = (application or "").lower()
    if application is not None and (application == ours or name in BOTS):
        return True
    said, wanted = _words(post_text), _words(title)
    return name not in HANDS and bool(wanted) and said[: len(wanted)] == wanted


def may_be_a_bots(post: RemotePost, ours: str | None) -> bool:
    """Whether a post may be one of ours, or of another bot before us: nobody wrote it by hand as far as one can see."""
    name = (post.application or "").lower()
    return post.boost_of is None and (post.application in {None, ours} or name not in HANDS)


def _words(text: str) -> list[str]:
    return [word.strip(".,:;!?…\"'()[]").casefold() for word in text.split() if "://" not in word]


def _show(post: RemotePost, hunts: Sequence[_Hunt], place: Timeline, *, application: str | None, free: bool) -> None:
    for hunt in hunts:
        anchor = hunt.wanted.anchor
        hunt.complete = hunt.complete or is_past(post, anchor)
        if hunt.complete or not free:
            continue
        hunt.blind = hunt.blind or (anchor is not None and not comparable(post.remote_id, anchor))
        by = likeness(post, hunt.wanted.fingerprint, place, application=application)
        if by == "words":
            hunt.same_words.append(post)
        elif by == "link":
            hunt.same_link.append(post)


def _finding(hunt: _Hunt, taken: Collection[str], *, exhausted: bool) -> Finding:
    """Say what came of one hunt. Words count before a link, which several announcements may share."""
    candidates = hunt.same_words or [post for post in hunt.same_link if post.remote_id not in taken]
    if not hunt.complete and (not exhausted or (hunt.blind and candidates)):
        return Finding(verdict="no-anchor")
    if len(candidates) > 1:
        return Finding(verdict="ambiguous")
    if candidates:
        return Finding(verdict="found", post=candidates[0])
    return Finding(verdict="absent")


def _each_post_once(found: dict[str, Finding]) -> dict[str, Finding]:
    """Refuse a post that two deliveries would claim."""
    claimed = [one.post.remote_id for one in found.values() if one.post]
    return {
        delivery: Finding(verdict="ambiguous") if one.post and claimed.count(one.post.remote_id) > 1 else one
        for delivery, one in found.items()
    }

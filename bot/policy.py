"""Policy per platform: what may be read, whose words may be copied whole, and where a post may lead. Pure.

One line per platform says where we stand. A line holds for a body and everything below it until a body has one of its own;
a line without a body holds for all. What is said nowhere is allowed.

| stance | read | copied whole | linked |
|---|---|---|---|
| ``primary`` | yes, and boosted | yes | yes |
| ``allowed`` | yes | yes | yes |
| ``own`` | yes | only accounts that the operator owns; of others a headline and a link | yes |
| ``link`` | no | no | yes |
| ``forbidden`` | no | no | no |

A platform that shows nothing without logging in (``walled``) is linked only where there is no other address.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Stance = Literal["primary", "allowed", "own", "link", "forbidden"]

PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "mastodon": (),
    "x": ("x.com", "twitter.com", "t.co"),
    "facebook": ("facebook.com", "fb.com", "fb.me", "fb.watch"),
    "instagram": ("instagram.com", "instagr.am", "cdninstagram.com"),
    "threads": ("threads.net", "threads.com"),
    "tiktok": ("tiktok.com", "tiktokcdn.com"),
    "bluesky": ("bsky.app", "bsky.social"),
    "youtube": ("youtube.com", "youtu.be", "youtube-nocookie.com"),
    "linkedin": ("linkedin.com", "lnkd.in"),
    "whatsapp": ("whatsapp.com", "wa.me"),
    "telegram": ("t.me", "telegram.me", "telegram.org"),
    "snapchat": ("snapchat.com",),
}
"""Platforms by name, each with its hosts. Mastodon has thousands, and is told by the kind of a source alone."""

_HOSTS = {host: name for name, hosts in PLATFORMS.items() for host in hosts}
NAMES: Mapping[str, str] = {
    "x": "X",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
    "whatsapp": "WhatsApp",
}
"""Platforms whose name has other capitals than its first letter."""

_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_SPACES = re.compile(r" +(?= |[.!?]+\Z)")
_TRAILING = ".,;:!?'\")]}>…"
_FINISHED = (".", "!", "?", "…", ":")
_POINTING = re.compile(
    r"(?:\A|[\s(\[])(?:aan|bekijk|check|door|en|in|kijk|lees|met|naar|of|op|over|van|via|volg|zie"
    r"|and|at|by|follow|from|on|or|read|see|to|watch|with)\Z",
    re.IGNORECASE,
)
"""Words that need what follows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the policy. ``agency`` None: for everybody. ``place`` is its file and line, as messages show it."""

    platform: str
    stance: Stance
    reason: str
    owner: str
    date: dt.date
    review: dt.date
    walled: bool = False
    agency: str | None = None
    place: str = ""

    def __str__(self) -> str:
        return f"{self.platform}: {self.stance} ({self.reason}; {self.place or self.owner})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All lines: of several for the same body and platform the first counts. ``parents`` leads from a body to the one above."""

    lines: tuple[Line, ...] = ()
    parents: Mapping[str, str | None] = field(default_factory=dict)

    def line(self, agency: str | None, platform: str | None) -> Line | None:
        """Give the line that holds for a body: its own, else that of the nearest body above, else everybody's."""
        own = [one for one in self.lines if one.platform == platform]
        for body in (*self._upwards(agency), None):
            found = next((one for one in own if one.agency == body), None)
            if found:
                return found
        return None

    def _upwards(self, agency: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while agency and agency not in seen:
            seen.add(agency)
            yield agency
            agency = self.parents.get(agency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the policy says: whether it may be, whether in full, why, and the line that says so (None: no line)."""

    allowed: bool
    full: bool = True
    reason: str = ""
    line: Line | None = None


NO_LINE = Verdict(allowed=True)


def platform_of(url: str) -> str | None:
    """Give the platform that an address is on; None for any other site."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    labels = host.split(".")
    return next((_HOSTS[name] for at in range(len(labels)) if (name := ".".join(labels[at:])) in _HOSTS), None)


def platform_of_source(kind: str, url: str) -> str | None:
    """Give the platform that a source reads: that of its kind, else that of its address (a feed of YouTube, say)."""
    return kind if kind in PLATFORMS else platform_of(url)


def allows(policy: Policy, agency: str, platform: str | None, *, own: bool = False) -> Verdict:
    """Say whether a body's account on a platform may be read; ``full`` is whether its words may be copied whole.

    ``own``: the operator declares that account as its own.
    """
    line = policy.line(agency, platform) if platform else None
    if line is None:
        return NO_LINE
    allowed = line.stance not in {"forbidden", "link"}
    return Verdict(allowed=allowed, full=allowed and (line.stance != "own" or own), reason=line.reason, line=line)


def link_allowed(policy: Policy, agency: str, url: str) -> Verdict:
    """Say whether a post about a body may lead to an address; ``full`` is false where readers meet a wall there."""
    platform = platform_of(url)
    line = policy.line(agency, platform) if platform else None
    if line is None:
        return NO_LINE
    return Verdict(allowed=line.stance != "forbidden", full=not line.walled, reason=line.reason, line=line)


def better_link(
    policy: Policy, agency: str, candidates: Iterable[str | None], *, behind_walls: bool = True
) -> str | None:
    """Choose where a post leads: the first address without a wall, else the first that is not forbidden, else none.

    The first candidate is the item's own address; the others, in order, are those that its text points to.
    ``behind_walls`` false: an address that shows nothing without logging in is no address at all.
    """
    verdicts = [(url, link_allowed(policy, agency, url)) for url in candidates if url]
    open_ = (url for url, verdict in verdicts if verdict.allowed and verdict.full)
    walled = (url for url, verdict in verdicts if verdict.allowed and behind_walls)
    return next(open_, None) or next(walled, None)


def without_links(policy: Policy, agency: str, text: str, link: str | None, *, behind_walls: bool = True) -> str:
    """Take the addresses out of a text to which a post that leads to ``link`` may not lead as well.

    These are those on forbidden platforms, and those behind a wall where the post has an open address, or may have none
    (``behind_walls`` false). Inside a sentence the name of the platform stays in its place.
    """
    thinned = "\n".join(
        row for row, before in _thinned(policy, agency, text, link, behind_walls=behind_walls) if row or not before
    )
    return text if thinned == text else thinned.strip()


def _thinned(
    policy: Policy, agency: str, text: str, link: str | None, *, behind_walls: bool
) -> Iterator[tuple[str, str]]:
    """Give each line as it becomes, with what it was."""
    walls = behind_walls and not (link is not None and link_allowed(policy, agency, link).full)

    def kept(found: re.Match[str]) -> str:
        address = found[0].rstrip(_TRAILING)
        verdict = link_allowed(policy, agency, address)
        if address == link or (verdict.allowed and (verdict.full or walls)):
            return found[0]
        return _in_place_of(address, found)

    for row in text.split("\n"):
        left = _ADDRESS.sub(kept, row)
        yield (row if left == row else _SPACES.sub("", left).strip()), row


def _in_place_of(address: str, found: re.Match[str]) -> str:
    """Give what stands where an address stood: nothing at the end of a line, else the name of its platform.

    A word before it that needs something behind it gets the name at the end too.
    """
    before, rest = found.string[: found.start()].rstrip(), found[0][len(address) :]
    at_the_end = not found.string[found.start() + len(address) :].strip(f"{_TRAILING} ")
    if not at_the_end or _POINTING.search(before) or before.endswith(("(", "[")):
        return _name(address) + rest
    return "" if not before or before.endswith(_FINISHED) else rest


def _name(address: str) -> str:
    platform = platform_of(address) or ""
    return NAMES.get(platform, platform.capitalize())


def overdue(policy: Policy, today: dt.date) -> tuple[Line, ...]:
    """Give the lines whose review date has passed."""
    return tuple(line for line in policy.lines if line.review < today)

"""Where a source may lead: redirects inside the agency's own domains, and an address that has moved for good. Pure.

A permanent redirect is adopted when it was seen three times over two days and names the same place each time, over https
(a machine that the operator named in a private network may do without); it is kept in memory and never written into the
configuration. A redirect of the source's own address that leaves the agency's
domains is never followed: the source is quarantined, for it may have been hijacked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from adapters.errors import Permanent
from bot.hosts import belongs, host_of, is_public

ADOPT_AFTER = timedelta(hours=48)
ADOPT_TIMES = 3
QUARANTINE = "source.redirected-away"

Moved = Mapping[str, Any]
"""As kept: ``adopted`` is the address in use instead of the configured one; ``to``, ``times`` and ``since`` (ISO 8601) are
where permanent redirects lead of late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a source lives: its configured address, and its agency's domains."""

    url: str
    domains: tuple[str, ...] = ()

    def has(self, address: str) -> bool:
        """Whether an address lies with the agency, or on the source's own host, with or without ``www.``."""
        own = host_of(self.url).removeprefix("www.")
        return belongs(host_of(address), (*self.domains, own) if own else self.domains)

    def guard(self, asked: str, target: str) -> None:
        """Refuse a redirect of the source's own address that leaves its home. Raises ``Permanent``."""
        if _place(asked) == _place(self.url) and not self.has(target):
            raise Permanent(
                f"It redirects to {host_of(target) or 'another site'}, which is none of its agency's domains.",
                code=QUARANTINE,
                remedy="Look whether the source was hijacked. If it moved, configure its new address, or add the domain"
                " to the agency; then `omroeper resume` the source.",
            )


def adopted(moved: Moved | None) -> str | None:
    """Give the address that is in use instead of the configured one; None where the configured one is."""
    found: str | None = (moved or {}).get("adopted")
    return found


def sighted(now: datetime, home: Home, moved: Moved | None, target: str | None) -> Moved | None:
    """Note where a permanent redirect led this time; ``target`` None: there was none, and the counting starts anew.

    Gives what to keep. What it gives has another ``adopted`` where the new address has been seen often enough.
    """
    address = adopted(moved)
    kept = {"adopted": address} if address else None
    here = address or home.url
    if target is None or target == here or not _may_move(home, target):
        return kept
    trail = _trail(now, moved, target)
    if trail.times >= ADOPT_TIMES and now - trail.since >= ADOPT_AFTER:
        return {"adopted": target} if target != home.url else None
    return {**(kept or {}), "to": target, "times": trail.times, "since": trail.since.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trail:
    """How often a permanent redirect was seen to lead to the same place, and since when."""

    times: int
    since: datetime


def _trail(now: datetime, moved: Moved | None, target: str) -> _Trail:
    if moved is None or moved.get("to") != target:
        return _Trail(times=1, since=now)
    return _Trail(times=moved["times"] + 1, since=datetime.fromisoformat(moved["since"]))


def _may_move(home: Home, target: str) -> bool:
    """Whether an address may take the place of the configured one: with the agency, and where nobody on the way can forge it."""
    return home.has(target) and (target.startswith("https:") or not is_public(host_of(target)))


def _place(address: str) -> tuple[str, str, str]:
    """Give what an address and its further pages share: everything but the query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return (address, "", "")
    return (parts.scheme.lower(), parts.netloc.lower(), parts.path or "/")

"""Where a source may lead: redirects inside the agency's own domains, and an address that has moved for good. Pure.

A permanent redirect is adopted when it was seen three times over two days and names the same place each time; it is kept
in memory and never written into the configuration. A redirect of the source's own address that leaves the agency's
domains is never followed: the source is quarantined, for it may have been hijacked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from adapters.errors import Permanent
from bot.hosts import belongs, host_of

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
    kept = {"adopted": address} if (address := adopted(moved)) else {}
    here = address or home.url
    if target is None or target == here or not _may_move(home, here, target):
        return kept or None
    before = moved if moved and moved.get("to") == target else {"times": 0, "since": now.isoformat()}
    times, since = before["times"] + 1, before["since"]
    if times >= ADOPT_TIMES and now - datetime.fromisoformat(since) >= ADOPT_AFTER:
        return {"adopted": target} if target != home.url else None
    return {**kept, "to": target, "times": times, "since": since}


def _may_move(home: Home, here: str, target: str) -> bool:
    downgraded = here.startswith("https:") and not target.startswith("https:")
    return home.has(target) and not downgraded


def _place(address: str) -> tuple[str, str, str]:
    """Give what an address and its further pages share: everything but the query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return (address, "", "")
    return (parts.scheme.lower(), parts.netloc.lower(), parts.path or "/")

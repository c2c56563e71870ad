"""How a feed wants to be asked, as the answer that brought it says, and what of its document still holds where nothing changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from adapters.contract import Cursor, Hints

if TYPE_CHECKING:
    from adapters.http import Response

_NONE = Hints()
_LINK = re.compile(r"<([^<>]{1,2000})>([^,<]{0,500})")
_REL = re.compile(r";\s{0,9}rel\s{0,9}=\s{0,9}\"?([^\";]{1,200})", re.IGNORECASE)


def answer_hints(hints: Hints, response: Response) -> Hints:
    """Add what the answer itself said: how long it is fresh, the hub of a Link header, and a move."""
    fresh = response.fresh_for(datetime.now(UTC))
    told = fresh is not None and fresh > (hints.interval or 0.0)
    if not (response.hops or "Link" in response.headers):  # as nearly every answer that nothing changed
        if not told:
            return hints
        if hints is _NONE:
            return _fresh(fresh)
    links = _links(response.headers.get("Link", ""))
    return Hints(
        interval=fresh if told else hints.interval,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        hub=hints.hub or links.get("hub"),
        topic=hints.topic or links.get("self"),
        moved_to=response.moved_to,
    )


@lru_cache(maxsize=256)
def _fresh(seconds: float | None) -> Hints:
    """Give what a host says that says nothing else: many say it in the same words."""
    return Hints(interval=seconds)


def remembered(hints: Hints) -> dict[str, Any]:
    """Give the hints of a document in the form that a cursor keeps, so that an answer without a body has them too."""
    return {
        "interval": hints.interval,
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
        "hub": hints.hub,
        "topic": hints.topic,
    }


def recalled(cursor: Cursor) -> Hints:
    """Read back what ``remembered`` gave."""
    kept = cursor.get("hints")
    if not kept:
        return _NONE
    return Hints(
        interval=kept.get("interval"),
        skip_hours=frozenset(kept.get("skip_hours", ())),
        skip_days=frozenset(kept.get("skip_days", ())),
        hub=kept.get("hub"),
        topic=kept.get("topic"),
    )


def _links(header: str) -> dict[str, str]:
    """Read a Link header (RFC 8288) as far as we need it: the first address of each relation."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(header):
        rel = _REL.search(parameters)
        for relation in rel[1].lower().split() if rel else ():
            found.setdefault(relation, target)
    return found

"""How a feed wants to be asked: in its own elements, and in the headers of the answer that brought it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from adapters.contract import Cursor, Hints
from adapters.feed.channel import Channel
from adapters.feed.names import Children
from adapters.feed.text import plain_text

if TYPE_CHECKING:
    from adapters.http import Response

_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = 24
_NONE = Hints()
_LINK = re.compile(r"<([^<>]{1,2000})>([^,<]{0,500})")
_REL = re.compile(r";\s{0,9}rel\s{0,9}=\s{0,9}\"?([^\";]{1,200})", re.IGNORECASE)


def channel_hints(channel: Channel) -> Hints:
    """Read what the document says: ttl (RSS 2.0), skipHours and skipDays (in GMT), and the syndication module."""
    children = channel.children
    return Hints(
        interval=max(filter(None, (_ttl(children), _period(children))), default=None),
        skip_hours=_unless_all(frozenset(_hours(children)), _HOURS),
        skip_days=_unless_all(frozenset(_days(children)), len(_DAYS)),
        hub=channel.hub,
        topic=channel.topic,
    )


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


def _ttl(children: Children) -> float | None:
    minutes = _number(children, "ttl")
    return minutes * 60.0 if minutes else None


def _period(children: Children) -> float | None:
    """Give the pause between updates as the syndication module of RSS 1.0 has it: a period and a number of times in it."""
    named = [plain_text(element).lower() for element in children.get("sy:updateperiod", ())]
    often = _number(children, "sy:updatefrequency")
    if not named and often is None:
        return None
    period = _PERIODS.get(named[0] if named else "daily")
    return period / max(often or 1, 1) if period else None


def _number(children: Children, name: str) -> int | None:
    for element in children.get(name, ()):
        if re.fullmatch(r"[0-9]{1,7}", plain_text(element)):
            return int(plain_text(element))
    return None


def _hours(children: Children) -> list[int]:
    texts = [plain_text(hour) for element in children.get("skiphours", ()) for hour in element.iterchildren("*")]
    # RSS 0.91 counted them from 1 to 24, and that is still seen.
    return [int(text) % _HOURS for text in texts if re.fullmatch(r"[0-9]{1,2}", text) and int(text) <= _HOURS]


def _days(children: Children) -> list[int]:
    texts = [plain_text(day).lower() for element in children.get("skipdays", ()) for day in element.iterchildren("*")]
    return [_DAYS.index(text) for text in texts if text in _DAYS]


def _unless_all(skipped: frozenset[int], count: int) -> frozenset[int]:
    """Give nothing where everything is to be skipped: nobody publishes a feed that is never to be read."""
    return frozenset() if len(skipped) >= count else skipped


def _links(header: str) -> dict[str, str]:
    """Read a Link header (RFC 8288) as far as we need it: the first address of each relation."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(header):
        rel = _REL.search(parameters)
        for relation in rel[1].lower().split() if rel else ():
            found.setdefault(relation, target)
    return found

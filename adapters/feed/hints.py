"""How a feed wants to be asked, as its document says."""

from __future__ import annotations

import re

from adapters.contract import Hints
from adapters.feed.channel import Channel
from adapters.feed.names import Children
from adapters.feed.text import plain_text

_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = 24


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

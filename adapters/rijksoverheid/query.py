"""What is asked of rijksoverheid.nl: a query in JSON inside an address, and the windows of time that it is asked for.

The site has no feed since June 2026 but a search that answers in RSS: at most 20 items, by relevance, without pages or an
order that could be chosen. An answer of 20 means that there may be more, and then its window is cut in two. Both ends of a
window belong to it, and must be full instants: the site answers 500 to bare dates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

MOST_ITEMS = 20
"""Items that one answer can hold."""
NEWS = "pro:newsDocument"
TYPES = {"news": NEWS, "all": ""}

_SMALLEST = timedelta(hours=1)
_GRID = timedelta(hours=6)
_OVERLAP = timedelta(hours=36)
_MOST_QUESTIONS = 6
_AHEAD = timedelta(hours=18)
_FIRST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Options:
    """What of the site is wanted.

    ``topics`` as the site names them, any of them; ``search`` words to look for; ``types``: ``news``, ``all``, or types as
    the site itself calls them (``pro:newsDocument``).
    """

    topics: tuple[str, ...] = ()
    search: str = ""
    types: tuple[str, ...] = ("news",)

    def __post_init__(self) -> None:
        wrong = [one for one in self.types if one not in TYPES and ":" not in one]
        if wrong or not self.types:
            raise ValueError(f"types are news, all, or names with a colon such as {NEWS}")
        if "" in self.topics:
            raise ValueError("a topic is not empty")
        if len(self.types) * max(len(self.topics), 1) > _MOST_QUESTIONS:
            raise ValueError(f"topics times types are at most {_MOST_QUESTIONS}; make a second source of the rest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time, both ends included."""

    start: datetime
    end: datetime

    def halves(self) -> tuple[Window, Window] | None:
        """Cut it in two, the older half first; None where it is too short to be cut."""
        if self.end - self.start <= _SMALLEST:
            return None
        middle = (self.start + (self.end - self.start) / 2).replace(microsecond=0)
        return Window(start=self.start, end=middle), Window(start=middle, end=self.end)


def first_window(now: datetime) -> Window:
    """Give the window in which first contact looks round."""
    return Window(start=_floor(now - _FIRST), end=_ahead(now))


def next_window(since: datetime, now: datetime) -> Window:
    """Give the window from a moment on."""
    return Window(start=since, end=_ahead(now))


def overlapping(now: datetime) -> datetime:
    """Give where the next window starts when everything up to now was seen.

    It reaches back, because documents bear the midnight with which their day begins and come online during that day; and
    it moves in steps of hours, so that a server that knows "not modified" can say so.
    """
    return _floor(now - _OVERLAP)


def questions(url: str, options: Options) -> Iterator[dict[str, Any]]:
    """Give the queries, still without a window, that together ask for what is wanted.

    A query that the configured address already has is kept, and narrowed by the options. Topics and types are asked one by
    one: that they can be asked for together is not documented.
    """
    given = _given(url)
    kept = [one for one in given.get("filters", ()) if isinstance(one, dict) and one.get("field") != "sort_date"]
    types = (
        [None] if any(one.get("field") == "content_type" for one in kept) else [TYPES.get(t, t) for t in options.types]
    )
    for kind in types:
        for topic in options.topics or (None,):
            filters = [*kept, *_filter("content_type", kind), *_filter("topic", topic)]
            yield {
                "filters": filters,
                "resultSearchTerm": options.search or str(given.get("resultSearchTerm") or ""),
                "pageTitle": str(given.get("pageTitle") or ("Nieuws" if kind == NEWS else "Zoeken")),
            }


def address(url: str, question: dict[str, Any], window: Window) -> str:
    """Give the address that asks a question for one window."""
    period = {"name": "specificPeriod", "from": _instant(window.start), "to": _instant(window.end)}
    filters = [*question["filters"], {"field": "sort_date", "values": [period], "type": "all"}]
    query = json.dumps({**question, "filters": filters}, ensure_ascii=False, separators=(",", ":"))
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, f"query={quote(query, safe='')}", ""))


def _given(url: str) -> dict[str, Any]:
    """Give the query that an address was configured with; nothing where it has none that can be read."""
    try:
        found = json.loads(parse_qs(urlsplit(url).query).get("query", ["{}"])[0])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _filter(field: str, value: str | None) -> list[dict[str, Any]]:
    return [{"field": field, "values": [value], "type": "all"}] if value else []


def _floor(moment: datetime) -> datetime:
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + _GRID * ((moment - midnight) // _GRID)


def _ahead(now: datetime) -> datetime:
    """Give an end beyond now: what is dated in an hour is shown now, where somebody's clock is fast."""
    return _floor(now + _AHEAD)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

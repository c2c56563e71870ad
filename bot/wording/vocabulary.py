"""What wording there is to write: the kinds of posts and phrases, and the names that each may use. Data and look-ups.

``docs/wording.md`` explains every one of them; a test keeps the two together.
"""

from __future__ import annotations

_COMMON = frozenset({"agency", "link", "mirror", "mirror-in-brief", "number", "tags", "text", "title"})
_NEWS = _COMMON | {"category", "changed", "date"}
_ENDED = _COMMON | {"event", "headline", "label", "region", "sent", "standing"}
_ALERT = _ENDED | {"until"}

TEXTS: dict[str, frozenset[str]] = {
    "news": _NEWS,
    "correction": _NEWS,
    "withdrawn": _NEWS - {"changed"},
    "alert": _ALERT,
    "alert-update": _ALERT,
    "alert-end": _ENDED,
    "alert-test": _ALERT,
    "alert-superseded": _ENDED,
    "alert-over": _ENDED,
    "digest": _COMMON | {"count", "more"},
    "continuation": _COMMON - {"link", "tags"} | {"standing"},
}
"""Per kind of post the values that its template may name."""

PHRASES: dict[str, frozenset[str]] = {
    "mirror": frozenset(),
    "mirror-in-brief": frozenset(),
    "handle": frozenset({"name", "platform"}),
    "months": frozenset(),
    "day": frozenset({"day", "month"}),
    "day-of-year": frozenset({"day", "month", "year"}),
    "days": frozenset({"from", "until"}),
    "time": frozenset({"hour", "minute"}),
    "date": frozenset({"day"}),
    "changed-at": frozenset({"time"}),
    "changed-on": frozenset({"day", "time"}),
    "digest-title": frozenset({"agency", "count", "day"}),
    "one-digest-title": frozenset({"agency", "day"}),
    "more": frozenset({"count"}),
    "one-more": frozenset(),
    "picture": frozenset({"title"}),
    "profile-name": frozenset({"agency", "mirror"}),
    "profile-short-name": frozenset({"agency", "mirror"}),
    "profile-note": frozenset({"agencies", "alerts", "mirror", "operator", "page"}),
    "profile-avatar": frozenset({"name"}),
    "profile-source": frozenset(),
    "profile-operator": frozenset(),
    "profile-status": frozenset(),
    "profile-page": frozenset(),
    "status-mirror": frozenset(),
    "status-official": frozenset(),
    "and": frozenset(),
}
"""The phrases that values are made of, and what each may name."""

SPEAKS_FOR: dict[str, str] = {
    "correction": "news",
    "alert-update": "alert",
    "alert-end": "alert",
    "alert-test": "alert",
    "alert-superseded": "alert",
    "alert-over": "alert",
}
"""The kind that speaks for another one in a place that has no words of its own for it."""

SCOPES = ("account", "source")
"""The tables that hold wording for one account or source alone."""

NEEDS_LINK = frozenset({"news", "correction", "alert", "alert-update", "alert-end"})
"""Kinds whose posts lead to what they tell of."""

NEEDS_MIRROR = frozenset(TEXTS) - {"continuation"}
"""Kinds whose posts must say that the account is a mirror, where it is one."""


def speakers(kind: str) -> tuple[str, ...]:
    """Give a kind and the one that may speak for it."""
    return (kind, SPEAKS_FOR[kind]) if kind in SPEAKS_FOR else (kind,)

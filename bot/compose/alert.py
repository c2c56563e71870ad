"""What an alert's post says first, within the characters that a notification shows: what it is, and where. Pure."""

from __future__ import annotations

import re
from typing import Literal, cast

from adapters.contract import Alert
from bot import alerts
from bot.compose.draft import Draft
from bot.compose.voice import Voice
from bot.text import clean, cut, neutralise, to_text

EARLY = 80
"""Characters within which a reader must see where an alert holds."""

_HOLDS = frozenset({"alert", "alert-update", "alert-test"})
_NOTICES = {"updated": "alert-superseded", "cancelled": "alert-over", "expired": "alert-over"}
_NOTHING = frozenset({"", "none", "n/a", "not applicable", "-", "geen", "n.v.t"})
_FRAGMENTS = re.compile(r"[;,/()]| - | of ")
_FEWEST_LETTERS = 4
_LONGEST_PLACE = 60


def kind_of(alert: Alert, notice: str | None) -> str:
    """Give the kind of wording for an alert, and for what has become of it."""
    if notice in _NOTICES:
        return _NOTICES[notice]
    if alert.status in {"test", "exercise"}:
        return "alert-test"
    if alerts.is_ended(alert):
        return "alert-end"
    return "alert-update" if alert.message == "update" else "alert"


def values_of(draft: Draft, title: str, voice: Voice, language: str) -> dict[str, str]:
    """Give what a template for alerts may name beside the common values. What no longer holds is not said."""
    alert = draft.content.alert
    assert alert is not None
    label = alerts.prefix(alert, _notice(draft.notice), language)
    holds = kind_of(alert, draft.notice) in _HOLDS
    late = draft.created is not None and alerts.is_stale(alert, draft.created)
    return {
        "label": label,
        "headline": headline(alert, title, label, language),
        "region": neutralise(alerts.region(alert, language)),
        "event": neutralise(alert.event),
        "until": alerts.until_line(alert, language) if holds else "",
        "sent": alerts.sent_line(alert, language) if late else "",
        "standing": "" if voice.official else alerts.standing_line(alert, neutralise(voice.agency), language),
    }


def headline(alert: Alert, title: str, label: str, language: str) -> str:
    """Give label and title with the place in the first words, as far as the alert says where it holds."""
    says_itself = title.casefold().startswith(label.casefold())
    opening = title if says_itself else ": ".join(filter(None, (label, title)))
    if _says_where(opening[:EARLY], alert):
        return opening
    place = cut(neutralise(alerts.region(alert, language, most=1)), _LONGEST_PLACE).rstrip("… ")
    return ": ".join(filter(None, ("" if says_itself else label, place, title)))


def instruction(alert: Alert, notice: str | None) -> str:
    """Give what people should do, as plain text; "" where the alert does not say, or no longer holds."""
    text = alert.instruction if kind_of(alert, notice) in _HOLDS else None
    if text is None:
        return ""
    plain = clean(to_text(text.value) if text.markup else text.value)
    return "" if plain.casefold().strip(". ") in _NOTHING else plain


def _says_where(opening: str, alert: Alert) -> bool:
    """Whether a place of the alert is named, or it names none."""
    found = opening.casefold()
    fragments = [part.strip() for area in alert.areas for part in _FRAGMENTS.split(area.name)]
    names = [part.casefold() for part in fragments if len(part) >= _FEWEST_LETTERS and not part[0].isdigit()]
    return not names or any(name in found for name in names)


def _notice(notice: str | None) -> Literal["updated", "cancelled", "expired", "withdrawn"] | None:
    known = {"updated", "cancelled", "expired", "withdrawn"}
    return cast('Literal["updated", "cancelled", "expired", "withdrawn"]', notice) if notice in known else None

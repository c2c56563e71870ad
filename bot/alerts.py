"""What a post about an alert says beside the alert's own words, in Dutch and in English. Pure.

Whoever reads such a post must see at once what it is (an alert, an update, an end, a test), where it holds, when it was
sent if that is a while ago, and that this account is a copy: nobody should rely on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from adapters.contract import Alert

Notice = Literal["updated", "cancelled", "expired", "withdrawn"]

LATE = timedelta(minutes=15)
"""How long after it was sent an alert may first be seen before its post says when that was."""

_HERE = ZoneInfo("Europe/Amsterdam")
_SERVICES = ("NL-Alert", "AMBER Alert", "Vermist Kind Alert", "Burgernet")
_MOST_NAMES = 3
_WHITE = re.compile(r"\s+")

_TEXTS = {
    "nl": {
        "warning": "Waarschuwing",
        "alert": "{name}",
        "update": "Update: {name}",
        "cancel": "{name} beëindigd",
        "error": "{name}: fout in een eerder bericht",
        "test": "TEST – {label}",
        "exercise": "OEFENING – {label}",
        "updated": "{name}: er is een nieuwer bericht",
        "cancelled": "{name} beëindigd",
        "expired": "{name} geldt niet meer",
        "withdrawn": "{name} ingetrokken",
        "sent": "Verzonden op {weekday} {day} {month} {year} om {hour}.{minute} uur.",
        "until": "Geldt tot {weekday} {day} {month}, {hour}.{minute} uur.",
        "more": "{names} en nog {count} gebieden",
        "one-more": "{names} en nog 1 gebied",
        "nl-alert": "Dit is een kopie, niet NL-Alert zelf. Officieel: NL-Alert op uw telefoon, nl-alert.nl, crisis.nl en"
        " de rampenzender.",
        "burgernet": "Dit is een kopie, niet de {name} zelf. Officieel: Burgernet en politie.nl.",
        "other": "Dit is een kopie. Officieel: {agency}. Bij gevaar: luister naar de rampenzender.",
        "days": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "months": "januari februari maart april mei juni juli augustus september oktober november december",
    },
    "en": {
        "warning": "Warning",
        "alert": "{name}",
        "update": "Update: {name}",
        "cancel": "{name} has ended",
        "error": "{name}: error in an earlier message",
        "test": "TEST – {label}",
        "exercise": "EXERCISE – {label}",
        "updated": "{name}: there is a newer message",
        "cancelled": "{name} has ended",
        "expired": "{name} is no longer in force",
        "withdrawn": "{name} withdrawn",
        "sent": "Sent on {weekday} {day} {month} {year} at {hour}:{minute}, Dutch time.",
        "until": "In force until {weekday} {day} {month}, {hour}:{minute}, Dutch time.",
        "more": "{names} and {count} more areas",
        "one-more": "{names} and 1 more area",
        "nl-alert": "This is a copy, not NL-Alert itself. Official: NL-Alert on your phone, nl-alert.nl, crisis.nl and the"
        " regional emergency broadcaster.",
        "burgernet": "This is a copy, not the {name} itself. Official: Burgernet and politie.nl.",
        "other": "This is a copy. Official: {agency}. In danger: listen to the regional emergency broadcaster.",
        "days": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "months": "January February March April May June July August September October November December",
    },
}


# ── what it is ───────────────────────────────────────────────────────────────────────────────────────────────────────


def is_told(alert: Alert) -> bool:
    """Whether an alert is meant for everybody and says something (CAP 1.2, section 3.2.1).

    Acknowledgements are between systems; tests, exercises and drafts are never told as real.
    """
    return alert.status == "actual" and alert.scope == "public" and alert.message in {"alert", "update", "cancel"}


def is_extreme(alert: Alert) -> bool:
    """Whether an alert is one of those that the priority lane is for: soon, grave, and more likely than not."""
    return (
        alert.urgency in {"immediate", "expected"}
        and alert.severity in {"extreme", "severe"}
        and alert.certainty in {"observed", "likely"}
    )


def is_stale(alert: Alert, now: datetime) -> bool:
    """Whether an alert is first seen so late that its post must say when it was sent."""
    return alert.sent is not None and now - alert.sent > LATE


def is_ended(alert: Alert) -> bool:
    """Whether an alert tells an end: a cancel, or one on which its service marked the end."""
    return alert.message == "cancel" or alert.ended is not None


# ── what its post says ───────────────────────────────────────────────────────────────────────────────────────────────


def prefix(alert: Alert, notice: Notice | None, language: str) -> str:
    """Give the label that a post begins with. ``notice`` is what has become of the alert since it was posted."""
    texts = _texts(language)
    name = _name(alert, language)
    if notice:
        label = texts[notice].format(name=name)
    else:
        kind = "cancel" if is_ended(alert) else alert.message
        label = texts.get(kind, texts["alert"]).format(name=name)
    return texts[alert.status].format(label=label) if alert.status in {"test", "exercise"} else label


def region(alert: Alert, language: str, most: int = _MOST_NAMES) -> str:
    """Give where an alert holds in a few names, "" where it does not say."""
    names = list(_names(alert))
    shown, more = ", ".join(names[:most]), len(names) - most
    if more <= 0:
        return shown
    return _texts(language)["one-more" if more == 1 else "more"].format(names=shown, count=more)


def sent_line(alert: Alert, language: str) -> str:
    """Say when an alert was sent, "" where it does not say."""
    return _moment("sent", alert.sent, language)


def until_line(alert: Alert, language: str) -> str:
    """Say until when an alert holds, "" where it does not say."""
    return _moment("until", alert.expires, language)


def standing_line(alert: Alert, agency: str, language: str) -> str:
    """Say that this is a copy, and where the official channel is."""
    texts = _texts(language)
    if alert.event == "NL-Alert":
        return texts["nl-alert"]
    name = _name(alert, language)
    return texts["burgernet" if alert.event in _SERVICES else "other"].format(name=name, agency=agency)


def _name(alert: Alert, language: str) -> str:
    return alert.event if alert.event in _SERVICES else _texts(language)["warning"]


def _names(alert: Alert) -> Iterable[str]:
    """Give the names of areas, each once. Some services write a list of them into one, with semicolons."""
    named = (one for area in alert.areas for one in area.name.split(";"))
    return dict.fromkeys(name for one in named if (name := _WHITE.sub(" ", one).strip()))


def _moment(text: str, moment: datetime | None, language: str) -> str:
    if moment is None:
        return ""
    texts, here = _texts(language), moment.astimezone(_HERE)
    return texts[text].format(
        weekday=texts["days"].split()[here.weekday()],
        day=here.day,
        month=texts["months"].split()[here.month - 1],
        year=here.year,
        hour=f"{here.hour:02}",
        minute=f"{here.minute:02}",
    )


def _texts(language: str) -> dict[str, str]:
    """Give the texts in a language; in any other than Dutch, the English ones."""
    return _TEXTS["nl" if language.lower().startswith("nl") else "en"]

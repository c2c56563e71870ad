"""One alert of NL-Alert as items: one in Dutch and, where it has been told in English too, one in English.

The service is not CAP: it has no kind of message, no severity and no references. What follows is how its alerts are
told in CAP's terms.

* An NL-Alert is sent for immediate danger to life or health, to every telephone in an area: urgency immediate, severity
  severe, certainty likely, as CAP's own example of an alert to the public has it (CAP 1.2, appendix A.4).
* It is taken back by another alert, with an id of its own, whose text says so: that is a cancel of the newest alert
  that holds then and has ground in common with it, or names the same place.
* ``stop_at`` is the end, set on the alert itself. Where another alert has already told the end, it is not told twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from adapters.alerts.area import Ring, overlap, rings
from adapters.alerts.json import string
from adapters.contract import Alert, Area, Broken, Item, Text
from adapters.digest import digest_of
from adapters.feed.address import is_web
from adapters.feed.dates import read_date
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.html import plain
from adapters.feed.json import serialise
from adapters.feed.text import clean, guessed
from adapters.nl_alert.text import Languages, by_language, is_test, is_withdrawal, place_of, title_of

EVENT = "NL-Alert"
_EPOCH = datetime.min.replace(tzinfo=UTC)
_HOLDS = timedelta(hours=24)
"""How long after its beginning an alert can still be taken back."""
_MOST_POLYGONS = 200
_MOST_SHAPES = 64 * 1024
"""Characters of polygons that an alert keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NlAlert:
    """One alert as the service tells it, and what its text says about itself."""

    id: str | None
    languages: Languages
    start: datetime | None
    stop: datetime | None
    polygons: tuple[str, ...]
    url: str | None
    test: bool
    withdrawal: bool
    raw: bytes
    rest: bytes
    """Everything but the text, for digests: a change of the English text is no change of the Dutch item."""

    def native_id(self, suffix: str) -> str | None:
        """Give the id of the item in a language: the alert's own for the Dutch one."""
        return self.id if suffix == "nl" or self.id is None else f"{self.id},{suffix}"

    def tellings(self) -> tuple[Telling, ...]:
        """Give what it says, in each language."""
        parts: list[tuple[str | None, str]] = [("nl", self.languages.dutch)]
        parts += [("en", self.languages.english)] if self.languages.english else []
        parts += [(None, part) for part in self.languages.rest]
        return tuple(Telling(self, language, text) for language, text in parts)


class Telling(NamedTuple):
    """An alert in one language."""

    alert: NlAlert
    language: str | None
    text: str

    @property
    def suffix(self) -> str:
        """What tells it apart from its siblings."""
        return self.language or f"x{digest_of(self.text.encode())[:6]}"

    @property
    def digest(self) -> str:
        """The digest of its item."""
        return digest_of(self.alert.rest + self.suffix.encode() + self.text.encode())


def read_alert(value: Any, zone: tzinfo, notes: Counter[str]) -> NlAlert | Broken:
    """Read one entry of the list."""
    digest, raw = serialise(value)
    if not isinstance(value, dict):
        return Broken(digest=digest, raw=raw[:RAW_LIMIT], reason="the entry is no JSON object")
    message = plain(guessed(string(value, "message")))
    if not message:
        return Broken(digest=digest, raw=raw[:RAW_LIMIT], reason="the alert has no text")
    languages = by_language(message)
    notes["nl-alert.languages"] += len(languages.rest)
    kind = string(value, "type").lower()
    return NlAlert(
        id=string(value, "id") or None,
        languages=languages,
        start=_moment(value, "start_at", zone, notes),
        stop=_moment(value, "stop_at", zone, notes),
        polygons=_polygons(value.get("area"), notes),
        url=_page(string(value, "resource_uri")),
        test=kind == "test" or is_test(languages.dutch),
        withdrawal=is_withdrawal(languages.dutch),
        raw=raw[:RAW_LIMIT],
        rest=serialise({key: one for key, one in value.items() if key != "message"})[1],
    )


def tell(alerts: Sequence[NlAlert], now: datetime | None) -> Iterator[tuple[Item, ...]]:
    """Give the items of each alert, in their order. ``now`` is None where nobody knows when they were shown.

    An end that lies ahead is when the alert expires; one that lies behind, or of which that cannot be told, is its end.
    """
    meant = {id(one): found for one in alerts if one.withdrawal and (found := _meant(one, alerts))}
    ended = {id(found) for found in meant.values()}
    for alert in alerts:
        times = _times(alert, now, told_elsewhere=id(alert) in ended)
        yield tuple(_item(telling, meant.get(id(alert)), times) for telling in alert.tellings())


class _Times(NamedTuple):
    expires: datetime | None
    ended: datetime | None


def _times(alert: NlAlert, now: datetime | None, *, told_elsewhere: bool) -> _Times:
    if alert.stop is None or told_elsewhere:
        return _Times(None, None)
    return _Times(alert.stop, None) if now and alert.stop > now else _Times(None, alert.stop)


def _item(telling: Telling, target: NlAlert | None, times: _Times) -> Item:
    alert, language, text = telling
    place = place_of(text) or place_of(alert.languages.dutch)
    return Item(
        native_id=alert.native_id(telling.suffix),
        url=alert.url,
        digest=telling.digest,
        title=Text(value=title_of(text)),
        summary=Text(value=text),
        published=alert.start,
        language=language,
        alert=Alert(
            status="test" if alert.test else "actual",
            message="cancel" if alert.withdrawal else "alert",
            sent=alert.start,
            onset=alert.start,
            expires=times.expires,
            ended=times.ended,
            event=EVENT,
            urgency="past" if alert.withdrawal else "immediate",
            severity="severe",
            certainty="likely",
            areas=(Area(name=place, polygons=alert.polygons),) if place or alert.polygons else (),
            references=_references(target, language),
            sender=EVENT,
        ),
        group=alert.id,
        raw=alert.raw,
    )


def _references(target: NlAlert | None, language: str | None) -> tuple[str, ...]:
    if target is None or (language == "en" and not target.languages.english):
        return ()
    found = target.native_id(language or "nl")
    return (found,) if found else ()


# ── which alert a withdrawal means ───────────────────────────────────────────────────────────────────────────────────


def _meant(withdrawal: NlAlert, alerts: Iterable[NlAlert]) -> NlAlert | None:
    """Find the newest alert that could be meant; None where it cannot be told."""
    area, place = rings(withdrawal.polygons), place_of(withdrawal.languages.dutch)
    candidates = sorted(
        (one for one in alerts if _could_be_meant(one, withdrawal)), key=lambda one: one.start or _EPOCH, reverse=True
    )
    return next((one for one in candidates if _same_ground(one, area, place)), None)


def _could_be_meant(alert: NlAlert, withdrawal: NlAlert) -> bool:
    if alert.withdrawal or alert.test != withdrawal.test or not (alert.start and withdrawal.start):
        return False
    held = alert.stop is None or alert.stop > alert.start
    return held and timedelta() <= withdrawal.start - alert.start <= _HOLDS and not _ended_before(alert, withdrawal)


def _ended_before(alert: NlAlert, withdrawal: NlAlert) -> bool:
    """Whether an alert was over when it was taken back; a few minutes are how long it takes to do both."""
    assert withdrawal.start
    return alert.stop is not None and withdrawal.start - alert.stop > timedelta(minutes=15)


def _same_ground(alert: NlAlert, area: tuple[Ring, ...], place: str) -> bool:
    if area and (other := rings(alert.polygons)):
        return overlap(area, other)
    return bool(place) and place in alert.languages.dutch


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _moment(value: dict[str, Any], name: str, zone: tzinfo, notes: Counter[str]) -> datetime | None:
    written = string(value, name)
    found = read_date(written, zone)
    notes["date-unreadable"] += bool(written) and found is None
    notes["date-without-zone"] += found is not None and not found.zoned
    return found.at if found else None


def _polygons(value: Any, notes: Counter[str]) -> tuple[str, ...]:
    found: list[str] = []
    room = _MOST_SHAPES
    published = [clean(one) for one in value if isinstance(one, str)] if isinstance(value, list) else []
    for polygon in filter(None, published):
        if len(polygon) > room or len(found) >= _MOST_POLYGONS:
            notes["nl-alert.areas-left-out"] += 1
        else:
            room -= len(polygon)
            found.append(polygon)
    return tuple(found)


def _page(address: str) -> str | None:
    """Give the alert's own page; an address of the service itself is none that people can read."""
    if not is_web(address):
        return None
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    return None if host.startswith("api.") or "/api/" in parts.path else address

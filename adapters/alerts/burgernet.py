"""Burgernet: AMBER Alert and Vermist Kind Alert, from the open JSON that the Dutch police give to those who show them.

The answer is the list of what is going on, almost always empty. An alert, its updates and its cancel share ``AlertId``
and may share ``MessageId`` too: what tells them apart is ``Type``, which is why it is part of the native id, as is the
level, since the service's own test list has a national and a regional alert under one number.

These are about children. Photographs are never taken over: the page of the police shows them, for as long as it should.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast, get_args
from urllib.parse import urlsplit

from adapters.alerts.json import JSON_TYPES, changed_shape, parse_json, string
from adapters.contract import (
    Alert,
    Area,
    Batch,
    Broken,
    Cursor,
    Document,
    Hints,
    Item,
    NoOptions,
    Offload,
    SourceConfig,
    Text,
)
from adapters.digest import digest_of
from adapters.feed.address import is_web
from adapters.feed.answer import answer_hints
from adapters.feed.entry import RAW_LIMIT
from adapters.feed.json import serialise
from adapters.feed.text import guessed

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

SERVICE = "burgernet"
NATIONAL, CIRCLE = "10", "5"
EVENTS = {NATIONAL: "AMBER Alert", CIRCLE: "Vermist Kind Alert"}
"""What each level is called; another level is called by neither name."""

_MOST_ALERTS = 1000
_MOST_TOLD = 300
_RULE = 1
"""Which way of making digests the cursor's are of."""
_Type = Literal["alert", "update", "cancel"]
_STATES = ("actual", "exercise", "system", "test", "draft")
_SCOPES = ("public", "restricted", "private")
_SENTENCES = {
    "burgernet.broken": "alerts that cannot be read: {}",
    "burgernet.too-many": "alerts left out because the document has too many: {}",
    "burgernet.unknown-values": "levels that are not known: {}",
    "date-unreadable": "dates that cannot be read: {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of the list. ``alert``, ``number``, ``level`` and ``type`` together are what it is known by."""

    alert: str
    number: str
    level: str
    type: _Type
    item: Item

    @property
    def native_id(self) -> str:
        """Its id."""
        return f"{self.alert}-{self.number}-{self.level}-{self.type}"

    def about(self, other: str) -> int:
        """Give how surely another one, by its id, is what this one updates or cancels; 0: it is not."""
        alert, number, level, kind = [*other.rsplit("-", 3), "", "", ""][:4]
        if alert != self.alert or kind == "cancel" or other == self.native_id:
            return 0
        return 1 + (level == self.level) * 2 + (number == self.number)


class BurgernetSource:
    """The list of what is going on. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = NoOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = True
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask what is going on.

        Raises what ``HttpClient.get`` raises, and ``Malformed`` where the answer is no such list.
        """
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        response = await self._http.get(
            self._config.url,
            accept=JSON_TYPES,
            etag=cursor.get("etag"),
            last_modified=cursor.get("last_modified"),
            named=True,
        )
        if response.not_modified:
            return _nothing_new(cursor, response)
        raise_for_status(response)
        if cursor.get("rule") == _RULE and cursor.get("body") == digest_of(response.body):
            return _nothing_new(cursor, response, etag=response.etag, last_modified=response.last_modified)
        return await self._offload(_absorb, response, cursor, self._config)

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read the list.

        Raises ``Malformed``: ``burgernet.empty``, ``.html``, ``.bad-json``, ``.too-deep``, ``.changed-shape``.
        """
        return _batch(_read(document, config), {}, frozenset())

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether a document has the service's own words for an alert."""
        head = document.body[:65_536].lstrip(b"\xef\xbb\xbf\t\r\n ")
        return head.startswith(b"[") and b'"AlertId"' in head and b'"AlertLevel"' in head


# ── a poll ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _nothing_new(cursor: Cursor, response: Response, **changed: Any) -> Batch:
    return Batch(not_modified=True, cursor={**cursor, **changed}, hints=answer_hints(Hints(), response))


def _absorb(response: Response, cursor: Cursor, config: SourceConfig) -> Batch:
    document = Document(
        body=response.body, url=response.url, content_type=response.content_type, charset=response.charset
    )
    told: dict[str, list[str]] = cursor.get("told", {}) if cursor.get("rule") == _RULE else {}
    known = frozenset(digest for digests in told.values() for digest in digests)
    listing = _read(document, config)
    batch = _batch(listing, told, known)
    now = {one.native_id: list(dict.fromkeys([one.item.digest])) for one in listing.messages}
    return replace(
        batch,
        cursor={
            "rule": _RULE,
            "etag": response.etag,
            "last_modified": response.last_modified,
            "body": digest_of(response.body),
            "told": dict(list((now | {key: one for key, one in told.items() if key not in now}).items())[:_MOST_TOLD]),
        },
        hints=answer_hints(Hints(), response),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """A document as read."""

    messages: tuple[Message, ...]
    broken: tuple[Broken, ...]
    notes: Counter[str] = field(default_factory=Counter)


def _batch(listing: _Listing, told: Iterable[str], known: frozenset[str]) -> Batch:
    ids = tuple(dict.fromkeys((*(one.native_id for one in listing.messages), *told)))
    items = [_with_references(one, ids) for one in listing.messages]
    notes = listing.notes
    notes["burgernet.broken"] = len(listing.broken)
    return Batch(
        items=tuple(item for item in items if item.digest not in known),
        unchanged=frozenset(item.digest for item in items if item.digest in known),
        broken=listing.broken,
        problems=tuple(
            f"{code}: {sentence.format(notes[code])}" for code, sentence in _SENTENCES.items() if notes[code]
        ),
    )


def _with_references(message: Message, ids: Sequence[str]) -> Item:
    """Say what an update or cancel is about: everything of its alert that was told, else the alert as it must have been."""
    if message.type == "alert":
        return message.item
    surest = max((message.about(one) for one in ids), default=0)
    found = tuple(one for one in ids if surest and message.about(one) == surest)
    assert message.item.alert
    guess = f"{message.alert}-{message.number}-{message.level}-alert"
    return replace(message.item, alert=replace(message.item.alert, references=found or (guess,)))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(document: Document, config: SourceConfig) -> _Listing:
    found = parse_json(document, SERVICE)
    if not isinstance(found, list) or not all(_is_alert(one) for one in found[:3]):
        raise changed_shape(SERVICE, "a list of alerts, each with an AlertId, was expected")
    notes = Counter({"burgernet.too-many": max(0, len(found) - _MOST_ALERTS)})
    is_test = any(_is_test_address(address) for address in (document.url, config.url))
    read = [_message(one, notes, is_test=is_test) for one in found[:_MOST_ALERTS]]
    return _Listing(
        messages=tuple(one for one in read if isinstance(one, Message)),
        broken=tuple(one for one in read if isinstance(one, Broken)),
        notes=notes,
    )


def _is_alert(value: Any) -> bool:
    return isinstance(value, dict) and bool({"AlertId", "MessageId", "AlertLevel"} & value.keys())


def _is_test_address(address: str) -> bool:
    """Whether an address is that of the service's own test list (``/landactiehost/api/test/alerts``)."""
    try:
        return "test" in urlsplit(address).path.lower().split("/")
    except ValueError:
        return False


def _message(value: Any, notes: Counter[str], *, is_test: bool) -> Message | Broken:
    digest, raw = serialise(value)
    reason = _unreadable(value)
    if reason:
        return Broken(digest=digest, raw=raw[:RAW_LIMIT], reason=reason)
    level, kind = string(value, "AlertLevel"), string(value, "Type").lower() or "alert"
    notes["burgernet.unknown-values"] += level not in EVENTS
    message = Message(
        alert=string(value, "AlertId"),
        number=string(value, "MessageId") or "0",
        level=level or "0",
        type=cast("_Type", kind),
        item=Item(native_id=None, url=None, digest=digest, raw=raw[:RAW_LIMIT]),
    )
    return replace(message, item=_item(value, message, notes, is_test=is_test))


def _unreadable(value: Any) -> str:
    """Say why nothing can be told of an entry."""
    if not isinstance(value, dict) or not string(value, "AlertId"):
        return "the alert has no AlertId"
    checks = (("Type", get_args(_Type)), ("State", _STATES), ("Scope", _SCOPES))
    unknown = [name for name, values in checks if (found := string(value, name).lower()) and found not in values]
    if unknown:
        return f"its {unknown[0]} is {string(value, unknown[0])[:40]!r}, which is not known"
    has_text = any(string(value, "Message", name) for name in ("Title", "Description"))
    return "" if has_text or string(value, "Type").lower() == "cancel" else "the alert has no text"


def _item(value: dict[str, Any], message: Message, notes: Counter[str], *, is_test: bool) -> Item:
    page = string(value, "Message", "Readmore_URL")
    sent = _moment(string(value, "Sent"), notes)
    kind = string(value, "Message", "DescriptionExt")
    return replace(
        message.item,
        native_id=message.native_id,
        url=page if is_web(page) else None,
        title=_text(value, "Title"),
        summary=_text(value, "Description"),
        published=sent,
        language="nl",
        categories=(kind,) if kind else (),
        alert=_alert(value, message, sent, is_test=is_test),
    )


def _alert(value: dict[str, Any], message: Message, sent: datetime | None, *, is_test: bool) -> Alert:
    # As CAP's own example of an AMBER Alert has it (CAP 1.2, appendix A.4).
    grave = message.type != "cancel"
    state, scope = string(value, "State").lower() or "actual", string(value, "Scope").lower() or "public"
    return Alert(
        status="test" if is_test else cast("Any", state),
        message=message.type,
        scope=cast("Any", scope),
        sent=sent,
        event=EVENTS.get(message.level, "Burgernet"),
        urgency="immediate" if grave else "past",
        severity="severe" if message.level == NATIONAL else "unknown",
        certainty="likely" if message.level == NATIONAL else "unknown",
        areas=tuple(_areas(value, message.level)),
        sender=string(value, "Sender"),
    )


def _areas(value: dict[str, Any], level: str) -> Iterator[Area]:
    """Give where an alert holds: everywhere, or in a circle (``lat,lon radius`` in km) around a place."""
    name, circle = string(value, "Area", "Description"), string(value, "Area", "CircleKM")
    if level == NATIONAL and not name:
        yield Area(name="Nederland")
    elif name or circle:
        yield Area(name=name, codes=(("circle", circle),) if circle else ())


def _text(value: dict[str, Any], name: str) -> Text | None:
    found = string(value, "Message", name)
    return guessed(found) if found else None


def _moment(seconds: str, notes: Counter[str]) -> datetime | None:
    """Read ``Sent``: seconds since 1970, in figures."""
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        notes["date-unreadable"] += 1
        return None

"""One CAP message, typed: the ``alert`` element with its ``info`` blocks (CAP 1.2, section 3.2).

Values are as published, vocabulary in lower case. What CAP requires and a message lacks is noted and taken to say what
is usual, except for what makes it a message at all: without ``identifier``, ``sender``, ``sent``, or with a status or
scope that nobody knows, nothing may be published of it, and reading it gives ``Broken``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from lxml import etree
from lxml.etree import _Element

from adapters.cap.elements import VERSION_1_2, Fields, fields_of, is_cap, one_line, pairs, text, texts, word
from adapters.cap.references import Reference, parse_references
from adapters.contract import Area, Broken, Media, Text
from adapters.digest import digest_of
from adapters.feed.address import absolute, is_web
from adapters.feed.entry import RAW_LIMIT, Setting, dated, language_tag
from adapters.feed.names import local_name, namespace_of
from adapters.feed.text import guessed

Status = Literal["actual", "exercise", "system", "test", "draft"]
MessageType = Literal["alert", "update", "cancel", "ack", "error"]
Scope = Literal["public", "restricted", "private"]

URGENCIES = ("immediate", "expected", "future", "past", "unknown")
SEVERITIES = ("extreme", "severe", "moderate", "minor", "unknown")
CERTAINTIES = ("observed", "likely", "possible", "unlikely", "unknown")
_RENAMED = {"very likely": "likely"}  # CAP 1.0; 1.1 and 1.2 say how to read it (section 3.2.2, certainty)

MOST_AREAS = 500
"""Areas of different names that a message keeps: more is a country told by its streets."""
MOST_CODES = 500
MOST_SHAPES = 64 * 1024
"""Characters of polygons and circles that an alert keeps."""
_MOST_RESOURCES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One ``info``: what a message says in one language about one event. ``raw`` is the element, canonical."""

    language: str | None = None
    event: str = ""
    categories: tuple[str, ...] = ()
    urgency: str = "unknown"
    severity: str = "unknown"
    certainty: str = "unknown"
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: Text | None = None
    description: Text | None = None
    instruction: Text | None = None
    web: str | None = None
    areas: tuple[Area, ...] = ()
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One ``alert``.

    ``sent_text`` is the time as published, which is part of its identity; ``head`` the element without its blocks,
    canonical, and ``raw`` all of it; ``page`` where people can read about it if its blocks name no page.
    """

    sender: str
    identifier: str
    sent_text: str
    sent: datetime | None = None
    status: Status = "actual"
    message: MessageType = "alert"
    scope: Scope = "public"
    references: tuple[Reference, ...] = ()
    note: Text | None = None
    blocks: tuple[Block, ...] = ()
    page: str | None = None
    head: bytes = b""
    raw: bytes = b""

    @property
    def stem(self) -> str:
        """Its identity as ``references`` write it (CAP 1.2, section 3.2.1)."""
        return f"{self.sender},{self.identifier},{self.sent_text}"


@dataclass(slots=True, kw_only=True)
class Bounds:
    """How much of areas a message may still keep, and what was left out."""

    notes: Counter[str]
    areas: int = MOST_AREAS
    codes: int = MOST_CODES
    shapes: int = MOST_SHAPES

    def take(self, what: Literal["areas", "codes", "shapes"], size: int = 1) -> bool:
        """Whether there is room for one more; what finds none is noted."""
        left = getattr(self, what)
        if size > left:
            self.notes["cap.areas-left-out"] += 1
            return False
        setattr(self, what, left - size)
        return True


def is_message(element: _Element) -> bool:
    """Whether an element is a CAP message: by its namespace, or by what is in it where it has none."""
    if local_name(element) != "alert":
        return False
    if is_cap(element):
        return True
    names = {local_name(child) for child in element.iterchildren("*")}
    return namespace_of(element) == "" and {"identifier", "sender", "sent"} <= names


def read_message(element: _Element, setting: Setting, page: str | None = None) -> Message | Broken:
    """Read an ``alert``. ``page`` is where people can read about it if it does not say so itself."""
    raw = canonical(element)
    fields = fields_of(element)
    lacking = missing(text(fields, name) for name in ("identifier", "sender", "sent"))
    if lacking:
        return broken(raw, lacking)
    status, scope = word(fields, "status").lower(), word(fields, "scope").lower()
    unknown = unknowable(status, scope)
    if unknown:
        return broken(raw, unknown)
    _note_version(element, setting.notes)
    message = known_type(word(fields, "msgtype"), setting.notes)
    references = parse_references(text(fields, "references"))
    note_references(message, references, setting.notes)
    setting.notes["cap.missing-fields"] += (not status) + (not scope)
    bounds = Bounds(notes=setting.notes)
    return Message(
        sender=word(fields, "sender"),
        identifier=word(fields, "identifier"),
        sent_text=word(fields, "sent"),
        sent=dated(text(fields, "sent"), setting),
        status=cast("Status", status or "actual"),
        message=message,
        scope=cast("Scope", scope or "public"),
        references=references,
        note=plain(text(fields, "note")),
        blocks=tuple(_read_block(info, setting, bounds) for info in fields.get("info", ())),
        page=page,
        head=b"".join(canonical(child) for child in element.iterchildren("*") if not _is_apart(child)),
        raw=raw[:RAW_LIMIT],
    )


# ── what every form of CAP shares: XML, the index, JSON ──────────────────────────────────────────────────────────────


def missing(values: Iterable[str]) -> str:
    """Say what a message lacks; ``values`` are its identifier, sender and time of sending."""
    lacking = [name for name, value in zip(("identifier", "sender", "sent"), values, strict=True) if not value]
    return f"the message has no {' and no '.join(lacking)}" if lacking else ""


def unknowable(status: str, scope: str) -> str:
    """Say why a status or scope forbids to read a message: nobody can tell whether it is meant for the public."""
    if status and status not in get_args(Status):
        return f"its status is {status[:40]!r}, which CAP does not know"
    if scope and scope not in get_args(Scope):
        return f"its scope is {scope[:40]!r}, which CAP does not know"
    return ""


def known_type(value: str, notes: Counter[str]) -> MessageType:
    """Read a ``msgType``; one that nobody knows is told as an alert, since silence would be worse."""
    name = value.lower()
    if name in get_args(MessageType):
        return cast("MessageType", name)
    notes["cap.unknown-values" if name else "cap.missing-fields"] += 1
    return "alert"


def known_word(value: str, vocabulary: tuple[str, ...], notes: Counter[str]) -> str:
    """Read an urgency, severity or certainty."""
    name = _RENAMED.get(value.lower(), value.lower())
    if not name or name in vocabulary:
        return name or "unknown"
    notes["cap.unknown-values"] += 1
    return "unknown"


def note_references(message: MessageType, references: tuple[Reference, ...], notes: Counter[str]) -> None:
    """Note an update or cancel that does not say of what (CAP 1.2, section 3.2.1, references)."""
    notes["cap.no-references"] += message in {"update", "cancel"} and not references


def plain(value: str) -> Text | None:
    """Give a text. CAP's are plain by rule and HTML now and then; None where there is none."""
    return guessed(value) if value else None


def title(value: str) -> Text | None:
    """Give a headline, as one line."""
    line = one_line(value)
    return guessed(line, surely=True) if line else None


def page_of(address: str, base: str) -> str | None:
    """Give an address for people, None where it is none that they could follow.

    CAP wants absolute ones; of others only those that begin at the root of a site are surely addresses, and no remark.
    """
    line = one_line(address)
    found = absolute(line, base) if line.startswith("/") else line
    return found if is_web(found) and " " not in found else None


def read_areas(
    named: Iterable[tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]], bounds: Bounds
) -> tuple[Area, ...]:
    """Gather areas: (name, codes, polygons) each, those of one name together, within bounds.

    MeteoAlarm's members tell one county in as many areas as it has codes.
    """
    found: dict[str, tuple[dict[tuple[str, str], None], dict[str, None]]] = {}
    for name, codes, polygons in named:
        if name not in found and not bounds.take("areas"):
            continue
        kept, shapes = found.setdefault(name, ({}, {}))
        kept.update((code, None) for code in codes if code not in kept and bounds.take("codes"))
        shapes.update((shape, None) for shape in polygons if shape not in shapes and bounds.take("shapes", len(shape)))
    return tuple(Area(name=name, codes=tuple(codes), polygons=tuple(shapes)) for name, (codes, shapes) in found.items())


def area_fields(fields: Fields) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Read name, codes and polygons of an area. A circle (``lat,lon radius`` in km) is a code of the scheme "circle"."""
    circles = tuple(("circle", one_line(circle)) for circle in texts(fields, "circle"))
    polygons = tuple(map(one_line, texts(fields, "polygon")))
    return word(fields, "areadesc"), (*pairs(fields, "geocode"), *circles), polygons


def levels(parameters: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Give MeteoAlarm's own colour and kind of warning (``2; yellow; Moderate``), by which operators choose."""
    return tuple(value for name, value in parameters if name.lower() in {"awareness_level", "awareness_type"})


def canonical(element: _Element) -> bytes:
    """Write an element so that its digest does not hang on prefixes, order of attributes or what stands around it."""
    try:
        return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError:  # libxml2 refuses namespaces that are no absolute addresses
        return etree.tostring(element, encoding="utf-8", with_tail=False)


def broken(raw: bytes, reason: str) -> Broken:
    """Give a message that cannot be read."""
    return Broken(digest=digest_of(raw), raw=raw[:RAW_LIMIT], reason=reason)


# ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_apart(child: _Element) -> bool:
    return local_name(child) in {"info", "Signature"}


def _note_version(element: _Element, notes: Counter[str]) -> None:
    namespace = namespace_of(element)
    notes["cap.no-namespace"] += not namespace
    notes["cap.old-version"] += bool(namespace) and namespace.lower() != VERSION_1_2


def _read_block(info: _Element, setting: Setting, bounds: Bounds) -> Block:
    fields, notes = fields_of(info), setting.notes
    event = word(fields, "event")
    resources = [fields_of(one) for one in fields.get("resource", ())[:_MOST_RESOURCES]]
    return Block(
        language=language_tag(text(fields, "language")),
        event=event,
        categories=tuple(
            dict.fromkeys(
                filter(None, (*map(one_line, texts(fields, "category")), event, *levels(pairs(fields, "parameter"))))
            )
        ),
        urgency=known_word(word(fields, "urgency"), URGENCIES, notes),
        severity=known_word(word(fields, "severity"), SEVERITIES, notes),
        certainty=known_word(word(fields, "certainty"), CERTAINTIES, notes),
        onset=dated(text(fields, "onset") or text(fields, "effective"), setting),
        expires=dated(text(fields, "expires"), setting),
        sender_name=word(fields, "sendername"),
        headline=title(text(fields, "headline")),
        description=plain(text(fields, "description")),
        instruction=plain(text(fields, "instruction")),
        web=page_of(text(fields, "web"), setting.base),
        areas=read_areas((area_fields(fields_of(area)) for area in fields.get("area", ())), bounds),
        media=tuple(medium for one in resources if (medium := _medium(one, setting.base))),
        links=tuple(found for one in resources if not _is_medium(one) and (found := _resource(one, setting.base))),
        raw=canonical(info),
    )


def _is_medium(fields: Mapping[str, list[_Element]]) -> bool:
    kind = word(dict(fields), "mimetype").lower()
    return kind.startswith(("image/", "audio/", "video/"))


def _medium(fields: Fields, base: str) -> Media | None:
    address = _resource(fields, base)
    if not address or not _is_medium(fields):
        return None
    size = word(fields, "size")
    return Media(
        url=address,
        mime=word(fields, "mimetype").lower(),
        alt=word(fields, "resourcedesc") or None,
        length=int(size) if size.isascii() and size.isdigit() and len(size) < 13 else None,  # noqa: PLR2004 (terabytes)
    )


def _resource(fields: Fields, base: str) -> str | None:
    return page_of(text(fields, "uri"), base)

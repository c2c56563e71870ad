"""CAP in JSON: what api.weather.gov, the national weather service of the United States, makes of its messages.

A ``FeatureCollection`` of GeoJSON in which each feature has the elements of one message with one block as
``properties`` (documentation of the service, "Alerts").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from adapters.cap.elements import one_line
from adapters.cap.message import (
    CERTAINTIES,
    SEVERITIES,
    URGENCIES,
    Block,
    Bounds,
    Message,
    Scope,
    Status,
    broken,
    known_type,
    known_word,
    missing,
    note_references,
    page_of,
    plain,
    read_areas,
    title,
    unknowable,
)
from adapters.cap.references import MOST_REFERENCES, Reference
from adapters.cap.survey import MOST_MESSAGES, UNSIGNED, Context, Listed, Survey
from adapters.contract import Broken
from adapters.errors import Malformed
from adapters.feed.entry import RAW_LIMIT, Setting, dated, language_tag
from adapters.feed.json import serialise
from adapters.feed.text import clean
from adapters.plainjson import load_json

Properties = dict[str, Any]


def survey_json(text: str, context: Context) -> Survey | None:
    """List the messages of a collection; None where it is JSON of another kind. Raises ``Malformed`` where it is none."""
    try:
        document = load_json(text)
    except RecursionError as error:
        raise Malformed("the JSON is nested too deeply to be a list of alerts", code="cap.too-deep") from error
    except ValueError as error:
        raise Malformed(
            f"the document begins like JSON and is none: {error}",
            code="cap.bad-json",
            remedy="If this lasts, tell the publisher; a document cut off on the way is read again at the next poll.",
        ) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        return None
    if features and not any(map(_is_alert, features)):
        return None
    notes = context.setting.notes
    notes["cap.too-many"] += max(0, len(features) - MOST_MESSAGES)
    return Survey(
        listed=tuple(Listed(messages=(_message(feature, context),)) for feature in features[:MOST_MESSAGES]),
        title=_line(document, "title") or None,
        notes=notes,
    )


def _is_alert(feature: Any) -> bool:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return isinstance(properties, dict) and {"messageType", "severity", "sent"} <= properties.keys()


def _message(feature: Any, context: Context) -> Message | Broken:
    _, raw = serialise(feature)
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return broken(raw, "the entry is no alert")
    lacking = missing(_line(properties, name) for name in ("id", "sender", "sent"))
    status, scope = _line(properties, "status").lower(), _line(properties, "scope").lower()
    reason = UNSIGNED if context.issuers else lacking or unknowable(status, scope)
    if reason:
        return broken(raw, reason)
    setting = context.setting
    message = known_type(_line(properties, "messageType"), setting.notes)
    references = tuple(_references(properties))
    note_references(message, references, setting.notes)
    return Message(
        sender=_line(properties, "sender"),
        identifier=_line(properties, "id"),
        sent_text=_line(properties, "sent"),
        sent=dated(_line(properties, "sent"), setting),
        status=cast("Status", status or "actual"),
        message=message,
        scope=cast("Scope", scope or "public"),
        references=references,
        blocks=(_block(properties, feature, raw, setting),),
        page=page_of(_line(properties, "@id"), ""),
        raw=raw[:RAW_LIMIT],
    )


def _block(properties: Properties, feature: Any, raw: bytes, setting: Setting) -> Block:
    notes, event = setting.notes, _line(properties, "event")
    area = (_line(properties, "areaDesc"), tuple(_codes(properties)), tuple(_polygons(feature)))
    return Block(
        language=language_tag(_line(properties, "language")),
        event=event,
        categories=tuple(dict.fromkeys(filter(None, (_line(properties, "category"), event)))),
        urgency=known_word(_line(properties, "urgency"), URGENCIES, notes),
        severity=known_word(_line(properties, "severity"), SEVERITIES, notes),
        certainty=known_word(_line(properties, "certainty"), CERTAINTIES, notes),
        onset=dated(_line(properties, "onset") or _line(properties, "effective"), setting),
        expires=dated(_line(properties, "expires"), setting),
        sender_name=_line(properties, "senderName"),
        headline=title(_line(properties, "headline")),
        description=plain(_text(properties, "description")),
        instruction=plain(_text(properties, "instruction")),
        web=page_of(_line(properties, "web"), ""),
        areas=read_areas([area], Bounds(notes=notes)),
        raw=raw,
    )


def _references(properties: Properties) -> Iterator[Reference]:
    named = properties.get("references")
    for one in (named if isinstance(named, list) else [])[:MOST_REFERENCES]:
        if isinstance(one, dict):
            yield Reference(sender=_line(one, "sender"), identifier=_line(one, "identifier"), sent=_line(one, "sent"))


def _codes(properties: Properties) -> Iterator[tuple[str, str]]:
    schemes = properties.get("geocode")
    for scheme, values in (schemes if isinstance(schemes, dict) else {}).items():
        for value in values if isinstance(values, list) else []:
            if isinstance(value, str):
                yield one_line(scheme), one_line(value)


def _polygons(feature: Properties) -> Iterator[str]:
    """Give outer rings as CAP writes them; GeoJSON has the longitude first (RFC 7946, section 3.1.1)."""
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return
    found = geometry.get("coordinates")
    shapes = found if geometry.get("type") == "MultiPolygon" else [found] if geometry.get("type") == "Polygon" else []
    for shape in shapes if isinstance(shapes, list) else []:
        ring = shape[0] if isinstance(shape, list) and shape else []
        points = [f"{point[1]},{point[0]}" for point in ring if _is_point(point)] if isinstance(ring, list) else []
        if points:
            yield " ".join(points)


def _is_point(point: Any) -> bool:
    return isinstance(point, list) and len(point) > 1 and all(isinstance(one, int | float) for one in point[:2])


def _line(value: Properties, name: str) -> str:
    return one_line(_text(value, name))


def _text(value: Properties, name: str) -> str:
    found = value.get(name)
    return clean(found) if isinstance(found, str) else ""

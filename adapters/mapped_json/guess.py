"""A first guess at where things are in JSON that nobody described yet, for ``omroeper inspect``: to be read by a person."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from adapters.mapped_json.mapping import JsonPaths
from adapters.mapped_json.path import can_name

_NAMES = {
    "id": "id guid uuid uid identifier nr nummer key slug",
    "title": "title titel headline kop name naam subject onderwerp",
    "link": "url link href permalink canonicalurl weburl pagina",
    "content": "text tekst body content contenthtml bericht message description omschrijving summary samenvatting intro",
    "published": "published publishedat publicationdate publicatiedatum date datum created createdat time timestamp",
    "updated": "updated updatedat modified modifiedat lastmodified gewijzigd",
    "language": "language lang taal locale",
}
_MOST_LOOKED_AT = 200
_DEEPEST = 4


def guess(document: Any) -> JsonPaths | None:
    """Give paths to the first array of objects that have a title, and an id or a link; None where there is none."""
    waiting: deque[tuple[str, Any, int]] = deque([("", document, 0)])
    for _ in range(_MOST_LOOKED_AT):
        if not waiting:
            return None
        place, value, depth = waiting.popleft()
        if isinstance(value, list):
            found = _parts(value)
            if "title" in found and found.keys() & {"id", "link"}:
                return _paths(f"{place}[]", found)
        elif isinstance(value, dict) and depth < _DEEPEST:
            inside = ((key, one) for key, one in value.items() if can_name(key))
            waiting += [(f"{place}.{key}" if place else key, one, depth + 1) for key, one in inside]
    return None


def written(paths: JsonPaths) -> str:
    """Write paths as they stand in a configuration."""
    named = ((one.name, getattr(paths, one.name)) for one in fields(paths))
    return "paths = { " + ", ".join(f'{name} = "{path}"' for name, path in named if path) + " }"


def _parts(values: list[Any]) -> dict[str, str]:
    first = next((one for one in values if isinstance(one, dict)), {})
    return {part: path for part, names in _NAMES.items() if (path := _among(first, names.split()))}


def _among(value: Mapping[str, Any], names: list[str]) -> str:
    """Find the key that has one of the names; the first name counts most. WordPress keeps its texts one step deeper."""
    keys = {key.lower().replace("_", "").replace("-", ""): key for key in value if key.isprintable()}
    for name in names:
        key = keys.get(name, "")
        if not can_name(key) or set(key) & set('"\\'):
            continue
        if isinstance(value[key], dict):
            if isinstance(value[key].get("rendered"), str):
                return f"{key}.rendered"
        elif isinstance(value[key], str | int | float):
            return key
    return ""


def _paths(items: str, found: Mapping[str, str]) -> JsonPaths:
    none = {one.name: "" for one in fields(JsonPaths)}
    return JsonPaths(**{**none, **found, "items": items})

"""The JSON Schema of the configuration, for editors: ``python -m bot.settings.schema > config/omroeper.schema.json``.

It knows what the models know. Options of single adapters are checked by ``omroeper check`` only, hence ``[[source]]``
allows further keys.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from bot import durations
from bot.settings.models import Settings

INCLUDE = {
    "type": "array",
    "items": {"type": "string"},
    "default": [],
    "description": "Further files, relative to this one; * stands for any part of a name.",
}


class _Defaults(GenerateJsonSchema):
    """Writes defaults as an operator would; pydantic offers no other place to say so."""

    def encode_default(self, dft: Any) -> Any:
        """Give a default as it stands in the schema; that of a whole table stands at its keys already."""
        if isinstance(dft, BaseModel):
            return None
        return durations.spell(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def schema() -> dict[str, Any]:
    """Give the schema of one configuration file."""
    made = Settings.model_json_schema(schema_generator=_Defaults)
    made["properties"] = {"include": INCLUDE, **made["properties"]}
    made["$defs"]["SourceSettings"]["additionalProperties"] = True
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Omroeper", **_plain(made)}


def text() -> str:
    """Give the schema as the file has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _plain(node: Any) -> Any:
    """Leave out what says nothing to an editor of TOML: titles that repeat the name, and null, which TOML has not."""
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(value) for key, value in node.items() if not _is_noise(key, value)}
    choices = [choice for choice in kept.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept = {**choices[0], **kept}
    return kept


def _is_noise(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)


if __name__ == "__main__":
    sys.stdout.write(text())

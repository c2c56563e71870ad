"""Settings from the environment: ``OMROEPER_<TABLE>__<KEY>`` overrides a single value of a single table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic_settings import EnvSettingsSource

from bot.problems import Finding, Guess, Place
from bot.settings.models import Installation, Network, Settings, Web
from bot.settings.validation import guess

PREFIX = "OMROEPER_"
TABLES: dict[str, type[BaseModel]] = {"omroeper": Installation, "network": Network, "web": Web}

_SHAPE = re.compile(r"OMROEPER_[A-Z0-9]+_.+")
_NUMBER = re.compile(r"-?[0-9]{1,9}")


def variable(table: str, key: str) -> str:
    """Give the name of the variable that overrides a key."""
    return f"{PREFIX}{table.upper()}__{key.upper()}"


_SCALARS = {
    variable(table, key): (table, key)
    for table, model in TABLES.items()
    for key, field in model.model_fields.items()
    if get_origin(field.annotation) is not tuple
}
_OTHERS = {variable(table, key) for table, model in TABLES.items() for key in model.model_fields} - _SCALARS.keys() | {
    variable(table, "") for table in ("agency", "account", "source")
}


def overrides(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Give what the environment sets: values per table and key. Numbers are numbers; everything else stays text."""
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in environ.items() if name in _SCALARS}
    found: dict[str, dict[str, Any]] = source()
    return {table: {key: _plain(table, key, value) for key, value in keys.items()} for table, keys in found.items()}


def _plain(table: str, key: str, value: str) -> str | int:
    number = TABLES[table].model_fields[key].annotation is int
    return int(value) if number and _NUMBER.fullmatch(value) else value


def strays(environ: Mapping[str, str], secrets: Iterable[str]) -> tuple[Finding, ...]:
    """Say which variables look like settings and are none. ``secrets`` are variables that the configuration names."""
    named = {*secrets, "OMROEPER_CONFIG", "OMROEPER_CAPTURES", *_SCALARS}
    return tuple(
        _stray(name)
        for name in sorted(environ)
        if name not in named and not name.endswith("_TOKEN") and _looks_like_setting(name)
    )


def _looks_like_setting(name: str) -> bool:
    """Two underscores are meant for us; so is what becomes a setting of ours when one of them is doubled."""
    if not _SHAPE.fullmatch(name):
        return False
    return "__" in name or name.replace("_", "") in {known.replace("_", "") for known in _SCALARS}


def _stray(name: str) -> Finding:
    if name in _OTHERS or name.startswith(tuple(other for other in _OTHERS if other.endswith("__"))):
        return Finding("env.not-scalar", Place(), {"variable": name})
    known = {other.removeprefix(PREFIX): other for other in _SCALARS}
    meant = guess(name.removeprefix(PREFIX), known).name
    return Finding("env.unknown", Place(), {"variable": name, "guess": Guess(known[meant] if meant else None)})

"""From a raw table to a model, and from what pydantic says to findings with our codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.problems import Finding, Guess, Key, Term, show

M = TypeVar("M", bound=BaseModel)

_TYPES = {
    "string_type": Term("text"),
    "int_type": Term("number"),
    "bool_type": Term("boolean"),
    "tuple_type": Term("list"),
    "dict_type": Term("table"),
    "model_type": Term("table"),
    "date_type": Term("date"),
    "date_parsing": Term("date"),
    "date_from_datetime_parsing": Term("date"),
    "date_from_datetime_inexact": Term("date"),
}
_BOUNDS = {"greater_than_equal": ("ge", "≥"), "less_than_equal": ("le", "≤")}
_PASSWORD = re.compile(r"(?<=://)[^\s\"]*@")
_SECRET = re.compile(r"(?:.+_)?(?:token|secret|password|passwd|api_?key|credentials?)", re.IGNORECASE)


def validate(model: type[M], raw: Mapping[str, Any], key: Key) -> tuple[M | None, tuple[Finding, ...]]:
    """Make a model of a raw table. The first is None where there are findings."""
    try:
        return model.model_validate(raw), ()
    except ValidationError as error:
        names = tuple(model.model_fields)
        return None, tuple(_finding(details, key, names) for details in error.errors(include_url=False))


def unknown_key(key: Key, names: Iterable[str]) -> Finding:
    """Say that a key means nothing here, or that it is a secret that should not stand here at all."""
    name = str(key[-1])
    if _SECRET.fullmatch(name):
        return Finding("secret.in-config", key)
    return Finding("key.unknown", key, {"key": name, "guess": guess(name, names)})


def guess(name: str, names: Iterable[str]) -> Guess:
    """Say which of the names was probably meant."""
    return Guess(next(iter(get_close_matches(name, list(names), n=1)), None))


def shown(value: object) -> str:
    """Write a wrong value for a message, without the password that an address may hold."""
    return _PASSWORD.sub("…@", show(value))


def _finding(details: ErrorDetails, key: Key, names: Iterable[str]) -> Finding:
    kind, at, context = details["type"], (*key, *details["loc"]), details.get("ctx", {})
    value = "…" if str(at[-1]).endswith(("_env", "_file")) else shown(details["input"])
    if kind == "missing":
        return Finding("key.missing", at, {"key": at[-1]})
    if kind == "extra_forbidden":
        return unknown_key(at, names)
    if kind == "literal_error":
        choices = context["expected"].replace("'", '"').replace(" or ", ", ")
        return Finding("value.choice", at, {"value": value, "choices": choices})
    if kind in _TYPES:
        return Finding("value.type", at, {"value": value, "expected": _TYPES[kind]})
    if kind in _BOUNDS:
        name, sign = _BOUNDS[kind]
        return Finding("value.range", at, {"value": value, "bound": f"{sign} {context[name]}"})
    return Finding(kind, at, {"value": value, **context})

r"""What a source showed, made fit for memory: text that every database has a word for. Pure.

JSON can spell half a character (``"\ud800"``), and any text can hold a NUL: SQLite refuses the one, PostgreSQL the other.
A file name can hold bytes that are no text at all.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

T = TypeVar("T")

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_INSTEAD = "\ufffd"


def storable(value: T) -> T:
    """Give a value whose texts, however deep in tuples and dataclasses they stand, can be stored. The rest stays as it is."""
    return cast("T", _storable(value))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value) if _UNSTORABLE.search(value) else value
    if isinstance(value, tuple):
        return tuple(map(_storable, value))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: _storable(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **{name: new for name, new in changed.items() if new != getattr(value, name)})
    return value


def _text(value: str) -> str:
    """Join pairs of surrogates, as JSON writes characters beyond the first plane, and replace what is left."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", _INSTEAD)

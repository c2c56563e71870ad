"""What the pages say in their own voice, in both languages: words for citizens, and those of the operators' desk.

They stand in ``texts.toml`` and ``desk/texts.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.web.site import Language


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Give every text by key, then by language."""
    found: dict[str, dict[str, str]] = {}
    for name in ("texts.toml", "desk/texts.toml"):
        found |= tomllib.loads(files("bot.web").joinpath(name).read_text("utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Voice:
    """The texts in one language. ``voice("date", day=3, …)`` gives one, its places filled in; it is not yet HTML."""

    language: Language

    def __call__(self, key: str, /, **places: object) -> str:
        """Give a text. Raises ``KeyError`` where the catalogue has none."""
        return catalogue()[key][self.language].format(**places)

    def has(self, key: str) -> bool:
        """Whether the catalogue knows a text."""
        return key in catalogue()

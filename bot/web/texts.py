"""What the pages say in their own voice, in both languages. The words stand in ``texts.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.web.site import Language


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Give every text by key, then by language."""
    return tomllib.loads(files("bot.web").joinpath("texts.toml").read_text("utf-8"))


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

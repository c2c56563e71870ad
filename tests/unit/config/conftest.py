from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

import adapters
from bot.settings import Loaded, load
from tests.unit.config import kinds

BASE = """\
[omroeper]
operator = "redactie@voorbeeldstad.example"
language = "en"

[[agency]]
id = "voorbeeldstad"
name = "Gemeente Voorbeeldstad"
domains = ["voorbeeldstad.example"]

[[account]]
id = "stad"
kind = "mastodon"
server = "https://mastodon.example"
token_env = "STAD"

[[source]]
id = "nieuws"
agency = "voorbeeldstad"
kind = "feed"
url = "https://www.voorbeeldstad.example/nieuws/rss"
to = ["stad"]
"""
"""A configuration without any problem, not even a warning."""

NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})

Configure = Callable[..., Loaded]


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds of these tests in the place of the shipped ones, so that they stand by themselves."""
    monkeypatch.setattr(adapters, "SOURCES", kinds.SOURCES)


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Write ``omroeper.toml`` (and further files by name) and load it."""

    def run(text: str = BASE, environ: Mapping[str, str] = NO_ENVIRONMENT, **files: str) -> Loaded:
        main = tmp_path / "omroeper.toml"
        main.write_text(text, encoding="utf-8")
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".toml").write_text(content, encoding="utf-8")
        return load(main, environ)

    return run

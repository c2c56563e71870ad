"""Captured documents on their way to posts, by the path that ``preview`` takes: read, normalise, compose. Nothing is sent.

``python -m tests.golden.compose.press [N]`` prints the posts of the newest N items of every capture, for people to judge.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.contract import Document, Limits
from bot.app import place
from bot.collecting.taking import normalise_each
from bot.decide.look import oldest_first
from bot.delivery.channel import WordingError
from bot.model import Composed, Content, Wanted
from bot.outgoing import compose_for
from bot.preview import as_wanted
from bot.reading import inspect
from bot.settings import Settings, load

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ACCOUNTS = """
[[account]]
id = "spiegel"
kind = "local"
tags = ["Voorbeeldstad"]

[[account]]
id = "eigen"
kind = "local"
official = ["stad"]
thread = 5
"""
SOURCE = """
[[source]]
id = "bron"
agency = "stad"
kind = "feed"
url = "https://www.voorbeeldstad.example/feed"
to = ["spiegel", "eigen"]
media = "feed"
licence = "own"
alt = "text"
"""
SERVERS = {
    "mastodon": Limits(family="mastodon"),
    "gotosocial": Limits(family="gotosocial", max_characters=5000, url_length=None),
    "pleroma": Limits(family="pleroma", max_characters=1000, url_length=None),
    "takahe": Limits(family="takahe", max_characters=500, url_length=None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One post of one item; ``composed`` None: held, for the reason that ``refusal`` gives."""

    document: str
    content: Content
    account: str
    server: str
    limits: Limits
    composed: Composed | None
    refusal: str = ""


def configuration(folder: Path) -> Settings:
    """Give settings with a mirror and an account of its own, whose source shows its pictures."""
    path = folder / "omroeper.toml"
    agency = '[[agency]]\nid = "stad"\nname = "Gemeente Voorbeeldstad"\ndomains = ["voorbeeldstad.example"]\n'
    path.write_text(f'[omroeper]\noperator = "a@b.example"\n{agency}{ACCOUNTS}{SOURCE}', encoding="utf-8")
    loaded = load(path, {})
    assert loaded.settings, loaded.problems
    return loaded.settings


def contents(path: Path, settings: Settings) -> list[Content]:
    """Give what a captured document announces, oldest first; nothing where it is no document of ours."""
    document = Document(body=path.read_bytes(), url="https://www.voorbeeldstad.example/feed")
    batch = inspect(document, kind=None, time_zone="UTC").batch
    source = settings.sources()["bron"]
    observed, _broken = normalise_each(batch, source, place(settings, source))
    return [one.content for one in oldest_first(observed)]


def proofs(path: Path, settings: Settings, servers: dict[str, Limits]) -> Iterator[Proof]:
    """Give every post of every item of a document, on every account and server."""
    for content in contents(path, settings):
        wanted = wanted_for(settings, content)
        for account in settings.account:
            for server, limits in servers.items():
                proof = Proof(
                    document=path.name,
                    content=content,
                    account=account.id,
                    server=server,
                    limits=limits,
                    composed=None,
                )
                try:
                    yield replace(proof, composed=compose_for(settings, account, wanted, limits))
                except WordingError as error:
                    yield replace(proof, refusal=str(error))


def wanted_for(settings: Settings, content: Content) -> Wanted:
    """Give the publication that an item asks for."""
    return as_wanted(settings.sources()["bron"], content, "item", "alert" if content.alert else "news", NOW)


def documents(folder: Path) -> list[Path]:
    """Give every captured document that may announce something."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.name.endswith(".serde.json"))


def sheets(settings: Settings, newest: int) -> Iterator[str]:
    """Give posts as citizens would read them."""
    account, limits = settings.account[0], SERVERS["mastodon"]
    for path in documents(Path(os.environ["OMROEPER_CAPTURES"]) / "feeds"):
        for content in contents(path, settings)[-newest:]:
            try:
                composed = compose_for(settings, account, wanted_for(settings, content), limits)
            except WordingError as error:
                yield f"=== {path.name}: {error}\n"
            else:
                yield from (f"=== {path.name} [{composed.language}]\n{part}\n" for part in composed.parts)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        for sheet in sheets(configuration(Path(work)), int(sys.argv[1]) if len(sys.argv) > 1 else 1):
            sys.stdout.write(f"{sheet}\n")

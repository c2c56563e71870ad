"""Wording of an operator's own: checked before it is used, and never sent with a mistake in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.contract import Alert, Limits
from bot.delivery.channel import WordingError
from bot.model import Content
from bot.outgoing import compose_for
from bot.preview import as_wanted
from bot.settings import load
from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin

WELL = 'news = """\nNieuws: {title}\n{?mirror}{agency}, {mirror}{/mirror}\n{link}\n"""\n'
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BROKEN = WELL.replace("{title}", "{titel}")


@pytest.fixture
def host() -> Iterator[FeedHost]:
    """A host with feeds."""
    with FeedHost() as started:
        yield started


@pytest.fixture
def server() -> Iterator[Standin]:
    """A Mastodon server."""
    with Standin("mastodon", windows={}) as started:
        yield started


@pytest.fixture
def installation(tmp_path: Path, host: FeedHost, server: Standin) -> Installation:
    """An installation with a folder of wording."""
    host.feed("stad").add("oud")
    made = Installation(folder=tmp_path)
    made.configure(server=server.url, sources={"stad": f"{host.url}/stad"})
    text = made.config.read_text(encoding="utf-8").replace("[omroeper]", '[omroeper]\nwording = "wording"', 1)
    made.config.write_text(text, encoding="utf-8")
    (tmp_path / "wording").mkdir()
    return made


def write(installation: Installation, text: str) -> None:
    """Write the wording."""
    (installation.folder / "wording" / "nl.toml").write_text(text, encoding="utf-8")


def mistakes(installation: Installation) -> list[dict[str, Any]]:
    """Give what ``check`` says about wording."""
    return [one for one in installation.json("check") if one["code"].startswith("wording.")]


def test_mistake_in_wording_is_named_and_never_sent(
    installation: Installation, host: FeedHost, server: Standin
) -> None:
    """``check`` names file and line; the post is held with the same words until the wording is mended, then it goes."""
    write(installation, BROKEN)
    assert installation.call("check").returncode == 2
    (problem,) = mistakes(installation)
    assert (Path(problem["file"]).name, problem["line"], problem["code"]) == ("nl.toml", 2, "wording.unknown-name")
    assert installation.once().returncode == 0
    host.feed("stad").add("brug", title="Brug dicht")
    assert installation.once().returncode == 1
    assert server.texts() == []
    (held,) = installation.json("posts", "--state", "held")
    assert "nl.toml:2: {titel}" in held["error"]
    assert "nl.toml:2: {titel}" in installation.call("preview").stderr
    write(installation, WELL)
    assert mistakes(installation) == []
    assert installation.call("approve", held["id"]).returncode == 0
    assert installation.once().returncode == 0
    (text,) = server.texts()
    assert (
        text == "Nieuws: Brug dicht\nGemeente stad, spiegel, geen officieel account\nhttps://stad.example/bericht/brug"
    )


def test_wording_for_nobody_is_a_warning(installation: Installation) -> None:
    """A table for a source that there is not is said, and stops nothing."""
    write(
        installation, WELL + '[source.stadd]\nnews = "{title}{link}{mirror}"\n[source.stad.phrases]\nmirror = "kopie"\n'
    )
    assert installation.call("check").returncode == 0
    assert [one["code"] for one in mistakes(installation)] == ["wording.unknown-scope"]


def test_an_alert_waits_for_no_mistake_in_wording(installation: Installation) -> None:
    """News is held for a broken template; an alert goes out in the words that are shipped, and a log line says so."""
    write(installation, 'news = "{titel}{link}"\nalert = "{titel}{link}"\n')
    settings = load(installation.config, {}).settings
    assert settings
    source, account = settings.sources()["stad"], settings.accounts()["account"]
    said = Content(title="Brand aan de Kade", text="Blijf binnen.", url="https://stad.example/1", language="nl")
    with pytest.raises(WordingError, match=r"nl\.toml:1: \{titel\}"):
        compose_for(settings, account, as_wanted(source, said, "item", "news", NOW), Limits())
    alert = replace(said, alert=Alert(event="NL-Alert"))
    with capture_logs() as logged:
        composed = compose_for(settings, account, as_wanted(source, alert, "item", "alert", NOW), Limits())
    assert composed.parts[0].startswith("NL-Alert: Brand aan de Kade\n\nBlijf binnen.")
    assert [one["event"] for one in logged] == ["wording.shipped-instead"]

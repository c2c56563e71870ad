"""The shipped sources: what is switched on is proven, what is dead stays dead, and the page tells the truth."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters import source_kinds
from bot.settings import Loaded, load
from bot.settings.catalogue import text

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "config" / "sources.d").glob("*.toml"))
ACCOUNT = """[omroeper]
operator = "redactie@voorbeeldstad.example"
language = "en"
[[account]]
id = "proef"
kind = "local"
takes = ["*"]
"""
FAMILIES = {
    "rijksoverheid", "belastingdienst", "politie", "nl-alert", "burgernet", "knmi", "acm", "afm", "ap", "dnb", "nza",
    "rivm", "ncsc", "cbs", "rechtspraak", "tweede-kamer", "gemeente-utrecht", "provincie-flevoland",
    "waterschap-scheldestromen", "veiligheidsregio-utrecht",
}  # fmt: skip
DEAD = (
    "feeds.rijksoverheid.nl",
    "cdn.knmi.nl",
    "www.ncsc.nl/rss",
    "feeds.english.ncsc.nl",
    "app.nl-alert.nl",
    "zoek.officielebekendmakingen.nl/sru/Search",
)


def written(table: str) -> list[dict[str, Any]]:
    """Give all tables of a name, as written."""
    documents = (tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES)
    return [one for document in documents for one in document.get(table, ())]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """Load all shipped files, with an account that takes everything."""
    main = tmp_path / "omroeper.toml"
    main.write_text(f'include = ["shipped:*.toml"]\n{ACCOUNT}', encoding="utf-8")
    return load(main, {})


def test_they_pass_the_check(loaded: Loaded) -> None:
    """All shipped files together have neither errors nor warnings, taken by one account."""
    assert [str(problem) for problem in loaded.problems] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_stands_alone(path: Path, tmp_path: Path) -> None:
    """A family can be taken without the others: what it needs it includes itself."""
    main = tmp_path / "omroeper.toml"
    main.write_text(f'include = ["shipped:{path.name}"]\n{ACCOUNT}', encoding="utf-8")
    assert [problem for problem in load(main, {}).problems if problem.code != "source.none"] == []


def test_what_is_on_is_proven(loaded: Loaded) -> None:
    """Only confirmed sources are switched on, and each says how that is known, with a year or what was counted."""
    assert loaded.settings
    on = [source for source in loaded.settings.source if source.enabled]
    assert on
    for source in on:
        assert source.status == "confirmed", source.id
        assert re.search(r"20\d\d|openbare projecten", source.proof), source.id


def test_every_source_says_how_well_it_is_known() -> None:
    """Status and proof are never left out; what is not confirmed is off, in the file itself."""
    for source in written("source"):
        assert source["status"] in {"confirmed", "unconfirmed", "dead"}, source["id"]
        assert source["proof"].strip(), source["id"]
        assert source["status"] == "confirmed" or source["enabled"] is False, source["id"]


def test_the_dead_stay_dead(loaded: Loaded) -> None:
    """Every well-known dead address is named as dead, and none is switched on."""
    assert loaded.settings
    dead = [source.url for source in loaded.settings.source if source.status == "dead"]
    on = [source.url for source in loaded.settings.source if source.enabled]
    for address in DEAD:
        assert any(address in url for url in dead), address
        assert not any(address in url for url in on), address


def test_adding_a_dead_one_back_is_warned_about(tmp_path: Path) -> None:
    """Who copies an old tutorial is told that this feed died, and how that is known."""
    main = tmp_path / "omroeper.toml"
    old = (
        '[[source]]\nid = "oud"\nagency = "rijksoverheid"\nkind = "feed"\nto = ["proef"]\n'
        'url = "https://feeds.rijksoverheid.nl/nieuws.rss"\n'
    )
    main.write_text(f'include = ["shipped:*.toml"]\n{ACCOUNT}{old}', encoding="utf-8")
    (problem,) = load(main, {}).problems
    assert problem.code == "source.known-dead"
    assert "NXDOMAIN" in problem.message


def test_kinds_exist_and_the_families_are_there() -> None:
    """No shipped source names a kind that is not there, and every system that the project names has a body and a row."""
    assert {source["kind"] for source in written("source")} <= set(source_kinds())
    assert {agency["id"] for agency in written("agency")} >= FAMILIES
    assert {source["agency"] for source in written("source")} >= FAMILIES


def test_people_are_kept_out(loaded: Loaded) -> None:
    """Sources that show wanted or missing people are personal, and leave these out."""
    assert loaded.settings
    police = [source for source in loaded.settings.source if source.agency == "politie" and "/ab/" in source.url]
    assert len(police) == 13
    for source in police:
        assert source.personal
        assert {str(pattern) for pattern in source.exclude} == {"category:gezocht", "category:vermist"}


def test_the_page_is_current() -> None:
    """``docs/sources.md`` lists what is shipped (python -m bot.settings.catalogue > docs/sources.md renews it)."""
    assert (ROOT / "docs" / "sources.md").read_text(encoding="utf-8") == text()

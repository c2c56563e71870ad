"""A configuration of several files, and files that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.problems import Problem
from bot.settings import find_config, load
from tests.unit.config.conftest import BASE, Configure

AGENCY = '[[agency]]\nid = "{id}"\nname = "Gemeente"\ndomains = ["{id}.example"]\n'


def summary(problems: tuple[Problem, ...]) -> list[tuple[str, str, int | None]]:
    """Give code, file name and line of each problem."""
    return [(problem.code, Path(problem.file or "").name, problem.line) for problem in problems]


def test_includes_add_tables_in_the_order_of_their_names(configure: Configure) -> None:
    """One file per agency works: what is included is there, in a stable order, each file once."""
    loaded = configure(
        'include = ["sources.d/*.toml", "sources.d/b.toml"]\n' + BASE,
        sources__d__b="",
        **{"sources.d__b": AGENCY.format(id="b"), "sources.d__a": AGENCY.format(id="a")},
    )
    assert loaded.problems == ()
    assert loaded.settings
    assert list(loaded.settings.agencies()) == ["voorbeeldstad", "a", "b"]


def test_included_file_includes_from_its_own_folder(configure: Configure) -> None:
    """Names count from the file they stand in, and files that include each other do not loop."""
    loaded = configure(
        'include = ["deep/more.toml"]\n' + BASE,
        deep__more='include = ["less.toml", "../omroeper.toml", "**/far.toml"]\n',
        deep__less=AGENCY.format(id="less"),
        deep__and__far=AGENCY.format(id="far"),
    )
    assert loaded.problems == ()
    assert loaded.settings
    assert set(loaded.settings.agencies()) == {"voorbeeldstad", "less", "far"}


def test_problem_names_the_included_file(configure: Configure) -> None:
    """A mistake in an included file is named there, at its own line."""
    loaded = configure('include = ["more.toml"]\n' + BASE, more=AGENCY.format(id="b") + 'naam = "x"\n')
    assert summary(loaded.problems) == [("key.unknown", "more.toml", 5)]


def test_same_key_in_two_files_is_a_mistake(configure: Configure) -> None:
    """Nobody has to guess which of two values counts."""
    loaded = configure('include = ["more.toml"]\n' + BASE, more='[omroeper]\nretain = "9d"\nlanguage = "nl"\n')
    assert summary(loaded.problems) == [("key.twice", "more.toml", 3)]
    assert "omroeper.toml:4" in loaded.problems[0].message


def test_table_may_be_spread_over_files(configure: Configure) -> None:
    """Different keys of one table may come from different files."""
    loaded = configure('include = ["more.toml"]\n' + BASE, more='[omroeper]\nretain = "9d"\n[web]\nlisten = ""\n')
    assert loaded.settings
    assert (loaded.settings.omroeper.retain.days, loaded.settings.web.listen) == (9, "")


def test_include_without_match_is_only_a_warning(configure: Configure) -> None:
    """A folder that is still empty stops nothing; a file that is named and missing does."""
    loaded = configure('include = [\n"sources.d/*.toml",\n"more.toml",\n5,\n]\n' + BASE)
    assert summary(loaded.problems) == [
        ("include.nothing", "omroeper.toml", 2),
        ("include.missing", "omroeper.toml", 3),
        ("include.missing", "omroeper.toml", 4),
    ]
    assert configure('include = ["sources.d/*.toml"]\n' + BASE).settings


def test_unreadable_include_hides_nothing_else(configure: Configure) -> None:
    """A file that is not text costs itself alone: other mistakes are named, and what it may define is not missed."""
    loaded = configure('include = ["bad.toml"]\n' + BASE.replace('to = ["stad"]', 'to = ["dorp"]\nevery = "x"'))
    assert summary(loaded.problems)[0][0] == "include.missing"
    main = loaded.configuration.path
    (main.parent / "bad.toml").write_bytes(b"[[account]]\n# \xff\n")
    problems = load(main, {}).problems
    assert summary(problems) == [("file.encoding", "bad.toml", 2), ("value.duration", "omroeper.toml", 23)]


def test_folder_in_the_place_of_a_file_is_named(configure: Configure) -> None:
    """What cannot be opened is said with the system's own reason."""
    configure('include = ["more/*"]\n' + BASE, more__deep__x="")
    loaded = configure('include = ["more/*"]\n' + BASE)
    assert [(problem.code, Path(problem.file or "").name) for problem in loaded.problems] == [
        ("file.unreadable", "deep")
    ]
    assert "directory" in loaded.problems[0].message


def test_table_that_is_no_table_is_named(configure: Configure) -> None:
    """A number or text where tables belong is a mistake with a line, not a crash."""
    loaded = configure('omroeper = "x"\nsource = 3\naccount = ["a"]\nagency = [{ id = "a", name = "A" }, 5]\n')
    errors = [one for one in summary(loaded.problems) if one[0] == "value.type"]
    assert [line for _, _, line in errors] == [1, 2, 3, 4]


def test_configuration_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    """A newcomer without a configuration is told about ``omroeper init``, and nothing else."""
    loaded = load(tmp_path / "omroeper.toml", {})
    assert [(problem.code, problem.line) for problem in loaded.problems] == [("config.missing", None)]
    assert "omroeper init" in loaded.problems[0].remedy
    assert loaded.settings is None


@pytest.mark.parametrize("text", ["", "\n\n# nothing\n"])
def test_empty_configuration_is_not_an_error(configure: Configure, text: str) -> None:
    """Every table has defaults: an empty file only lacks an operator and something to do."""
    loaded = configure(text)
    assert {problem.code for problem in loaded.problems} == {"operator.missing", "source.none"}
    assert loaded.settings
    assert loaded.settings.omroeper.database == f"sqlite:///{loaded.configuration.path.parent}/omroeper.db"


@pytest.mark.parametrize("text", ["omroeper:\n  language: nl\n", "{}", "\x00", "[[[", '"', "= 1", "<xml/>"])
def test_file_that_is_no_toml_at_all_is_named(configure: Configure, text: str) -> None:
    """YAML, JSON, HTML and rubbish under the name of the configuration end in a line and a reason."""
    loaded = configure(text)
    assert loaded.settings is None
    assert ("toml.syntax", 1) in [(problem.code, problem.line) for problem in loaded.problems]


def test_configuration_is_found_as_promised(tmp_path: Path) -> None:
    """``--config`` wins over ``OMROEPER_CONFIG``, which wins over ``./config/omroeper.toml``; a folder is enough."""
    (tmp_path / "elders").mkdir()
    environ = {"OMROEPER_CONFIG": "env.toml"}
    assert find_config("option.toml", environ, tmp_path) == tmp_path / "option.toml"
    assert find_config(None, environ, tmp_path) == tmp_path / "env.toml"
    assert find_config(None, {"OMROEPER_CONFIG": ""}, tmp_path) == tmp_path / "config" / "omroeper.toml"
    assert find_config("elders", {}, tmp_path) == tmp_path / "elders" / "omroeper.toml"
    assert find_config("/etc/omroeper.toml", {}, tmp_path) == Path("/etc/omroeper.toml")


def test_files_are_named_as_they_were_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems stay short: ``config/omroeper.toml:3``, not a path from the root."""
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/omroeper.toml").write_text("[omroeper]\nx = 1\n", encoding="utf-8")
    problems = load(None, {}).problems
    assert {problem.file for problem in problems} == {os.path.join("config", "omroeper.toml")}  # noqa: PTH118  # a text

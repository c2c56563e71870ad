"""Overrides by the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import load
from tests.unit.config.conftest import BASE, Configure


def test_single_values_are_overridden(configure: Configure) -> None:
    """A container sets text, numbers and durations without touching the file, and sees what was set on purpose."""
    loaded = configure(
        BASE,
        {
            "OMROEPER_NETWORK__HOST_GAP": "0s",
            "OMROEPER_NETWORK__CONCURRENCY": "8",
            "OMROEPER_OMROEPER__LANGUAGE": "nl",
            "OMROEPER_OMROEPER__DATABASE": "postgresql://u:hush@db.example/x?sslmode=require",
            "OMROEPER_NETWORK__PROXY": "http://u:hush@proxy.example:3128",
            "OMROEPER_WEB__LISTEN": "",
        },
    )
    assert loaded.problems == ()
    settings = loaded.settings
    assert settings
    assert settings.network.host_gap == timedelta(0)
    assert settings.network.concurrency == 8
    assert settings.network.model_fields_set == {"host_gap", "concurrency", "proxy"}
    assert settings.web.listen == ""
    assert settings.accounts()["stad"].language == "nl"
    assert settings.omroeper.database == "postgresql://u:hush@db.example/x?sslmode=require"
    assert "hush" not in repr(settings) + str(settings)


def test_wrong_value_names_the_variable(configure: Configure) -> None:
    """A mistake in a variable is not blamed on a line of the file; a password in it is not repeated."""
    loaded = configure(
        BASE.replace('language = "en"', 'language = "en"\nretain = "1d"'),
        {
            "OMROEPER_OMROEPER__RETAIN": "soon",
            "OMROEPER_NETWORK__PER_HOST": "two",
            "OMROEPER_OMROEPER__DATABASE": "mysql://u:hush@h/x",
        },
    )
    assert [(problem.code, problem.file, problem.line) for problem in loaded.problems] == [
        ("value.database", None, None),
        ("value.duration", None, None),
        ("value.type", None, None),
    ]
    assert [problem.message.partition(":")[0] for problem in loaded.problems] == [
        "OMROEPER_OMROEPER__DATABASE",
        "OMROEPER_OMROEPER__RETAIN",
        "OMROEPER_NETWORK__PER_HOST",
    ]
    assert "hush" not in str(loaded.problems)


@pytest.mark.parametrize(
    ("name", "code", "guess"),
    [
        ("OMROEPER_NETWORK__HOST_GAB", "env.unknown", "OMROEPER_NETWORK__HOST_GAP"),
        ("OMROEPER_NETWORK_HOST_GAP", "env.unknown", "OMROEPER_NETWORK__HOST_GAP"),
        ("OMROEPER_SOMETHING__ELSE", "env.unknown", ""),
        ("OMROEPER_NETWORK__ALLOW_PRIVATE", "env.not-scalar", ""),
        ("OMROEPER_SOURCE__0__URL", "env.not-scalar", ""),
    ],
)
def test_variable_that_sets_nothing_is_a_warning(configure: Configure, name: str, code: str, guess: str) -> None:
    """A typing error in a variable's name is noticed, but never stops the service."""
    loaded = configure(BASE, {name: "1s"})
    assert [problem.code for problem in loaded.problems] == [code]
    assert guess in loaded.problems[0].remedy
    assert loaded.settings


def test_other_variables_are_left_alone(configure: Configure) -> None:
    """Tokens, variables that the configuration names, and those of other programs are not mistaken for settings."""
    environ = {
        "OMROEPER_CONFIG": "x",
        "OMROEPER_CAPTURES": "/x",
        "OMROEPER_STAD__TOKEN": "t",
        "OMROEPER_GEHEIM__STAD": "t",
        "OMROEPER_STAD": "t",
        "PATH": "/bin",
        "OTHER__NETWORK__HOST_GAP": "1s",
        "omroeper_network__host_gap": "99d",
    }
    loaded = configure(BASE.replace('"STAD"', '"OMROEPER_GEHEIM__STAD"'), environ)
    assert loaded.problems == ()
    assert loaded.settings
    assert loaded.settings.network.host_gap == timedelta(seconds=1)


def test_only_the_given_environment_counts(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not handed over is not read behind the caller's back."""
    monkeypatch.setitem(os.environ, "OMROEPER_NETWORK__HOST_GAP", "7s")
    monkeypatch.setitem(os.environ, "OMROEPER_NETWORK", '{"per_host": 9}')
    loaded = configure()
    assert loaded.settings
    assert loaded.settings.network.host_gap == timedelta(seconds=1)
    assert loaded.settings.network.per_host == 1


def test_relative_database_from_the_environment_starts_at_the_main_file(tmp_path: Path) -> None:
    """A service whose working folder is / does not lose its memory."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "x.toml").write_text('[omroeper]\ndatabase = "sqlite:///x.db"\n', encoding="utf-8")
    main = tmp_path / "omroeper.toml"
    main.write_text('include = ["more/x.toml"]\n', encoding="utf-8")
    there, set_ = load(main, {}).settings, load(main, {"OMROEPER_OMROEPER__DATABASE": "sqlite:///y.db"}).settings
    assert there
    assert there.omroeper.database == f"sqlite:///{tmp_path}/more/x.db"
    assert set_
    assert set_.omroeper.database == f"sqlite:///{tmp_path}/y.db"

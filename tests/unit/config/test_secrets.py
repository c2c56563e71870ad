"""Credentials from environment and files."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.passwords import hash_password
from bot.problems import as_json
from bot.secrets import LARGEST, Secret, check_secrets, secrets_for
from bot.settings import Account, Loaded
from tests.unit.config.conftest import BASE, Configure

FILE = BASE.replace('token_env = "STAD"', 'token_file = "secrets/stad"')
TOKEN_LINE = 14


def account(loaded: Loaded) -> Account:
    """Give the account of a configuration without errors."""
    assert loaded.settings, loaded.problems
    return loaded.settings.accounts()["stad"]


def keep(loaded: Loaded, body: bytes, mode: int = 0o600) -> None:
    """Write the file that the account names."""
    path = account(loaded).secrets["token"].file
    assert path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(body)
    path.chmod(mode)


def codes(loaded: Loaded, environ: Mapping[str, str]) -> list[tuple[str, str, int | None]]:
    """Give code, severity and line of what is wrong with the secrets."""
    return [(problem.code, problem.severity, problem.line) for problem in check_secrets(loaded, environ)]


def test_secret_comes_from_the_environment(configure: Configure) -> None:
    """The variable that the configuration names holds the token; white space around it is not part of it."""
    loaded = configure()
    assert check_secrets(loaded, {"STAD": " s3cret\n"}) == ()
    found = secrets_for(account(loaded), {"STAD": " s3cret\n"})
    assert found.revealed() == {"token": "s3cret"}
    assert found.problems == ()


def test_secret_comes_from_a_file(configure: Configure) -> None:
    """The file is looked for beside the file that names it."""
    loaded = configure(FILE)
    keep(loaded, b"s3cret\n")
    assert check_secrets(loaded, {}) == ()
    assert secrets_for(account(loaded), {}).secrets["token"].reveal() == "s3cret"


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "secret.unset"),
        ({"STAD": ""}, "secret.empty"),
        ({"STAD": " \n"}, "secret.empty"),
        ({"STAD": "two words"}, "secret.malformed"),
        ({"STAD": "line\nline"}, "secret.malformed"),
        ({"STAD": "tøken"}, "secret.malformed"),
    ],
)
def test_wrong_variable_is_named_at_its_line(configure: Configure, environ: dict[str, str], code: str) -> None:
    """A token that is missing or cannot be one is found before the server refuses it."""
    assert codes(configure(), environ) == [(code, "error", TOKEN_LINE)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "secret.empty"),
        (b"\xff\xfe", "secret.malformed"),
        (b"a\nb\n", "secret.malformed"),
        (b"x" * (LARGEST + 1), "secret.malformed"),
    ],
)
def test_wrong_file_is_named_at_its_line(configure: Configure, body: bytes, code: str) -> None:
    """A file that holds no token is a mistake, not a token."""
    loaded = configure(FILE)
    keep(loaded, body)
    assert codes(loaded, {}) == [(code, "error", TOKEN_LINE)]


def test_file_that_is_not_there_is_named(configure: Configure) -> None:
    """The system's own reason is given, also for a folder and for a pipe, which would never end."""
    loaded = configure(FILE)
    assert codes(loaded, {}) == [("secret.file-unreadable", "error", TOKEN_LINE)]
    path = account(loaded).secrets["token"].file
    assert path
    path.mkdir(parents=True)
    assert codes(loaded, {}) == [("secret.file-unreadable", "error", TOKEN_LINE)]
    path.rmdir()
    os.mkfifo(path)
    assert codes(loaded, {}) == [("secret.file-unreadable", "error", TOKEN_LINE)]


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True), (0o604, True)])
def test_file_that_others_can_read_is_a_warning(configure: Configure, mode: int, warned: bool) -> None:
    """Everybody on the machine could post as the agency: that is said, but the service goes on."""
    loaded = configure(FILE)
    keep(loaded, b"s3cret", mode)
    assert codes(loaded, {}) == ([("secret.file-mode", "warning", TOKEN_LINE)] if warned else [])
    assert secrets_for(account(loaded), {}).revealed() == {"token": "s3cret"}


def test_account_without_token_is_a_mistake_of_the_secrets_only(configure: Configure) -> None:
    """``preview`` and ``inspect`` work before there is a token; ``check`` and ``run`` say that it is missing."""
    loaded = configure(BASE.replace('token_env = "STAD"\n', ""))
    assert loaded.problems == ()
    assert codes(loaded, {}) == [("secret.missing", "error", 10)]
    assert "token_env" in check_secrets(loaded, {})[0].remedy


def test_source_has_every_secret_that_its_adapter_names(configure: Configure) -> None:
    """An adapter that needs two secrets gets two, each from where the operator put it."""
    text = BASE.replace('kind = "feed"', 'kind = "sirens"\ntoken_env = "A"\nsignature_file = "s.key"')
    loaded = configure(text)
    assert loaded.problems == ()
    assert loaded.settings
    (loaded.configuration.path.parent / "s.key").write_text("sign me\n", encoding="utf-8")
    (loaded.configuration.path.parent / "s.key").chmod(0o600)
    source = loaded.settings.sources()["nieuws"]
    assert secrets_for(source, {"A": "t"}).revealed() == {"token": "t", "signature": "sign me"}
    missing = configure(BASE.replace('kind = "feed"', 'kind = "sirens"'))
    assert codes(missing, {"STAD": "x"}) == [("secret.missing", "error", 16), ("secret.missing", "error", 16)]


def test_extra_secret_is_checked_like_a_token(configure: Configure) -> None:
    """A secret pasted where the name of a variable belongs is refused and not repeated, for every secret's name."""
    text = BASE.replace('kind = "feed"', 'kind = "sirens"\nsignature_env = "hush-hush"\nsignature_file = 5')
    problems = configure(text).problems
    assert [problem.code for problem in problems] == ["secret.name", "secret.both", "value.type"]
    assert "hush" not in str(problems)


def test_source_that_is_switched_off_needs_no_secret(configure: Configure) -> None:
    """A channel that is kept for later does not stop the service."""
    loaded = configure(BASE.replace('kind = "feed"', 'kind = "sirens"\nenabled = false'))
    assert codes(loaded, {"STAD": "x"}) == []


def test_secrets_are_checked_beside_other_mistakes(configure: Configure) -> None:
    """A missing token is named in the same go as a mistake elsewhere in the file."""
    loaded = configure(BASE.replace('to = ["stad"]', 'to = ["stad"]\nevery = "x"'))
    assert loaded.settings is None
    assert codes(loaded, {}) == [("secret.unset", "error", TOKEN_LINE)]


def test_secret_shows_itself_to_nobody(configure: Configure) -> None:
    """A token appears in no repr, no text, no JSON, no pickle and no problem, whatever is wrong with it."""
    secret = Secret("hush-hush")
    assert "hush" not in f"{secret} {secret!r} {[secret]}"
    assert secret == Secret("hush-hush")
    assert secret != Secret("other")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    loaded = configure()
    for value in ("hush-hush", "hush hush", "hush\x00hush"):
        found = secrets_for(account(loaded), {"STAD": value})
        assert "hush" not in repr(found) + str(found) + json.dumps(as_json(found.problems))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{hash}", None),
        ("open-sesame-open", "desk.hash"),
        ("scrypt.15.8.3.AAAA.BBBB", "desk.hash"),
        ("", "secret.empty"),
        ("anna:{hash}", "desk.hash"),
    ],
)
def test_password_of_the_desk_is_a_hash(configure: Configure, text: str, code: str | None) -> None:
    """A password that lies open where its hash belongs is found at its line, and not repeated."""
    loaded = configure(BASE.replace("[omroeper]", '[web]\ndesk_password_env = "DESK"\n[omroeper]'))
    found = check_secrets(loaded, {"STAD": "x", "DESK": text.format(hash=hash_password("twelve signs", b"s" * 16))})
    assert [(problem.code, problem.line) for problem in found] == ([(code, 2)] if code else [])
    assert not text or text not in str(found) + "\n".join(map(str, found))
    assert all("[web]" in problem.message for problem in found)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("# the night shift\n\nanna:{hash}\nBé de Vries : {hash}\n", True),
        ("anna:{hash}\nANNA:{hash}\n", False),
        ("anna:twelve signs\n", False),
        ("desk:{hash}\n", False),
        (":{hash}\n", False),
        ("# nobody\n", False),
    ],
)
def test_operators_of_the_desk_have_a_line_each(configure: Configure, text: str, good: bool) -> None:
    """A list with a wrong line lets nobody in before it is mended: half a list would lock somebody out at night."""
    loaded = configure(BASE.replace("[omroeper]", '[web]\ndesk_operators_file = "operators"\n[omroeper]'))
    assert loaded.settings
    path = loaded.settings.web.desk_operators_file
    assert path == loaded.configuration.path.parent / "operators"
    path.write_text(text.format(hash=hash_password("twelve signs", b"s" * 16)), encoding="utf-8")
    path.chmod(0o600)
    found = check_secrets(loaded, {"STAD": "x"})
    assert [(problem.code, problem.line) for problem in found] == ([] if good else [("desk.operators", 2)])


def test_path_of_a_secret_is_kept_out_of_nothing(configure: Configure, tmp_path: Path) -> None:
    """The remedy names the file to mend, so that it can be pasted into a terminal."""
    loaded = configure(FILE)
    keep(loaded, b"x", 0o644)
    (problem,) = check_secrets(loaded, {})
    assert f"chmod o= {tmp_path}/secrets/stad" in problem.remedy

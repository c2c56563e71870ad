"""Passwords of operators, and the command that makes their hashes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import cli
from bot.passwords import (
    NOBODY,
    Operators,
    hash_password,
    is_name,
    is_weak,
    read_hash,
    read_operators,
)

PASSWORD = "vier losse woorden samen"
MADE = hash_password(PASSWORD, b"0123456789abcdef")


def test_only_the_password_matches_its_hash() -> None:
    """The right password comes in, a wrong one does not, and the hash holds nothing of it."""
    assert read_hash(MADE).matches(PASSWORD)
    assert not read_hash(MADE).matches(PASSWORD + " ")
    assert not read_hash(MADE).matches("")
    assert "woorden" not in MADE + repr(read_hash(MADE))
    assert hash_password(PASSWORD, os.urandom(16)) != MADE


def test_a_password_is_what_was_typed_not_how() -> None:
    """A keyboard that writes é as one sign and one that writes it as two open the same door."""
    made = read_hash(hash_password("caf\u00e9 aan de gracht", b"s" * 16))
    assert made.matches("cafe\u0301 aan de gracht")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120) | st.from_regex(r"scrypt(\.[0-9]{1,3}){3}\.[\w-]{20,24}\.[\w-]{41,45}", fullmatch=True))
def test_what_is_no_hash_is_refused(text: str) -> None:
    """Nothing but a hash of ours is taken for one; what is taken never asks for more memory than we have."""
    try:
        found = read_hash(text)
    except ValueError:
        return
    assert text.split(".")[:3] <= ["scrypt", "17", "8"]
    assert found.written == text


def test_operators_are_found_by_name_and_password_together() -> None:
    """Names count whatever their case; neither half alone opens, and another one's password does not either."""
    other = hash_password("een heel ander zinnetje", b"x" * 16)
    known = Operators(read_operators(f"# nachtdienst\n\nAnna:{MADE}\nBé de Vries : {other}\n"))
    assert known.named
    assert known.identify(" anna", PASSWORD) == "Anna"
    assert known.identify("BÉ DE VRIES", "een heel ander zinnetje") == "Bé de Vries"
    assert known.identify("Bé de Vries", PASSWORD) is None
    assert known.identify("", PASSWORD) is None
    assert known.identify("carla", "") is None
    assert MADE not in repr(known)


def test_one_shared_password_needs_no_name() -> None:
    """Where one password is shared, whatever stands in the place of a name does not matter, and the log says "desk"."""
    known = Operators({NOBODY: read_hash(MADE)})
    assert not known.named
    assert known.identify("", PASSWORD) == known.identify("anna", PASSWORD) == NOBODY
    assert known.identify("", "something else") is None


@pytest.mark.parametrize("text", ["", "# nobody", "anna", f"anna:{MADE}\nANNA:{MADE}", f"desk:{MADE}", f"a:b:{MADE}"])
def test_a_list_that_is_wrong_is_refused_whole(text: str) -> None:
    """A list with one wrong line is no list: nobody is left out of it silently."""
    with pytest.raises(ValueError, match=r"operator|hash"):
        read_operators(text)


def test_names_fit_in_a_line_and_in_the_log() -> None:
    """A name of an operator is words; signs that would end the line, and the shared name, are none."""
    assert all(map(is_name, ("anna", "Bé de Vries", "j.jansen@stad.example", "7")))
    assert not any(map(is_name, ("", "desk", "DESK", "a:b", "a\nb", "-a", "a" * 65, "<b>")))


def test_easy_passwords_are_named() -> None:
    """Short ones, and the same few signs over and over, are weak."""
    assert all(map(is_weak, ("", "elf tekens.", "aaaaaaaaaaaaaaaa", "abcabcabcabc", "x" * 2000)))
    assert not is_weak(PASSWORD)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────


def run(*arguments: str, typed: str = "") -> Result:
    """Run ``omroeper desk password``."""
    return CliRunner().invoke(cli, ["desk", "password", *arguments], input=typed)


def test_command_prints_the_hash_alone() -> None:
    """What is read from standard input comes out as a hash, fit for a file or a variable, and nothing else on stdout."""
    done = run(typed=f"{PASSWORD}\n")
    assert done.exit_code == 0, done.stderr
    assert read_hash(done.stdout.strip()).matches(PASSWORD)
    assert PASSWORD not in done.stdout + done.stderr


def test_command_writes_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    """A file of operators gets a line per name, the old one replaced and the others kept, and nobody else may read it."""
    for name, typed in (("Anna", "the first password"), ("bert", "another password"), ("anna", PASSWORD)):
        done = run("--operator", name, "--file", str(tmp_path / "operators"), typed=f"{typed}\n")
        assert done.exit_code == 0, done.stderr
    path = tmp_path / "operators"
    known = Operators(read_operators(path.read_text("utf-8")))
    assert known.identify("anna", PASSWORD) == "anna"
    assert known.identify("bert", "another password") == "bert"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["operators"]


def test_command_can_make_a_password() -> None:
    """A made password is shown once, on stderr, and fits the hash on stdout."""
    done = run("--generate")
    made = done.stderr.split("Password: ")[1].splitlines()[0]
    assert read_hash(done.stdout.strip()).matches(made)
    assert not is_weak(made)


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        ((), "short\n", "at least 12"),
        ((), "", "at least 12"),
        (("--operator", "a:b"), f"{PASSWORD}\n", "no name"),
        (("--file", "/no/such/folder/desk"), f"{PASSWORD}\n", "cannot be written"),
    ],
)
def test_command_says_what_is_wrong(arguments: tuple[str, ...], typed: str, words: str) -> None:
    """A weak password, a name that is none, a folder that is not there: one sentence, the remedy, exit code 2."""
    done = run(*arguments, typed=typed)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert "→" in done.stderr

"""``desk password``: the hash of a password for the operators' desk, printed or put where the configuration looks for it."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import click

from bot.cli.common import fail, say, show

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for another, on paper or on the telephone."""


@click.group()
def desk() -> None:
    """Let operators in at the desk of the pages."""


@desk.command()
@click.option("--operator", metavar="NAME", help="For one operator: a line for desk_operators_file.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="Put it there, for nobody else to read.")
@click.option("--generate", is_flag=True, help="Make a password and show it once.")
def password(*, operator: str | None, path: Path | None, generate: bool) -> int:
    """Make the hash of a password. Asks for the password, or reads one line where nobody is at the keyboard."""
    from bot.passwords import hash_password, is_name

    if operator is not None and not is_name(operator):
        fail(
            f"{operator!r} is no name for an operator.", "Use letters, digits and spaces; start with a letter or digit."
        )
    made = hash_password(_generated() if generate else _asked(), os.urandom(16))
    line = f"{operator}:{made}" if operator else made
    if path is None:
        show(line)
        return 0
    try:
        _put(path, line, operator)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.", "Name a file in a folder that you may write in.")
    say(f"Written: {path}. Restart the service to let it in.")
    return 0


def _asked() -> str:
    from bot.passwords import LONGEST, SHORTEST, is_weak

    if sys.stdin.isatty():
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        typed = sys.stdin.readline(LONGEST + 2).rstrip("\r\n")
    if is_weak(typed):
        fail(
            f"That password is too easy: it needs at least {SHORTEST} characters, and not the same few over and over.",
            "Take four words that do not belong together, or let one be made: --generate.",
        )
    return str(typed)


def _generated() -> str:
    made = "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(4))
    say(f"Password: {made}\nWrite it down now: it is not shown again.")
    return made


def _put(path: Path, line: str, operator: str | None) -> None:
    """Write a file that only its owner can read; other operators' lines stay."""
    kept: list[str] = []
    if operator is not None and path.exists():
        mine = operator.strip().casefold()
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [one for one in lines if one.partition(":")[0].strip().casefold() != mine]
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write("\n".join([*kept, line]) + "\n")
    draft.replace(path)

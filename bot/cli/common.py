"""What commands share: finding the configuration, opening memory to read, printing, and saying what is wrong."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from bot.terminal import escaped, plain, plain_line

P = ParamSpec("P")
R = TypeVar("R")

ATTENTION = 1
WRONG = 2

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


class Wrong(click.ClickException):
    """The command or the configuration is wrong: said on stderr, exit 2."""

    exit_code = WRONG

    def show(self, file: Any = None) -> None:
        """Print the message alone: it says what is wrong and what to do."""
        del file
        say(self.message)


class Unwell(Wrong):
    """The command is right, but something outside it is not: exit 1."""

    exit_code = ATTENTION


SETUP = frozenset(
    {"store.cannot-open", "store.not-migrated", "store.newer-schema", "store.backup-exists", "store.not-sqlite"}
)
"""What goes wrong because of how memory was set up; everything else about it is a bad day."""


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(escaped(json.dumps(value, ensure_ascii=False, indent=2)))


def show(text: str, *, bold: bool = False) -> None:
    """Show a result to a person, on stdout. Whatever stands in it, it cannot steer the terminal."""
    click.secho(plain(text), bold=bold)


def say(text: str) -> None:
    """Say something to a person: on stderr, so that stdout stays for results."""
    click.echo(plain(text), err=True)


def tell(subject: str, message: str, code: str) -> None:
    """Say what needs attention, on one line of stderr: a source's words cannot pose as the next line."""
    say(plain_line(f"{subject}: {message} [{code}]"))


def fail(message: str, remedy: str = "") -> NoReturn:
    """Say what is wrong and what to do, and exit 2."""
    raise Wrong(f"{message}\n    → {remedy}" if remedy else message)


def load_settings(ctx: click.Context, *, for_run: bool = False) -> Any:
    """Read the configuration; say every mistake and exit 2 where there is one. Gives ``bot.settings.Settings``."""
    from bot.secrets import check_secrets
    from bot.settings import find_config, load

    loaded = load(find_config(ctx.find_root().obj, os.environ, Path()), os.environ)
    problems = list(loaded.needed_for_run if for_run else loaded.errors)
    if for_run:
        problems += [one for one in check_secrets(loaded, os.environ) if one.severity == "error"]
    if problems or loaded.settings is None:
        raise Wrong("\n".join(str(one) for one in problems))
    return loaded.settings


@contextmanager
def memory(ctx: click.Context, *, write: bool = False) -> Iterator[tuple[Any, Any]]:
    """Open memory beside a running service: give the settings and an engine. Exit 2 where there is no memory yet."""
    from bot.store.engine import open_engine
    from bot.store.migrate import require_current

    settings = load_settings(ctx)
    engine = open_engine(settings.omroeper.database, read_only=not write)
    try:
        require_current(engine)
        yield settings, engine
    finally:
        engine.dispose()


def person(actor: str | None, reason: str) -> Any:
    """Say who does something by hand, and why: for the log."""
    import getpass

    from bot.app import wall_clock
    from bot.operate import Person

    return Person(name=actor or getpass.getuser(), now=wall_clock(), reason=reason)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what can go wrong with memory into a clear message and exit code 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from bot.lock import Held
        from bot.store.engine import StoreError

        try:
            return command(*args, **kwargs)
        except StoreError as error:
            message = f"{error} [{error.code}]\n    → {error.remedy}"
            raise (Wrong if error.code in SETUP else Unwell)(message) from error
        except Held as error:
            raise Wrong(f"{error} [run.held]\n    → Stop that one first, or leave it to its work.") from error

    return run


def is_terminal() -> bool:
    """Whether a person is watching."""
    return sys.stderr.isatty()

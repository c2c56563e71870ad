"""``add``: the feeds behind a page, shown and added."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.common import ATTENTION, as_json, fail, is_terminal, load_settings, print_json, say, show
from bot.terminal import plain_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adding import Proposal


@click.command()
@click.argument("url", metavar="URL")
@click.option("--to", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write to this included file.")
@click.option("--account", "accounts", metavar="ID", multiple=True, help="It goes to this account; may be repeated.")
@click.option("--yes", is_flag=True, help="Write it; else it is only shown.")
@as_json
@click.pass_context
def add(
    ctx: click.Context, url: str, *, target: Path | None, accounts: tuple[str, ...], yes: bool, as_json: bool
) -> int:
    """Show the feeds behind a page, and add them to the configuration. Exit 1: nothing readable was found."""
    from bot.adding import look, proposals, toml
    from bot.app import wall_clock

    settings = load_settings(ctx)
    _check_address(url)
    chosen = _accounts(settings, accounts)
    found = asyncio.run(look(url, _user_agent()))
    made = proposals(found, settings.agency, settings.source)
    block = toml(made, asked=url, accounts=chosen, today=wall_clock().date())
    for one in made:
        _describe(one)
    target = target or settings.path
    if block and not as_json:
        say(f"\nFor {target}:\n")
        show(block.rstrip("\n"))
    wanted = bool(block) and (yes or _confirmed(target, as_json=as_json))
    if wanted:
        _write(block, target, settings, made)
    elif block and not as_json:
        say("\nNothing is written. Add --yes to write this; name one feed's own address to add that feed alone.")
    if as_json:
        print_json([one.as_json(added=wanted) for one in made])
    return 0 if any(one.id for one in made) else ATTENTION


def _check_address(url: str) -> None:
    from adapters.errors import AdapterError
    from adapters.http.address import parse

    try:
        parse(url)
    except AdapterError as error:
        fail(plain_line(str(error)), "Name an address that begins with https:// or http://.")


def _accounts(settings: Any, named: Sequence[str]) -> tuple[str, ...]:
    """Give the accounts that were named; else the only one, or none."""
    known = [one.id for one in settings.account]
    for one in named:
        if one not in known:
            fail(f"There is no account {one}.", f"Known: {', '.join(known) or 'none'}.")
    return tuple(dict.fromkeys(named)) or (tuple(known) if len(known) == 1 else ())


def _user_agent() -> str:
    from importlib.metadata import version

    return f"Omroeper/{version('omroeper')} (add)"


def _describe(one: Proposal) -> None:
    found = one.found
    what = f"{found.kind}: {found.title or '–'}: {found.counted}" if found.kind else "nothing readable"
    say(plain_line(f"{what}: {found.url}"))
    for problem in found.problems:
        say(f"  {plain_line(problem)}")
    if one.id and one.owner is None:
        say(f"  It is configured already, as {one.id}.")


def _confirmed(target: Path, *, as_json: bool) -> bool:
    if as_json or not (is_terminal() and sys.stdin.isatty()):
        return False
    return click.confirm(plain_line(f"Write this to {target}?"), err=True)


def _write(block: str, target: Path, settings: Any, made: Sequence[Proposal]) -> None:
    from bot.adding import NotAddedError, put

    ids = [one.id for one in made if one.id and one.owner]
    try:
        warnings = put(block, target, settings, ids, os.environ)
    except NotAddedError as error:
        fail(str(error), error.remedy)
    except OSError as error:
        fail(f"{target}: {error.strerror}.", "Name a file that you may write to.")
    say(f"\nWritten to {target}: {', '.join(ids)}. Look at them: omroeper preview {ids[0]}")
    for warning in warnings:
        say(str(warning))

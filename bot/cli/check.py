"""``check``: every mistake in the configuration at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from bot.cli.common import WRONG, as_json, print_json, say, show


@click.command()
@click.option("--online", is_flag=True, help="Also ask every source and account how it is.")
@as_json
@click.pass_context
def check(ctx: click.Context, *, online: bool, as_json: bool) -> int:
    """Say every mistake in configuration, wording, secrets, accounts and sources. Exit 2 on errors only."""
    from bot.problems import as_json as problems_as_json
    from bot.problems import in_order
    from bot.secrets import check_secrets
    from bot.settings import find_config, load

    loaded = load(find_config(ctx.find_root().obj, os.environ, Path()), os.environ)
    problems = in_order((*loaded.problems, *check_secrets(loaded, os.environ), *_wording(loaded)))
    errors = [one for one in problems if one.severity == "error"]
    if online and loaded.settings:
        from bot.online import check_online

        problems = in_order((*problems, *check_online(loaded, os.environ)))
        errors = [one for one in problems if one.severity == "error"]
    if as_json:
        print_json(problems_as_json(problems))
    else:
        for one in problems:
            show(str(one))
        warnings = len(problems) - len(errors)
        say(f"{len(errors)} errors, {warnings} warnings." if problems else "All well.")
    return WRONG if errors else 0


def _wording(loaded: Any) -> tuple[Any, ...]:
    """Give the mistakes in wording of the operator's own. They hold what needs that wording, and stop nothing else."""
    from bot.wording import check_wording

    ids = {
        table: {str(one.get("id")) for one in loaded.configuration.values.get(table, ())}
        for table in ("account", "source")
    }
    return check_wording(loaded.wording, loaded.language, accounts=ids["account"], sources=ids["source"])

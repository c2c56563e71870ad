"""``split`` and ``join``: undoing and making merges by hand."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.common import fail, guarded, memory, person, say
from bot.cli.operate import actor, reason


@click.command()
@click.argument("copy", metavar="URL_OR_ID")
@reason
@actor
@click.pass_context
@guarded
def split(ctx: click.Context, copy: str, *, actor: str | None, reason: str) -> int:
    """Give one copy an announcement of its own, and say it where it was hidden."""
    from bot import regroup

    new = _regroup(ctx, lambda connection: regroup.split(connection, person(actor, reason), copy))
    say(f"It is announcement {new} now, and waits to be posted. They will not be merged again.")
    return 0


@click.command()
@click.argument("keep", metavar="KEEP")
@click.argument("other", metavar="OTHER")
@click.option("--retract", is_flag=True, help="Take the posts of OTHER away.")
@reason
@actor
@click.pass_context
@guarded
def join(ctx: click.Context, keep: str, other: str, *, retract: bool, actor: str | None, reason: str) -> int:
    """Let the announcement KEEP speak for OTHER."""
    from bot import regroup

    kept = _regroup(
        ctx, lambda connection: regroup.join(connection, person(actor, reason), keep, other, retract=retract)
    )
    say(f"Both are announcement {kept} now.")
    return 0


def _regroup(ctx: click.Context, work: Any) -> str:
    from bot.regroup import CannotRegroup
    from bot.store.engine import writing

    with memory(ctx, write=True) as (_, engine), writing(engine) as connection:
        try:
            return str(work(connection))
        except CannotRegroup as error:
            fail(str(error), error.remedy)

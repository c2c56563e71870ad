"""``retract``, ``hold``, ``approve``, ``pause``, ``resume``: what a person does by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from bot.cli.common import as_json, fail, guarded, memory, person, print_json, say, show

reason = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the log.")
actor = click.option("--actor", metavar="NAME", help="Who does it; kept in the log. Default: your user name.")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID|URL…")
@reason
@actor
@as_json
@click.pass_context
@guarded
def retract(ctx: click.Context, ids: tuple[str, ...], *, actor: str | None, reason: str, as_json: bool) -> int:
    """Take posts away: those that are there are deleted, those that wait are dropped."""
    from bot.operate import retract as work

    return _change(ctx, ids, work, "retracted", actor=actor, reason=reason, as_json=as_json)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID|URL…")
@reason
@actor
@as_json
@click.pass_context
@guarded
def hold(ctx: click.Context, ids: tuple[str, ...], *, actor: str | None, reason: str, as_json: bool) -> int:
    """Keep back posts that wait."""
    from bot.operate import hold as work

    return _change(ctx, ids, work, "held", actor=actor, reason=reason, as_json=as_json)


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID|URL…]")
@click.option(
    "--all", "reason_code", metavar="REASON", help="All that are held for this reason (burst, backlog, stale …)."
)
@click.option("--text", metavar="TEXT", help="Mend the words of one post before it goes.")
@click.option("--drop", is_flag=True, help="Give them up instead.")
@reason
@actor
@as_json
@click.pass_context
@guarded
def approve(
    ctx: click.Context,
    ids: tuple[str, ...],
    *,
    reason_code: str | None,
    text: str | None,
    drop: bool,
    actor: str | None,
    reason: str,
    as_json: bool,
) -> int:
    """Let posts go that are held, dead, or of unknown outcome."""
    from bot import operate

    if bool(ids) == bool(reason_code):
        fail("Name the posts to approve, or --all REASON.", "omroeper posts --state held")
    if text is not None and (len(ids) != 1 or drop):
        fail("--text mends one post.", "Name one id.")

    def work(connection: Any, who: Any, rows: list[Any]) -> list[Any]:
        if drop:
            return operate.drop(connection, who, rows)
        if text is not None:
            _check_length(connection, rows, text)
        return operate.approve(connection, who, rows, text=text)

    word = "dropped" if drop else "approved"
    return _change(ctx, ids, work, word, actor=actor, reason=reason, as_json=as_json, held_for=reason_code)


@click.command()
@click.argument("id_", metavar="[ACCOUNT|SOURCE]", required=False)
@click.option("--except-alerts", is_flag=True, help="Let alerts go on.")
@reason
@actor
@click.pass_context
@guarded
def pause(ctx: click.Context, id_: str | None, *, except_alerts: bool, actor: str | None, reason: str) -> int:
    """Stop an account or a source; without a name everything: the emergency stop."""
    if id_ and except_alerts:
        fail("--except-alerts goes with the emergency stop alone.", "omroeper pause --except-alerts")
    what = _set_pause(ctx, id_, actor, reason, paused=True, except_alerts=except_alerts)
    alerts = "alerts go on" if except_alerts else "alerts too"
    say(f"Paused: {id_ or 'everything'} ({what if id_ else alerts}). Go on with: omroeper resume {id_ or ''}".rstrip())
    return 0


@click.command()
@click.argument("id_", metavar="[ACCOUNT|SOURCE]", required=False)
@reason
@actor
@click.pass_context
@guarded
def resume(ctx: click.Context, id_: str | None, *, actor: str | None, reason: str) -> int:
    """Go on after a pause; an account or source that stopped by itself tries again."""
    _set_pause(ctx, id_, actor, reason, paused=False)
    say(f"Resumed: {id_ or 'everything'}.")
    return 0


# ── shared ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_length(connection: Any, rows: list[Any], text: str) -> None:
    """Refuse words that do not fit, or that are for several posts: what would be refused there is better said here."""
    from bot.store.accounts import read_account
    from bot.text import status_length

    if len(rows) != 1:
        fail("--text mends one post, and that names several.", "Name it by its own id: omroeper posts.")
    limits = read_account(connection, rows[0].account).limits
    length = status_length(text, url_length=limits.url_length) if limits else 0
    if not text.strip() or (limits and length > limits.max_characters):
        most = limits.max_characters if limits else "some"
        fail(f"The words count {length} characters; the server takes 1 to {most}.", "Shorten them.")


def _change(
    ctx: click.Context,
    ids: tuple[str, ...],
    work: Callable[..., list[Any]],
    word: str,
    *,
    actor: str | None,
    reason: str,
    as_json: bool,
    held_for: str | None = None,
) -> int:
    from bot.operate import NothingMeant, find
    from bot.store.engine import writing
    from bot.store.views import PostFilter, post_rows

    with memory(ctx, write=True) as (_, engine), writing(engine) as connection:
        try:
            rows = find(connection, ids)
        except NothingMeant as error:
            fail(f"Nothing is known of {error}.", "omroeper posts lists what is known.")
        if held_for:
            rows = [
                row for row in post_rows(connection, PostFilter(states=("held",), limit=None)) if row.reason == held_for
            ]
            rows.reverse()
        changed = work(connection, person(actor, reason), rows)
    if as_json:
        print_json({word: [row.id for row in changed], "unchanged": [row.id for row in rows if row not in changed]})
    else:
        for row in rows:
            mark = word if row in changed else f"is {row.state}: nothing to do"
            show(f"{row.id}  {row.account_id}  {mark}")
    return 0


def _set_pause(
    ctx: click.Context, id_: str | None, actor: str | None, reason: str, *, paused: bool, except_alerts: bool = False
) -> str:
    from bot.operate import NothingMeant, set_pause
    from bot.store.engine import writing

    with memory(ctx, write=True) as (_, engine), writing(engine) as connection:
        try:
            return set_pause(connection, person(actor, reason), id_, paused=paused, except_alerts=except_alerts)
        except NothingMeant:
            fail(f"There is no account or source {id_}.", "omroeper status lists them.")

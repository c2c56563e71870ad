"""``replay``, ``retract``, ``hold``, ``approve``, ``pause``, ``resume``: what a person does by hand."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable
from typing import Any

import click

from bot.cli.ask import STATES, WHEN, aware
from bot.cli.common import as_json, fail, guarded, is_terminal, memory, print_json, say

reason = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the log.")
actor = click.option("--actor", metavar="NAME", help="Who does it; kept in the log. Default: your user name.")


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID|URL…]")
@click.option("--source", help="Only what this source announced.")
@click.option("--account", help="Only on this account.")
@click.option("--since", type=WHEN, help="Only what was announced from this moment on (UTC).")
@click.option("--until", type=WHEN, help="Only what was announced before this moment (UTC).")
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Only posts in this state.")
@click.option("--to", metavar="ACCOUNT", help="Let this account have them too: moving house.")
@click.option("--in-place", is_flag=True, help="Compose posts that are there again, and edit them.")
@click.option("--again", is_flag=True, help="Post a second copy beside the first.")
@click.option("--yes", is_flag=True, help="Do it; without this, only the plan is shown.")
@reason
@actor
@as_json
@click.pass_context
@guarded
def replay(
    ctx: click.Context,
    /,
    ids: tuple[str, ...],
    *,
    yes: bool,
    as_json: bool,
    actor: str | None,
    reason: str,
    **wanted: Any,
) -> int:
    """Want announcements again. Shows a plan; with --yes the service then carries it out, as fast as limits allow."""
    from bot import operate
    from bot.store.engine import writing

    _check_replay(ids, wanted)
    with memory(ctx, write=yes) as (_, engine):
        with writing(engine) if yes else _reading(engine) as connection:
            numbers = _accounts(connection)
            chosen = _replay(connection, ids, wanted, numbers)
            plan = operate.plan_replay(connection, chosen)
            waiting = operate.apply_replay(connection, _person(actor, reason), plan) if yes else []
        _show_plan(plan, {number: id_ for id_, number in numbers.items()}, as_json=as_json, done=yes)
        if waiting and is_terminal() and not as_json:
            _follow(engine, waiting)
    return 0


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

    def work(connection: Any, person: Any, rows: Iterable[Any]) -> list[Any]:
        if drop:
            return operate.drop(connection, person, rows)
        return operate.approve(connection, person, rows, text=text)

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


def _person(actor: str | None, reason: str) -> Any:
    from bot.app import wall_clock
    from bot.operate import Person

    return Person(name=actor or getpass.getuser(), now=wall_clock(), reason=reason)


def _reading(engine: Any) -> Any:
    from bot.store.engine import reading

    return reading(engine)


def _accounts(connection: Any) -> dict[str, int]:
    from bot.store.wishes import numbers

    return numbers(connection, "account")


def _check_replay(ids: tuple[str, ...], wanted: dict[str, Any]) -> None:
    if not ids and not any(wanted[name] for name in ("source", "account", "since", "until", "state")):
        fail("Say what to replay.", "Name ids or addresses, or choose with --source, --account, --since, --state.")
    if sum(bool(wanted[name]) for name in ("to", "in_place", "again")) > 1:
        fail("--to, --in-place and --again exclude each other.", "Choose one.")


def _replay(connection: Any, ids: tuple[str, ...], wanted: dict[str, Any], numbers: dict[str, int]) -> Any:
    from bot.operate import NothingMeant, Replay, find_announcements
    from bot.store.wishes import Selection

    for name in ("account", "to"):
        if wanted[name] and wanted[name] not in numbers:
            fail(f"There is no account {wanted[name]}.", f"Known: {', '.join(sorted(numbers)) or 'none yet'}.")
    try:
        announcements = find_announcements(connection, ids)
    except NothingMeant as error:
        fail(f"Nothing is known of {error}.", "omroeper posts lists what is known.")
    return Replay(
        selection=Selection(
            announcements=announcements,
            source=wanted["source"],
            since=aware(wanted["since"]),
            until=aware(wanted["until"]),
        ),
        mode="again" if wanted["again"] else "in-place" if wanted["in_place"] else "missing",
        account=numbers.get(wanted["account"]),
        to=numbers.get(wanted["to"]),
        states=tuple(wanted["state"]),
    )


def _show_plan(plan: list[Any], accounts: dict[int, str], *, as_json: bool, done: bool) -> None:
    steps = [step.as_json(accounts) for step in plan]
    doing = [step for step in steps if step["action"] != "nothing"]
    if as_json:
        print_json({"done": done, "steps": steps})
        return
    for step in steps:
        click.echo(f"{step['action']:8} {step['account']:20} {step['announcement']}  {step['why']}")
    say(
        f"{len(doing)} of {len(steps)} would be sent. Do it with --yes."
        if not done
        else f"{len(doing)} now wait to be sent."
    )


def _follow(engine: Any, waiting: list[str]) -> None:
    """Show how the service carries a plan out, until it is done or the person has seen enough."""
    import time

    from rich.progress import Progress

    from bot.store.engine import reading
    from bot.store.wishes import unfinished

    say("The service (omroeper run) sends them; stop watching with Ctrl-C, nothing is lost.")
    with Progress() as progress:
        task = progress.add_task("sent", total=len(waiting))
        left = len(waiting)
        while left:
            with reading(engine) as connection:
                left = unfinished(connection, waiting)
            progress.update(task, completed=len(waiting) - left)
            time.sleep(0.5)


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
        changed = work(connection, _person(actor, reason), rows)
    if as_json:
        print_json({word: [row.id for row in changed], "unchanged": [row.id for row in rows if row not in changed]})
    else:
        for row in rows:
            mark = word if row in changed else f"is {row.state}: nothing to do"
            click.echo(f"{row.id}  {row.account_id}  {mark}")
    return 0


def _set_pause(
    ctx: click.Context, id_: str | None, actor: str | None, reason: str, *, paused: bool, except_alerts: bool = False
) -> str:
    from bot.operate import NothingMeant, set_pause
    from bot.store.engine import writing

    with memory(ctx, write=True) as (_, engine), writing(engine) as connection:
        try:
            return set_pause(connection, _person(actor, reason), id_, paused=paused, except_alerts=except_alerts)
        except NothingMeant:
            fail(f"There is no account or source {id_}.", "omroeper status lists them.")

"""``replay``: wanting announcements again. The plan first; with ``--yes`` the service carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from bot.cli.ask import STATES, WHEN, aware
from bot.cli.common import as_json, fail, guarded, is_terminal, memory, person, print_json, say, show
from bot.cli.operate import actor, reason


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID|URL…]")
@click.option("--source", help="Only what this source announced.")
@click.option("--account", help="Only on this account; with --to: what this account has.")
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
    """Want announcements again: what is missing on their accounts, or as the options say. Shows a plan first."""
    from dataclasses import replace

    from bot.replay import apply_replay, plan_replay
    from bot.store.engine import reading, writing

    _check(ids, wanted)
    who = person(actor, reason)
    with memory(ctx, write=yes) as (settings, engine):
        with reading(engine) as connection:
            numbers = _accounts(connection)
            chosen = _chosen(connection, ids, wanted, numbers)
            plan = plan_replay(connection, who, chosen)
        if chosen.mode == "missing" and chosen.to is None:
            chosen = replace(chosen, vanished=_vanished(settings, engine, plan))
        with writing(engine) if yes else reading(engine) as connection:
            plan = plan_replay(connection, who, chosen)
            waiting = apply_replay(connection, who, plan) if yes else []
        _show(plan, {number: id_ for id_, number in numbers.items()}, as_json=as_json, done=yes)
        if waiting and is_terminal() and not as_json:
            _follow(engine, waiting)
    return 0


def _check(ids: tuple[str, ...], wanted: Mapping[str, Any]) -> None:
    if not ids and not any(wanted[name] for name in ("source", "account", "since", "until", "state")):
        fail("Say what to replay.", "Name ids or addresses, or choose with --source, --account, --since, --state.")
    if sum(bool(wanted[name]) for name in ("to", "in_place", "again")) > 1:
        fail("--to, --in-place and --again exclude each other.", "Choose one.")
    if wanted["to"] and wanted["to"] == wanted["account"]:
        fail("--account and --to are the same.", "Leave --to out to post what is missing there.")


def _accounts(connection: Any) -> dict[str, int]:
    from bot.store.wishes import numbers

    return numbers(connection, "account")


def _chosen(connection: Any, ids: tuple[str, ...], wanted: Mapping[str, Any], numbers: Mapping[str, int]) -> Any:
    from bot.operate import NothingMeant, find_announcements
    from bot.replay import Replay
    from bot.store.wishes import Selection

    for name in ("account", "to"):
        if wanted[name] and wanted[name] not in numbers:
            fail(f"There is no account {wanted[name]}.", f"Known: {', '.join(sorted(numbers)) or 'none yet'}.")
    try:
        announcements = find_announcements(connection, ids)
    except NothingMeant as error:
        fail(f"Nothing is known of {error}.", "omroeper posts lists what is known.")
    selection = Selection(
        announcements=announcements,
        source=wanted["source"],
        since=aware(wanted["since"]),
        until=aware(wanted["until"]),
    )
    return Replay(
        selection=selection,
        mode="again" if wanted["again"] else "in-place" if wanted["in_place"] else "missing",
        account=numbers.get(wanted["account"]),
        to=numbers.get(wanted["to"]),
        states=tuple(wanted["state"]),
    )


def _vanished(settings: Any, engine: Any, plan: list[Any]) -> frozenset[str]:
    """Look which posts their accounts do not show any more. An account that cannot be looked at is believed."""
    import os

    from adapters.errors import AdapterError
    from bot.app import App
    from bot.delivery.reconcile import vanished
    from bot.replay import on_account
    from bot.store.engine import reading
    from bot.store.wishes import numbers

    with reading(engine) as connection:
        known = {kind: numbers(connection, kind) for kind in ("account", "source")}
    app = App(settings=settings, environ=os.environ, engine=engine, numbers=_numbers(known))
    channels = app.outbox(lambda: True).channels
    found: set[str] = set()
    for account, posts in on_account(plan).items():
        channel = channels.get(account)
        if channel is None or _is_local(settings, channel.policy.id):
            continue
        publisher = channel.open()
        try:
            found.update(posts[one] for one in vanished(publisher, posts))
        except AdapterError as error:
            say(f"{channel.policy.id} could not be looked at, so that memory is believed: {error}")
        finally:
            publisher.close()
    return frozenset(found)


def _numbers(known: Mapping[str, Mapping[str, int]]) -> Any:
    from bot.store.registry import Numbers

    return Numbers(sources=dict(known["source"]), accounts=dict(known["account"]))


def _is_local(settings: Any, account: str) -> bool:
    return bool(settings.accounts()[account].kind == "local")


def _show(plan: list[Any], accounts: Mapping[int, str], *, as_json: bool, done: bool) -> None:
    steps = [step.as_json(accounts) for step in plan]
    doing = [step for step in steps if step["action"] != "nothing"]
    if as_json:
        print_json({"done": done, "steps": steps})
        return
    for step in steps:
        show(f"{step['action']:8} {step['account']:20} {step['announcement']}  {step['why']}")
    say(
        f"{len(doing)} now wait to be sent."
        if done
        else f"{len(doing)} of {len(steps)} would be sent. Do it with --yes."
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

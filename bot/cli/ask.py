"""``status``, ``posts`` and ``why``: what memory says, without touching it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from bot.cli.common import ATTENTION, as_json, guarded, memory, print_json, say, show, tell
from bot.terminal import plain_line

WHEN = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S"])
STATES = ("queued", "sending", "unknown", "retry", "held", "sent", "dead", "dropped")


@click.command()
@as_json
@click.pass_context
@guarded
def status(ctx: click.Context, *, as_json: bool) -> int:
    """Say how every source and account stands."""
    from bot.app import wall_clock
    from bot.health import attention
    from bot.health import status as read_status
    from bot.store.engine import reading

    with memory(ctx) as (settings, engine), reading(engine) as connection:
        now = wall_clock()
        found = read_status(connection, now, settings.accounts())
        needs = attention(connection, now)
    if as_json:
        print_json(found)
    else:
        _show_status(found)
    for one in needs:
        tell(one.subject, one.message, one.code)
    return ATTENTION if any(one.grave for one in needs) else 0


@click.command()
@click.option("--source", help="Only from this source.")
@click.option("--account", help="Only on this account.")
@click.option("--since", type=WHEN, help="Only from this moment on (UTC).")
@click.option("--until", type=WHEN, help="Only before this moment (UTC).")
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Only in this state.")
@click.option("--limit", type=click.IntRange(min=0), default=100, show_default=True, help="At most so many; 0 = all.")
@as_json
@click.pass_context
@guarded
def posts(ctx: click.Context, /, *, as_json: bool, limit: int, **wanted: Any) -> int:
    """List posts, newest first."""
    from bot.reports import posts as read_posts
    from bot.store.engine import reading
    from bot.store.views import PostFilter

    chosen = PostFilter(
        source=wanted["source"],
        account=wanted["account"],
        since=aware(wanted["since"]),
        until=aware(wanted["until"]),
        states=tuple(wanted["state"]),
        limit=limit or None,
    )
    with memory(ctx) as (_, engine), reading(engine) as connection:
        found = read_posts(connection, chosen)
    if as_json:
        print_json(found)
    else:
        for one in found:
            _show_post(one)
    return 0


@click.command()
@click.argument("query", metavar="URL_OR_ID")
@as_json
@click.pass_context
@guarded
def why(ctx: click.Context, query: str, *, as_json: bool) -> int:
    """Say why something was posted, or was not: every step, with its rule."""
    from bot.reports import why as read_why
    from bot.store.engine import reading

    with memory(ctx) as (_, engine), reading(engine) as connection:
        found = read_why(connection, query)
    if as_json:
        print_json(found)
    elif found["found"]:
        _show_why(found)
    if not found["found"]:
        say(f"Nothing is known of {query}. It was never seen in a source, or the address differs.")
    return 0 if found["found"] else ATTENTION


def aware(value: datetime | None) -> datetime | None:
    """Read a moment of the command line as UTC."""
    return value.replace(tzinfo=UTC) if value else None


def _show_status(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if found["paused"]:
        console.print("PAUSED: nothing is collected or posted. omroeper resume", style="bold")
    accounts = Table("account", "state", "queued", "held", "unknown", "dead", "sent in 3 h", "left")
    for one in found["accounts"]:
        left = "no limit" if one["budget_left"] is None else one["budget_left"]
        row = [one[name] for name in ("id", "state", "queued", "held", "unknown", "dead", "sent_3h")]
        accounts.add_row(*map(str, [*row, left]))
    console.print(accounts)
    sources = Table("source", "state", "last well", "next", "newest item", "failures")
    for one in found["sources"]:
        names = ("id", "state", "last_ok", "next_due", "newest_item", "failures")
        sources.add_row(*[str(one[name]) if one[name] is not None else "–" for name in names])
    console.print(sources)


def _show_post(one: dict[str, Any]) -> None:
    reason = f" ({one['reason']})" if one["reason"] else ""
    show(f"{one['created']}  {one['account']}  {one['operation']} {one['state']}{reason}", bold=True)
    show(f"  {one['id']}  from {one['source']}")
    for line in (one["text"] or one["title"] or "").splitlines():
        show(f"  │ {line}")
    show(f"  {one['url'] or one['item_url'] or ''}\n")


def _show_why(found: dict[str, Any]) -> None:
    for one in found["items"]:
        show(f"{one['first_seen']}  {one['source']}  {one['title']}", bold=True)
        show(f"  {one['url'] or one['id']}")
    show("")
    for event in found["events"]:
        where = f" on {event['account']}" if event["account"] else ""
        who = f" by {event['actor']}" if event["actor"] != "omroeper" else ""
        detail = plain_line("; ".join(f"{name}: {value}" for name, value in (event["detail"] or {}).items() if value))
        show(f"{event['at']}  {event['stage']:8} {event['verdict']:12} {event['rule']}{where}{who}")
        if detail:
            show(f"{'':22}{detail}")

"""``run``: the service, or one round of its work."""

from __future__ import annotations

import os
import threading
from typing import Any

import click

from bot.cli.common import ATTENTION, guarded, load_settings, tell
from bot.cli.signals import on_signals


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, then stop.")
@click.option("--force", is_flag=True, help="Ask every source now, whatever its interval or backoff.")
@click.pass_context
@guarded
def run(ctx: click.Context, *, once: bool, force: bool) -> int:
    """Collect and deliver. Exit 0: all well; 1: something needs attention, named on stderr."""
    settings = load_settings(ctx, for_run=True)
    stopping = threading.Event()
    on_signals(stopping)
    return _once(settings, stopping, force=force) if once else _serve(settings, stopping, force=force)


def _make_ready() -> None:
    """Prepare the process, and say where the machine gives it too little."""
    from bot.process import FEW_FILES, make_ready

    files = make_ready()
    if files < FEW_FILES:
        message = f"Only {files} files may be open at a time, so that slow hosts can keep others waiting."
        tell("omroeper", f"{message} Raise the limit: `ulimit -n`, or LimitNOFILE= in its unit.", "run.few-files")


def _once(settings: Any, stopping: threading.Event, *, force: bool) -> int:
    import asyncio

    from bot.app import opened
    from bot.schedule import run_once

    with opened(settings, os.environ) as app:
        _make_ready()
        asyncio.run(run_once(app, force=force, watch=lambda _: None, stopping=stopping.is_set))
        return report(app)


def _serve(settings: Any, stopping: threading.Event, *, force: bool) -> int:
    import asyncio

    from bot.app import opened
    from bot.log import configure
    from bot.service import serve

    configure()
    with opened(settings, os.environ) as app:
        _make_ready()
        asyncio.run(serve(app, force=force, stopping=stopping))
    return 0


def report(app: Any) -> int:
    """Name what needs attention on stderr; give the exit code."""
    from bot.health import attention
    from bot.store.engine import reading

    with reading(app.engine) as connection:
        found = attention(connection, app.now())
    for one in found:
        tell(one.subject, one.message, one.code)
    return ATTENTION if any(one.grave for one in found) else 0

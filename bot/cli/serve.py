"""``serve``: the pages alone, with the database read-only."""

from __future__ import annotations

import asyncio
import os
import threading

import click

from bot.cli.common import fail, guarded, memory, say
from bot.cli.signals import on_signals


@click.command()
@click.pass_context
@guarded
def serve(ctx: click.Context) -> int:
    """Serve the pages; collect and deliver nothing."""
    from bot.pages import serve_alone
    from bot.web.serve import CannotListen

    stopping = threading.Event()
    on_signals(stopping)
    with memory(ctx) as (settings, engine):
        if not settings.web.listen:
            fail('listen is "": there is nothing to serve.', 'Set [web] listen, such as "127.0.0.1:8080".')
        try:
            pages = serve_alone(settings, engine, stopping, lambda address: say(f"Pages: {address}"), os.environ)
            asyncio.run(pages)
        except CannotListen as error:
            fail(str(error))
    return 0

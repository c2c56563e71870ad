"""``demo`` and ``init``: the first minutes."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import click

from bot.cli.common import fail, guarded, say
from bot.cli.signals import on_signals

PORT = 8080
PAUSE = 2.0
"""Seconds between the rounds of the sample day, for people to see them come."""


@click.command()
@click.option("--once", is_flag=True, help="Play the day, and stop when all is out.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Where the pages are; 0 = any."
)
@click.option("--alert", is_flag=True, help="Rehearse an alert: alert, update, cancel.")
@guarded
def demo(*, once: bool, port: int, alert: bool) -> int:
    """Play a sample day through the real pipeline, into built-in accounts, and show the pages."""
    from bot.demo import ALARM, DAY, demonstration

    stopping = threading.Event()
    on_signals(stopping)
    with demonstration(ALARM if alert else DAY, os.environ, say) as play:
        asyncio.run(_play(play, stopping, once=once, port=port))
    return 0


async def _play(play: Any, stopping: threading.Event, *, once: bool, port: int) -> None:
    pages = None if once else asyncio.create_task(play.pages(port, stopping))
    for number in range(len(play.play.rounds)):
        if stopping.is_set():
            break
        await play.round(number, stopping.is_set)
        if not once:
            await asyncio.sleep(PAUSE)
    if pages is not None:
        say("\nDe dag is gespeeld; de pagina's blijven. Stop met Ctrl-C. (The pages stay; stop with Ctrl-C.)")
        await pages


@click.command()
@click.argument("folder", metavar="[DIR]", default="config", type=click.Path(path_type=Path))
def init(folder: Path) -> int:
    """Write a commented starter configuration to DIR (default: ./config)."""
    from bot.shipped import config_folder

    target = folder / "omroeper.toml"
    if target.exists():
        fail(f"{target} exists already.", "Edit it, or name another folder: omroeper init DIR.")
    source = config_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("omroeper.toml", "omroeper.schema.json"):
            shutil.copyfile(source / name, folder / name)
    except OSError as error:
        fail(f"{folder}: {error.strerror}.", "Name a folder that you may write to.")
    say(f"Written: {target}. Change it to your own bodies, then: omroeper --config {target} check")
    return 0

"""``migrate`` and ``backup``: the database itself."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.common import guarded, load_settings, say


@click.command()
@click.pass_context
@guarded
def migrate(ctx: click.Context) -> int:
    """Bring the schema up to date, after a backup beside the database."""
    from bot.app import wall_clock
    from bot.lock import owning
    from bot.store.engine import open_engine
    from bot.store.migrate import HEAD
    from bot.store.migrate import migrate as work

    settings = load_settings(ctx)
    engine = open_engine(settings.omroeper.database)
    try:
        with owning(engine):
            saved = work(engine, wall_clock())
    finally:
        engine.dispose()
    say(f"The schema is at {HEAD}." + (f" Before that, a backup was written to {saved}." if saved else ""))
    return 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
@guarded
def backup(ctx: click.Context, file: Path) -> int:
    """Write a consistent copy of the database to FILE, also while the service runs."""
    from bot.store.engine import open_engine
    from bot.store.migrate import backup as work
    from bot.store.migrate import require_current

    settings = load_settings(ctx)
    engine = open_engine(settings.omroeper.database)
    try:
        require_current(engine)
        work(engine, file)
    finally:
        engine.dispose()
    say(f"Written: {file} ({file.stat().st_size:,} bytes). Restore it by putting it in the place of the database.")
    return 0

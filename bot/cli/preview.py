"""``preview``: what would be posted. Fetches, writes nothing, contacts no account."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import click

from bot.cli.common import ATTENTION, as_json, fail, guarded, load_settings, print_json, say


@click.command()
@click.argument("source", required=False)
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="The newest so many items.")
@as_json
@click.pass_context
@guarded
def preview(ctx: click.Context, source: str | None, *, limit: int, as_json: bool) -> int:
    """Show, for one source or all, the posts that its newest items would become, as if they were new."""
    from bot.app import enabled
    from bot.preview import preview as work

    settings = load_settings(ctx)
    sources = [one for one in enabled(settings) if source in {None, one.id}]
    if source is not None and not sources:
        known = ", ".join(sorted(settings.sources())) or "none"
        fail(f"There is no source {source} that is switched on.", f"Known: {known}.")
    found = asyncio.run(work(settings, os.environ, sources, limit))
    if as_json:
        print_json(found.posts)
    else:
        for post in found.posts:
            _show(post)
    for problem in found.problems:
        say(problem)
    return ATTENTION if found.problems else 0


def _show(post: dict[str, Any]) -> None:
    head = f"{post['account']} ← {post['source']}  {post['length']}/{post['limit']}  {post['language']}  {post['visibility']}"
    click.secho(head, bold=True)
    if post["spoiler_text"]:
        click.echo(f"  CW: {post['spoiler_text']}")
    for part in post["parts"]:
        click.echo("\n".join(f"  │ {line}" for line in part.splitlines()))
        click.echo("")
    for media in post["media"]:
        click.echo(f"  picture: {media['alt']} ({media['url']})")

"""``preview``: what would be posted. Fetches, writes nothing, contacts no account."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import click

from bot.cli.common import ATTENTION, as_json, fail, guarded, load_settings, print_json, say, show
from bot.terminal import plain_line


@click.command()
@click.argument("source", required=False)
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="The newest so many items.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Show them as they will look, in a file.")
@as_json
@click.pass_context
@guarded
def preview(ctx: click.Context, source: str | None, *, limit: int, html: Path | None, as_json: bool) -> int:
    """Show, for one source or all, the posts that its newest items would become, as if they were new."""
    from bot.app import wall_clock
    from bot.preview import preview as work

    settings = load_settings(ctx)
    sources = [one for one in settings.enabled() if source in {None, one.id}]
    if source is not None and not sources:
        known = ", ".join(sorted(settings.sources())) or "none"
        fail(f"There is no source {source} that is switched on.", f"Known: {known}.")
    found = asyncio.run(work(settings, os.environ, sources, limit, wall_clock()))
    if html is not None:
        _write(html, found.posts, settings.omroeper.language)
    if as_json:
        print_json(found.posts)
    elif html is None:
        for post in found.posts:
            _show(post)
    for problem in found.problems:
        say(plain_line(problem))
    return ATTENTION if found.problems else 0


def _write(path: Path, posts: list[dict[str, Any]], language: Any) -> None:
    from bot.web.preview import render_preview

    try:
        path.write_text(render_preview(posts, language=language), encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}.", "Name a file in a folder where you may write.")
    say(f"{len(posts)} posts: {path}")


def _show(post: dict[str, Any]) -> None:
    head = f"{post['account']} ← {post['source']}  {post['length']}/{post['limit']}  {post['language']}  {post['visibility']}"
    show(head, bold=True)
    if post["boost"]:
        show(plain_line(f"  boosts: {post['boost']}"))
    if post["spoiler_text"]:
        show(f"  CW: {post['spoiler_text']}")
    for part in post["parts"]:
        show("\n".join(f"  │ {line}" for line in part.splitlines()))
        show("")
    for media in post["media"]:
        show(plain_line(f"  picture: {media['alt']} ({media['url']})"))

"""``inspect``: what an adapter reads at a path or address."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from bot.cli.common import ATTENTION, as_json, fail, print_json, say, show
from bot.terminal import plain_line


@click.command()
@click.argument("place", metavar="PATH_OR_URL")
@click.option("--kind", metavar="KIND", help="Read it as this kind; else found by content.")
@click.option("--time-zone", metavar="TZ", default="UTC", show_default=True, help="Zone of times that name none.")
@as_json
def inspect(place: str, *, kind: str | None, time_zone: str, as_json: bool) -> int:
    """Show what an adapter reads there. Exit 1: read with problems, or nothing readable."""
    from adapters import source_kinds

    if kind is not None and kind not in source_kinds():
        fail(f"There is no kind {kind}.", f"Known: {', '.join(source_kinds())}.")
    _check_zone(time_zone)
    found = _inspect(place, kind, time_zone)
    if as_json:
        print_json(found.as_json())
    else:
        _show(found.as_json())
    for problem in found.problems:
        say(plain_line(problem))
    return ATTENTION if found.problems else 0


def _inspect(place: str, kind: str | None, time_zone: str) -> Any:
    from adapters.errors import AdapterError
    from bot import reading

    try:
        if "://" in place:
            document = asyncio.run(reading.document_from(place, _user_agent()))
        else:
            document = reading.document_at(Path(place))
    except AdapterError as error:
        return reading.unreachable(error)
    except OSError as error:
        fail(f"{place}: {error.strerror}.", "Name a file, or an address with http:// or https://.")
    return reading.inspect(document, kind=kind, time_zone=time_zone)


def _user_agent() -> str:
    from importlib.metadata import version

    return f"Omroeper/{version('omroeper')} (inspect)"


def _check_zone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        fail(f"There is no time zone {name}.", "Name one such as Europe/Amsterdam.")


def _show(found: dict[str, Any]) -> None:
    show(f"{found['kind'] or 'nothing readable'}: {found['title'] or '–'} ({found['language'] or '?'})", bold=True)
    for item in found["items"]:
        show(f"\n{item['published'] or item['updated'] or 'no date'}  {item['title'] or '–'}")
        show(f"  id   {plain_line(item['id'] or '–')}\n  link {plain_line(item['url'] or '–')}")
        if item["summary"]:
            show(f"  {item['summary'][:200]}")
        for media in item["media"]:
            show(plain_line(f"  picture {media['url']} ({media['alt'] or 'no description'})"))

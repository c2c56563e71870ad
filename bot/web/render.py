"""Templates into pages: everything is escaped, and a name that is missing is an error, never an empty place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from bot.store.pages import Standing
from bot.web.moments import stamp
from bot.web.site import LANGUAGES, Language, Site
from bot.web.visit import Visit, address

STATIC = {"omroeper.css": "text/css; charset=utf-8", "omroeper.svg": "image/svg+xml"}
"""What the pages load besides themselves, and its media types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a page: one line on how things stand, and what citizens must be warned of."""

    line: str = ""
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page to be rendered: its template and title, where its feeds are, and what the template shows."""

    template: str
    title: str
    values: dict[str, Any] = field(default_factory=dict)
    feeds: Sequence[tuple[str, str]] = ()
    """(title, path without its ``.atom`` or ``.json``)."""
    frame: Frame = Frame()
    indexed: bool = True


def page(sheet: Sheet, site: Site, visit: Visit) -> str:
    """Render a page in the language of its visit."""
    return (
        environment()
        .get_template(sheet.template)
        .render(
            site=site,
            visit=visit,
            say=visit.voice,
            sheet=sheet,
            frame=sheet.frame,
            css=static_address("omroeper.css"),
            icon=static_address("omroeper.svg"),
            other=_other(visit),
            mirror=not any(one.official for one in site.accounts.values()),
            canonical=f"{site.public_url}{visit.path}" if site.public_url and sheet.indexed else None,
            **sheet.values,
        )
    )


def frame(standing: Standing, visit: Visit) -> Frame:
    """Put into words how things stand."""
    voice, last = visit.voice, standing.last_sent
    words = stamp(last, voice).words if last else ""
    alarms = [voice(f"paused_{standing.paused}")] if standing.paused else []
    for one in standing.unreachable:
        since = stamp(one.since, voice).words if one.since else ""
        key = "unreachable" if since else "unreachable_never"
        alarms.append(voice(key, name=one.agency, since=since))
    line = voice("standing" if last else "standing_none", sources=standing.sources, last=words)
    return Frame(line=line, alarms=tuple(alarms))


@cache
def static_file(name: str) -> bytes:
    """Give a file that the pages load. Raises ``KeyError`` for any other name."""
    STATIC[name]
    return files("bot.web").joinpath("static", name).read_bytes()


@cache
def static_address(name: str) -> str:
    """Give the address of such a file; it changes with the file, so that readers may keep it."""
    return address(f"/static/{name}", v=blake2b(static_file(name), digest_size=6).hexdigest())


@cache
def environment() -> Environment:
    """Give the templates' environment."""
    return Environment(
        loader=PackageLoader("bot.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _other(visit: Visit) -> tuple[Language, str]:
    """Give the other language, and this page in it."""
    language = next(one for one in LANGUAGES if one != visit.language)
    return language, visit.in_language(language)

"""Where an announcement was found, and what it belongs to, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.store.dossier import Copy, Related
from bot.web.cards import LONGEST_TITLE, Link
from bot.web.moments import Stamp, stamp
from bot.web.prose import host, one_line, safe_link, shorten
from bot.web.visit import Visit

_TIES = {
    ("follows", True): "rel_follows",
    ("follows", False): "rel_followed",
    ("updates", True): "rel_updates",
    ("updates", False): "rel_updated",
    ("cancels", True): "rel_cancels",
    ("cancels", False): "rel_cancelled",
    ("translates", True): "rel_translates",
    ("translates", False): "rel_translates",
    ("merged", True): "rel_merged",
    ("merged", False): "rel_merged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One place where it was found: in words, when first, and where it leads."""

    words: str
    seen: Stamp
    link: Link | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Another announcement and what it is to this one."""

    words: str
    link: Link
    language: str


def copies(found: Iterable[Copy], visit: Visit) -> list[Found]:
    """Tell where it was found, the first place first."""
    return [
        Found(
            words=visit.voice("copy_also" if place else "copy_first", source=_source(one)),
            seen=stamp(one.first_seen, visit.voice),
            link=Link(name=host(href), href=href) if (href := safe_link(one.url)) else None,
            withdrawn=one.withdrawn,
        )
        for place, one in enumerate(found)
    ]


def related(found: Iterable[Related], visit: Visit) -> list[Tie]:
    """Tell what it belongs to."""
    return [
        Tie(
            words=visit.voice(_TIES.get((one.kind, one.forward), "rel_other")),
            link=Link(
                name=shorten(one_line(one.title), LONGEST_TITLE) or visit.voice("rel_other"),
                href=visit.link(f"/announcements/{one.id}"),
            ),
            language=one.language,
        )
        for one in found
    ]


def _source(one: Copy) -> str:
    title = one_line(one.source_title)
    return f"{one.agency_name} ({title})" if title and title != one.agency_name else one.agency_name

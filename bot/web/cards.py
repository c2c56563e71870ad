"""Announcements as the pages show them: everything that a template needs, chosen and put into words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import TypeAlias

from markupsafe import Markup

from adapters.contract import Media
from bot.store.pages import Posted, Told
from bot.web.moments import Stamp, day, day_words, stamp
from bot.web.prose import as_html, beginning, host, one_line, paragraphs, safe_link, shorten
from bot.web.site import Site
from bot.web.visit import Visit

SHOWN = 900
"""How many characters of a post a timeline shows before it leads to the page with the whole of it."""

LONGEST_TITLE = 140

_NOTICES = frozenset({"updated", "cancelled", "expired", "withdrawn", "joined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A name and where it leads; None where it leads nowhere."""

    name: str
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """An account that shows a post. ``mirror``: it is not the agency's own."""

    account: Link
    post: str | None
    sent: Stamp
    mirror: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text as it went out: its paragraphs, part by part, and the accounts that show it.

    ``pending``: an account is about to show another version. ``cut``: there is more of it on its own page.
    """

    parts: tuple[tuple[Markup, ...], ...]
    language: str
    warning: str
    places: tuple[Where, ...]
    pending: bool
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureNote:
    """A picture, film or sound of the source. It is described and led to, never loaded from elsewhere."""

    alt: str
    credit: str
    href: str | None
    host: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One announcement."""

    id: str
    href: str
    title: str
    language: str
    alert: bool
    mirror: bool
    notice: str
    agency: Link
    sent: Stamp
    day: date
    announced: Stamp | None
    changed: Stamp | None
    expires: Stamp | None
    texts: tuple[Words, ...]
    pictures: tuple[PictureNote, ...]
    source: Link | None
    boost: Link | None


Day: TypeAlias = tuple[str, Sequence[Card]]
"""A day in words, with what went out on it."""


def card(told: Told, site: Site, visit: Visit, *, whole: bool = False) -> Card:
    """Put an announcement into words. ``whole``: all of its texts, else the beginning of the first."""
    told = _own_first(told, site)
    heading, texts, voice = title(told, visit), _texts(told, site, visit), visit.voice
    if not whole:
        texts = [_opening(told, one, heading, site) for one in texts[:1]]
    published = told.content.published
    return Card(
        id=told.id,
        href=visit.link(f"/announcements/{told.id}"),
        title=heading,
        language=told.language or site.language,
        alert=told.kind == "alert",
        mirror=not any(site.is_official(one.account, told.agency) for one in told.posts),
        notice=notice(told, site.now(), visit),
        agency=Link(name=agency_name(told, site), href=visit.link(f"/agencies/{told.agency}")),
        sent=stamp(told.sent, voice),
        day=day(told.sent),
        announced=stamp(published, voice) if published else None,
        changed=stamp(told.changed, voice) if told.changed > told.sent else None,
        expires=stamp(told.expires, voice) if told.expires else None,
        texts=tuple(texts),
        pictures=tuple(_picture(one) for one in told.content.media),
        source=_away(site.leads(told)),
        boost=_away(told.content.boost),
    )


def _own_first(told: Told, site: Site) -> Told:
    """Put what the agency's own account says before what mirrors of it say."""
    return replace(
        told, posts=tuple(sorted(told.posts, key=lambda one: not site.is_official(one.account, told.agency)))
    )


def by_day(cards: Iterable[Card], visit: Visit) -> list[Day]:
    """Gather cards that follow each other by the day on which they went out."""
    return [(day_words(one, visit.voice), list(some)) for one, some in groupby(cards, key=lambda card: card.day)]


def agency_name(told: Told, site: Site) -> str:
    """Give the name of the agency, as configured now, else as remembered."""
    known = site.agencies.get(told.agency)
    return known.name if known else told.agency_name


def title(told: Told, visit: Visit) -> str:
    """Give the title in one line: the announcement's own, else how its post begins."""
    return shorten(one_line(told.title), LONGEST_TITLE) or visit.voice("untitled", agency=told.agency_name)


def _texts(told: Told, site: Site, visit: Visit) -> list[Words]:
    """Give each text once, with all accounts that show it."""
    found: dict[tuple[object, ...], list[Posted]] = {}
    for one in told.posts:
        found.setdefault((one.parts, one.spoiler_text, one.language), []).append(one)
    return [_words(told, some, site, visit) for some in found.values()]


def _words(told: Told, posts: list[Posted], site: Site, visit: Visit) -> Words:
    return Words(
        parts=tuple(tuple(as_html(one) for one in paragraphs(part)) for part in posts[0].parts),
        language=posts[0].language or told.language or site.language,
        warning=one_line(posts[0].spoiler_text),
        places=tuple(_where(told, one, site, visit) for one in posts),
        pending=any(one.pending for one in posts),
    )


def _opening(told: Told, words: Words, heading: str, site: Site) -> Words:
    """Give the beginning of a text for a timeline, without what stands around it there: title, agency and link."""
    parts, agency, link = told.posts[0].parts, agency_name(told, site), site.leads(told)
    body = paragraphs(parts[0]) if parts else []
    if body and one_line(body[0]) == heading:
        body = body[1:]
    if body and all(_is_signature(line, agency, link) for line in body[-1].split("\n")):
        body = body[:-1]
    shown = beginning(body, SHOWN)
    cut = len(shown) < len(body) or len(parts) > 1
    return replace(words, parts=(tuple(as_html(one) for one in shown),), cut=cut)


def _is_signature(line: str, agency: str, url: str | None) -> bool:
    """Whether a line only says who says it and where: the address, or the name with labels before it and in brackets behind it."""
    before, named, rest = (one.strip() for one in line.partition(agency))
    if not named:
        return line.strip() == url
    label = not before or (before.endswith(":") and " " not in before)
    return label and (not rest or (rest[0], rest[-1]) == ("(", ")"))


def _where(told: Told, post: Posted, site: Site, visit: Visit) -> Where:
    return Where(
        account=Link(name=post.account, href=visit.link(f"/accounts/{post.account}")),
        post=safe_link(post.url),
        sent=stamp(post.sent, visit.voice),
        mirror=not site.is_official(post.account, told.agency),
    )


def notice(told: Told, now: datetime, visit: Visit) -> str:
    """Say what has become of it, where something has; an alert past its end is over, whatever its source says."""
    if told.notice in _NOTICES:
        return visit.voice(f"notice_{told.notice}")
    if told.ended is not None:
        return visit.voice("notice_cancelled")
    return visit.voice("notice_expired") if told.expires and told.expires <= now else ""


def _picture(media: Media) -> PictureNote:
    href = safe_link(media.url)
    kind = (media.mime or "image/").partition("/")[0]
    return PictureNote(
        alt=one_line(media.alt or ""),
        credit=one_line(media.credit or ""),
        href=href,
        host=host(href) if href else "",
        kind=kind if kind in {"image", "video", "audio"} else "file",
    )


def _away(url: str | None) -> Link | None:
    href = safe_link(url)
    return Link(name=host(href), href=href) if href else None

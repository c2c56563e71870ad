"""Blanking what was said of people, once its source withdrew it: a tombstone of ids and hashes is all that stays.

What an announcement is known by stays (``identity``: ids, and the address of its page), so that another source that still shows
the same does not announce it anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from bot.store.recall import chunks
from bot.store.tables import (
    announcement,
    delivery,
    event,
    item,
    likeness,
    picture,
    publication,
    remote_post,
    source,
    version,
)

_IN_FLIGHT = ("sending", "unknown")


def erase(connection: Connection, announcements: Iterable[str]) -> None:
    """Blank announcements, their copies and raw entries, their posts as we know them, and what events quote of them.

    What is on its way to a server at this moment is left for ``erase_rest``.
    """
    for some in chunks(announcements):
        items = select(item.c.no).where(item.c.announcement.in_(some))
        publications = select(publication.c.id).where(publication.c.announcement.in_(some))
        about = or_(event.c.announcement.in_(some), event.c.item.in_(items), event.c.publication.in_(publications))
        connection.execute(update(event).where(about, event.c.detail.is_not(None)).values(detail=None))
        connection.execute(delete(version).where(version.c.item.in_(items)))
        connection.execute(delete(likeness).where(likeness.c.announcement.in_(some)))
        connection.execute(delete(picture).where(picture.c.publication.in_(publications)))
        posts = remote_post.c.publication.in_(publications)
        connection.execute(update(remote_post).where(posts).values(text=None, link=None))
        attempts = (delivery.c.publication.in_(publications), delivery.c.state.not_in(_IN_FLIGHT))
        connection.execute(update(delivery).where(*attempts).values(link=None))
        _blank_publications(connection, some)
        connection.execute(update(announcement).where(announcement.c.id.in_(some)).values(content=None))
        connection.execute(update(item).where(item.c.announcement.in_(some)).values(title="", content=None, url=None))


def erase_rest(connection: Connection, sources: Collection[int]) -> int:
    """Blank what these sources, which name people, withdrew and is still known. Gives how many announcements.

    That is what was on its way when it was withdrawn, and what a person had to agree to first.
    """
    waiting = select(publication.c.id).where(
        publication.c.announcement == announcement.c.id,
        or_(publication.c.state == "held", publication.c.state.in_(_IN_FLIGHT)),
    )
    known = select(item.c.no).where(item.c.announcement == announcement.c.id, item.c.content.is_not(None))
    shown = select(publication.c.id).where(
        publication.c.announcement == announcement.c.id, publication.c.text.is_not(None)
    )
    found: list[str] = []
    for some in chunks(sources):
        query = select(announcement.c.id).where(
            announcement.c.agency.in_(select(source.c.agency).where(source.c.no.in_(some))),
            announcement.c.lead_source.in_(some),
            announcement.c.notice == "withdrawn",
            or_(known.exists(), shown.exists()),
            ~waiting.exists(),
        )
        found += connection.execute(query).scalars()
    erase(connection, found)
    return len(found)


def _blank_publications(connection: Connection, announcements: list[str]) -> None:
    query = select(publication.c.id, publication.c.parts, publication.c.post).where(
        publication.c.announcement.in_(announcements), publication.c.state.not_in(_IN_FLIGHT)
    )
    for row in connection.execute(query).all():
        values: dict[str, Any] = {"text": None, "mended": None, "error": None}
        if row.parts:
            values["parts"] = [_blanked(part) for part in row.parts]
        if row.post:
            values["post"] = {**row.post, "spoiler_text": "", "link": None}
        connection.execute(update(publication).where(publication.c.id == row.id).values(values))


def _blanked(part: dict[str, Any]) -> dict[str, Any]:
    """Take the words of a part. Done and without words means that it is away: what is still out there is not done."""
    return {**part, "text": "", "done": part["done"] and not part["text"]}

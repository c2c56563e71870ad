"""The agencies' own pages behind what is posted: which to look at now, and what was seen there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from bot.store.codec import unpack_content
from bot.store.recall import chunks
from bot.store.tables import announcement, event, item, page, publication, source

OVERLAP = 500
"""Events that are looked at once more: PostgreSQL may show a lower number after a higher one."""

MOST_NEW = 50_000
"""Events that are looked through at once."""
_HELD = ("withdrawn", "relaunch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to look at: whose it is, since when its post is out, and what was seen there before.

    ``gone_since`` and ``gone_times``: since when, and how often in a row, it was not there. ``notice`` is what the
    announcement's posts say of themselves; ``well``: its source answered well when it was last asked.
    """

    announcement: str
    source: int
    url: str
    sent: datetime
    last_ok: datetime | None
    gone_since: datetime | None
    gone_times: int
    notice: str | None
    well: bool


def newest_event(connection: Connection) -> int:
    """Give the number of the newest event."""
    return connection.scalar(select(func.max(event.c.no))) or 0


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether any page is to be looked at now."""
    return connection.execute(select(page.c.announcement).where(page.c.due <= now).limit(1)).first() is not None


def enrol(connection: Connection, mark: int, first: datetime) -> int:
    """Take on the pages of what was posted since event number ``mark``; give the new mark. ``first``: when to look first."""
    highest = min(newest_event(connection), mark + MOST_NEW)
    query = (
        select(event.c.announcement)
        .where(
            event.c.no > mark - OVERLAP,
            event.c.no <= highest,
            event.c.verdict.in_(("sent", "adopted")),
            event.c.announcement.is_not(None),
        )
        .distinct()
    )
    for some in chunks(connection.execute(query).scalars()):
        _enrol(connection, some, first)
    return highest


def due_pages(connection: Connection, now: datetime, youngest: datetime, limit: int) -> list[Page]:
    """Give pages to look at now, longest waiting first; drop those whose posts are gone, or went out before ``youngest``."""
    rows = connection.execute(_due().where(page.c.due <= now).order_by(page.c.due).limit(limit)).all()
    over = [row.announcement for row in rows if row.sent is None or row.sent < youngest]
    for some in chunks(over):
        connection.execute(delete(page).where(page.c.announcement.in_(some)))
    return [_page(row) for row in rows if row.announcement not in set(over)]


def reread(connection: Connection, announcements: Iterable[str]) -> dict[str, Page]:
    """Read pages again, as they are now; those that nobody asks for any more are left out."""
    return {
        row.announcement: _page(row)
        for some in chunks(announcements)
        for row in connection.execute(_due().where(page.c.announcement.in_(some)))
        if row.sent is not None
    }


def note_page(connection: Connection, announcement_id: str, **values: Any) -> None:
    """Set columns of a page."""
    connection.execute(update(page).where(page.c.announcement == announcement_id).values(**values))


def hasten(connection: Connection, of: Page, now: datetime, unseen_since: datetime, limit: int) -> None:
    """Let some other pages of a page's source be looked at now, where none of them was seen there since a moment."""
    others = (
        select(page.c.announcement)
        .join(announcement, announcement.c.id == page.c.announcement)
        .where(
            announcement.c.lead_source == of.source,
            page.c.announcement != of.announcement,
            page.c.gone_since.is_(None),
            page.c.last_ok < unseen_since,
            page.c.due > now,
        )
        .order_by(page.c.due)
        .limit(limit)
    )
    for some in chunks(connection.execute(others).scalars()):
        connection.execute(update(page).where(page.c.announcement.in_(some)).values(due=now))


def tally(connection: Connection, sources: Iterable[int], since: datetime) -> Mapping[int, tuple[int, int]]:
    """Give, per source, how many of its pages vanished since then, and how many of its posts are watched."""
    vanished = func.count().filter(page.c.gone_times > 0, page.c.gone_since > since)
    query = (
        select(announcement.c.lead_source, vanished, func.count())
        .join(announcement, announcement.c.id == page.c.announcement)
        .where(announcement.c.lead_source.in_(sorted(set(sources))))
        .group_by(announcement.c.lead_source)
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def fused(connection: Connection, no: int, since: datetime) -> bool:
    """Whether a notice that everything of a source is held was already left since then."""
    query = select(event.c.no).where(event.c.at > since, event.c.rule == "withdrawal.fuse", event.c.source == no)
    return connection.execute(query.limit(1)).first() is not None


def take_back(connection: Connection, announcement_id: str, now: datetime) -> None:
    """An announcement is not withdrawn after all: its posts that are still there say it again."""
    version = connection.scalar(select(announcement.c.version).where(announcement.c.id == announcement_id)) or 1
    connection.execute(
        update(announcement)
        .where(announcement.c.id == announcement_id)
        .values(notice=None, ended=None, version=version + 1, changed=now)
    )
    waiting = and_(publication.c.state == "held", publication.c.reason.in_(_HELD), publication.c.wanted == 0)
    says_so = and_(publication.c.state == "sent", publication.c.wanted > 0)
    connection.execute(
        update(publication)
        .where(publication.c.announcement == announcement_id, publication.c.seen > 0, or_(waiting, says_so))
        .values(
            wanted=version + 1, operation="edit", state="queued", reason=None, due=now, queued=now, attempts=0, rung=0
        )
    )


def _enrol(connection: Connection, announcements: Sequence[str], first: datetime) -> None:
    query = (
        select(announcement.c.id, announcement.c.content.label("own"), item.c.content, page.c.url.label("known"))
        .join(item, item.c.no == announcement.c.lead)
        .outerjoin(page, page.c.announcement == announcement.c.id)
        .where(announcement.c.id.in_(announcements))
    )
    rows = []
    for row in connection.execute(query).all():
        content = unpack_content(row.own or row.content)
        if not content.own_page or content.boost or not content.url or not content.url.startswith(("http:", "https:")):
            continue
        if row.known is None:
            rows.append({"announcement": row.id, "url": content.url, "due": first, "gone_times": 0})
        elif row.known != content.url:  # another copy speaks for it now
            moved = {"url": content.url, "due": first, "last_ok": None, "gone_since": None, "gone_times": 0}
            note_page(connection, row.id, **moved)
    if rows:
        connection.execute(insert(page), rows)


def _is_live() -> ColumnElement[bool]:
    """Whether a publication shows what its page says, or shows it until a person agrees that it goes."""
    waiting = and_(publication.c.state == "held", publication.c.reason.in_(_HELD))
    there = and_(publication.c.state != "dropped", publication.c.seen > 0, publication.c.adopted.is_(False))
    return and_(there, or_(publication.c.wanted > 0, waiting))


def _due() -> Any:
    sent = (
        select(func.min(publication.c.sent))
        .where(publication.c.announcement == page.c.announcement, _is_live())
        .scalar_subquery()
    )
    return (
        select(
            page,
            announcement.c.lead_source,
            announcement.c.notice,
            sent.label("sent"),
            source.c.failures,
            source.c.state.label("source_state"),
        )
        .join(announcement, announcement.c.id == page.c.announcement)
        .join(source, source.c.no == announcement.c.lead_source)
    )


def _page(row: Row[Any]) -> Page:
    return Page(
        announcement=row.announcement,
        source=row.lead_source,
        url=row.url,
        sent=row.sent,
        last_ok=row.last_ok,
        gone_since=row.gone_since,
        gone_times=row.gone_times,
        notice=row.notice,
        well=row.failures == 0 and row.source_state in {"ok", "silent", "gap"},
    )

"""Pictures as rows: what is prepared for a publication, and what its server has of it. Verbs for ``bot.media.prepare`` and ``bot.delivery.attach``.

A picture is ``ready`` (its bytes are kept here), ``uploaded`` (the server has it, under ``remote_id``) or ``failed``. Bytes
are kept until the post is there; after that the row says which of the post's pictures came from which address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from adapters.contract import Picture
from bot.model import Content
from bot.store.codec import unpack_content
from bot.store.tables import announcement, item, picture, publication

PictureState = Literal["ready", "uploaded", "failed"]

_WAITING = ("queued", "retry")
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprepared:
    """A publication whose pictures were not looked at yet, with what choosing them needs. ``version`` is what is wanted."""

    id: str
    announcement: str
    agency: str
    account: int
    source: int
    version: int
    queued: datetime
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """One picture of a publication: where it comes from, how it stands, and its bytes where they are kept."""

    place: int
    url: str
    alt: str
    state: PictureState
    mime: str | None = None
    body: bytes | None = None
    remote_id: str | None = None
    uploaded: datetime | None = None
    error: str | None = None

    def as_picture(self) -> Picture | None:
        """Give it as what a publisher takes; None where its bytes are gone."""
        if self.body is None or self.mime is None:
            return None
        name = f"picture.{self.mime.partition('/')[2].replace('jpeg', 'jpg')}"
        return Picture(body=self.body, mime=self.mime, alt=self.alt, name=name)


def unprepared(connection: Connection, sources: Sequence[int]) -> list[Unprepared]:
    """Give the publications of these sources that wait with pictures not looked at, in the order of their lines."""
    query: Select[Any] = (
        select(
            publication.c.id,
            publication.c.announcement,
            publication.c.account,
            publication.c.source,
            publication.c.wanted,
            publication.c.queued,
            announcement.c.agency,
            announcement.c.content.label("kept"),
            item.c.content,
        )
        .join(announcement, announcement.c.id == publication.c.announcement)
        .outerjoin(item, item.c.no == announcement.c.lead)
        .where(
            publication.c.source.in_(sources),
            publication.c.lane == "rest",
            publication.c.state.in_(_WAITING),
            publication.c.operation.in_(("publish", "edit")),
            publication.c.prepared < publication.c.wanted,
        )
        .order_by(publication.c.account, publication.c.position)
        .limit(_MOST)
    )
    return [_unprepared(row) for row in connection.execute(query)] if sources else []


def of(connection: Connection, publication_id: str) -> list[Hung]:
    """Give the pictures of a publication, in order."""
    query = select(picture).where(picture.c.publication == publication_id).order_by(picture.c.place)
    return [_hung(row) for row in connection.execute(query)]


def hang(connection: Connection, publication_id: str, hung: Iterable[Hung]) -> None:
    """Keep the pictures of a publication, in place of those it had."""
    connection.execute(delete(picture).where(picture.c.publication == publication_id))
    rows = [
        {
            "publication": publication_id,
            "place": place,
            "url": one.url,
            "mime": one.mime,
            "alt": one.alt,
            "body": one.body,
            "state": one.state,
            "remote_id": one.remote_id,
            "uploaded": one.uploaded,
            "error": one.error,
        }
        for place, one in enumerate(hung)
    ]
    if rows:
        connection.execute(insert(picture), rows)


def release(connection: Connection, publication_id: str, version: int, now: datetime) -> None:
    """Let a publication go: its pictures are ready, or given up."""
    connection.execute(update(publication).where(publication.c.id == publication_id).values(prepared=version))
    connection.execute(
        update(publication)
        .where(publication.c.id == publication_id, publication.c.state == "queued", publication.c.due > now)
        .values(due=now)
    )


def hold(connection: Connection, publication_id: str, version: int, *, reason: str) -> None:
    """Hold a publication for its pictures. Once a person lets it go, it goes without those that were in question."""
    connection.execute(
        update(publication)
        .where(publication.c.id == publication_id, publication.c.state.in_(_WAITING))
        .values(state="held", reason=reason, prepared=version)
    )


def note_uploaded(connection: Connection, publication_id: str, place: int, remote_id: str, now: datetime) -> None:
    """Remember that the server has a picture."""
    _set(connection, publication_id, place, state="uploaded", remote_id=remote_id, uploaded=now)


def note_failed(connection: Connection, publication_id: str, place: int, error: str) -> None:
    """Remember that a server will not have a picture."""
    _set(connection, publication_id, place, state="failed", error=error, body=None, remote_id=None)


def _set(connection: Connection, publication_id: str, place: int, **values: Any) -> None:
    connection.execute(
        update(picture).where(picture.c.publication == publication_id, picture.c.place == place).values(**values)
    )


def _unprepared(row: Row[Any]) -> Unprepared:
    return Unprepared(
        id=row.id,
        announcement=row.announcement,
        agency=row.agency,
        account=row.account,
        source=row.source,
        version=row.wanted,
        queued=row.queued,
        content=unpack_content(row.kept or row.content),
    )


def _hung(row: Row[Any]) -> Hung:
    return Hung(
        place=row.place,
        url=row.url,
        alt=row.alt or "",
        state=row.state,
        mime=row.mime,
        body=row.body,
        remote_id=row.remote_id,
        uploaded=row.uploaded,
        error=row.error,
    )

"""Rows behind splitting and joining announcements. Verbs for ``bot.regroup``; the caller's transaction makes them one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.store.tables import announcement, identity, item, likeness, publication, relation, tie


def announcement_row(connection: Connection, id_: str) -> Row[Any] | None:
    """Read one announcement."""
    return connection.execute(select(announcement).where(announcement.c.id == id_).with_for_update()).one_or_none()


def items_of(connection: Connection, announcement_id: str) -> list[Row[Any]]:
    """Give the copies of an announcement, in the order in which they were seen."""
    query = select(item).where(item.c.announcement == announcement_id).order_by(item.c.first_seen, item.c.no)
    return list(connection.execute(query))


def publications_of(connection: Connection, announcement_id: str) -> list[Row[Any]]:
    """Give what is wanted of an announcement, in the order of its generations."""
    query = select(publication).where(publication.c.announcement == announcement_id).with_for_update()
    return list(connection.execute(query.order_by(publication.c.generation)))


def add_announcement(
    connection: Connection, now: datetime, row: Row[Any], *, id_: str, identity_: str, lead: Row[Any]
) -> None:
    """Add an announcement like another one, led by one of its items."""
    values = {
        "id": id_,
        "identity": identity_,
        "kind": row.kind,
        "agency": row.agency,
        "language": (lead.content or {}).get("language") or row.language,
        "lead": lead.no,
        "lead_source": lead.source,
        "version": 1,
        "created": now,
        "changed": now,
        "expires": row.expires,
    }
    connection.execute(insert(announcement).values(values))


def move_item(connection: Connection, number: int, to: str) -> None:
    """Let an item tell another announcement."""
    connection.execute(update(item).where(item.c.no == number).values(announcement=to))


def set_lead(connection: Connection, now: datetime, announcement_id: str, lead: Row[Any], version: int) -> None:
    """Let another copy speak for an announcement, as its next version."""
    connection.execute(
        update(announcement)
        .where(announcement.c.id == announcement_id)
        .values(lead=lead.no, lead_source=lead.source, version=version, changed=now)
    )


def end(connection: Connection, now: datetime, announcement_id: str) -> None:
    """End an announcement that another one speaks for now."""
    connection.execute(
        update(announcement).where(announcement.c.id == announcement_id).values(ended=now, notice="joined", changed=now)
    )


def relate(connection: Connection, now: datetime, from_id: str, to_id: str, kind: str) -> None:
    """Remember how two announcements are related, once."""
    same = (relation.c.from_id == from_id, relation.c.to_id == to_id)
    connection.execute(delete(relation).where(*same, relation.c.kind.in_(("split", "merged"))))
    connection.execute(insert(relation).values(from_id=from_id, to_id=to_id, kind=kind, at=now))


def share_link(connection: Connection, link: str | None) -> None:
    """Let an address identify nothing any more."""
    if link:
        connection.execute(
            update(identity).where(identity.c.scheme == "link", identity.c.key == link).values(shared=True)
        )


def move_identities(connection: Connection, from_id: str, to_id: str) -> None:
    """Let everything that leads to one announcement lead to another."""
    connection.execute(update(identity).where(identity.c.announcement == from_id).values(announcement=to_id))
    for table in (likeness, tie):
        known = select(table.c.key).where(table.c.announcement == to_id)
        connection.execute(delete(table).where(table.c.announcement == from_id, table.c.key.in_(known)))
        connection.execute(update(table).where(table.c.announcement == from_id).values(announcement=to_id))

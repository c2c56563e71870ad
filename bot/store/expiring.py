"""Alerts whose time is over: which are still said to be in force."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from bot.store.codec import unpack_content
from bot.store.tables import announcement, item

LOOK_BACK = timedelta(days=60)
MOST = 200


def expired_alerts(connection: Connection, now: datetime, holds: timedelta) -> dict[str, datetime]:
    """Give the alerts that nobody ended and whose time is over, with when that was.

    One that names no end ``holds`` so long from when it was sent.
    """
    unsaid = and_(announcement.c.expires.is_(None), announcement.c.created > now - holds - LOOK_BACK)
    query = (
        select(
            announcement.c.id,
            announcement.c.expires,
            announcement.c.created,
            announcement.c.content.label("own"),
            item.c.content,
        )
        .outerjoin(item, item.c.no == announcement.c.lead)
        .where(
            announcement.c.kind == "alert",
            announcement.c.notice.is_(None),
            announcement.c.ended.is_(None),
            or_(announcement.c.expires.between(now - LOOK_BACK, now), unsaid),
        )
        .order_by(announcement.c.created)  # those that name no end, and are still in force, never keep others waiting
        .limit(MOST)
    )
    found = {}
    for row in connection.execute(query):
        alert = unpack_content(row.own or row.content).alert
        end = row.expires or ((alert.sent if alert else None) or row.created) + holds
        if end <= now:
            found[row.id] = end
    return found

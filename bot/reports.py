"""What was posted, and why: the contract's JSON of ``posts`` and ``why``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.health import moment
from bot.store import views
from bot.store.views import PostFilter
from bot.text import canonical_link


def posts(connection: Connection, wanted: PostFilter) -> list[dict[str, Any]]:
    """Give publications, newest first."""
    return [_post(row) for row in views.post_rows(connection, wanted)]


def why(connection: Connection, query: str) -> dict[str, Any]:
    """Say everything that is known of an item, an announcement or a post."""
    links = [canonical_link(query)] if "://" in query else []
    items = views.items_for(connection, query, links)
    announcements = {row.announcement for row in items if row.announcement}
    events = views.events_about(connection, announcements, {row.no for row in items})
    return {
        "query": query,
        "found": bool(items),
        "items": [
            {
                "source": row.source_id,
                "id": row.native_id,
                "url": row.url,
                "first_seen": moment(row.first_seen),
                "title": row.title,
                "state": row.state,
            }
            for row in items
        ],
        "announcement": items[0].announcement if items else None,
        "events": [_event(row) for row in events],
    }


def _post(row: Any) -> dict[str, Any]:
    post = row.post or {}
    return {
        "id": row.id,
        "account": row.account_id,
        "source": row.source_id,
        "agency": row.agency,
        "announcement": row.announcement,
        "operation": row.operation,
        "state": row.state,
        "text": row.text,
        "parts": [part["text"] for part in row.parts or ()],
        "language": post.get("language") or row.announced_language or None,
        "visibility": post.get("visibility"),
        "url": row.url,
        "remote_id": row.remote_id,
        "item_url": row.item_url,
        "created": moment(row.created),
        "sent": moment(row.sent),
        "error": row.error or row.reason,
        "reason": row.reason,
        "title": row.title,
    }


def _event(row: Any) -> dict[str, Any]:
    return {
        "at": moment(row.at),
        "stage": row.stage,
        "account": row.account_id,
        "verdict": row.verdict,
        "rule": row.rule,
        "detail": row.detail,
        "actor": row.actor,
    }

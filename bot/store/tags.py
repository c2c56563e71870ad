"""Hashtags of ours that a server does not take: one that its admin switched off makes it refuse the whole post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from bot.model import Event
from bot.store.record import add_events
from bot.store.views import read_setting
from bot.store.wishes import write_setting

_MOST = 100


def refused_tags(connection: Connection, account_id: str) -> frozenset[str]:
    """Give the tags that an account may not use, without their sign."""
    return frozenset(read_setting(connection, _key(account_id)) or ())


def refuse_tags(connection: Connection, account_id: str, tags: Iterable[str], now: datetime) -> None:
    """Remember tags that the server of an account named when it refused a post."""
    known = list(read_setting(connection, _key(account_id)) or ())
    new = [one for one in tags if one not in known]
    if new:
        write_setting(connection, _key(account_id), [*known, *new][-_MOST:])
        detail = {"tags": new, "account": account_id}
        add_events(connection, now, [Event(stage="deliver", verdict="refused-tags", rule="tag.refused", detail=detail)])


def _key(account_id: str) -> str:
    return f"refused-tags:{account_id}"

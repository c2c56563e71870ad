"""Writing down what was decided about one batch, in the transaction in which it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table, Update, bindparam, func, insert, select, update

from adapters.contract import Broken
from bot.model import Decision, Event, ItemWrite
from bot.rule import RULE
from bot.store.codec import pack_content, pack_raw
from bot.store.recall import chunks
from bot.store.tables import (
    announcement,
    event,
    identity,
    item,
    likeness,
    publication,
    relation,
    route,
    tie,
    version,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is written besides the decision itself: where, when, and what the archive keeps.

    ``keep_raw`` is false for sources with personal data; ``likenesses`` as in ``recall.Question``;
    ``retells``: the source tells in its own words what others announce.
    """

    source: int
    now: datetime
    keep_raw: bool = True
    likenesses: dict[str, tuple[str, ...]]
    retells: bool = False


def record(connection: Connection, to: Record, decision: Decision) -> None:
    """Write a decision. The caller's transaction makes it all or nothing."""
    _announcements(connection, to, decision)
    numbers = _items(connection, to, decision.items)
    _leads(connection, to, decision, numbers)
    _links(connection, decision)
    _likenesses(connection, to, decision.items)
    _relations(connection, to, decision)
    _publications(connection, to, decision)
    _publication_changes(connection, to, decision)
    _first_contacts(connection, to, decision.first_contacts)
    add_events(connection, to.now, decision.events, numbers)


def add_events(
    connection: Connection, now: datetime, events: Iterable[Event], numbers: dict[str, int] | None = None
) -> None:
    """Append events; ``numbers`` gives the rows of items that an event knows by key alone."""
    known = numbers or {}
    _insert(
        connection,
        event,
        [
            {
                "at": now,
                "actor": one.actor,
                "stage": one.stage,
                "verdict": one.verdict,
                "rule": one.rule,
                "source": one.source,
                "item": one.item or known.get(one.key or ""),
                "announcement": one.announcement,
                "publication": one.publication,
                "account": one.account,
                "detail": dict(one.detail) or None,
            }
            for one in events
        ],
    )


def keep_broken(connection: Connection, to: Record, broken: Sequence[Broken], *, whole: bool) -> None:
    """Keep entries that could not be read, with their raw form; forget those that were mended or left the document."""
    shown = {f"broken:{one.digest}": one for one in broken}
    rows = connection.execute(_BROKEN, {"no": to.source}).scalars().all()
    gone = [key for key in rows if key not in shown] if whole else []
    for some in chunks(gone):
        numbers = select(item.c.no).where(item.c.source == to.source, item.c.key.in_(some))
        connection.execute(version.delete().where(version.c.item.in_(numbers)))
        connection.execute(item.delete().where(item.c.source == to.source, item.c.key.in_(some)))
    for key, one in shown.items():
        if key in rows:
            continue
        row = {
            "source": to.source,
            "key": key,
            "digest": one.digest,
            "meaning": "",
            "rule": RULE,
            "version": 1,
            "state": "broken",
            "title": one.reason,
            "first_seen": to.now,
            "changed": to.now,
        }
        connection.execute(insert(item).values(row))
        number = connection.scalar(select(item.c.no).where(item.c.source == to.source, item.c.key == key))
        connection.execute(
            insert(version).values(item=number, version=1, at=to.now, digest=one.digest, raw=pack_raw(one.raw))
        )
        broken_event = Event(
            stage="collect",
            verdict="broken",
            rule="item.broken",
            source=to.source,
            item=number,
            detail={"reason": one.reason},
        )
        add_events(connection, to.now, [broken_event])


def next_position(connection: Connection, account: int) -> int:
    """Give the next free place in an account's line."""
    highest = connection.scalar(select(func.max(publication.c.position)).where(publication.c.account == account))
    return (highest or 0) + 1


def _announcements(connection: Connection, to: Record, decision: Decision) -> None:
    _insert(
        connection,
        announcement,
        [
            {
                "id": one.id,
                "identity": one.identity,
                "kind": one.kind,
                "agency": one.agency,
                "language": one.language,
                "lead_source": to.source,
                "version": 1,
                "created": to.now,
                "changed": to.now,
                "expires": one.expires,
            }
            for one in decision.announcements
        ],
    )
    _insert(
        connection,
        tie,
        [{"key": key, "announcement": one.id} for one in decision.announcements for key in one.ties],
    )


def _items(connection: Connection, to: Record, writes: Sequence[ItemWrite]) -> dict[str, int]:
    """Write items; give the row number of each by its key."""
    _insert(connection, item, [_row(to, one) | {"first_seen": to.now} for one in writes if one.no is None])
    _update(connection, item, "no", [{"row": one.no, **_row(to, one)} for one in writes if one.no is not None])
    keys = [one.observed.key for one in writes]
    numbers = {
        row.key: row.no
        for some in chunks(keys)
        for row in connection.execute(_NUMBERS, {"no": to.source, "values": some})
    }
    if to.keep_raw:
        _insert(connection, version, [_version(to, one, numbers) for one in writes if one.new_version])
    return numbers


def _row(to: Record, write: ItemWrite) -> dict[str, Any]:
    observed = write.observed
    return {
        "source": to.source,
        "key": observed.key,
        "native_id": observed.native_id,
        "link": observed.link,
        "url": observed.content.url,
        "digest": observed.digest,
        "meaning": observed.meaning,
        "rule": RULE,
        "version": write.version,
        "state": "withdrawn" if write.withdrawn else "known",
        "announcement": write.announcement,
        "title": observed.content.title,
        "content": pack_content(observed.content),
        "published": observed.content.published,
        "changed": to.now,
    }


def _version(to: Record, write: ItemWrite, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "item": numbers[write.observed.key],
        "version": write.version,
        "at": to.now,
        "digest": write.observed.digest,
        "raw": pack_raw(write.observed.raw),
    }


def _leads(connection: Connection, to: Record, decision: Decision, numbers: dict[str, int]) -> None:
    led = [{"row": one.id, "lead": numbers[one.lead_key]} for one in decision.announcements]
    _update(connection, announcement, "id", led)
    for change in decision.changes:
        values: dict[str, Any] = {"version": change.version, "changed": to.now}
        if change.lead_key is not None:
            values |= {"lead": numbers[change.lead_key], "lead_source": to.source}
        if change.content is not None:
            values["content"] = pack_content(change.content)
        values |= {
            name: value
            for name, value in (("notice", change.notice), ("expires", change.expires), ("ended", change.ended))
            if value is not None
        }
        connection.execute(update(announcement).where(announcement.c.id == change.id).values(values))


def _links(connection: Connection, decision: Decision) -> None:
    links = {link: {"announcement": one, "shared": False} for link, one in decision.links}
    for link in decision.shared_links:
        links.setdefault(link, {})["shared"] = True
    known = {
        row.key
        for some in chunks(links)
        for row in connection.execute(
            select(identity.c.key).where(identity.c.scheme == "link", identity.c.key.in_(some))
        )
    }
    for link in known:
        connection.execute(
            update(identity).where(identity.c.scheme == "link", identity.c.key == link).values(links[link])
        )
    _insert(
        connection,
        identity,
        [
            {"scheme": "link", "key": link, **values}
            for link, values in links.items()
            if link not in known and "announcement" in values
        ],
    )


def _likenesses(connection: Connection, to: Record, writes: Sequence[ItemWrite]) -> None:
    rows = {
        (key, one.announcement): {
            "key": key,
            "announcement": one.announcement,
            "retold": to.retells,
            "at": to.now,
        }
        for one in writes
        if one.announcement and one.new_version
        for key in to.likenesses.get(one.observed.key, ())
    }
    announcements = {one for _, one in rows}
    for some in chunks(sorted(announcements)):
        connection.execute(
            likeness.delete().where(likeness.c.announcement.in_(some), likeness.c.key.in_({key for key, _ in rows}))
        )
    _insert(connection, likeness, list(rows.values()))


def _relations(connection: Connection, to: Record, decision: Decision) -> None:
    rows = [
        {"from_id": one, "to_id": other, "kind": kind, "at": to.now}
        for one, other, kind in dict.fromkeys(decision.relations)
    ]
    _insert(connection, relation, rows)


def _publications(connection: Connection, to: Record, decision: Decision) -> None:
    places = {account: next_position(connection, account) for account in {one.account for one in decision.publications}}
    rows = []
    for one in decision.publications:
        rows.append(
            {
                "id": one.id,
                "announcement": one.announcement,
                "account": one.account,
                "source": to.source,
                "lane": one.lane,
                "position": places[one.account],
                "generation": 0,
                "operation": one.operation,
                "state": one.state,
                "reason": one.reason,
                "wanted": one.wanted,
                "seen": 0,
                "due": to.now + one.delay,
                "attempts": 0,
                "rung": 0,
                "aliases": 0,
                "alone": False,
                "adopted": False,
                "created": to.now,
                "queued": to.now,
            }
        )
        places[one.account] += 1
    _insert(connection, publication, rows)


def _publication_changes(connection: Connection, to: Record, decision: Decision) -> None:
    for one in decision.publication_changes:
        values: dict[str, Any] = {
            "state": one.state,
            "operation": one.operation,
            "wanted": one.wanted,
            "reason": one.reason,
        }
        if one.state == "queued":
            values |= {"due": to.now, "queued": to.now, "attempts": 0, "rung": 0}
        connection.execute(update(publication).where(publication.c.id == one.id).values(values))


def _first_contacts(connection: Connection, to: Record, accounts: tuple[int, ...]) -> None:
    if accounts:
        connection.execute(
            update(route)
            .where(route.c.source == to.source, route.c.account.in_(accounts), route.c.first_contact.is_(None))
            .values(first_contact=to.now)
        )


_BROKEN = select(item.c.key).where(
    item.c.source == bindparam("no"), item.c.key.between("broken:", "broken;"), item.c.state == "broken"
)
_NUMBERS = select(item.c.key, item.c.no).where(
    item.c.source == bindparam("no"), item.c.key.in_(bindparam("values", expanding=True))
)


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_inserting(table), list(rows))


def _update(connection: Connection, table: Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows by their key column, whose value stands in each as ``row``."""
    if rows:
        connection.execute(_updating(table, key, tuple(name for name in rows[0] if name != "row")), list(rows))


@cache
def _inserting(table: Table) -> Insert:
    return insert(table)


@cache
def _updating(table: Table, key: str, names: tuple[str, ...]) -> Update:
    return update(table).where(table.c[key] == bindparam("row")).values({name: bindparam(name) for name in names})

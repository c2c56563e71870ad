"""Digests as rows: what there is to gather, and an announcement of many. Verbs for ``bot.digest``; none sends anything.

A digest is led by an item of its own, so that it is an announcement like any other; what it gathers is related to it as
``merged``, and stays an announcement that can be found, explained and posted by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from bot.model import Content
from bot.rule import RULE
from bot.store.codec import pack_content, unpack_content
from bot.store.tables import announcement, item, publication, relation, route, source

_MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One announcement that a digest takes in."""

    id: str
    language: str
    content: Content
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """A source that is gathered: its number, the accounts that it leads to, and when the first of them met it."""

    no: int
    accounts: tuple[int, ...]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDigest:
    """A digest to be written. ``identity`` is what its keys are made from: the same in a restored database."""

    id: str
    identity: str
    key: str
    source: int
    agency: str
    language: str
    content: Content
    gathered: tuple[str, ...]


def gathering(connection: Connection, source_id: str) -> Gathering | None:
    """Give where a source leads; None where no account has met it yet."""
    query = (
        select(source.c.no, route.c.account, route.c.first_contact)
        .join(route, route.c.source == source.c.no)
        .where(source.c.id == source_id, route.c.retired.is_(None), route.c.first_contact.is_not(None))
        .order_by(route.c.account)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    accounts = tuple(row.account for row in rows)
    return Gathering(no=rows[0].no, accounts=accounts, since=min(row.first_contact for row in rows))


def to_gather(connection: Connection, no: int, since: datetime, until: datetime) -> list[Gathered]:
    """Give what a source announced after ``since``, up to ``until``, that was told nowhere, oldest first."""
    told = select(publication.c.id).where(
        publication.c.announcement == announcement.c.id, publication.c.state != "dropped"
    )
    query = _announcements().where(
        announcement.c.lead_source == no,
        announcement.c.kind == "news",
        announcement.c.ended.is_(None),
        announcement.c.created > since,
        announcement.c.created <= until,
        ~told.exists(),
        ~_merged_into().exists(),
    )
    return [_gathered(row) for row in connection.execute(query)]


def write(connection: Connection, now: datetime, digest: NewDigest) -> bool:
    """Write a digest and what it gathers; false where it is there already."""
    known = select(announcement.c.id).where(announcement.c.identity == digest.identity)
    if connection.execute(known).first() is not None:
        return False
    row = {
        "id": digest.id,
        "identity": digest.identity,
        "kind": "digest",
        "agency": digest.agency,
        "language": digest.language,
        "lead_source": digest.source,
        "version": 1,
        "created": now,
        "changed": now,
    }
    connection.execute(insert(announcement).values(**row))
    lead = _lead(connection, now, digest)
    connection.execute(update(announcement).where(announcement.c.id == digest.id).values(lead=lead))
    relations = [{"from_id": one, "to_id": digest.id, "kind": _MERGED, "at": now} for one in digest.gathered]
    connection.execute(insert(relation), relations)
    return True


def with_withdrawn(connection: Connection, since: datetime) -> list[str]:
    """Give the digests that gathered something which was withdrawn since."""
    one, many = announcement.alias("one"), announcement.alias("many")
    query = (
        select(many.c.id)
        .join(relation, relation.c.to_id == many.c.id)
        .join(one, one.c.id == relation.c.from_id)
        .where(one.c.ended >= since, relation.c.kind == _MERGED, many.c.kind == "digest", many.c.ended.is_(None))
        .distinct()
    )
    return list(connection.execute(query).scalars())


def gathered_by(connection: Connection, digest_id: str) -> list[Gathered]:
    """Give what a digest gathered and what was not withdrawn since, oldest first."""
    query = (
        _announcements()
        .join(relation, relation.c.from_id == announcement.c.id)
        .where(relation.c.to_id == digest_id, relation.c.kind == _MERGED, announcement.c.ended.is_(None))
    )
    return [_gathered(row) for row in connection.execute(query)]


def content_of(connection: Connection, digest_id: str) -> Content:
    """Give what a digest says."""
    query = select(item.c.content).join(announcement, announcement.c.lead == item.c.no)
    return unpack_content(connection.scalar(query.where(announcement.c.id == digest_id)))


def source_of(connection: Connection, digest_id: str) -> str:
    """Give the id of the source that a digest gathers."""
    query = select(source.c.id).join(announcement, announcement.c.lead_source == source.c.no)
    return str(connection.scalars(query.where(announcement.c.id == digest_id)).one())


def rewrite(connection: Connection, now: datetime, digest_id: str, content: Content) -> int:
    """Let a digest say something else, as its next version; give that version."""
    lead = select(announcement.c.lead).where(announcement.c.id == digest_id).scalar_subquery()
    said = {"title": content.title, "content": pack_content(content), "changed": now}
    connection.execute(update(item).where(item.c.no == lead).values(**said))
    version = (connection.scalar(select(announcement.c.version).where(announcement.c.id == digest_id)) or 0) + 1
    connection.execute(update(announcement).where(announcement.c.id == digest_id).values(version=version, changed=now))
    return version


def end(connection: Connection, now: datetime, digest_id: str) -> None:
    """Let a digest of which nothing is left be over."""
    connection.execute(update(announcement).where(announcement.c.id == digest_id).values(ended=now, notice="withdrawn"))


def posts_of(connection: Connection, digest_id: str) -> Sequence[Row[Any]]:
    """Give the publications of a digest that are there, or on their way."""
    query = select(publication).where(
        publication.c.announcement == digest_id, publication.c.state != "dropped", publication.c.wanted > 0
    )
    return connection.execute(query).all()


def _announcements() -> Select[Any]:
    return (
        select(
            announcement.c.id,
            announcement.c.language,
            announcement.c.created,
            announcement.c.content.label("kept"),
            item.c.content,
        )
        .join(item, item.c.no == announcement.c.lead)
        .order_by(announcement.c.created, announcement.c.id)
    )


def _merged_into() -> Select[Any]:
    into = announcement.alias("into")
    return (
        select(relation.c.to_id)
        .join(into, into.c.id == relation.c.to_id)
        .where(relation.c.from_id == announcement.c.id, relation.c.kind == _MERGED, into.c.kind == "digest")
    )


def _lead(connection: Connection, now: datetime, digest: NewDigest) -> int:
    """Write the item that leads a digest; give its number."""
    row = {
        "source": digest.source,
        "key": digest.key,
        "digest": "",
        "meaning": "",
        "rule": RULE,
        "version": 1,
        "state": "known",
        "announcement": digest.id,
        "title": digest.content.title,
        "content": pack_content(digest.content),
        "published": now,
        "first_seen": now,
        "changed": now,
    }
    connection.execute(insert(item).values(**row))
    query = select(func.max(item.c.no)).where(item.c.source == digest.source, item.c.key == digest.key)
    return int(connection.scalar(query) or 0)


def _gathered(row: Row[Any]) -> Gathered:
    return Gathered(
        id=row.id, language=row.language, content=unpack_content(row.kept or row.content), created=row.created
    )


def ids(gathered: Iterable[Gathered]) -> tuple[str, ...]:
    """Give the ids of announcements."""
    return tuple(one.id for one in gathered)

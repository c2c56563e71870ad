"""The shadow of each account's own timeline: what is there, whose it is, and how it is found again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from bot.store.recall import chunks
from bot.store.tables import identity, remote_post


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A post on an account as remembered: ``publication`` is whose it is, None where nobody's."""

    account: int
    remote_id: str
    publication: str | None
    link: str | None
    digest: str | None
    text: str
    url: str | None
    application: str | None
    in_reply_to: str | None = None
    created: datetime | None = None


_OWNERS = select(remote_post.c.remote_id, remote_post.c.publication).where(
    remote_post.c.account == bindparam("of_account"), remote_post.c.remote_id.in_(bindparam("posts", expanding=True))
)


def known_posts(connection: Connection, account: int, remote_ids: Iterable[str]) -> dict[str, str | None]:
    """Give, for the posts of an account that are known, the publication that each belongs to."""
    return {
        row.remote_id: row.publication
        for some in chunks(remote_ids)
        for row in connection.execute(_OWNERS, {"of_account": account, "posts": some})
    }


_UNOWNED = (
    select(remote_post)
    .where(
        remote_post.c.account == bindparam("account"),
        remote_post.c.publication.is_(None),
        or_(remote_post.c.link == bindparam("link"), remote_post.c.digest == bindparam("digest")),
    )
    .order_by(remote_post.c.remote_id.desc())
    .limit(10)
)


def unowned(connection: Connection, account: int, link: str | None, digest: str) -> list[Shadow]:
    """Find posts that belong to nobody yet and carry this link or this text, newest first."""
    # without a link the comparison with NULL finds nothing, as it should
    rows = connection.execute(_UNOWNED, {"account": account, "link": link, "digest": digest})
    return [_shadow(row) for row in rows]


def is_specific(connection: Connection, account: int, link: str) -> bool:
    """Whether an address stands for one announcement: no source uses it twice, and no post of ours has it already."""
    twice = select(identity.c.key).where(identity.c.scheme == "link", identity.c.key == link, identity.c.shared)
    used = select(remote_post.c.remote_id).where(
        remote_post.c.account == account, remote_post.c.link == link, remote_post.c.publication.is_not(None)
    )
    return not any(connection.execute(query.limit(1)).first() for query in (twice, used))


_OWN = update(remote_post).where(
    remote_post.c.account == bindparam("of_account"), remote_post.c.remote_id == bindparam("of_post")
)
_FRESH = insert(remote_post)


def own(connection: Connection, account: int, remote_id: str, publication: str, now: datetime, **seen: Any) -> None:
    """Say whose a post is, and how it is recognised."""
    here = {"of_account": account, "of_post": remote_id}
    if not connection.execute(_OWN, {**here, "publication": publication, **seen}).rowcount:
        row = {"account": account, "remote_id": remote_id, "publication": publication, "seen": now, **seen}
        connection.execute(_FRESH, row)


def remember(connection: Connection, posts: Iterable[Shadow], now: datetime) -> None:
    """Add posts that are not known yet."""
    held = {(one.account, one.remote_id): one for one in posts}
    for account in {account for account, _ in held}:
        known = known_posts(connection, account, [remote for number, remote in held if number == account])
        rows = [
            {
                "account": one.account,
                "remote_id": one.remote_id,
                "publication": one.publication,
                "link": one.link,
                "digest": one.digest,
                "text": one.text[:500],
                "url": one.url,
                "application": one.application,
                "in_reply_to": one.in_reply_to,
                "created": one.created,
                "seen": now,
            }
            for (number, remote), one in held.items()
            if number == account and remote not in known
        ]
        if rows:
            connection.execute(insert(remote_post), rows)


def forget(connection: Connection, account: int, remote_id: str | None = None) -> None:
    """Forget one post that is not there, or all: the account is another one now."""
    which = () if remote_id is None else (remote_post.c.remote_id == remote_id,)
    connection.execute(delete(remote_post).where(remote_post.c.account == account, *which))


def digest_of(connection: Connection, account: int, remote_id: str) -> str | None:
    """Give the digest of what we last put in a post."""
    query = select(remote_post.c.digest).where(remote_post.c.account == account, remote_post.c.remote_id == remote_id)
    found: str | None = connection.scalar(query)
    return found


def _shadow(row: Row[Any]) -> Shadow:
    return Shadow(
        account=row.account,
        remote_id=row.remote_id,
        publication=row.publication,
        link=row.link,
        digest=row.digest,
        text=row.text or "",
        url=row.url,
        application=row.application,
        in_reply_to=row.in_reply_to,
        created=row.created,
    )

"""Wiring of what the pages are handed besides announcements: the operators' desk, and where pushes go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from adapters.contract import Limits
from bot.app import wall_clock
from bot.delivery.channel import WordingError
from bot.model import Wanted
from bot.outgoing import compose_for
from bot.passwords import NOBODY, Operators, read_hash, read_operators
from bot.secrets import secrets_for
from bot.settings import Settings
from bot.settings.kinds import WEBHOOK
from bot.store import desk as rows
from bot.store.codec import unpack_content, unpack_limits
from bot.store.tags import refused_tags
from bot.web.desk.handed import Desk
from bot.web.push import Receiver, Reply

Environ = Mapping[str, str]


def desk_of(settings: Settings, environ: Environ) -> Desk | None:
    """Give the desk; None where nobody may come in: a hash that is none lets nobody in, and ``check`` says so."""
    found = secrets_for(settings.web, environ).revealed()
    if "desk_operators" in found:
        operators = Operators(read_operators(found["desk_operators"]))
    elif "desk_password" in found:
        operators = Operators({NOBODY: read_hash(found["desk_password"])})
    else:
        return None
    return Desk(operators=operators, caps=settings.accounts(), proof=partial(proof, settings))


def receivers_of(settings: Settings, environ: Environ, now: Callable[[], datetime] = wall_clock) -> dict[str, Receiver]:
    """Give what takes the pushes of each source that has some, by its id."""
    found: dict[str, Receiver] = {}
    for source in settings.enabled():
        secret = secrets_for(source, environ).revealed().get("secret") if source.kind == WEBHOOK else None
        if secret:
            found[source.id] = partial(_receive, Path(source.url), secret, now)
    return found


def proof(settings: Settings, connection: Connection, publication: str) -> Sequence[str]:
    """Give what a publication would say if it were composed now; empty where nothing can be said of it."""
    row = rows.post(connection, publication)
    account = settings.accounts().get(row.account_id) if row else None
    if row is None or account is None or row.operation not in {"publish", "edit"}:
        return ()
    if row.mended and row.mended["version"] == row.wanted:
        return (row.mended["text"],)
    limits = unpack_limits(row.limits) or Limits()
    try:
        composed = compose_for(settings, account, _wanted(row), limits, refused_tags(connection, account.id))
    except WordingError:
        return ()
    return composed.parts


def _receive(folder: Path, secret: str, now: Callable[[], datetime], headers: Mapping[str, str], body: bytes) -> Reply:
    from adapters.errors import Temporary
    from adapters.pushed.spool import Refused, accept, keep

    found = accept(headers, body, secret, now())
    if isinstance(found, Refused):
        return Reply(status=found.status, code=found.code, message=found.message)
    try:
        keep(folder, found)
    except Temporary as error:
        return Reply(status=503, code=error.code, message="The push cannot be kept now: try again later.")
    return Reply(status=202, code="accepted", message="Taken. It is read within a minute.")


def _wanted(row: Any) -> Wanted:
    """Give a publication as composing takes it, as if it were claimed now."""
    content = row.kept_content or (row.item_content if row.lead_tells == row.announcement else None)
    return Wanted(
        id=row.id,
        announcement=row.announcement,
        identity=row.identity,
        account=row.account,
        source=row.source,
        source_id=row.source_id,
        lane=row.lane,
        position=row.position,
        generation=row.generation,
        operation=row.operation,
        state=row.state,
        wanted=row.wanted,
        seen=row.seen,
        attempts=row.attempts,
        rung=row.rung,
        frozen=None,
        remote_id=row.remote_id,
        queued=row.queued,
        agency=row.agency,
        kind=row.kind,
        notice=row.notice,
        content=unpack_content(content),
        expires=row.expires,
        created=row.created,
        sent=row.sent,
        changed=row.announcement_changed,
    )

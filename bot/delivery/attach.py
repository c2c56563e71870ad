"""The pictures of a post, handed to its server just before the post: uploaded where they are not there yet, kept where they are.

An edit replaces everything, so that it names every picture that is to stay. A server that will not have a picture, or has
had enough of them for now, gets the post without it; whoever reads it then sees the link's own preview.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine

from adapters.contract import Attached, Picture, RemotePost
from adapters.errors import AdapterError, AuthFailed, Limited, Temporary
from bot.delivery.budget import Caps, uploads
from bot.model import Event, Wanted
from bot.store import pictures
from bot.store.accounts import note_upload, read_account
from bot.store.engine import reading, writing
from bot.store.pictures import Hung
from bot.store.record import add_events

KEPT = timedelta(hours=20)
"""How long an upload is counted on before its post is there: servers remove those that no post uses after a day."""

TRIES = 3
"""Attempts at a post that a picture may cost; then it goes without."""

PLAIN = 2
"""The step of the ladder at which nothing goes along that a server could refuse."""

_LOOKS = 6
_BETWEEN_LOOKS = 1.0


class Server(Protocol):
    """The part of a publisher that takes pictures."""

    def upload(self, picture: Picture) -> Attached:
        """Take a picture."""

    def ready(self, media_id: str) -> bool:
        """Whether a picture can be used."""

    def post(self, remote_id: str) -> RemotePost | None:
        """Show a post."""


class Account(Protocol):
    """What is needed of an account: its number, and what limits it."""

    @property
    def no(self) -> int:
        """Its number in memory."""

    @property
    def policy(self) -> Caps:
        """Its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacher:
    """Gives the pictures of publications. ``now`` is the clock, ``sleep`` waits so many seconds."""

    engine: Engine
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, account: Account, server: Server, wanted: Wanted) -> tuple[Attached, ...]:
        """Give what a post is to have, every picture of it on the server. Raises ``Temporary`` and ``AuthFailed``."""
        if wanted.operation not in {"publish", "edit"} or wanted.lane == "alert":
            return ()
        with reading(self.engine) as connection:
            hung = pictures.of(connection, wanted.id)
        if wanted.operation == "edit" and wanted.remote_id:
            return self._kept(account, server, wanted, hung)
        return self._uploaded(account, server, wanted, hung) if not _is_bare(wanted) else ()

    def _kept(self, account: Account, server: Server, wanted: Wanted, hung: Sequence[Hung]) -> tuple[Attached, ...]:
        """Give what an edited post keeps, and what is new on it. One whose pictures we know nothing of keeps them all."""
        there = server.post(wanted.remote_id or "")
        if not hung:
            return there.media if there else ()
        ids = {one.remote_id for one in there.media} if there else {one.remote_id for one in hung}
        staying = [one for one in hung if one.state == "uploaded" and one.remote_id in ids]
        new = [one for one in hung if one not in staying] if not _is_bare(wanted) else []
        uploaded = {one.place: made for one in new for made in self._uploaded(account, server, wanted, [one])}
        kept = {one.place: Attached(remote_id=one.remote_id or "", alt=one.alt) for one in staying}
        return tuple(attached for _, attached in sorted({**kept, **uploaded}.items()))

    def _uploaded(self, account: Account, server: Server, wanted: Wanted, hung: Sequence[Hung]) -> tuple[Attached, ...]:
        found: list[Attached] = []
        for one in hung:
            attached = self._still_there(one, wanted) or self._upload(account, server, wanted, one)
            if attached is not None:
                found.append(attached)
        return tuple(found)

    def _still_there(self, one: Hung, wanted: Wanted) -> Attached | None:
        """Give an upload of before, unless the server may have thrown it away, or refused the post that it was for."""
        fresh = one.uploaded is not None and timedelta() <= self.now() - one.uploaded < KEPT
        if one.state != "uploaded" or one.remote_id is None or not fresh or wanted.rung:
            return None
        return Attached(remote_id=one.remote_id, alt=one.alt)

    def _upload(self, account: Account, server: Server, wanted: Wanted, one: Hung) -> Attached | None:
        """Hand a picture over; None where the post has to go without it."""
        picture = one.as_picture()
        if one.state == "failed" or picture is None or not self._has_room(account, wanted, one):
            return None
        try:
            attached = server.upload(picture)
            self._note_upload(account, wanted, one, attached)
            return attached if attached.ready or self._becomes_ready(server, attached) else None
        except AuthFailed:
            raise
        except Limited as error:
            self._without(wanted, one, "budget.uploads", str(error), for_good=False)
        except Temporary as error:
            if wanted.attempts < TRIES:
                raise
            self._without(wanted, one, error.code, str(error))
        except AdapterError as error:
            self._without(wanted, one, error.code, str(error))
        return None

    def _has_room(self, account: Account, wanted: Wanted, one: Hung) -> bool:
        """Whether the server takes another upload now: it has a limit for them, which no receipt tells."""
        with reading(self.engine) as connection:
            state = read_account(connection, account.no)
        allowed = uploads(self.now(), account.policy, state.uploads, 1)
        if allowed.count <= 0:
            self._without(wanted, one, allowed.rule, "The server takes no more uploads for now.", for_good=False)
        return allowed.count > 0

    def _becomes_ready(self, server: Server, attached: Attached) -> bool:
        """Wait a little for a picture that the server still works on."""
        for _ in range(_LOOKS):
            self.sleep(_BETWEEN_LOOKS)
            if server.ready(attached.remote_id):
                return True
        return False

    def _note_upload(self, account: Account, wanted: Wanted, one: Hung, attached: Attached) -> None:
        with writing(self.engine) as connection:
            note_upload(connection, account.no, self.now())
            pictures.note_uploaded(connection, wanted.id, one.place, attached.remote_id, self.now())

    def _without(self, wanted: Wanted, one: Hung, rule: str, error: str, *, for_good: bool = True) -> None:
        """Remember that a post goes without a picture, and why."""
        event = Event(
            stage="deliver",
            verdict="without-picture",
            rule=rule,
            source=wanted.source,
            announcement=wanted.announcement,
            publication=wanted.id,
            account=wanted.account,
            detail={"url": one.url, "error": error},
        )
        with writing(self.engine) as connection:
            if for_good:
                pictures.note_failed(connection, wanted.id, one.place, error)
            add_events(connection, self.now(), [event])


def _is_bare(wanted: Wanted) -> bool:
    return wanted.bare or wanted.rung >= PLAIN

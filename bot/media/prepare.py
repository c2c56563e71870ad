"""Pictures made ready before a post is claimed: chosen, fetched through the guarded client, and made fit for the server.

A post waits for its pictures only so long, an alert never. Whatever goes wrong with a picture, the post goes without it, and
``why`` says so. Posts of one source are let go in the order of their line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine

from adapters.contract import Limits, Media
from adapters.errors import AdapterError, Limited, Temporary
from adapters.http import HttpClient, raise_for_status
from bot.compose.pictures import undescribed
from bot.media.encoded import Encoded, NoPicture
from bot.media.page import picture_on, same_server
from bot.model import Event, Wanted
from bot.robots import Robots
from bot.store import pictures
from bot.store.engine import reading, writing
from bot.store.pictures import Hung, Unprepared
from bot.store.record import add_events
from bot.store.sites import SiteRules
from bot.store.types import EPOCH

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = timedelta(minutes=10)
"""How long a post waits for its pictures at most."""

PAUSES = (timedelta(seconds=4), timedelta(seconds=8))
"""How long to wait before trying again where a picture cannot be had now; after the last, the post goes without."""

LARGEST = 20 * 1024 * 1024
"""Bytes of a picture that are fetched."""

_SECONDS = 20.0
_ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif;q=0.9,image/*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A source whose pictures are shown: its configured address, and whether they come from the items' own pages."""

    url: str
    from_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What goes along with one post: the pictures, each described, the server's limits, and whether a person must look."""

    pictures: tuple[Media, ...] = ()
    limits: Limits = field(default_factory=Limits)
    hold: bool = False


def wait_for_pictures(pictured: frozenset[int], wanted: Wanted, now: datetime) -> datetime | None:
    """Until when a post waits for its pictures; None where it has none to wait for, or waited long enough.

    ``pictured``: the sources whose pictures its account shows.
    """
    until = wanted.queued + PATIENCE
    waits = wanted.source in pictured and wanted.lane == "rest" and wanted.operation in {"publish", "edit"}
    return until if waits and wanted.prepared < wanted.wanted and now < until else None


Choose = Callable[[Unprepared, tuple[Media, ...]], Choice]
"""Chooses among the pictures of an item, as source and account want."""


@dataclass(slots=True)
class _Progress:
    """How far a post is: what was chosen, what is there of it, and when to try again."""

    candidates: tuple[Media, ...] | None = None
    choice: Choice = field(default_factory=Choice)
    got: dict[str, Hung] = field(default_factory=dict)
    failures: int = 0
    due: datetime = EPOCH
    error: str | None = None


@dataclass(slots=True, kw_only=True)
class Preparation:
    """Prepares the pictures of every post that waits for them. ``showings``: the sources concerned, by number."""

    engine: Engine
    http: HttpClient
    now: Callable[[], datetime]
    showings: Mapping[int, Showing]
    choose: Choose
    progress: dict[tuple[str, int], _Progress] = field(default_factory=dict)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    decoding: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One picture at a time: decoded, each takes a hundred times what it took on its way."""
    robots: Robots = field(init=False)

    def __post_init__(self) -> None:
        self.robots = Robots(http=self.http, memory=SiteRules(self.engine))

    async def work(self) -> bool:
        """Prepare what waits now; true where something was let go. A call while another is at work does nothing."""
        if self.one_at_a_time.locked() or not self.showings:
            return False
        async with self.one_at_a_time:
            waiting = await asyncio.to_thread(self._waiting)
            self.progress = {
                key: one for key, one in self.progress.items() if key in {(w.id, w.version) for w in waiting}
            }
            lines: dict[int, list[Unprepared]] = {}
            for one in waiting:
                lines.setdefault(one.source, []).append(one)
            released = await asyncio.gather(*(self._line(line) for line in lines.values()))
        return any(released)

    def next_due(self) -> datetime | None:
        """When a picture is to be asked for again; None where none is."""
        return min((one.due for one in self.progress.values() if one.due > EPOCH), default=None)

    # ── one line, one post ───────────────────────────────────────────────────────────────────────────────────────────

    async def _line(self, line: Iterable[Unprepared]) -> bool:
        """Prepare the posts of one source in their order; the first that has to wait keeps the others back."""
        released = False
        for wanted in line:
            if not await self._prepared(wanted):
                return released
            released = True
        return released

    async def _prepared(self, wanted: Unprepared) -> bool:
        progress = self.progress.setdefault((wanted.id, wanted.version), _Progress())
        patient = self.now() < wanted.queued + PATIENCE
        if patient and self.now() < progress.due:
            return False
        try:
            await self._further(wanted, progress)
        except Temporary as error:
            progress.error = str(error)
            if patient and self._may_try_again(progress, error):
                return False
        except AdapterError as error:
            progress.error = str(error)
        await asyncio.to_thread(self._finish, wanted, progress)
        self.progress.pop((wanted.id, wanted.version), None)
        return True

    def _may_try_again(self, progress: _Progress, error: Temporary) -> bool:
        if progress.failures >= len(PAUSES) or (isinstance(error, Limited) and error.until):
            return False
        progress.due = self.now() + PAUSES[progress.failures]
        progress.failures += 1
        return True

    async def _further(self, wanted: Unprepared, progress: _Progress) -> None:
        """Do what is left to do. Raises the adapters' errors; what is there by then is kept."""
        showing = self.showings[wanted.source]
        if progress.candidates is None:
            progress.candidates = await self._candidates(wanted, showing)
            progress.choice = await asyncio.to_thread(self.choose, wanted, progress.candidates)
            progress.got = await asyncio.to_thread(self._known, wanted)
        for media in progress.choice.pictures:
            if media.url not in progress.got:
                progress.got[media.url] = await self._picture(media, showing, progress.choice.limits)

    async def _candidates(self, wanted: Unprepared, showing: Showing) -> tuple[Media, ...]:
        if showing.from_page and wanted.content.url:
            return await picture_on(self.http, self.robots, wanted.content.url, showing.url, self.now())
        return wanted.content.media

    async def _picture(self, media: Media, showing: Showing, limits: Limits) -> Hung:
        """Fetch one picture and make it fit. Raises ``Temporary`` where it cannot be had now."""
        empty = Hung(place=0, url=media.url, alt=media.alt or "", state="failed")
        try:
            response = await self.http.get(
                media.url,
                accept=_ACCEPT,
                named=same_server(media.url, showing.url),
                max_bytes=LARGEST,
                timeout=_SECONDS,
            )
            raise_for_status(response)
            encoded: Encoded = await asyncio.to_thread(_made_fit, response.body, limits)
        except Temporary:
            raise
        except AdapterError as error:
            return replace(empty, error=f"{error} [{error.code}]")
        except NoPicture as error:
            return replace(empty, error=f"{error} [{error.code}]")
        return replace(empty, state="ready", mime=encoded.mime, body=encoded.body)

    # ── memory ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _waiting(self) -> list[Unprepared]:
        with reading(self.engine) as connection:
            return pictures.unprepared(connection, sorted(self.showings))

    def _known(self, wanted: Unprepared) -> dict[str, Hung]:
        """Give the pictures that an earlier version of this post has: they need not be fetched again."""
        with reading(self.engine) as connection:
            return {one.url: one for one in pictures.of(connection, wanted.id) if one.state != "failed"}

    def _finish(self, wanted: Unprepared, progress: _Progress) -> None:
        """Write down what there is, and let the post go; or hold it, where a person must look at its pictures."""
        hung = [
            replace(progress.got[one.url], alt=one.alt or "") if one.url in progress.got else _missing(one, progress)
            for one in progress.choice.pictures
        ]
        with writing(self.engine) as connection:
            pictures.hang(connection, wanted.id, hung)
            if progress.choice.hold:
                pictures.hold(connection, wanted.id, wanted.version, reason="no-description")
            else:
                pictures.release(connection, wanted.id, wanted.version, self.now())
            add_events(connection, self.now(), _events(wanted, progress, hung))


def _missing(media: Media, progress: _Progress) -> Hung:
    return Hung(place=0, url=media.url, alt=media.alt or "", state="failed", error=progress.error)


def _events(wanted: Unprepared, progress: _Progress, hung: Iterable[Hung]) -> list[Event]:
    """Say in ``why`` which pictures were left out, and why."""
    left_out = [("picture.failed", one.url, one.error or "") for one in hung if one.state == "failed"]
    chosen = {one.url for one in progress.choice.pictures}
    if progress.candidates is None and progress.error:
        left_out.append(("picture.page", wanted.content.url or "", progress.error))
    left_out += [
        ("picture.no-description", one.url, "The source does not describe it.")
        for one in undescribed(progress.candidates or ())
        if one.url not in chosen
    ]
    verdict = "held" if progress.choice.hold else "without-picture"
    return [
        Event(
            stage="compose",
            verdict=verdict,
            rule=rule,
            source=wanted.source,
            announcement=wanted.announcement,
            publication=wanted.id,
            account=wanted.account,
            detail={"url": url, "error": error},
        )
        for rule, url, error in left_out
    ]


def _made_fit(body: bytes, limits: Limits) -> Encoded:
    from bot.media.pictures import made_fit  # Pillow is loaded with the first picture, not with the first post

    return made_fit(body, limits)

"""Pages that vanish: whether the agency's own page behind a post is still there, and what follows where it is not.

A page that answered 200 within the last 30 days, and answers 404 or 410 twice at least 30 minutes apart while its source is
well, was taken away by its sender. An outage, a name that cannot be found, a server error, a redirect to the front page
or a page that merely says "not found" while it answers 200 prove nothing. Where many pages of one source vanish in a day,
it is the site that changed: everything is held, with one notice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Engine

from adapters.errors import AdapterError
from adapters.http import HttpClient, Response
from bot.collecting.poll import Origin
from bot.decide.wanting import RELAUNCH, WITHDRAWN, Change, withdrawn
from bot.hosts import host_of, is_public
from bot.model import Decision, Event
from bot.robots import Robots
from bot.store import pagechecks, views, wishes
from bot.store.engine import reading, writing
from bot.store.erasing import erase
from bot.store.pagechecks import Page
from bot.store.recall import announcements_by_id
from bot.store.record import Record, record
from bot.store.sites import SiteRules

SEEN_WITHIN = timedelta(days=30)
"""How long ago a page may have been there for its absence to mean something; how long a post's page is looked at."""

APART = timedelta(minutes=30)
"""The least time between the two looks that find a page gone."""

A_DAY = timedelta(days=1)
FUSE_COUNT, FUSE_SHARE = 3, 0.2

LOOK_AROUND = 8
"""Where a page is found gone, so many others of its source are looked at before anything follows: did the site change?"""

FIRST_LOOK = timedelta(minutes=5)
MOST_AT_A_TIME = 100
MOST_PER_HOST = 5
MARK = "pages.mark"

Verdict = Literal["there", "gone", "unclear"]
_GONE = frozenset({404, 410})
_NO_HEAD = frozenset({400, 403, 405, 501})
_BODY = 64 * 1024


class Store(Protocol):
    """Runs work on the database's thread."""

    def __call__(self, work: Callable[..., Any], /, *args: Any) -> Awaitable[Any]:
        """Run it and give what it gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a page found; ``wait`` is how long the host asked to be left alone."""

    page: Page
    verdict: Verdict
    status: int | None = None
    wait: timedelta = timedelta()


@dataclass(slots=True, kw_only=True)
class PageChecks:
    """Looks at pages whose time has come, politely, and takes in what it finds."""

    engine: Engine
    http: HttpClient
    origins: Mapping[int, Origin]
    now: Callable[[], datetime]
    on_store: Store
    robots: Robots = field(init=False)

    def __post_init__(self) -> None:
        self.robots = Robots(http=self.http, memory=SiteRules(self.engine))

    async def round(self, *, seconds: float) -> int:
        """Look at what is due, for at most so many seconds; give how many looks were taken in."""
        pages = await self.on_store(self._due)
        tasks = [asyncio.create_task(self._look(one)) for one in chosen(pages)]
        if not tasks:
            return 0
        done, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        looks = [task.result() for task in tasks if task in done]
        await self.on_store(self._take_in, looks)
        return len(looks)

    def _due(self) -> list[Page]:
        now = self.now()
        with reading(self.engine) as connection:
            mark = views.read_setting(connection, MARK) or 0
            fresh = pagechecks.newest_event(connection) > mark
            due = pagechecks.is_due(connection, now)
        if not (fresh or due):
            return []
        with writing(self.engine) as connection:
            if fresh:
                wishes.write_setting(connection, MARK, pagechecks.enrol(connection, mark, now + FIRST_LOOK))
            return pagechecks.due_pages(connection, now, now - SEEN_WITHIN, MOST_AT_A_TIME)

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _look(self, page: Page) -> Look:
        origin = self.origins.get(page.source)
        named = origin is not None and is_named(page.url, origin)
        try:
            if not await self.robots.allow(page.url, self.now(), named=named):
                return Look(page=page, verdict="unclear")
            answer = await self.http.head(page.url, named=named)
            if answer.status in _GONE or answer.status in _NO_HEAD:  # some servers answer HEAD with anything
                answer = await self.http.get(page.url, named=named, max_bytes=_BODY)
        except AdapterError as error:
            # more than we read of a page is a page, too
            verdict: Verdict = "there" if error.code == "http.too-large" and error.status == 200 else "unclear"  # noqa: PLR2004
            return Look(page=page, verdict=verdict, status=error.status)
        wait = timedelta(seconds=min(answer.retry_after(self.now()) or 0, A_DAY.total_seconds()))
        return Look(page=page, verdict=verdict_of(page.url, answer), status=answer.status, wait=wait)

    # ── taking in ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _take_in(self, looks: list[Look]) -> None:
        now = self.now()
        with writing(self.engine) as connection:
            current = pagechecks.reread(connection, [look.page.announcement for look in looks])
            confirmed: list[Page] = []
            for look in looks:
                page = current.get(look.page.announcement)
                if page is not None and page.url == look.page.url and self._note(connection, now, page, look):
                    confirmed.append(page)
            for source in sorted({page.source for page in confirmed}):
                self._withdraw(connection, now, source, [page for page in confirmed if page.source == source])

    def _note(self, connection: Connection, now: datetime, page: Page, look: Look) -> bool:
        """Write down what a look found; whether it proves that the page was taken away."""
        origin = self.origins.get(page.source)
        personal = origin is not None and origin.policy.personal
        due = now + max(pause(now - page.sent, personal=personal), look.wait)
        if look.verdict == "there":
            if page.notice == "withdrawn":
                self._take_back(connection, now, page)
            values: dict[str, Any] = {"last_ok": now, "gone_since": None, "gone_times": 0, "due": due}
        elif look.verdict == "unclear" or not page.last_ok or (page.gone_since or now) - page.last_ok > SEEN_WITHIN:
            values = {"due": due}
        else:
            times = page.gone_times + 1
            if times == 1:
                pagechecks.hasten(connection, page, now, now - APART, LOOK_AROUND)
            values = {"gone_since": page.gone_since or now, "gone_times": times, "due": now + max(APART, look.wait)}
        pagechecks.note_page(connection, page.announcement, status=look.status, **values)
        return proves(now, page, look)

    def _withdraw(self, connection: Connection, now: datetime, source: int, pages: list[Page]) -> None:
        """Let announcements go whose pages were taken away; all of them are held where there are too many."""
        origin = self.origins.get(source)
        if origin is None:
            return
        vanished, watched = pagechecks.tally(connection, [source], now - A_DAY)[source]
        hold = RELAUNCH if blows(vanished, watched) else None
        notices: list[Event] = []
        if hold and not pagechecks.fused(connection, source, now - A_DAY):
            detail = {"count": vanished, "of": watched}
            notices.append(Event(stage="decide", verdict="held", rule="withdrawal.fuse", source=source, detail=detail))
        known = announcements_by_id(connection, {page.announcement for page in pages})
        policy = origin.policy
        for page in pages:
            change = withdrawn(
                now, known[page.announcement], withdrawal=policy.withdrawal, personal=policy.personal, hold=hold
            )
            notices.append(_told(page, "withdrawn" if change else "ignored"))
            _write(connection, now, page, change, erasing=policy.personal and not hold)
        record(connection, Record(source=source, now=now, likenesses={}), Decision(events=tuple(notices)))

    def _take_back(self, connection: Connection, now: datetime, page: Page) -> None:
        pagechecks.take_back(connection, page.announcement, now)
        event = Event(
            stage="decide",
            verdict="there-again",
            rule="withdrawal.page-back",
            source=page.source,
            announcement=page.announcement,
        )
        record(connection, Record(source=page.source, now=now, likenesses={}), Decision(events=(event,)))


# ── what counts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def verdict_of(url: str, answer: Response) -> Verdict:
    """Say what an answer says about a page. One that leads to a front page says nothing: so do rebuilt sites."""
    if answer.status in _GONE:
        return "gone"
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110, section 15.3
        return "unclear"
    from bot.text import canonical_link, is_landing_page  # loaded where a page was looked at, and only there

    led_away = answer.url != url and is_landing_page(canonical_link(answer.url))
    return "unclear" if led_away and not is_landing_page(canonical_link(url)) else "there"


def proves(now: datetime, page: Page, look: Look) -> bool:
    """Whether a look, after what was seen before, proves that a page was taken away by its sender."""
    if look.verdict != "gone" or page.gone_since is None or page.last_ok is None or page.notice == "withdrawn":
        return False
    seen = page.gone_since - page.last_ok <= SEEN_WITHIN
    return seen and now - page.gone_since >= APART and page.well


def blows(vanished: int, watched: int) -> bool:
    """Whether so many pages of a source vanished in a day that it is the site that changed. One alone never is."""
    return vanished > FUSE_COUNT or (vanished > 1 and vanished > FUSE_SHARE * watched)


def pause(age: timedelta, *, personal: bool) -> timedelta:
    """Give the time until the next look at a page that is there, by the age of its post."""
    if personal:
        return timedelta(minutes=15) if age < timedelta(days=2) else APART
    return min(max(age / 4, timedelta(hours=1)), A_DAY)


def is_named(url: str, origin: Origin) -> bool:
    """Whether a page's address counts as named by the configuration, so that it may lie in a private range.

    That is so only where the source itself does, and only for its own host and its agency's domains as they are written:
    a link from a public host never leads into a private network.
    """
    home, host = host_of(origin.home.url), host_of(url)
    return bool(home) and not is_public(home) and (host == home or host in origin.home.domains)


def chosen(pages: Iterable[Page]) -> list[Page]:
    """Take so many pages of one host that whoever else wants to ask it does not wait long."""
    taken: Counter[str] = Counter()
    found = []
    for page in pages:
        host = host_of(page.url)
        if taken[host] < MOST_PER_HOST:
            taken[host] += 1
            found.append(page)
    return found


def _told(page: Page, verdict: str) -> Event:
    return Event(
        stage="decide",
        verdict=verdict,
        rule="withdrawal.page",
        source=page.source,
        announcement=page.announcement,
        detail={"gone_times": page.gone_times + 1},
    )


def _write(connection: Connection, now: datetime, page: Page, change: Change | None, *, erasing: bool) -> None:
    """Write what becomes of an announcement, and when its page is looked at again."""
    if change is None:  # nothing follows from it: nobody need look again
        pagechecks.note_page(connection, page.announcement, due=now + SEEN_WITHIN)
        return
    decided = Decision(changes=(change.announcement,), publication_changes=change.publications)
    record(connection, Record(source=page.source, now=now, likenesses={}), decided)
    if erasing:
        erase(connection, [page.announcement])
    # what waits for a person may come back; what goes still counts for the fuse of its source, for a day
    held = any(one.reason in {WITHDRAWN, RELAUNCH} for one in change.publications)
    pagechecks.note_page(connection, page.announcement, due=now + (timedelta(hours=1) if held else A_DAY))

"""Digests: what a source of high volume announced in a day or week, gathered into one announcement per language.

At a fixed hour on the source's own clock. What was down at that hour makes up for it later; a digest has an identity of its
day, so that it is made once. An item that is withdrawn later leaves the digest, and the posts of it are edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row

from bot.compose.gathered import as_text, entry
from bot.compose.moments import Calendar
from bot.decide.arrivals import subject
from bot.filters import left_out_by
from bot.ids import new_id
from bot.model import Content, Event
from bot.policy import Policy, better_link
from bot.settings import Settings, SourceSettings
from bot.store import digests, queue, wishes
from bot.store.digests import Gathered, Gathering, NewDigest
from bot.store.engine import reading, writing
from bot.store.record import add_events
from bot.store.types import EPOCH
from bot.store.views import read_setting
from bot.store.wishes import write_setting
from bot.wording import TemplateError, Wording, wording

AT = time(17, 0)
"""When a digest is made, on the source's clock: what is announced in working hours is in it."""

FRIDAY = 4
"""The day of a weekly digest."""

MOST = 500
"""Entries that a digest keeps; more than any post shows."""

RENEWED = timedelta(days=30)
"""How long a digest still follows what is withdrawn."""

_KEY = "digests"


def make_digests(engine: Engine, settings: Settings, now: datetime) -> int:
    """Make every digest whose hour has come, and renew those that lost something; give how many posts now wait."""
    sources = [one for one in settings.source if one.enabled and one.digest != "none"]
    if not sources:
        return 0
    with reading(engine) as connection:
        made: Mapping[str, str] = read_setting(connection, _KEY) or {}
        losing = digests.with_withdrawn(connection, now - RENEWED)
    waiting = 0
    for source in sources:
        until = cut_before(source, now)
        if made.get(source.id) != until.isoformat():
            since = datetime.fromisoformat(made[source.id]) if source.id in made else EPOCH
            edition = Edition(settings=settings, source=source, since=since, until=until, now=now)
            with writing(engine) as connection:
                waiting += edition.make(connection)
    for digest_id in losing:
        with writing(engine) as connection:
            waiting += renew(connection, settings, digest_id, now)
    return waiting


def cut_before(source: SourceSettings, now: datetime) -> datetime:
    """Give the last moment at which a digest of a source was due."""
    zone = ZoneInfo(source.time_zone)
    day = now.astimezone(zone).date()
    while True:
        cut = datetime.combine(day, AT, zone).astimezone(UTC)
        if cut <= now and (source.digest == "daily" or day.weekday() == FRIDAY):
            return cut
        day -= timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The digests of one source at one hour: everything after ``since``, and after first contact, up to ``until``."""

    settings: Settings
    source: SourceSettings
    since: datetime
    until: datetime
    now: datetime

    def make(self, connection: Connection) -> int:
        """Make them, one per language; give how many posts of them wait."""
        where = digests.gathering(connection, self.source.id)
        waiting = 0
        if where is not None:
            found = self._found(connection, where)
            for language in dict.fromkeys(one.language for one in found):
                of_language = [one for one in found if one.language == language]
                waiting += self._make_one(connection, where, of_language)
        made = dict(read_setting(connection, _KEY) or {})
        write_setting(connection, _KEY, {**made, self.source.id: self.until.isoformat()})
        return waiting

    @property
    def _day(self) -> date:
        return self.until.astimezone(ZoneInfo(self.source.time_zone)).date()

    def _found(self, connection: Connection, where: Gathering) -> list[Gathered]:
        source = self.source
        announced = digests.to_gather(connection, where.no, max(self.since, where.since), self.until)
        return [one for one in announced if not left_out_by(source.include, source.exclude, subject(one.content))]

    def _make_one(self, connection: Connection, where: Gathering, found: list[Gathered]) -> int:
        digest = self._digest(where, found)
        if not digests.write(connection, self.now, digest):
            return 0
        additions = [
            wishes.Addition(
                id=new_id(self.now),
                announcement=digest.id,
                account=account,
                source=where.no,
                lane="rest",
                operation="publish",
                generation=0,
                wanted=1,
            )
            for account in where.accounts
        ]
        wishes.add(connection, self.now, additions)
        add_events(connection, self.now, self._events(digest, additions))
        return len(additions)

    def content(self, found: list[Gathered], page: str | None = None) -> Content:
        """Give what a digest of these announcements says. ``page``: where all of them can be read."""
        return Content(
            title=self._title(found),
            text=as_text(entries(found, self.settings.platform_policy, self.source.agency)),
            url=page,
            language=found[0].language,
            published=self.until,
        )

    def _digest(self, where: Gathering, found: list[Gathered]) -> NewDigest:
        id_, language, day = new_id(self.now), found[0].language, self._day.isoformat()
        public_url = self.settings.web.public_url
        page = f"{public_url}/announcements/{id_}" if public_url else None
        return NewDigest(
            id=id_,
            identity=f"digest:{self.source.id}\n{day}\n{language}",
            key=f"digest:{day}:{language}",
            source=where.no,
            agency=self.source.agency,
            language=language,
            content=self.content(found, page),
            gathered=digests.ids(found),
        )

    def _events(self, digest: NewDigest, additions: Iterable[wishes.Addition]) -> list[Event]:
        event = Event(stage="decide", verdict="gathered", rule=f"digest.{self.source.digest}", source=digest.source)
        taken_in = [replace(event, announcement=one, detail={"into": digest.id}) for one in digest.gathered]
        count = {"count": len(digest.gathered)}
        queued = [
            replace(
                event,
                verdict="queued",
                announcement=digest.id,
                publication=one.id,
                account=one.account,
                detail=count,
            )
            for one in additions
        ]
        return [*taken_in, *queued]

    def _title(self, found: list[Gathered]) -> str:
        try:
            return self._titled(wording(self.settings.omroeper.wording), found)
        except TemplateError:
            return self._titled(wording(None), found)  # the post itself is held for it

    def _titled(self, words: Wording, found: list[Gathered]) -> str:
        language = words.language(found[0].language, self.settings.omroeper.language)

        def phrase(key: str, /, **values: str) -> str:
            return words.phrase(key, language, source=self.source.id).render(values)

        calendar = Calendar(phrase, ZoneInfo(self.source.time_zone))
        first, last = calendar.local(found[0].created).date(), self._day
        label = calendar.day(last, last)
        if first < last and self.source.digest == "weekly":
            label = phrase("days", **{"from": calendar.day(first, last), "until": label})
        agency = self.settings.agencies()[self.source.agency].name
        if len(found) == 1:
            return phrase("one-digest-title", agency=agency, day=label)
        return phrase("digest-title", agency=agency, count=str(len(found)), day=label)


def entries(found: Iterable[Gathered], policy: Policy, agency: str) -> list[str]:
    """Give the entries of a digest, those of one kind together. ``policy`` says where one about the agency may lead."""
    ordered = sorted(found, key=lambda one: (one.content.categories[-1:], one.created, one.id))
    made = (
        entry(one.content.title or one.content.text, better_link(policy, agency, (one.content.url, *one.content.links)))
        for one in ordered
    )
    return [one for one in made if one][:MOST]


def renew(connection: Connection, settings: Settings, digest_id: str, now: datetime) -> int:
    """Take out of a digest what was withdrawn since; its posts are edited, or go where nothing is left."""
    left = digests.gathered_by(connection, digest_id)
    before = digests.content_of(connection, digest_id)
    content = _told_again(settings, digests.source_of(connection, digest_id), before, left, now)
    if content.text == before.text:
        return 0
    version = digests.rewrite(connection, now, digest_id, content)
    if not left:
        digests.end(connection, now, digest_id)
    posts = digests.posts_of(connection, digest_id)
    for row in posts:
        _want(connection, now, row, version if left else 0)
    verdict = "edit" if left else "withdrawn"
    event = Event(stage="decide", verdict=verdict, rule="digest.withdrawn", announcement=digest_id)
    add_events(connection, now, [event])
    return len(posts)


def _told_again(settings: Settings, source_id: str, before: Content, left: list[Gathered], now: datetime) -> Content:
    """Give what a digest says of what is left. One whose source is no longer configured keeps its title."""
    source = settings.sources().get(source_id)
    if source is None or not left:
        return replace(before, text=as_text(entries(left, settings.platform_policy, "")))
    edition = Edition(settings=settings, source=source, since=EPOCH, until=before.published or now, now=now)
    return edition.content(left, before.url)


def _want(connection: Connection, now: datetime, row: Row[Any], version: int) -> None:
    """Want a version of a digest, 0 for none, where an older one is, or waits."""
    if row.state not in {"sent", "queued", "retry", "dead"}:  # what is under way or held comes in line by itself
        queue.move(connection, row.id, wanted=version)
    elif row.seen:
        operation = "edit" if version else "delete"
        wishes.want(connection, now, row.id, wanted=version, operation=operation, state="queued")
    elif version:
        queue.move(connection, row.id, wanted=version)
    else:
        queue.move(connection, row.id, wanted=0, state="dropped", reason="withdrawn")

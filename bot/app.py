"""Where everything is wired: from settings to a collector and an outbox. Nothing else knows all the parts.

Building an ``App`` reads the configuration, prepares the database and brings memory in line; it touches no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from adapters import load_source
from adapters.contract import Source, SourceConfig
from adapters.http import HttpClient
from bot.collecting.collect import Collector, Origin, Watch
from bot.collecting.moves import Home
from bot.collecting.rhythm import Rhythm
from bot.hosts import host_of
from bot.lock import owning
from bot.model import Place
from bot.rule import RULE
from bot.secrets import secrets_for
from bot.settings import Settings, SourceSettings
from bot.store import sources, views, wishes
from bot.store.engine import open_engine, reading, writing
from bot.store.migrate import Standing, migrate, require_current, standing
from bot.store.queue import orphans
from bot.store.registry import AccountRow, AgencyRow, Numbers, SourceRow, first_contacts_open, sync

if TYPE_CHECKING:  # a round in which nothing happens pays for none of them
    from bot.delivery.outbox import Outbox
    from bot.housekeeping import Housekeeping
    from bot.media.prepare import Preparation
    from bot.outgoing import Outgoing

Environ = Mapping[str, str]
Clock = Callable[[], datetime]

RULES = "rules"
"""The setting that says which version of the program read the entries last."""

AFTER_A_KILL = timedelta(seconds=2)
"""How long after a kill its request may still be running on the server."""


def wall_clock() -> datetime:
    """The time, aware and UTC: the one place where it is asked."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class App:
    """An installation that is ready to collect and to deliver."""

    settings: Settings
    environ: Environ
    engine: Engine
    numbers: Numbers
    now: Clock = wall_clock

    def collector(self, http: HttpClient, watch: Watch, *, linger: float) -> Collector:
        """Make the collector over every source that is switched on."""
        origins: dict[int, Origin] = {}
        collector = Collector(engine=self.engine, origins=origins, now=self.now, watch=watch, linger=linger)
        kin = families(self.settings)
        merging = {kin[source.agency] for source in self.settings.enabled() if source.merge == "text"}
        for source in self.settings.enabled():
            family = kin[source.agency]
            alike = source.merge != "never" and family in merging
            origin = Origin(
                no=self.numbers.sources[source.id],
                policy=source,
                rhythm=rhythm(source),
                place=place(self.settings, source),
                home=home(self.settings, source),
                open=partial(self._open_source, source, http, collector),
                family=family,
                alike=alike,
                keep_raw=bool(source.retain),
            )
            origins[origin.no] = origin
        with reading(self.engine) as connection:
            collector.commits.strangers = first_contacts_open(connection)
        return collector

    def outbox(self, stopping: Callable[[], bool]) -> Outbox:
        """Make the outbox over every account."""
        return self._outgoing().outbox(stopping)

    def preparation(self, http: HttpClient) -> Preparation:
        """Make what gets the pictures of posts ready, before they are claimed."""
        return self._outgoing().preparation(http)

    def _outgoing(self) -> Outgoing:
        from bot.outgoing import Outgoing

        return Outgoing(
            settings=self.settings, environ=self.environ, engine=self.engine, numbers=self.numbers, now=self.now
        )

    @property
    def shows_pictures(self) -> bool:
        """Whether any post may carry a picture."""
        return any(source.shows_pictures for source in self.settings.enabled())

    def housekeeping(self, http: HttpClient, collector: Collector) -> Housekeeping:
        """Make what is done every minute besides collecting and posting."""
        from bot.housekeeping import Housekeeping
        from bot.withdrawals import PageChecks

        pages = PageChecks(
            engine=self.engine, http=http, origins=collector.origins, now=self.now, on_store=collector.on_store
        )
        retain = {self.numbers.sources[source.id]: source.retain for source in self.settings.enabled()}
        return Housekeeping(engine=self.engine, collector=collector, pages=pages, retain=retain)

    def _open_source(
        self, source: SourceSettings, http: HttpClient, collector: Collector, moved_to: str | None
    ) -> Source:
        """Make the adapter of a source, at the address that it moved to where there is one."""
        secrets = secrets_for(source, self.environ).revealed()
        config = source_config(source, secrets)
        there = replace(config, url=moved_to or config.url)
        # a redirect named the new address, not the configuration: it opens no private network
        stays_public = host_of(there.url) != host_of(config.url)
        guard = home(self.settings, source, address=there.url).guard
        return load_source(source.kind)(there, http.confined(guard, stays_public=stays_public), collector.offload)


@contextmanager
def opened(settings: Settings, environ: Environ, now: Clock = wall_clock) -> Iterator[App]:
    """Open an installation to work on it: hold its lock, migrate its database, bring memory in line, find orphans.

    Raises ``bot.lock.Held`` and ``StoreError``.
    """
    engine = open_engine(settings.omroeper.database)
    try:
        with owning(engine):
            prepare(engine, now())
            with writing(engine) as connection:
                numbers = sync(connection, now(), *rows(settings))
                orphans(connection, now(), now() + AFTER_A_KILL)
                read_broken_anew(connection, f"{version('omroeper')}/{RULE}")
            yield App(settings=settings, environ=environ, engine=engine, numbers=numbers, now=now)
    finally:
        engine.dispose()


def read_broken_anew(connection: Connection, rules: str) -> int:
    """Let entries that could not be read be tried again where the program has changed since; give how many sources.

    ``rules`` names the program as it is now. Known entries are met again without anybody hearing of it.
    """
    if views.read_setting(connection, RULES) == rules:
        return 0
    wishes.write_setting(connection, RULES, rules)
    return sources.read_anew(connection)


def prepare(engine: Engine, now: datetime) -> None:
    """Migrate a SQLite database, after a backup; a PostgreSQL one is migrated by hand, for others may be using it."""
    if engine.dialect.name == "sqlite" and standing(engine) in {Standing.MISSING, Standing.BEHIND}:
        migrate(engine, now)
    require_current(engine)


def rows(settings: Settings) -> tuple[list[AgencyRow], list[SourceRow], list[AccountRow]]:
    """Give the configuration as memory keeps it."""
    agencies = [AgencyRow(id=one.id, name=one.name, parent=one.parent) for one in settings.agency]
    sources = [
        SourceRow(id=one.id, agency=one.agency, kind=one.kind, url=one.url, to=one.to) for one in settings.enabled()
    ]
    accounts = [AccountRow(id=one.id, kind=one.kind, server=one.server or "") for one in settings.account]
    return agencies, sources, accounts


def place(settings: Settings, source: SourceSettings) -> Place:
    """Give what normalising needs to know of a source."""
    agency = settings.agencies().get(source.agency)
    return Place(
        domains=agency.domains if agency else (),
        platform=source.platform or source.merge == "text",
        languages=source.languages if source.detect else (),
    )


def home(settings: Settings, source: SourceSettings, *, address: str | None = None) -> Home:
    """Give where a source lives, and what its redirects may lead to. ``address``: where it is asked now."""
    agency = settings.agencies().get(source.agency)
    return Home(url=address or source.url, domains=agency.domains if agency else ())


def rhythm(source: SourceSettings) -> Rhythm:
    """Give how often a source is asked: as the operator wrote, or at the usual interval and slower where it is quiet."""
    adaptive = "every" not in source.model_fields_set
    return Rhythm(id=source.id, every=source.every, urgent=source.urgent, adaptive=adaptive)


def families(settings: Settings) -> Mapping[str, frozenset[str]]:
    """Give, for each agency, those that speak with one voice: the top of its line of parents, and everything below that."""
    agencies = settings.agencies()

    def top(one: str) -> str:
        seen = {one}
        while (found := agencies.get(one)) and found.parent and found.parent not in seen:
            one = found.parent
            seen.add(one)
        return one

    tops = {one: top(one) for one in agencies}
    below: dict[str, set[str]] = {}
    for one, head in tops.items():
        below.setdefault(head, set()).add(one)
    whole = {head: frozenset(members) for head, members in below.items()}
    return {one: whole[head] for one, head in tops.items()}


def source_config(source: SourceSettings, secrets: Mapping[str, str]) -> SourceConfig:
    """Give an adapter what it may know."""
    return SourceConfig(
        id=source.id,
        url=source.url,
        time_zone=source.time_zone,
        options=source.options,
        own=source.own,
        secrets=secrets,
    )

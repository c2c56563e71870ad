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

from sqlalchemy import Engine

from adapters import load_publisher, load_source
from adapters.contract import AccountConfig, Limits, Publisher, Source, SourceConfig
from adapters.http import HttpClient, NetworkPolicy
from bot.collect import Collector, Origin, Watch
from bot.compose import Voice, compose
from bot.lock import owning
from bot.model import Composed, Wanted
from bot.normalise import Place
from bot.outbox import Channel, Outbox
from bot.rhythm import Rhythm
from bot.secrets import secrets_for
from bot.settings import Account, Settings, SourceSettings
from bot.store.engine import open_engine, reading, writing
from bot.store.migrate import Standing, migrate, require_current, standing
from bot.store.queue import orphans
from bot.store.registry import AccountRow, AgencyRow, Numbers, SourceRow, first_contacts_open, sync

Environ = Mapping[str, str]
Clock = Callable[[], datetime]

AFTER_A_KILL = timedelta(seconds=2)
"""How long after a kill its request may still be running on the server."""

OUR_HOME = "https://omroeper.example"


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
        collector = Collector(engine=self.engine, origins={}, now=self.now, watch=watch, linger=linger)
        collector.origins = {
            self.numbers.sources[source.id]: self._origin(source, http, collector) for source in enabled(self.settings)
        }
        with reading(self.engine) as connection:
            collector.strangers = first_contacts_open(connection)
        return collector

    def outbox(self, stopping: Callable[[], bool]) -> Outbox:
        """Make the outbox over every account."""
        channels = {self.numbers.accounts[account.id]: self._channel(account) for account in self.settings.account}
        return Outbox(engine=self.engine, channels=channels, now=self.now, attach=lambda *_: (), stopping=stopping)

    def _origin(self, source: SourceSettings, http: HttpClient, collector: Collector) -> Origin:
        return Origin(
            no=self.numbers.sources[source.id],
            policy=source,
            rhythm=Rhythm(id=source.id, every=source.every, urgent=source.urgent),
            place=place(self.settings, source),
            open=partial(self._open_source, source, http, collector),
            family=family(self.settings, source.agency),
            alike=source.merge != "never" and family(self.settings, source.agency) in self._families_that_merge,
            keep_raw=bool(source.retain),
        )

    @property
    def _families_that_merge(self) -> frozenset[frozenset[str]]:
        return frozenset(
            family(self.settings, source.agency) for source in enabled(self.settings) if source.merge == "text"
        )

    def _open_source(self, source: SourceSettings, http: HttpClient, collector: Collector) -> Source:
        secrets = secrets_for(source, self.environ).revealed()
        return load_source(source.kind)(source_config(source, secrets), http, collector.offload)

    def _channel(self, account: Account) -> Channel:
        sources = [source for source in enabled(self.settings) if account.id in source.to]
        return Channel(
            no=self.numbers.accounts[account.id],
            policy=account,
            open=partial(self._open_publisher, account),
            compose=partial(compose_for, self.settings, account),
            has_alerts=any(source.urgent for source in sources),
        )

    def _open_publisher(self, account: Account) -> Publisher:
        token = secrets_for(account, self.environ).revealed().get("token", "")
        config = AccountConfig(
            id=account.id,
            server=account.server or "",
            token=token,
            user_agent=user_agent(self.settings),
            timeout=account.timeout.total_seconds(),
        )
        return load_publisher(account.kind)(config)


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
            yield App(settings=settings, environ=environ, engine=engine, numbers=numbers, now=now)
    finally:
        engine.dispose()


def prepare(engine: Engine, now: datetime) -> None:
    """Migrate a SQLite database, after a backup; a PostgreSQL one is migrated by hand, for others may be using it."""
    if engine.dialect.name == "sqlite" and standing(engine) in {Standing.MISSING, Standing.BEHIND}:
        migrate(engine, now)
    require_current(engine)


def rows(settings: Settings) -> tuple[list[AgencyRow], list[SourceRow], list[AccountRow]]:
    """Give the configuration as memory keeps it."""
    agencies = [AgencyRow(id=one.id, name=one.name, parent=one.parent) for one in settings.agency]
    sources = [
        SourceRow(id=one.id, agency=one.agency, kind=one.kind, url=one.url, to=one.to) for one in enabled(settings)
    ]
    accounts = [AccountRow(id=one.id, kind=one.kind, server=one.server or "") for one in settings.account]
    return agencies, sources, accounts


def network_policy(settings: Settings) -> NetworkPolicy:
    """Say how the outside world is asked. Manners towards public hosts are not owed to one's own, unless they are set."""
    network = settings.network
    manners = NetworkPolicy(
        user_agent=user_agent(settings),
        allow_private=network.allow_private,
        per_host=network.per_host,
        host_gap=network.host_gap.total_seconds(),
        timeout=network.timeout.total_seconds(),
        concurrency=network.concurrency,
        proxy=network.proxy,
    )
    if "per_host" in network.model_fields_set:
        manners = replace(manners, private_per_host=network.per_host)
    if "host_gap" in network.model_fields_set:
        manners = replace(manners, private_host_gap=network.host_gap.total_seconds())
    return manners


def enabled(settings: Settings) -> list[SourceSettings]:
    """Give the sources that are switched on."""
    return [source for source in settings.source if source.enabled]


def place(settings: Settings, source: SourceSettings) -> Place:
    """Give what normalising needs to know of a source."""
    agency = settings.agencies().get(source.agency)
    return Place(domains=agency.domains if agency else (), platform=source.platform)


def family(settings: Settings, agency: str) -> frozenset[str]:
    """Give the agencies that speak with one voice: the top of this one's line of parents, and everything below it."""
    agencies = settings.agencies()

    def top(one: str) -> str:
        seen = {one}
        while (found := agencies.get(one)) and found.parent and found.parent not in seen:
            one = found.parent
            seen.add(one)
        return one

    return frozenset(one for one in agencies if top(one) == top(agency))


def source_config(source: SourceSettings, secrets: Mapping[str, str]) -> SourceConfig:
    """Give an adapter what it may know."""
    return SourceConfig(
        id=source.id, url=source.url, time_zone=source.time_zone, options=source.options, secrets=secrets
    )


def compose_for(settings: Settings, account: Account, wanted: Wanted, limits: Limits) -> Composed:
    """Compose a publication for an account, in the voice that its settings give it."""
    agency = settings.agencies().get(wanted.agency)
    source = settings.sources().get(wanted.source_id)
    voice = Voice(
        agency=agency.name if agency else wanted.agency,
        official=wanted.agency in account.official,
        language=account.language,
        visibility=(source.visibility if source else None) or account.visibility,
    )
    return compose(wanted.content, voice, limits, notice=wanted.notice)


def user_agent(settings: Settings) -> str:
    """Give the name by which hosts know us, and how their administrators reach the operator."""
    about = settings.network.user_agent_url or OUR_HOME
    contact = f"; {settings.omroeper.operator}" if settings.omroeper.operator else ""
    return f"Omroeper/{version('omroeper')} (+{about}{contact})"

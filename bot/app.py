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
from adapters.contract import AccountConfig, Limits, Media, Publisher, Source, SourceConfig
from adapters.http import HttpClient, NetworkPolicy
from bot.collecting.collect import Collector, Origin, Watch
from bot.collecting.moves import Home
from bot.collecting.rhythm import Rhythm
from bot.compose import CannotCompose, Voice, compose, draft_of, pictures_of
from bot.compose.pictures import undescribed
from bot.delivery.attach import Attacher
from bot.delivery.outbox import Channel, Compose, Outbox, WordingError
from bot.hosts import host_of
from bot.housekeeping import Housekeeping, read_broken_anew
from bot.lock import owning
from bot.media.prepare import Choice, Preparation, Showing, wait_for_pictures
from bot.model import Composed, Wanted
from bot.normalise import RULE, Place
from bot.secrets import secrets_for
from bot.settings import Account, Settings, SourceSettings
from bot.store.accounts import read_account
from bot.store.engine import open_engine, reading, writing
from bot.store.migrate import Standing, migrate, require_current, standing
from bot.store.pictures import Unprepared
from bot.store.queue import orphans
from bot.store.registry import AccountRow, AgencyRow, Numbers, SourceRow, first_contacts_open, sync
from bot.store.tags import refused_tags
from bot.withdrawals import PageChecks
from bot.wording import TemplateError, wording

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
        attach = Attacher(engine=self.engine, now=self.now)
        return Outbox(engine=self.engine, channels=channels, now=self.now, attach=attach, stopping=stopping)

    def preparation(self, http: HttpClient) -> Preparation:
        """Make what gets the pictures of posts ready, before they are claimed."""
        return Preparation(
            engine=self.engine,
            http=http,
            now=self.now,
            showings={
                self.numbers.sources[source.id]: Showing(url=source.url, from_page=source.media == "page")
                for source in enabled(self.settings)
                if shows_pictures(source)
            },
            choose=self._choose_pictures,
        )

    def _choose_pictures(self, wanted: Unprepared, candidates: tuple[Media, ...]) -> Choice:
        """Choose among the pictures of an item, as source, account and its server want."""
        ids = {no: id_ for id_, no in (*self.numbers.accounts.items(),)}
        sources = {no: id_ for id_, no in self.numbers.sources.items()}
        account = self.settings.accounts().get(ids.get(wanted.account, ""))
        if account is None or account.kind == "local":
            return Choice()  # the pages lead to pictures, and show none
        with reading(self.engine) as connection:
            limits = read_account(connection, wanted.account).limits or Limits()
        voice = voice_of(self.settings, account, sources[wanted.source], wanted.agency)
        try:
            words = wording(self.settings.omroeper.wording)
            chosen = pictures_of(wanted.content, candidates, voice, limits, words)
        except TemplateError:
            return Choice()  # composing will say so, and hold the post
        return Choice(pictures=chosen, limits=limits, hold=voice.alt == "hold" and bool(undescribed(candidates)))

    def _origin(self, source: SourceSettings, http: HttpClient, collector: Collector) -> Origin:
        return Origin(
            no=self.numbers.sources[source.id],
            policy=source,
            rhythm=rhythm(source),
            place=place(self.settings, source),
            home=home(self.settings, source),
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

    def housekeeping(self, http: HttpClient, collector: Collector) -> Housekeeping:
        """Make what is done every minute besides collecting and posting."""
        pages = PageChecks(
            engine=self.engine, http=http, origins=collector.origins, now=self.now, on_store=collector.on_store
        )
        retain = {self.numbers.sources[source.id]: source.retain for source in enabled(self.settings)}
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

    def _channel(self, account: Account) -> Channel:
        sources = [source for source in enabled(self.settings) if account.id in source.to]
        return Channel(
            no=self.numbers.accounts[account.id],
            policy=account,
            open=partial(self._open_publisher, account),
            compose=self._composer(account),
            waits=partial(wait_for_pictures, self._pictured(account)),
            has_alerts=any(source.urgent for source in sources),
        )

    def _composer(self, account: Account) -> Compose:
        def composed(wanted: Wanted, limits: Limits) -> Composed:
            with reading(self.engine) as connection:
                refused = refused_tags(connection, account.id)
            return compose_for(self.settings, account, wanted, limits, refused)

        return composed

    def _pictured(self, account: Account) -> frozenset[int]:
        """Give the sources whose pictures this account shows."""
        shown = (one for one in enabled(self.settings) if account.id in one.to and shows_pictures(one))
        return frozenset(self.numbers.sources[one.id] for one in shown) if account.kind != "local" else frozenset()

    def _open_publisher(self, account: Account) -> Publisher:
        return publisher_for(self.settings, account, secrets_for(account, self.environ).revealed().get("token", ""))


def publisher_for(settings: Settings, account: Account, token: str) -> Publisher:
    """Make the publisher of an account, with a token."""
    config = AccountConfig(
        id=account.id,
        server=account.server or "",
        token=token,
        user_agent=user_agent(settings),
        timeout=account.timeout.total_seconds(),
        proxy=settings.network.proxy,
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
                read_broken_anew(connection, f"{version('omroeper')}/{RULE}")
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
        id=source.id,
        url=source.url,
        time_zone=source.time_zone,
        options=source.options,
        own=source.own,
        secrets=secrets,
    )


def compose_for(
    settings: Settings, account: Account, wanted: Wanted, limits: Limits, refused: frozenset[str] = frozenset()
) -> Composed:
    """Compose a publication for an account, in the voice that its settings give it. ``refused``: tags it may not use.

    Raises ``WordingError`` where there are no words that could be sent.
    """
    voice = voice_of(settings, account, wanted.source_id, wanted.agency, refused)
    try:
        return compose(draft_of(wanted), voice, limits, wording(settings.omroeper.wording))
    except (TemplateError, CannotCompose) as error:
        raise WordingError(str(error)) from error


def voice_of(
    settings: Settings, account: Account, source_id: str, agency_id: str, refused: frozenset[str] = frozenset()
) -> Voice:
    """Give the voice in which an account tells what a source announces."""
    agency = settings.agencies().get(agency_id)
    source = settings.sources().get(source_id)
    voice = Voice(
        agency=agency.name if agency else agency_id,
        official=agency_id in account.official,
        account=account.id,
        source=source_id,
        language=(source and source.language) or (agency and agency.language) or account.language,
        around=account.language,
        time_zone=account.time_zone,
        visibility=(source and source.visibility) or account.visibility,
        account_tags=account.tags,
        max_tags=account.max_tags,
        refused=refused,
        thread=account.thread,
        alt=(source and source.alt) or account.alt,
    )
    if source is None:
        return voice
    return replace(
        voice,
        warnings=source.warning,
        tags=source.tags,
        category_tags=source.category_tags,
        allow_tags=source.allow_tags,
        handles=PLATFORMS.get(source.kind, ""),
        pictures=shows_pictures(source),
    )


def shows_pictures(source: SourceSettings) -> bool:
    """Whether pictures of a source go along: it is asked for, and something allows it."""
    return source.media != "none" and bool(source.licence)


PLATFORMS = {"x": "X", "threads": "Threads", "instagram": "Instagram", "facebook": "Facebook", "tiktok": "TikTok"}
"""Kinds of source whose texts name people by handles that mean somebody else on our servers."""


def user_agent(settings: Settings) -> str:
    """Give the name by which hosts know us, and how their administrators reach the operator."""
    about = settings.network.user_agent_url or OUR_HOME
    contact = f"; {settings.omroeper.operator}" if settings.omroeper.operator else ""
    return f"Omroeper/{version('omroeper')} (+{about}{contact})"

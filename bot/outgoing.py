"""Wiring of what leaves: each account's channel, the voice in which it tells, and the pictures that go along.

Apart from ``bot.app`` because a round in which nothing happens never needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from adapters import load_publisher
from adapters.contract import AccountConfig, Limits, Media, Publisher
from adapters.http import HttpClient
from bot.compose import CannotCompose, Voice, compose, draft_of, pictures_of
from bot.compose.pictures import undescribed
from bot.delivery.attach import Attacher
from bot.delivery.channel import WordingError
from bot.delivery.outbox import Channel, Compose, Outbox
from bot.manners import user_agent
from bot.media.prepare import Choice, Preparation, Showing, wait_for_pictures
from bot.model import Composed, Wanted
from bot.secrets import secrets_for
from bot.settings import Account, Settings
from bot.store.accounts import read_account
from bot.store.engine import reading
from bot.store.pictures import Unprepared
from bot.store.registry import Numbers
from bot.store.tags import refused_tags
from bot.wording import TemplateError, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What an installation needs to deliver."""

    settings: Settings
    environ: Mapping[str, str]
    engine: Engine
    numbers: Numbers
    now: Callable[[], datetime]

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
                for source in self.settings.enabled()
                if source.shows_pictures
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

    def _channel(self, account: Account) -> Channel:
        sources = [source for source in self.settings.enabled() if account.id in source.to]
        return Channel(
            no=self.numbers.accounts[account.id],
            policy=account,
            open=partial(self._open_publisher, account),
            compose=self._composer(account),
            waits=partial(wait_for_pictures, self._pictured(account)),
            has_alerts=any(source.urgent for source in sources),
            stale={self.numbers.sources[one.id]: one.stale for one in sources if one.stale is not None},
        )

    def _composer(self, account: Account) -> Compose:
        def composed(wanted: Wanted, limits: Limits) -> Composed:
            with reading(self.engine) as connection:
                refused = refused_tags(connection, account.id)
            return compose_for(self.settings, account, wanted, limits, refused)

        return composed

    def _pictured(self, account: Account) -> frozenset[int]:
        """Give the sources whose pictures this account shows."""
        shown = (one for one in self.settings.enabled() if account.id in one.to and one.shows_pictures)
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


def compose_for(
    settings: Settings, account: Account, wanted: Wanted, limits: Limits, refused: frozenset[str] = frozenset()
) -> Composed:
    """Compose a publication for an account, in the voice that its settings give it. ``refused``: tags it may not use.

    An alert waits for no mistake in wording of the operator's own: it goes out in the words that are shipped. Raises
    ``WordingError`` where there are no words that could be sent.
    """
    voice = voice_of(settings, account, wanted.source_id, wanted.agency, refused)
    own = settings.omroeper.wording
    try:
        try:
            return compose(draft_of(wanted), voice, limits, wording(own))
        except TemplateError as error:
            if wanted.content.alert is None or own is None:
                raise
            import structlog  # it brings what draws on terminals, and is hardly ever needed

            structlog.get_logger().warning(
                "wording.shipped-instead", account=account.id, announcement=wanted.announcement, error=str(error)
            )
            return compose(draft_of(wanted), voice, limits, wording(None))
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
        body=agency_id,
        policy=settings.platform_policy,
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
        pictures=source.shows_pictures,
    )


PLATFORMS = {"x": "X", "threads": "Threads", "instagram": "Instagram", "facebook": "Facebook", "tiktok": "TikTok"}
"""Kinds of source whose texts name people by handles that mean somebody else on our servers."""

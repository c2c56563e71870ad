"""What a source's newest items would become, if they were new now. Reads; writes nothing and contacts no account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from adapters import load_source
from adapters.contract import Limits
from adapters.errors import AdapterError
from adapters.http import HttpClient
from bot.alerts import is_told
from bot.app import place, source_config
from bot.attentions import instruction
from bot.collecting.taking import normalise_each
from bot.decide.arrivals import subject
from bot.decide.look import oldest_first
from bot.delivery.channel import WordingError
from bot.digest import Edition
from bot.filters import left_out_by
from bot.manners import network_policy
from bot.media.page import picture_on
from bot.model import Content, Observed, Wanted
from bot.outgoing import compose_for
from bot.reading import as_post, immediately
from bot.robots import Robots
from bot.secrets import secrets_for
from bot.settings import Settings, SourceSettings
from bot.store.accounts import active_accounts
from bot.store.digests import Gathered
from bot.store.engine import StoreError, open_engine, reading
from bot.store.migrate import Standing, standing
from bot.store.tags import refused_tags
from bot.store.types import EPOCH
from bot.wording import check_wording


@dataclass(slots=True, kw_only=True)
class Preview:
    """Posts as the contract's JSON, and what is wrong, one line each."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What memory knows of an account's server: its limits, and the hashtags that it refused."""

    limits: Limits = field(default_factory=Limits)
    refused: frozenset[str] = frozenset()


async def preview(
    settings: Settings, environ: Mapping[str, str], sources: Sequence[SourceSettings], limit: int, now: datetime
) -> Preview:
    """Fetch sources and compose their newest items for every account they lead to, as if they were new at ``now``."""
    looking = Looking(settings=settings, environ=environ, limit=limit, now=now, accounts=_known(settings))
    looking.found.problems += map(str, check_wording(settings.omroeper.wording, settings.omroeper.language))
    async with HttpClient(network_policy(settings)) as http:
        for source in sources:
            await looking.at(source, http)
    return looking.found


@dataclass(slots=True, kw_only=True)
class Looking:
    """A look at some sources, and what was found so far."""

    settings: Settings
    environ: Mapping[str, str]
    limit: int
    now: datetime
    accounts: Mapping[str, Known]
    found: Preview = field(default_factory=Preview)

    async def at(self, source: SourceSettings, http: HttpClient) -> None:
        """Fetch one source and compose what it shows."""
        secrets = secrets_for(source, self.environ).revealed()
        adapter = load_source(source.kind)(source_config(source, secrets), http, immediately)
        try:
            batch = await adapter.fetch({})
        except AdapterError as error:
            self._wrong(source, instruction(str(error), error.remedy), error.code)
            return
        observed, broken = normalise_each(batch, source, place(self.settings, source))
        for entry in broken:
            self._wrong(source, entry.reason, "item.broken")
        newest = oldest_first(observed)[-self.limit :] if self.limit else []
        shown = [one for one in newest if not self._is_left_out(source, one)]
        if source.media == "page" and source.shows_pictures:
            shown = await self._with_pictures(source, shown, http)
        gathered = [one for one in shown if source.digest != "none" and not one.content.alert and not one.content.boost]
        for one in shown:
            if one not in gathered:
                self._compose(source, one.content, f"item:{source.id}\n{one.key}")
        for content in self._digests(source, gathered):
            self._compose(source, content, f"digest:{source.id}", kind="digest")

    def _is_left_out(self, source: SourceSettings, one: Observed) -> bool:
        """Whether an item would not be posted, which is said."""
        alert = one.content.alert
        if alert and not is_told(alert):
            self._wrong(source, f"not meant for everybody: {one.content.title}", "alert.not-actual")
            return True
        rule = left_out_by(source.include, source.exclude, subject(one.content))
        if rule:
            self._wrong(source, f"left out by {rule}: {one.content.title}", "filter")
        return bool(rule)

    async def _with_pictures(
        self, source: SourceSettings, shown: Sequence[Observed], http: HttpClient
    ) -> list[Observed]:
        """Ask the items' own pages for their pictures."""
        robots = Robots(http=http)
        found = []
        for one in shown:
            media = one.content.media
            try:
                url = one.content.url
                media = await picture_on(http, robots, url, source.url, self.now) if url else ()
            except AdapterError as error:
                self._wrong(source, f"{error} ({one.content.title})", error.code)
            found.append(replace(one, content=replace(one.content, media=media)))
        return found

    def _digests(self, source: SourceSettings, gathered: Sequence[Observed]) -> list[Content]:
        """Give the digests that items would be gathered in, one per language."""
        edition = Edition(settings=self.settings, source=source, since=EPOCH, until=self.now, now=self.now)
        languages = dict.fromkeys(one.content.language for one in gathered)
        return [
            edition.content(
                [
                    Gathered(id=one.key, language=language, content=one.content, created=self.now)
                    for one in gathered
                    if one.content.language == language
                ]
            )
            for language in languages
        ]

    def _compose(
        self, source: SourceSettings, content: Content, identity: str, *, kind: Literal["digest"] | None = None
    ) -> None:
        wanted = as_wanted(source, content, identity, kind or ("alert" if content.alert else "news"), self.now)
        for account in (self.settings.accounts()[to] for to in source.to):
            known = self.accounts.get(account.id, Known())
            try:
                composed = compose_for(self.settings, account, wanted, known.limits, known.refused)
            except WordingError as error:
                self._wrong(source, f"would be held: {error}", "wording")
            else:
                post = as_post(account.id, source.id, composed, known.limits)
                self.found.posts.append({**post, "boost": content.boost})

    def _wrong(self, source: SourceSettings, sentence: str, code: str) -> None:
        self.found.problems.append(f"{source.id}: {sentence.strip()} [{code}]")


def _known(settings: Settings) -> dict[str, Known]:
    """Give what memory knows of the servers; an installation that never ran knows nothing."""
    engine = open_engine(settings.omroeper.database, read_only=True)
    try:
        if standing(engine) is not Standing.CURRENT:
            return {}
        with reading(engine) as connection:
            return {
                one.id: Known(limits=one.limits or Limits(), refused=refused_tags(connection, one.id))
                for one in active_accounts(connection)
            }
    except StoreError:
        return {}
    finally:
        engine.dispose()


def as_wanted(
    source: SourceSettings, content: Content, identity: str, kind: Literal["news", "alert", "digest"], now: datetime
) -> Wanted:
    """Give the publication that an item would ask for, were it new at ``now``."""
    return Wanted(
        id="preview",
        announcement="preview",
        identity=identity,
        account=0,
        source=0,
        source_id=source.id,
        lane="alert" if content.alert else "rest",
        position=0,
        generation=0,
        operation="boost" if content.boost else "publish",
        state="queued",
        wanted=1,
        seen=0,
        attempts=0,
        rung=0,
        frozen=None,
        remote_id=None,
        queued=now,
        agency=source.agency,
        kind=kind,
        notice=None,
        content=content,
        created=now,
    )

"""What a source's newest items would become, if they were new now. Reads; writes nothing and contacts no account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters import load_source
from adapters.contract import Limits
from adapters.errors import AdapterError
from adapters.http import HttpClient
from bot.app import compose_for, network_policy, place, source_config
from bot.collect import normalise_each
from bot.decide import oldest_first
from bot.decide.arrivals import subject
from bot.filters import left_out_by
from bot.model import Observed, Wanted
from bot.reading import as_post, immediately
from bot.secrets import secrets_for
from bot.settings import Settings, SourceSettings
from bot.store.accounts import active_accounts
from bot.store.engine import StoreError, open_engine, reading
from bot.store.migrate import Standing, standing
from bot.store.types import EPOCH
from bot.text import status_length


@dataclass(slots=True, kw_only=True)
class Preview:
    """Posts as the contract's JSON, and what is wrong, one line each."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def preview(
    settings: Settings, environ: Mapping[str, str], sources: Sequence[SourceSettings], limit: int
) -> Preview:
    """Fetch sources and compose their newest items for every account they lead to."""
    found = Preview()
    limits = _known_limits(settings)
    async with HttpClient(network_policy(settings)) as http:
        for source in sources:
            secrets = secrets_for(source, environ).revealed()
            adapter = load_source(source.kind)(source_config(source, secrets), http, immediately)
            try:
                batch = await adapter.fetch({})
            except AdapterError as error:
                found.problems.append(f"{source.id}: {error} {error.remedy} [{error.code}]")
                continue
            observed, broken = normalise_each(batch, source, place(settings, source))
            found.problems += [f"{source.id}: {one.reason} [item.broken]" for one in broken]
            _compose(found, settings, source, oldest_first(observed)[-limit:] if limit else [], limits)
    return found


def _compose(
    found: Preview,
    settings: Settings,
    source: SourceSettings,
    observed: Sequence[Observed],
    limits: Mapping[str, Limits],
) -> None:
    for one in observed:
        rule = left_out_by(source.include, source.exclude, subject(one.content))
        if rule:
            found.problems.append(f"{source.id}: left out by {rule}: {one.content.title} [filter]")
            continue
        for account in (settings.accounts()[to] for to in source.to):
            allowed = limits.get(account.id, Limits())
            composed = compose_for(settings, account, _as_wanted(source, one), allowed)
            found.posts.append(as_post(account.id, source.id, composed, allowed, status_length))


def _known_limits(settings: Settings) -> dict[str, Limits]:
    """Give what memory knows of the servers' limits; an installation that never ran knows none."""
    engine = open_engine(settings.omroeper.database, read_only=True)
    try:
        if standing(engine) is not Standing.CURRENT:
            return {}
        with reading(engine) as connection:
            return {one.id: one.limits for one in active_accounts(connection) if one.limits}
    except StoreError:
        return {}
    finally:
        engine.dispose()


def _as_wanted(source: SourceSettings, observed: Observed) -> Wanted:
    return Wanted(
        id="preview",
        announcement="preview",
        identity=f"item:{source.id}\n{observed.key}",
        account=0,
        source=0,
        source_id=source.id,
        lane="alert" if observed.content.alert else "rest",
        position=0,
        generation=0,
        operation="boost" if observed.content.boost else "publish",
        state="queued",
        wanted=1,
        seen=0,
        attempts=0,
        rung=0,
        frozen=None,
        remote_id=None,
        queued=EPOCH,
        agency=source.agency,
        kind="alert" if observed.content.alert else "news",
        notice=None,
        content=observed.content,
    )

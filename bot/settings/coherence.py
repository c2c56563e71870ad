"""What single tables cannot know: ids, references, addresses, and whether the whole makes sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any

from bot import durations, hosts, policy
from bot.problems import At, Finding, Key
from bot.settings.kinds import FOLDER, WEBHOOK
from bot.settings.models import Account, Agency, Installation, Network, PolicyTable, SourceSettings, Web
from bot.settings.validation import guess
from bot.settings.values import MASTODON_LANGUAGES

FLOOR = timedelta(minutes=15)
ALERT_FLOOR = timedelta(seconds=60)
"""How often somebody else's server may be asked: sources, and alerts. Private addresses are the operator's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The tables that are right by themselves, each with its key; a single table is None where it is not.

    ``raw`` has every table, since an id counts even where the rest of its table is wrong; ``whole`` and ``lost`` tell
    what could not be read at all, so that a reference to it is not a mistake.
    """

    raw: Mapping[str, list[dict[str, Any]]]
    whole: bool
    lost: frozenset[str]
    omroeper: Installation | None
    network: Network | None
    web: Web | None
    agencies: Mapping[Key, Agency]
    accounts: Mapping[Key, Account]
    sources: Mapping[Key, SourceSettings]
    policies: Mapping[Key, PolicyTable]


def incoherences(parsed: Parsed, today: date) -> tuple[Finding, ...]:
    """Find everything that does not belong together, today."""
    found = (
        _operator(parsed),
        _desk(parsed.web),
        chain.from_iterable(_ids(table, entries) for table, entries in parsed.raw.items()),
        _references(parsed),
        _agencies(parsed),
        _accounts(parsed),
        _languages(parsed),
        _sources(parsed),
        _addresses(parsed),
        _policy(parsed, today),
    )
    return tuple(chain.from_iterable(found))


def clamped(source: SourceSettings) -> SourceSettings:
    """Give the source with ``every`` at its floor where it is a public one's and below."""
    floor = _floor(source)
    return source if source.every >= floor else source.model_copy(update={"every": floor})


def _operator(parsed: Parsed) -> Iterator[Finding]:
    if parsed.omroeper and not parsed.omroeper.operator:
        yield Finding("operator.missing", ("omroeper", "operator"))


def _desk(web: Web | None) -> Iterator[Finding]:
    if web is None:
        return
    if web.desk_password_env and web.desk_password_file:
        yield Finding("secret.both", ("web", "desk_password_file"), {"name": "desk_password"})
    if web.desk_operators_file and (web.desk_password_env or web.desk_password_file):
        yield Finding("desk.both", ("web", "desk_operators_file"))
    if web.secrets and not web.public_url and web.listen and not _is_loopback(web.listen):
        yield Finding("desk.open", ("web", "listen"), {"value": f'"{web.listen}"'})


def _is_loopback(listen: str) -> bool:
    host = listen.rpartition(":")[0].strip("[]")
    address = hosts.literal(host)
    return host == "localhost" if address is None else address.is_loopback


# ── ids and references ───────────────────────────────────────────────────────────────────────────────────────────────


def _ids(table: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    seen: dict[str, Key] = {}
    for index, entry in enumerate(entries):
        name = entry.get("id")
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Finding("id.twice", (table, index, "id"), {"id": name, "other": At(seen[name])})
        else:
            seen[name] = (table, index, "id")


def _names(parsed: Parsed, table: str) -> frozenset[str]:
    return frozenset(entry["id"] for entry in parsed.raw.get(table, ()) if isinstance(entry.get("id"), str))


def _references(parsed: Parsed) -> Iterator[Finding]:
    if not parsed.whole:
        return
    agencies, accounts = _names(parsed, "agency"), _names(parsed, "account")
    for key, name in _mentions(
        parsed, "source", "agency", "agency", "parent", "account", "official", "policy", "agency"
    ):
        if name not in agencies | parsed.lost:
            yield Finding("agency.unknown", key, {"id": name, "guess": guess(name, agencies)})
    for key, name in _mentions(parsed, "source", "to"):
        if name not in accounts | parsed.lost:
            yield Finding("account.unknown", key, {"id": name, "guess": guess(name, accounts)})


def _mentions(parsed: Parsed, *wanted: str) -> Iterator[tuple[Key, str]]:
    """Give every id that the wanted keys (table and key in turn) name, be it text or a list of texts."""
    for table, name in zip(wanted[::2], wanted[1::2], strict=True):
        for index, entry in enumerate(parsed.raw.get(table, ())):
            value = entry.get(name)
            if isinstance(value, str):
                yield (table, index, name), value
            elif isinstance(value, list):
                for place, one in enumerate(value):
                    if isinstance(one, str):
                        yield (table, index, name, place), one


# ── agencies and accounts ────────────────────────────────────────────────────────────────────────────────────────────


def _agencies(parsed: Parsed) -> Iterator[Finding]:
    parents = {agency.id: agency.parent for agency in parsed.agencies.values()}
    reported: set[str] = set()
    for key, agency in parsed.agencies.items():
        if not agency.domains:
            yield Finding("agency.no-domains", (*key, "domains"))
        loop = _loop(agency.id, parents)
        if loop and not reported.intersection(loop):
            reported.update(loop)
            yield Finding("agency.parent-loop", (*key, "parent"), {"loop": " → ".join(loop)})


def _loop(start: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Give the way from an agency up to itself; empty where it does not lead there."""
    way = [start]
    parent = parents.get(start)
    while parent and parent not in way:
        way.append(parent)
        parent = parents.get(parent)
    return (*way, start) if parent == start else ()


def _accounts(parsed: Parsed) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], Key] = {}
    for key, account in parsed.accounts.items():
        if account.kind == "local":
            continue
        if not account.server:
            yield Finding("key.missing", (*key, "server"), {"key": "server"})
            continue
        if account.token_env and account.token_file:
            yield Finding("secret.both", (*key, "token_file"), {"name": "token"})
        yield from _server(key, account.server, parsed.network)
        same = (account.server, account.token_env, account.token_file)
        if same[1:] != (None, None) and same in seen:
            yield Finding("account.token-twice", key, {"other": At(seen[same])})
        seen.setdefault(same, key)


def _server(key: Key, server: str, network: Network | None) -> Iterator[Finding]:
    if network is None:
        return
    host = hosts.host_of(server)
    inside = hosts.within(host, network.allow_private)
    if server.startswith("http://") and not (inside or (_intranet(host) and network.allow_private)):
        yield Finding("account.http", (*key, "server"), {"host": host})
    elif inside is False and not hosts.is_public(host):
        yield Finding("url.private", (*key, "server"), {"host": host})


def _intranet(host: str) -> bool:
    """Whether a name can only be answered inside (``mastodon`` in a compose file): the guard looks at its address."""
    return hosts.literal(host) is None and not hosts.is_public(host)


# ── languages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _languages(parsed: Parsed) -> Iterator[Finding]:
    for key, agency in parsed.agencies.items():
        yield from _language((*key, "language"), agency.language)
    for key, account in parsed.accounts.items():
        yield from _language((*key, "language"), account.language)
    for key, source in parsed.sources.items():
        yield from _language((*key, "language"), source.language)
        for index, language in enumerate(source.languages):
            yield from _language((*key, "languages", index), language)


def _language(key: Key, language: str | None) -> Iterator[Finding]:
    if language and language.partition("-")[0] not in MASTODON_LANGUAGES:
        yield Finding("language.unknown", key, {"value": f'"{language}"'})


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sources(parsed: Parsed) -> Iterator[Finding]:
    if parsed.whole and not any(entry.get("enabled", True) for entry in parsed.raw.get("source", ())):
        yield Finding("source.none", ())
    for key, source in parsed.sources.items():
        if source.media != "none" and not source.licence:
            yield Finding("source.media-licence", (*key, "media"))
        if source.personal and source.withdrawal != "delete":
            yield Finding("source.personal-withdrawal", (*key, "withdrawal"))
        if source.enabled and not source.to:
            yield Finding("source.nowhere", (*key, "to"))
        if source.enabled and source.status == "unconfirmed":
            yield Finding("source.unconfirmed", (*key, "status"))
        if source.every < (floor := _floor(source)):
            values = {"value": durations.spell(source.every), "floor": f'"{durations.spell(floor)}"'}
            yield Finding("source.every-floor", (*key, "every"), values)


def _floor(source: SourceSettings) -> timedelta:
    host = hosts.host_of(source.url)
    if not host or not hosts.is_public(host):
        return timedelta(0)
    return ALERT_FLOOR if source.urgent else FLOOR


def _addresses(parsed: Parsed) -> Iterator[Finding]:
    agencies = {agency.id: agency for agency in parsed.agencies.values()}
    dead = {
        source.url: (key, source) for key, source in parsed.sources.items() if source.status == "dead" and source.url
    }
    seen: dict[tuple[str, str, str], Key] = {}
    for key, source in parsed.sources.items():
        if not source.enabled or source.kind in {FOLDER, WEBHOOK} or not hosts.host_of(source.url):
            continue
        at = (*key, "url")
        if source.url in dead:
            other, grave = dead[source.url]
            yield Finding("source.known-dead", at, {"other": At((*other, "url")), "proof": grave.proof or "?"})
        same = (source.kind, source.url, repr(source.options))  # the same address may be asked different questions
        if same in seen:
            yield Finding("source.url-twice", at, {"other": At(seen[same])})
        seen.setdefault(same, at)
        yield from _host(at, source, agencies.get(source.agency), parsed.network)


def _host(at: Key, source: SourceSettings, agency: Agency | None, network: Network | None) -> Iterator[Finding]:
    host = hosts.host_of(source.url)
    if network and not hosts.is_public(host) and hosts.within(host, network.allow_private) is False:
        yield Finding("url.private", at, {"host": host})
    known = (*agency.domains, *source.hosts) if agency and agency.domains and not source.platform else (host,)
    if not hosts.belongs(host, known):
        yield Finding("source.host-not-agency", at, {"host": host, "agency": f'"{source.agency}"'})


# ── policy per platform ──────────────────────────────────────────────────────────────────────────────────────────────


def _policy(parsed: Parsed, today: date) -> Iterator[Finding]:
    for key, table in parsed.policies.items():
        for line in table.lines:
            if line.review < today:
                values = {"platform": line.platform, "date": line.review, "owner": line.owner}
                yield Finding("policy.review", (*key, line.platform), values)
    lines = tuple(line for table in parsed.policies.values() for line in table.lines)
    parents = {agency.id: agency.parent for agency in parsed.agencies.values()}
    known = policy.Policy(lines=lines, parents=parents)
    for key, source in parsed.sources.items():
        platform = policy.platform_of_source(source.kind, source.url) if source.enabled else None
        verdict = policy.allows(known, source.agency, platform, own=source.own)
        if verdict.line and not verdict.allowed:
            line = verdict.line
            values = {"platform": platform, "stance": line.stance, "reason": line.reason, "rule": line.place}
            yield Finding("policy.violation", (*key, "kind"), values)

"""From a file and an environment to settings, or to every mistake in them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot import configfile
from bot.problems import At, Finding, Key, Place, Problem, in_order, say
from bot.remedies import REMEDIES, Language
from bot.secrets import Owner
from bot.settings import environment
from bot.settings.coherence import Parsed, clamped, incoherences
from bot.settings.kinds import Inherited, Kind, kind_of, prepare
from bot.settings.models import Account, Agency, Installation, Network, PolicyTable, Settings, SourceSettings, Web
from bot.settings.taking import take
from bot.settings.validation import unknown_key, validate
from bot.shipped import config_folder

M = TypeVar("M", bound=BaseModel)
Raw = Mapping[str, Any]
Overridden = Mapping[str, Mapping[str, Any]]

ARRAYS = frozenset({"agency", "account", "source", "policy"})
"""Tables that come in numbers: ``[[source]]``."""

ABSENCES = frozenset({"key.missing", "operator.missing", "agency.no-domains", "source.nowhere"})
"""Codes that say that something is not there."""

POLICY = "platforms.toml"
"""The shipped policy per platform: it counts in every configuration, behind what that says itself."""

_SINGLE = frozenset(environment.TABLES)
_WEB_PATHS = ("desk_password_file", "desk_operators_file", "spool")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What ``load`` found. ``settings`` is None where there are errors; warnings alone leave it there."""

    settings: Settings | None
    findings: tuple[Finding, ...]
    language: Language
    configuration: configfile.Configuration
    overridden: Overridden = field(default_factory=dict)
    owned: tuple[tuple[Literal["account", "source"], Account | SourceSettings], ...] = ()
    web: Web | None = None
    wording: Path | None = None

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, in words; made when they are asked for, since hundreds of warnings cost time."""
        return self._said(self.findings)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What is wrong and makes the configuration useless, in words."""
        return self._said(finding for finding in self.findings if _is_error(finding))

    @property
    def needed_for_run(self) -> tuple[Problem, ...]:
        """What ``run`` stops for: every error, and an operator that is not named."""
        grave = (finding for finding in self.findings if _is_error(finding) or finding.code == "operator.missing")
        return tuple(replace(problem, severity="error") for problem in self._said(grave))

    def _said(self, findings: Iterable[Finding]) -> tuple[Problem, ...]:
        return in_order(_problem(one, self.configuration, self.overridden, self.language) for one in findings)

    def place(self, table: str, id_: str, key: str = "") -> Place:
        """Give the file and line of an agency, account or source, or of one of its keys; id "" for a table that comes once."""
        if not id_:
            return self.configuration.place((table, key) if key else (table,))
        for index, entry in enumerate(self.configuration.values.get(table, ())):
            if entry.get("id") == id_:
                return self.configuration.place((table, index, key) if key else (table, index))
        return Place(file=str(self.configuration.path))

    def owners(self) -> Iterator[tuple[str, Owner]]:
        """Give everything that may need secrets and is right by itself: pages, accounts, sources that are switched on."""
        if self.web:
            yield "web", self.web
        yield from ((table, owner) for table, owner in self.owned if isinstance(owner, Account) or owner.enabled)


def load(
    path: Path | None,
    environ: Mapping[str, str],
    *,
    today: date | None = None,
    instead: Mapping[Path, bytes] = MappingProxyType({}),
) -> Loaded:
    """Read a configuration whole. Never raises for what stands in it; secrets are not looked at.

    ``path`` None: where ``configfile.find_config`` finds it from the working folder. ``today`` (the clock's own, if None) is what
    review dates are held against. ``instead``: see ``bot.configfile.read``.
    """
    configuration = configfile.read(
        path or configfile.find_config(None, environ, Path()),
        arrays=ARRAYS,
        tables=_SINGLE,
        beneath=(config_folder() / POLICY,),
        instead=instead,
    )
    overridden = environment.overrides(environ)
    findings, parsed, settings = list(configuration.findings), None, None
    if configuration.whole or configuration.values:  # else there is nothing to judge
        parsed = _parsed(configuration, overridden, findings)
        findings += incoherences(parsed, today or datetime.now(UTC).date())
        findings += environment.strays(environ, _secret_variables(configuration.values))
    language = _language(configuration, overridden, environ)
    findings = [finding for finding in findings if not _excused(finding, configuration)]
    if parsed and not any(map(_is_error, findings)):
        settings = _settings(parsed, configuration.path)
    owned = _owned(parsed) if parsed else ()
    return Loaded(
        settings=settings,
        findings=tuple(findings),
        language=language,
        configuration=configuration,
        overridden=overridden,
        owned=tuple(owned),
        web=parsed.web if parsed else None,
        wording=parsed.omroeper.wording if parsed and parsed.omroeper else None,
    )


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parsed(configuration: configfile.Configuration, overridden: Overridden, findings: list[Finding]) -> Parsed:
    """Validate every table by itself. What is wrong is added to the findings."""
    tables = _Tables(configuration, overridden, findings)
    tables.strangers()
    omroeper, web = tables.installation(), tables.web()
    agencies, accounts = tables.agencies(), tables.accounts(omroeper or Installation())
    taken = take(tables.sources(omroeper or Installation(), web or Web()), accounts, agencies.values())
    findings += taken.findings if configuration.whole else ()
    return Parsed(
        raw={table: configuration.values.get(table, []) for table in sorted(ARRAYS)},
        whole=configuration.whole,
        lost=frozenset(pair.value for pair in configuration.lost if pair.key == "id"),
        omroeper=omroeper,
        network=tables.single(Network, "network"),
        web=web,
        agencies=agencies,
        accounts=accounts,
        sources=taken.sources,
        policies=tables.policies(),
    )


def _settings(parsed: Parsed, path: Path) -> Settings | None:
    """Put the tables together; None where one that comes once is wrong."""
    if not (parsed.omroeper and parsed.network and parsed.web):
        return None
    return Settings(
        omroeper=parsed.omroeper,
        network=parsed.network,
        web=parsed.web,
        agency=tuple(parsed.agencies.values()),
        account=tuple(parsed.accounts.values()),
        source=tuple(clamped(source) for source in parsed.sources.values()),
        policy=tuple(parsed.policies.values()),
        path=path,
    )


def _owned(parsed: Parsed) -> Iterator[tuple[Literal["account", "source"], Account | SourceSettings]]:
    yield from (("account", account) for account in parsed.accounts.values())
    yield from (("source", source) for source in parsed.sources.values())


def _is_error(finding: Finding) -> bool:
    return REMEDIES[finding.code].severity == "error"


def _excused(finding: Finding, configuration: configfile.Configuration) -> bool:
    """Whether something is missed only because its line could not be read, which has a problem of its own."""
    if finding.code == "source.none":
        return bool(configuration.lost)
    return finding.code in ABSENCES and isinstance(finding.at, tuple) and configuration.misses(finding.at)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The raw tables on their way to models; what is wrong is added to ``findings``."""

    configuration: configfile.Configuration
    overridden: Overridden
    findings: list[Finding]

    def strangers(self) -> None:
        """Say which tables mean nothing."""
        names = {*_SINGLE, *ARRAYS, "include"}
        self.findings.extend(unknown_key((key,), names) for key in self.configuration.values if key not in names)

    def single(self, model: type[M], table: str) -> M | None:
        """Make the model of a table that comes once, with what the environment overrides."""
        written = self.configuration.values.get(table, {})
        return self._validated(model, {**written, **self.overridden.get(table, {})}, (table,))

    def installation(self) -> Installation | None:
        self._no_passwords()
        found = self.single(Installation, "omroeper")
        if not found:
            return None
        update: dict[str, object] = {"database": _absolute(found.database, self._folder("database"))}
        if found.wording:
            wording = self._folder("wording") / found.wording
            update["wording"] = wording
            if not wording.is_dir():
                self.findings.append(Finding("path.missing", ("omroeper", "wording"), {"value": f'"{wording}"'}))
        return found.model_copy(update=update)

    def web(self) -> Web | None:
        found = self.single(Web, "web")
        if not found:
            return None
        paths = {key: getattr(found, key) for key in _WEB_PATHS if getattr(found, key)}
        return found.model_copy(update={key: self._folder(key, "web") / path for key, path in paths.items()})

    def _beside(self, database: str) -> Path:
        """Give the folder of a SQLite database; for another one that of the configuration."""
        path = database.removeprefix("sqlite:///")
        return self.configuration.folder(()) if path == database else Path(path).parent

    def _folder(self, key: str, table: str = "omroeper") -> Path:
        """Give the folder where a path of a table starts: that of the main file where a variable sets it."""
        if key in self.overridden.get(table, {}):
            return self.configuration.folder(())
        return self.configuration.folder((table, key))

    def _no_passwords(self) -> None:
        for table, key in (("omroeper", "database"), ("network", "proxy")):
            value = self.configuration.values.get(table, {}).get(key)
            if isinstance(value, str) and _has_password(value):
                values = {"variable": environment.variable(table, key)}
                self.findings.append(Finding("secret.password", (table, key), values))

    def agencies(self) -> dict[Key, Agency]:
        return self._several(Agency, "agency", lambda raw, _: raw)

    def accounts(self, omroeper: Installation) -> dict[Key, Account]:
        def ready(raw: Raw, key: Key) -> Raw:
            table = {"language": omroeper.language, **raw}
            if raw.get("kind") == "local":  # there is no server that could limit it
                table.setdefault("posts_per_3h", 0)
            if isinstance(file := raw.get("token_file"), str) and file:
                table["token_file"] = self.configuration.folder(key) / file
            return table

        return self._several(Account, "account", ready)

    def sources(self, omroeper: Installation, web: Web) -> dict[Key, SourceSettings]:
        kinds: dict[str, Kind | Finding] = {}
        spool = web.spool or self._beside(omroeper.database) / "spool"

        def ready(raw: Raw, key: Key) -> Raw:
            kind = self._kind(raw.get("kind"), key, kinds)
            inherited = Inherited(folder=self.configuration.folder(key), retain=omroeper.retain, spool=spool)
            table, findings = prepare(raw, kind, inherited, key)
            self.findings.extend(findings)
            return table

        return self._several(SourceSettings, "source", ready)

    def policies(self) -> dict[Key, PolicyTable]:
        """Make the policy of its tables, and say which lines are there twice."""

        def ready(raw: Raw, key: Key) -> Raw:
            if "places" in raw:  # ours alone
                self.findings.append(unknown_key((*key, "places"), PolicyTable.model_fields))
            return {**raw, "places": {name: str(self.configuration.place((*key, name))) for name in raw}}

        found = self._several(PolicyTable, "policy", ready)
        seen: dict[tuple[str | None, str], Key] = {}
        for key, table in found.items():
            if self.configuration.place(key).file == str(config_folder() / POLICY):
                continue  # what is shipped is there to be overruled
            for line in table.lines:
                at = (*key, line.platform)
                if (line.agency, line.platform) in seen:
                    other = At(seen[line.agency, line.platform])
                    self.findings.append(Finding("policy.twice", at, {"platform": line.platform, "other": other}))
                seen.setdefault((line.agency, line.platform), at)
        return found

    def _kind(self, name: object, key: Key, kinds: dict[str, Kind | Finding]) -> Kind | None:
        if not isinstance(name, str) or not name:
            return None
        if name not in kinds:
            kinds[name] = kind_of(name)
        kind = kinds[name]
        if isinstance(kind, Finding):
            self.findings.append(replace(kind, at=(*key, "kind")))
            return None
        return kind

    def _several(self, model: type[M], table: str, ready: Callable[[Raw, Key], Raw]) -> dict[Key, M]:
        found: dict[Key, M] = {}
        for index, raw in enumerate(self.configuration.values.get(table, ())):
            key: Key = (table, index)
            one = self._validated(model, ready(raw, key), key)
            if one:
                found[key] = one
        return found

    def _validated(self, model: type[M], raw: Raw, key: Key) -> M | None:
        found, findings = validate(model, raw, key)
        self.findings.extend(findings)
        return found


def _absolute(database: str, folder: Path) -> str:
    """Make the path of a SQLite database absolute."""
    path = database.removeprefix("sqlite:///")
    return database if path == database else f"sqlite:///{folder / path}"


def _has_password(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.password is not None or "password=" in parts.query


def _secret_variables(values: Mapping[str, Any]) -> Iterator[str]:
    """Give the names of the variables that hold secrets, as accounts and sources name them."""
    for table in ("account", "source"):
        for entry in values.get(table, ()):
            yield from (value for key, value in entry.items() if key.endswith("_env") and isinstance(value, str))
    if isinstance(variable := values.get("web", {}).get("desk_password_env"), str):
        yield variable


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _language(configuration: configfile.Configuration, overridden: Overridden, environ: Mapping[str, str]) -> Language:
    """Choose the language of the problems: the installation's; the environment's where it has none that is known."""
    table = {**configuration.values.get("omroeper", {}), **overridden.get("omroeper", {})}
    default = "nl" if configuration.values else None
    match table.get("language", default):
        case "nl":
            return "nl"
        case "en":
            return "en"
    chosen = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "nl" if chosen.startswith("nl") else "en"


def _problem(
    finding: Finding, configuration: configfile.Configuration, overridden: Overridden, language: Language
) -> Problem:
    values: dict[str, Any] = {
        name: str(configuration.place(value.key)) if isinstance(value, At) else value
        for name, value in finding.values.items()
    }
    match finding.at:
        case Place() as place:
            return say(finding.code, language, place, **values)
        case (str(table), str(key), *_) if key in overridden.get(table, {}):
            return say(finding.code, language, subject=environment.variable(table, key), **values)
        case at:
            subject = _subject(at, configuration.values)
            return say(finding.code, language, configuration.place(at), subject=subject, **values)


def _subject(key: Key, values: Mapping[str, Any]) -> str:
    """Name what a problem is about, as it stands in the file: ``[network] host_gap``, ``[[source]] politie every``."""
    match key:
        case (str(table), int(index), *rest):
            name = values[table][index].get("id")
            label = name if isinstance(name, str) else f"#{index + 1}"
            return " ".join([f"[[{table}]] {label}", *(one for one in rest[:1] if isinstance(one, str))])
        case (str(table), str(name), *_):
            return f"[{table}] {name}"
        case _:
            return ""

"""What the adapter of a source adds to its settings: defaults, options of its own, and the secrets that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

import adapters
from bot.problems import Finding, Guess, Key, Term
from bot.secrets import Origin
from bot.settings import values
from bot.settings.models import DERIVED, Nature, SourceSettings
from bot.settings.validation import guess, shown, unknown_key

FOLDER = "folder"
"""The kind whose address is a path."""
WEBHOOK = "webhook"
"""The kind that is not asked: it has no address."""

_KEYS = frozenset(SourceSettings.model_fields) - DERIVED
_ALERTS_EVERY = "60s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the rest needs to know of an adapter's class. ``optional``: all its options have defaults.

    ``defaults`` are those of ``every`` and ``digest`` that the adapter sets; ``shows_people`` tells whether an address shows
    people who are wanted or missing. These, and ``hosts`` in its nature, are class attributes that an adapter may have.
    """

    name: str
    options: type
    names: frozenset[str]
    optional: bool
    secrets: tuple[str, ...]
    nature: Nature
    defaults: Mapping[str, str]
    shows_people: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """What a source takes from elsewhere.

    The folder of its file, how long the installation keeps raw entries, and where pushes wait until they are read.
    """

    folder: Path
    retain: timedelta
    spool: Path = Path("spool")


def kind_of(name: str) -> Kind | Finding:
    """Load what is known of a kind, or say why it cannot be had. The finding has no place yet."""
    try:
        found = adapters.load_source(name)
    except KeyError:
        kinds = adapters.source_kinds()
        values_ = {"kind": name, "choices": ", ".join(kinds), "guess": guess(name, kinds)}
        return Finding("source.kind-unknown", (), values_)
    except (ImportError, AttributeError) as error:
        return Finding("source.kind-broken", (), {"kind": name, "reason": error})
    own = fields(found.Options)
    return Kind(
        name=name,
        options=found.Options,
        names=frozenset(one.name for one in own),
        optional=all(one.default is not MISSING or one.default_factory is not MISSING for one in own),
        secrets=tuple(found.secrets),
        nature=Nature(urgent=found.urgent, platform=found.mergeable, hosts=tuple(getattr(found, "hosts", ()))),
        defaults={name: getattr(found, name) for name in ("every", "digest") if hasattr(found, name)},
        shows_people=getattr(found, "shows_people", _nobody),
    )


def _nobody(_: str) -> bool:
    return False


def prepare(
    raw: Mapping[str, Any], kind: Kind | None, inherited: Inherited, key: Key
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Turn what stands in ``[[source]]`` into what ``SourceSettings`` takes, and say what is wrong with the rest.

    Without a kind (it could not be had) nothing is said about keys that may be the adapter's.
    """
    ready = {name: value for name, value in raw.items() if name in _KEYS}
    others = {name: value for name, value in raw.items() if name not in _KEYS}
    _fill_in(ready, kind, inherited)
    findings = list(_address(ready, raw.get("kind"), inherited))
    if kind:
        findings += _people(ready, kind)
        findings += _secrets(ready, others, kind, inherited.folder)
        findings += _options(ready, others, kind)
    return ready, tuple(_under(key, finding) for finding in findings)


def _under(key: Key, finding: Finding) -> Finding:
    assert isinstance(finding.at, tuple), "findings about a table carry keys inside it"
    return Finding(finding.code, (*key, *finding.at), finding.values)


def _fill_in(ready: dict[str, Any], kind: Kind | None, inherited: Inherited) -> None:
    """Fill in the defaults that depend on other things."""
    personal = ready.get("personal") is True
    if isinstance(file := ready.get("token_file"), str) and file:
        ready["token_file"] = inherited.folder / file
    ready.setdefault("retain", timedelta(0) if personal else inherited.retain)
    if personal:
        ready.setdefault("withdrawal", "delete")
    if kind:
        ready["nature"] = kind.nature
        for name, value in kind.defaults.items():
            ready.setdefault(name, value)
        if kind.nature.urgent:
            ready.setdefault("every", _ALERTS_EVERY)
        if kind.nature.platform:
            ready.setdefault("merge", "text")


def _address(ready: dict[str, Any], kind: object, inherited: Inherited) -> tuple[Finding, ...]:
    """Check the address of a source, which depends on its kind; that of pushes is the folder where they wait."""
    if kind == WEBHOOK:
        given = ready.pop("url", None)
        ready["url"] = str(inherited.spool / str(ready.get("id", "")))
        return () if given is None else (Finding("key.unknown", ("url",), {"key": "url", "guess": Guess(None)}),)
    if "url" not in ready:
        return (Finding("key.missing", ("url",), {"key": "url"}),)
    url = ready["url"]
    if not isinstance(url, str):
        return ()
    if kind == FOLDER:
        ready["url"] = str(inherited.folder / url)
        return ()
    return _web_address(url)


def _web_address(url: str) -> tuple[Finding, ...]:
    try:
        values.url(url)
    except PydanticCustomError as error:
        return (Finding(error.type, ("url",), {"value": shown(url)}),)
    except ValueError:
        return (Finding("url.invalid", ("url",), {"value": shown(url)}),)
    return ()


def _people(ready: Mapping[str, Any], kind: Kind) -> tuple[Finding, ...]:
    """Say that a source shows people who are wanted or missing where its settings do not say so."""
    url = ready.get("url")
    shown = isinstance(url, str) and kind.shows_people(url)
    hidden = ready.get("enabled") is False or ready.get("personal") is True
    return (Finding("source.people", ("url",)),) if shown and not hidden else ()


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _secrets(ready: dict[str, Any], others: dict[str, Any], kind: Kind, folder: Path) -> tuple[Finding, ...]:
    """Take the places of secrets out: those of ``token`` are fields too, other names are the adapter's."""
    findings: list[Finding] = []
    found: dict[str, Origin] = {}
    for name in kind.secrets:
        table = ready if name == "token" else others
        origin, wrong = _origin(table, name, folder)
        found[name] = origin
        findings += wrong
        if name != "token":
            others.pop(f"{name}_env", None)
            others.pop(f"{name}_file", None)
    if "token" not in kind.secrets:
        unused = [key for key in ("token_env", "token_file") if key in ready]
        findings += [Finding("secret.unused", (key,), {"kind": kind.name, "name": "token"}) for key in unused]
    ready["secrets"] = found
    return tuple(findings)


def _origin(table: Mapping[str, Any], name: str, folder: Path) -> tuple[Origin, tuple[Finding, ...]]:
    env, file = table.get(f"{name}_env"), table.get(f"{name}_file")
    findings: list[Finding] = []
    if env is not None and file is not None:
        findings.append(Finding("secret.both", (f"{name}_file",), {"name": name}))
    if env is not None and not (isinstance(env, str) and values.is_variable(env)):
        findings.append(Finding("secret.name", (f"{name}_env",)))
    if file is not None and not (isinstance(file, str | Path) and file):
        findings.append(Finding("value.type", (f"{name}_file",), {"value": "…", "expected": Term("text")}))
    if findings:
        return Origin(), tuple(findings)
    return Origin(env=env, file=folder / file if file else None), ()


# ── options ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _options(ready: dict[str, Any], others: dict[str, Any], kind: Kind) -> tuple[Finding, ...]:
    """Make the adapter's options of the keys that are no field of ours."""
    known = {name: value for name, value in others.items() if name in kind.names}
    names = _KEYS | kind.names | {f"{name}_{where}" for name in kind.secrets for where in ("env", "file")}
    findings = [unknown_key((name,), names) for name in others if name not in kind.names]
    if not known and kind.optional:
        ready["options"] = kind.options()
        return tuple(findings)
    try:
        ready["options"] = TypeAdapter(kind.options).validate_python(known)
    except ValidationError as error:
        findings += [_option(details, kind, others) for details in error.errors(include_url=False)]
    return tuple(findings)


def _option(details: ErrorDetails, kind: Kind, others: Mapping[str, Any]) -> Finding:
    at = details["loc"]
    if details["type"] == "missing":
        return Finding("key.missing", at, {"key": at[-1]})
    value = shown(details["input"]) if at else shown(sorted(kind.names.intersection(others)))
    return Finding("option.invalid", at, {"value": value, "kind": kind.name, "reason": details["msg"]})

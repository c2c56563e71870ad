"""Which accounts take which sources: those that a source names, and those that name it, its agency, or one above that.

With three hundred sources nobody writes three hundred times where they go. ``takes = ["rijksoverheid", "rivm-*"]`` on an
account takes every source of the national government, its ministries and services, and every source whose id begins so.

A source that says how well it is known (``status``) and that nobody takes is an offer, as the shipped ones are: it is
switched off, and nobody is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.problems import Finding, Key
from bot.settings.models import Account, Agency, SourceSettings
from bot.settings.validation import guess


@dataclass(frozen=True, slots=True)
class Taken:
    """The sources with the accounts that they go to, and what is wrong with what accounts take."""

    sources: Mapping[Key, SourceSettings]
    findings: tuple[Finding, ...]


def take(sources: Mapping[Key, SourceSettings], accounts: Mapping[Key, Account], agencies: Iterable[Agency]) -> Taken:
    """Add to every source the accounts that take it. Without anything to take nothing is looked at."""
    if not any(account.takes for account in accounts.values()):
        idle = [key for key, source in sources.items() if _is_idle(source)]
        offers = tuple(Finding("source.untaken", (), {"count": len(idle)}) for _ in idle[:1])
        return Taken(_switched_off(sources), offers)
    names = _Names({agency.id: agency.parent for agency in agencies})
    called = {key: names.of(source) for key, source in sources.items()}
    known = frozenset().union(*called.values(), names.parents)
    added: dict[Key, dict[str, None]] = {}
    findings: list[Finding] = []
    for at, account in accounts.items():
        matching = {written: _matching(written, known) for written in account.takes}
        findings += _unmatched(at, account, matching, known)
        wanted = frozenset().union(*matching.values())
        for key, theirs in called.items():
            if not wanted.isdisjoint(theirs):
                added.setdefault(key, {}).setdefault(account.id)
    resolved = {key: _with_accounts(source, added.get(key, {})) for key, source in sources.items()}
    return Taken(_switched_off(resolved), tuple(findings))


@dataclass(frozen=True, slots=True)
class _Names:
    """What a source can be taken by: its own id, its agency's, and those of the agencies above."""

    parents: Mapping[str, str | None]

    def of(self, source: SourceSettings) -> frozenset[str]:
        return frozenset((source.id, *self._upwards(source.agency)))

    def _upwards(self, agency: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while agency and agency not in seen:
            seen.add(agency)
            yield agency
            agency = self.parents.get(agency)


def _matching(written: str, known: frozenset[str]) -> frozenset[str]:
    if "*" not in written:
        return known & {written}
    pattern = re.compile(".*".join(map(re.escape, re.split(r"\*+", written))))
    return frozenset(name for name in known if pattern.fullmatch(name))


def _unmatched(
    at: Key, account: Account, matching: Mapping[str, frozenset[str]], known: frozenset[str]
) -> Iterator[Finding]:
    for place, written in enumerate(account.takes):
        if not matching[written]:
            yield Finding(
                "account.takes-nothing", (*at, "takes", place), {"id": written, "guess": guess(written, known)}
            )


def _with_accounts(source: SourceSettings, accounts: Mapping[str, None]) -> SourceSettings:
    more = tuple(one for one in accounts if one not in source.to)
    return source.model_copy(update={"to": (*source.to, *more)}) if more else source


def _is_idle(source: SourceSettings) -> bool:
    return source.enabled and source.status is not None and not source.to


def _switched_off(sources: Mapping[Key, SourceSettings]) -> dict[Key, SourceSettings]:
    return {
        key: source.model_copy(update={"enabled": False}) if _is_idle(source) else source
        for key, source in sources.items()
    }

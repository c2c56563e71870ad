"""The deny list of tracking parameters (``tracking.txt``), and addresses without them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from bot.text.hosts import host_of
from bot.text.words import words

_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_ADDRESS = re.compile(r"([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DenyList:
    names: frozenset[str]
    beginnings: tuple[str, ...]
    by_host: dict[str, frozenset[str]]

    def holds(self, parameter: str, host: str) -> bool:
        """Whether ``parameter`` (``name=value`` or a bare name, as written) only tracks, on this host."""
        name = unquote(parameter.partition("=")[0]).lower().removeprefix("amp;")
        if name in self.names or name.startswith(self.beginnings):
            return True
        return any(name in names for site, names in self.by_host.items() if host == site or host.endswith("." + site))


def without_tracking(url: str) -> str:
    """``url`` without tracking parameters and session ids; every other byte of it stays as it was."""
    if not any(sign in url for sign in "?#;"):
        return url
    found = _ADDRESS.fullmatch(url)
    path, query, fragment = found.groups() if found else (url, None, None)
    host = host_of(url)
    kept_query = _without_tracking(query, host)
    kept_fragment = _without_tracking(fragment, host) if fragment and "=" in fragment else fragment
    return (
        _SESSION_IN_PATH.sub("", path or "") + _joined("?", kept_query, query) + _joined("#", kept_fragment, fragment)
    )


def _joined(sign: str, kept: str | None, before: str | None) -> str:
    """``kept`` behind its sign; the sign alone goes only when something that stood behind it went."""
    return "" if kept is None or (before and not kept) else sign + kept


def _without_tracking(query: str | None, host: str) -> str | None:
    if not query:
        return query
    parameters = query.split("&")
    kept = [parameter for parameter in parameters if not _deny_list().holds(parameter, host)]
    return query if len(kept) == len(parameters) else "&".join(kept)


@cache
def _deny_list() -> _DenyList:
    return _parsed(words("tracking"))


def _parsed(entries: Iterable[str]) -> _DenyList:
    names, beginnings, by_host = set[str](), set[str](), defaultdict[str, set[str]](set)
    for entry in entries:
        host, _, name = entry.rpartition(":")
        if host:
            by_host[host].add(name)
        elif name.endswith("*"):
            beginnings.add(name[:-1])
        else:
            names.add(name)
    return _DenyList(
        names=frozenset(names),
        beginnings=tuple(sorted(beginnings)),
        by_host={host: frozenset(found) for host, found in by_host.items()},
    )

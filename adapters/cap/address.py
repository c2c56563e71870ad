"""Which hosts an index may send us to: its own, and those of the domain that it lies in.

An index is data from outside. Without this, whoever can write into one could make every installation ask any address.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

# Labels under which a country sells or lends domains: one level less is everybody's.
_LABELS = "ac asso co com edu gc go gob gouv gov govt gub gv id ltd me mil ne net nom or org parliament police sch"
_SECOND_LEVEL = frozenset(_LABELS.split())
_COUNTRY = 2
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """The hosts that belong to a configured address. ``named`` are further hosts that the operator named."""

    host: str
    port: int | None
    named: Collection[str] = ()

    def is_near(self, address: str) -> bool:
        """Whether an address may be asked."""
        host, _ = place(address)
        if not host:
            return False
        domain = _domain(self.host)
        return host == self.host or _within(host, domain) or any(_within(host, one.lower()) for one in self.named)

    def may_lead(self, here: str, there: str) -> bool:
        """Whether a redirect may be followed: to a neighbour, and never away from https."""
        return self.is_near(there) and (there.startswith("https:") or not here.startswith("https:"))

    def is_same(self, address: str) -> bool:
        """Whether an address leads to the very host and port that are configured, which may be inside a private network."""
        return place(address) == (self.host, self.port)


def neighbourhood(url: str, named: Collection[str] = ()) -> Neighbourhood:
    """Give the hosts that belong to a configured address."""
    host, port = place(url)
    return Neighbourhood(host=host, port=port, named=named)


def place(address: str) -> tuple[str, int | None]:
    """Give host and port of an address, "" where it has none."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
        return host, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", None


def _within(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _domain(host: str) -> str:
    """Give the domain that a host lies in: itself without its first label, as long as that is nobody else's too."""
    first, _, rest = host.partition(".")
    labels = rest.split(".")
    if ":" in host or not first or labels[-1].isdigit() or len(labels) < 2:  # noqa: PLR2004 (a domain and what it is under)
        return host
    shared = len(labels) == 2 and len(labels[1]) == _COUNTRY and labels[0] in _SECOND_LEVEL  # noqa: PLR2004
    return host if shared else rest

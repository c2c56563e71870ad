"""What a host name or address in a configuration says by itself, without asking DNS.

The guard that counts stands in ``adapters.http`` and looks at the address that is connected to; what is here lets
``check`` name a mistake before anything is asked.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# RFC 6761, RFC 6762, RFC 8375, and what ICANN reserved in 2024: names that no public DNS server answers for.
_NEVER_PUBLIC = frozenset({"localhost", "local", "internal", "test", "invalid", "home.arpa", "lan", "intranet"})
_NUMERIC = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """Give the host of an address as ASCII in lower case, "" where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return ascii_host(host)


def ascii_host(host: str) -> str:
    """Write a host name as DNS has it: lower case, no final dot, umlauts and the like as ``xn--``."""
    host = host.rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


@lru_cache(maxsize=8192)
def literal(host: str) -> Address | None:
    """Give the address that a host is written as, in any of the forms that ``connect`` takes; None for a name."""
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return _numeric(host)
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _numeric(host: str) -> Address | None:
    """Read ``127.1``, ``0x7f000001`` and ``2130706433``, which the operating system takes for 127.0.0.1 too."""
    if not _NUMERIC.fullmatch(host) or not host[0].isdigit():
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def is_public(host: str) -> bool:
    """Whether a host may be one of the internet's: false for private addresses and for names that never are."""
    address = literal(host)
    if address is not None:
        return address.is_global
    labels = host.split(".")
    return len(labels) > 1 and labels[-1] not in _NEVER_PUBLIC and ".".join(labels[-2:]) not in _NEVER_PUBLIC


def within(host: str, networks: Iterable[Network]) -> bool | None:
    """Whether a host lies in one of the networks; None for a name, since only DNS can tell."""
    address = literal(host)
    if address is None:
        return None
    return any(address in network for network in networks)


def belongs(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of the domains (names or addresses, as ``Agency.domains`` has them) or a sub-domain."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)

"""The guard against private networks: which addresses may be connected to, decided at the moment of connecting.

A name is resolved once, its addresses are checked, and the connection is made to a checked address: there is no second
look-up in which a name could change its mind. Hosts written as numbers never reach a resolver, so they are read and
checked here, in every spelling that ``connect`` or ``getaddrinfo`` would accept.

The table is our own, because ``is_global`` answers differently between releases of Python and calls several ways
into private networks global (64:ff9b::7f00:1, 2002:7f00:1::, fec0::1, ::127.0.0.1, 224.0.0.1 on 3.11.7).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.errors import Permanent
from adapters.http.names import Names

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

EVERYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))

# IANA IPv4 Special-Purpose Address Registry, and multicast.
_SPECIAL_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# IANA allocates 2000::/3 alone as global unicast (RFC 4291, 2.5.4); these parts of it are special.
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_6 = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_public(address: Address) -> bool:
    """Whether an address lies on the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    inner = _carried(address)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_6 and not any(address in network for network in _SPECIAL_6)


def is_admitted(address: Address, allow: Sequence[Network]) -> bool:
    """Whether an address may be connected to: a public one, or one inside ``allow``."""
    if is_public(address):
        return True
    inner = _carried(address) if isinstance(address, IPv6Address) else None
    return any(address in network or (inner is not None and inner in network) for network in allow)


@lru_cache(maxsize=4096)
def literal(host: str) -> Address | None:
    """Read a host that is written as a number; None for a name.

    Anything that ends in a number is one (WHATWG URL, 3.5): it is an address or it is refused, never looked up.
    Raises ``Permanent``: ``http.private-address`` or ``http.bad-url`` for a spelling that people do not use.
    """
    bare = host.rstrip(".")
    if ":" not in bare and not _NUMBER.fullmatch(bare.rpartition(".")[2]):
        return None
    try:
        address = ip_address(bare)
    except ValueError:
        raise _odd_spelling(host, bare) from None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise _odd_spelling(host, bare.partition("%")[0])
    return address


def refuse(host: str) -> Permanent:
    """Give the error for a host that may not be connected to."""
    return Permanent(
        f"{host} lies in a private network, which is not entered from here.",
        code="http.private-address",
        remedy="If it is meant, name this very address in the configuration and add its range to network.allow_private.",
    )


class GuardedResolver(AbstractResolver):
    """Gives aiohttp the addresses of a name that may be connected to, and no others.

    The base class is aiohttp's own seam. ``on_private`` hears the name of a host that was admitted through ``allow``.
    """

    def __init__(
        self, names: Names, allow: Sequence[Network] = (), on_private: Callable[[str], None] | None = None
    ) -> None:
        self._names = names
        self._allow = tuple(allow)
        self._on_private = on_private

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp hands it over; each result has its own
    ) -> list[ResolveResult]:
        """Look a name up and check what comes.

        Raises ``Permanent`` (``http.private-address``) and ``Temporary`` (``http.dns``).
        """
        found = await self._names.find(host)
        admitted = [address for address in found if is_admitted(address, self._allow)]
        if not admitted:
            raise refuse(host)
        if self._on_private is not None and not any(map(is_public, admitted)):
            self._on_private(host)
        return [_result(host, address, port) for address in admitted]

    async def close(self) -> None:
        """Do nothing: the threads belong to ``Names``."""


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address that a mapped (RFC 4291, 2.5.5.2) or NAT64 (RFC 6052) address stands for."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def _odd_spelling(host: str, bare: str) -> Permanent:
    address = _as_the_system_reads(bare)
    if address is not None and not is_public(address):
        return refuse(host)
    return Permanent(
        f"{host} is an address in a spelling that is not accepted.",
        code="http.bad-url",
        remedy="Write an IPv4 address as four decimal numbers, an IPv6 address without a zone.",
    )


def _as_the_system_reads(bare: str) -> Address | None:
    """Read 127.1, 0x7f.1, 0177.0.0.1, 2130706433 as the C library does."""
    try:
        return ip_address(bare) if ":" in bare else IPv4Address(socket.inet_aton(bare))
    except (OSError, ValueError):
        return None


def _result(host: str, address: Address, port: int) -> ResolveResult:
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004 - the version itself
    return ResolveResult(
        hostname=host, host=str(address), port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )

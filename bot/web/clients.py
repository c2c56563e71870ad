"""Who asks: the address of a reader, also behind a web server of our own. Pure.

``X-Forwarded-For`` is believed only from a neighbour (loopback or a private range), and only its last entry: the one that
the neighbour itself wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

_NEAR = [ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")]


def client_address(peer: str | None, headers: Mapping[str, str]) -> Address | None:
    """Give the address of who asks; None where it has none that can be read."""
    direct = _address(peer or "")
    if direct is None or not is_near(direct):
        return direct
    forwarded = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return _address(forwarded) if forwarded else direct


def is_near(address: Address) -> bool:
    """Whether an address is this machine's or one of a network of our own."""
    return address.is_loopback or any(address in one for one in _NEAR if one.version == address.version)


def bucket_of(address: Address | None) -> str:
    """Give the name under which requests are counted: an IPv6 reader has a whole /64 to choose from."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found

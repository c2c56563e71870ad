"""Whose address it is: hosts in one written form, and whether a host belongs to a domain."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

import idna

PORTS = {"http": 80, "https": 443}
# Where readers of addresses disagree about what the host is (a backslash), or where there can be none (URL Standard,
# forbidden host code points), the answer is that there is no host.
_FORBIDDEN = re.compile(r"[\0-\x20\x7f\\^|%<>]")


def split_url(url: str) -> SplitResult | None:
    """The parts of ``url``, None where it is no http(s) address with a host."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in PORTS and parts.hostname and (parts.port is None or parts.port >= 0)
    except ValueError:
        return None
    return parts if usable and not _FORBIDDEN.search(parts.netloc) else None


def host_of(url: str) -> str:
    """The host of an http(s) address: lower case, in ASCII (UTS #46), without port or brackets; "" where none is."""
    parts = split_url(url)
    return ascii_name(parts.hostname or "") if parts else ""


@lru_cache(maxsize=4096)
def ascii_name(host: str) -> str:
    """``host`` as the DNS knows it (UTS #46, non-transitional), without a final dot. What cannot be written so stays."""
    host = host.lower().removesuffix(".")
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


def port_of(parts: SplitResult) -> int | None:
    """The port where it is another than the scheme's own."""
    return None if parts.port == PORTS[parts.scheme] else parts.port


def same_site(host: str, domains: Iterable[str]) -> bool:
    """Whether ``host`` is one of ``domains`` or lies below one. Both may be names or addresses, with or without a port.

    An address has nothing below it. A port that a domain names binds where ``host`` has one too.
    """
    name, port = _name_and_port(host)
    return bool(name) and any(_below(name, port, *_name_and_port(domain)) for domain in domains)


def _below(name: str, port: str, domain: str, domain_port: str) -> bool:
    if not domain or (port and domain_port and port != domain_port):
        return False
    return name == domain or (name.endswith("." + domain) and not _is_address(name) and not _is_address(domain))


def _name_and_port(host: str) -> tuple[str, str]:
    """Take ``name``, ``name:port``, ``::1`` or ``[::1]:port`` apart; the name in the form of ``ascii_name``."""
    if host.startswith("["):
        name, _, port = host[1:].partition("]")
        return name.lower(), port.removeprefix(":")
    if host.count(":") > 1:
        return host.lower(), ""
    name, _, port = host.partition(":")
    return ascii_name(name), port


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

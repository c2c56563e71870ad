"""How the client behaves: one frozen value that the configuration fills."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.http.guard import Network

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPolicy:
    """Manners and bounds. Times in seconds, sizes in bytes.

    ``allow_private``: ranges that may be entered, and only by addresses that are ``named`` in a request.
    ``per_host``, ``host_gap``: requests to one host at a time, and the pause from the end (and the start) of one to
    the start of the next; ``private_…`` is the same for named hosts inside ``allow_private``, where a thousand sources
    that hang must not keep the others waiting.
    ``concurrency``: requests at work in all; one that has waited for its host for ``patience`` seconds no longer
    counts, and ``sockets`` bounds those that are open.
    ``timeout`` bounds one request with all its redirects, not the wait for its turn; ``connect_timeout`` look-up,
    connection and TLS together; ``read_timeout`` the silence between two pieces.
    ``max_bytes`` bounds one body, on the wire and decoded, ``max_held`` all bodies under way or not yet read.
    ``proxy``: an http address through which everything goes. The guard then still refuses numbers and names that
    are private as this machine sees them, but the proxy looks the name up again and must itself refuse private ranges.
    """

    user_agent: str
    allow_private: tuple[Network, ...] = ()
    per_host: int = 1
    host_gap: float = 1.0
    private_per_host: int = 1024
    private_host_gap: float = 0.0
    concurrency: int = 64
    patience: float = 0.1
    sockets: int = 2048
    max_bytes: int = 10 * MIB
    max_held: int = 64 * MIB
    timeout: float = 30.0
    connect_timeout: float = 10.0
    read_timeout: float = 15.0
    redirects: int = 3
    proxy: str | None = field(default=None, repr=False)

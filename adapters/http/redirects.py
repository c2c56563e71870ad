"""Where a redirect may lead. Pure: each hop is decided here and then passes the guard like any other address."""

from __future__ import annotations

from collections.abc import Sequence

from yarl import URL

from adapters.errors import Temporary
from adapters.http.address import redirected, shown

FOLLOWED = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})


def next_stop(visited: Sequence[URL], location: str, *, limit: int) -> URL:
    """Give the address to ask next. ``visited`` are those asked so far, the last one being the one that redirects.

    Raises ``Temporary`` (``http.redirect-loop``, ``http.redirect-off-https``, ``http.too-many-redirects``) and
    ``Permanent`` (``http.bad-url``).
    """
    here = visited[-1]
    target = redirected(here, location)
    if target in visited:
        raise _refused(here, f"back to {shown(target)}, where it came from", "http.redirect-loop")
    if here.scheme == "https" and target.scheme != "https":
        raise _refused(here, f"away from https, to {shown(target)}", "http.redirect-off-https")
    if len(visited) > limit:
        raise _refused(here, f"on after {limit} redirects, to {shown(target)}", "http.too-many-redirects")
    return target


def same_origin(one: URL, other: URL) -> bool:
    """Whether two addresses are answered by the same server: scheme, host and port."""
    return (one.scheme, one.raw_host, one.port) == (other.scheme, other.raw_host, other.port)


def same_place(one: URL, other: URL) -> bool:
    """Whether two addresses lead to the same host and port."""
    return (one.raw_host, one.port) == (other.raw_host, other.port)


def _refused(here: URL, where: str, code: str) -> Temporary:
    return Temporary(
        f"{shown(here)} redirects {where}; that is not followed.",
        code=code,
        remedy="Open the address in a browser and configure the one where you end up.",
    )

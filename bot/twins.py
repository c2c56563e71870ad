"""Twins: bodies that speak on the fediverse themselves, and would be doubled by a copy.

A site says which accounts are its own by ``rel="me"`` links and by ``<meta name="fediverse:creator">``; WebFinger (RFC 7033)
on the account's server says whether there is such an account. Only both together count.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from lxml import etree
from lxml.etree import _Element

from adapters.errors import AdapterError, Gone
from adapters.http import HttpClient, raise_for_status
from bot import hosts
from bot.policy import platform_of

_HEAD = 512 * 1024
_PAGE_BYTES = 2 * 1024 * 1024
_ANSWER_BYTES = 256 * 1024
_MOST = 5
"""Accounts of one site that are looked up."""
_PROFILE = re.compile(r"/(?:@|users/|web/@)([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,60}[A-Za-z0-9_])?)/?")
_HANDLE = re.compile(r"@?([A-Za-z0-9_][A-Za-z0-9_.-]{0,61})@([A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """An account on the fediverse: its name, its server (with a port where it has one), and how that is reached."""

    name: str
    server: str
    scheme: str = "https"

    def __str__(self) -> str:
        return f"{self.name}@{self.server}"


def declared(page: str, url: str) -> tuple[Handle, ...]:
    """Give the accounts that a page declares as its own, in its order. Other platforms' profiles are none."""
    root = _tree(page)
    if root is None:
        return ()
    found = (*_creators(root), *_own_links(root, urlsplit(url).scheme))
    return tuple(dict.fromkeys(found))[:_MOST]


def handle_of(written: str, scheme: str = "https") -> Handle | None:
    """Read ``@name@server``; None for anything else."""
    found = _HANDLE.fullmatch(written.strip())
    return Handle(name=found[1], server=found[2].lower(), scheme=scheme) if found else None


async def exists(http: HttpClient, handle: Handle, *, named: bool = False) -> bool:
    """Whether a server knows an account. Raises what ``HttpClient.get`` raises, and what another status means.

    ``named``: the server stands in the configuration.
    """
    resource = quote(f"acct:{handle}", safe="")
    address = f"{handle.scheme}://{handle.server}/.well-known/webfinger?resource={resource}"
    response = await http.get(
        address, accept="application/jrd+json, application/json", named=named, max_bytes=_ANSWER_BYTES
    )
    try:
        raise_for_status(response)
    except Gone:
        return False
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and str(answer.get("subject", "")).lower().startswith("acct:")


async def twins_of(http: HttpClient, sites: Iterable[str], *, named: bool = False) -> tuple[Handle, ...]:
    """Give the accounts that a site declares and that exist. The first of the addresses that answers is the site.

    A site that cannot be asked declares nothing. ``named``: the addresses stand in the configuration.
    """
    for url in sites:
        try:
            response = await http.get(url, accept="text/html", named=named, max_bytes=_PAGE_BYTES)
            raise_for_status(response)
        except AdapterError:
            continue
        page = response.body.decode(_codec(response.charset), "replace")
        return tuple([one for one in declared(page, response.url) if await _is_real(http, one, url, named=named)])
    return ()


async def _is_real(http: HttpClient, handle: Handle, url: str, *, named: bool) -> bool:
    same = named and handle.server == urlsplit(url).netloc.lower()
    try:
        return await exists(http, handle, named=same)
    except AdapterError:
        return False


def _codec(charset: str | None) -> str:
    try:
        return codecs.lookup(charset or "utf-8").name
    except LookupError:
        return "utf-8"


def _tree(page: str) -> _Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return etree.fromstring(page[:_HEAD].encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:  # nothing at all in it
        return None


def _creators(root: _Element) -> Iterator[Handle]:
    for element in root.iter("meta"):
        if (element.get("name") or element.get("property") or "").lower() == "fediverse:creator":
            handle = handle_of(element.get("content") or "")
            if handle:
                yield handle


def _own_links(root: _Element, scheme: str) -> Iterator[Handle]:
    for element in root.iter("a", "link"):
        if "me" not in (element.get("rel") or "").lower().split():
            continue
        try:
            parts = urlsplit((element.get("href") or "").strip())
        except ValueError:
            continue
        profile = _PROFILE.fullmatch(parts.path)
        ours = parts.scheme == "https" or (parts.scheme == scheme and hosts.literal(parts.hostname or "") is not None)
        if profile and ours and parts.hostname and platform_of(element.get("href") or "") is None:
            yield Handle(name=profile[1], server=parts.netloc.lower(), scheme=parts.scheme)

"""The picture that a page names for itself (``og:image``), where its site lets programs read the page."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.etree import _Element

from adapters.contract import Media
from adapters.errors import Permanent
from adapters.http import HttpClient, raise_for_status
from bot.robots import Robots

_PAGE_BYTES = 4 * 1024 * 1024
_ACCEPT = "text/html, application/xhtml+xml"
_SECONDS = 20.0
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
_ALTS = ("og:image:alt", "twitter:image:alt")


async def picture_on(http: HttpClient, robots: Robots, url: str, source_url: str, now: datetime) -> tuple[Media, ...]:
    """Give the picture that a page names for itself. Raises the adapters' errors.

    ``source_url`` is the configured address of the source: a page on the very same server is as allowed as that.
    """
    named = same_server(url, source_url)
    if not await robots.allow(url, now, named=named):
        raise Permanent("robots.txt does not let programs read the page", code="picture.robots")
    response = await http.get(url, accept=_ACCEPT, named=named, max_bytes=_PAGE_BYTES, timeout=_SECONDS)
    raise_for_status(response)
    return picture_of(response.body, response.url, response.charset)


def picture_of(body: bytes, url: str, charset: str | None) -> tuple[Media, ...]:
    """Read the picture that a page names for itself, with its description."""
    parser = etree.HTMLParser(encoding=_known(charset), no_network=True, huge_tree=False)
    try:
        root: _Element | None = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    address = _meta(root, _IMAGES) if root is not None else ""
    if not address:
        return ()
    assert root is not None
    return (Media(url=urljoin(url, address), alt=_meta(root, _ALTS) or None),)


def same_server(url: str, other: str) -> bool:
    """Whether two addresses are on one server: scheme, host and port."""
    try:
        one, two = ((parts.scheme, parts.hostname, parts.port) for parts in map(urlsplit, (url, other)))
    except ValueError:
        return False
    return one == two


def _known(charset: str | None) -> str | None:
    try:
        return charset if charset and "".encode(charset) == b"" else None
    except LookupError:
        return None


def _meta(root: _Element, names: tuple[str, ...]) -> str:
    """Give the content of the first meta element of these names, the names in order."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or "").strip().lower()
        content = (element.get("content") or "").strip()
        if name in names and content:
            found.setdefault(name, content)
    return next((found[name] for name in names if name in found), "")

"""What came where a feed was expected, said so that the operator can put it right.

The most frequent case is a page: somebody configured the address of the news itself, or a feed was moved and its old
address answers with one. Such a page usually names its feeds, and then so do we.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from adapters.errors import Malformed
from adapters.feed.address import absolute, is_web
from adapters.feed.mend import ROOT
from adapters.feed.text import clean

_FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
    "application/xml",
    "text/xml",
}
_HEAD = 512 * 1024
"""Characters of a page in which its feeds are looked for."""
_PAGE = re.compile(r"<(?:!doctype\s{1,9}html|html|head|body)[\s>]", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<([A-Za-z_][\w.-]{0,60}:)?([A-Za-z_][\w.-]{0,60})")
_COMMON = {
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap index",
    "alert": "a CAP alert",
    "d2logicalmodel": "DATEX II traffic data",
    "messagecontainer": "DATEX II traffic data",
    "opml": "an OPML list of feeds",
    "searchretrieveresponse": "an SRU answer",
    "envelope": "a SOAP answer",
    "error": "an error message",
    "svg": "a picture",
    "kml": "a KML map",
    "rdf": "RDF without a channel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFeed:
    """A feed that a page names: its address, and the name that it has there ("" for none)."""

    url: str
    title: str


def named_feeds(page: str, url: str) -> tuple[NamedFeed, ...]:
    """Give the feeds that an HTML page names (``<link rel="alternate">``), in its order. ``url`` is where it lies."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    root = etree.fromstring(f"<div></div>{page[:_HEAD]}".encode("utf-8", "ignore"), parser)
    base = next((one.get("href") or "" for one in root.iter("base")), "")
    found: dict[str, NamedFeed] = {}
    for link in root.iter("link"):
        address = absolute(link.get("href") or "", absolute(base, url) or url)
        if _is_feed_link(link) and address:
            found.setdefault(address, NamedFeed(url=address, title=clean(link.get("title") or "")))
    return tuple(found.values())


def is_page(text: str) -> bool:
    """Whether a text is an HTML page: it begins as one, before anything in it begins as a feed."""
    root = ROOT.search(text)
    return bool(_PAGE.search(text, 0, root.start() if root else _HEAD))


def no_feed(text: str, url: str) -> Malformed:
    """Give the error that says what a document is instead of a feed."""
    if is_page(text):
        return _page_instead(text, url)
    return Malformed(
        f"the document is no feed; it seems to be {_seems(text)}",
        code="feed.not-a-feed",
        remedy="Look at the address in a browser; another kind of source may be what reads it.",
    )


def _page_instead(text: str, url: str) -> Malformed:
    feeds = [one for one in named_feeds(text, url) if is_web(one.url) or not url]
    if not feeds:
        remedy = "Look for the feed's address on the page, or ask the publisher for it."
    else:
        names = ", ".join(f"{one.url} ({one.title})" if one.title else one.url for one in feeds[:5])
        remedy = f"The page names {'this feed' if len(feeds) == 1 else 'these feeds'}: {names}. Configure that address."
    return Malformed("a web page (HTML) stands where a feed should be", code="feed.html", remedy=remedy)


def _is_feed_link(link: etree._Element) -> bool:
    relations = (link.get("rel") or "").lower().split()
    kind = (link.get("type") or "").partition(";")[0].strip().lower()
    return ("alternate" in relations and kind in _FEED_TYPES) or "feed" in relations


def _seems(text: str) -> str:
    """Name the kind of document by its first element, or by its first character."""
    start = text.lstrip("\ufeff\t\r\n ")[:65_536]
    if start[:1] in {"{", "["}:
        return "JSON of another kind"
    first = _FIRST_TAG.search(re.sub(r"<!--[^>]*-->|<[?!][^>]*>", "", start))
    if not first:
        return "plain text" if start.isprintable() or "\n" in start else "binary data"
    return _COMMON.get(first[2].lower(), f"XML of another kind (<{first[1] or ''}{first[2]}>)")

"""What a page says of itself, and whether its site lets programs read it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import tzinfo
from urllib.robotparser import RobotFileParser

from lxml import etree
from lxml.etree import _Element

from adapters.contract import Item, Text
from adapters.feed.charset import decode
from adapters.feed.dates import read_date
from adapters.feed.entry import language_tag
from adapters.feed.text import clean

US = "Omroeper"
"""How we are called in robots.txt."""
_LARGEST_ROBOTS = 512 * 1024
"""Bytes of a robots.txt that count (RFC 9309, section 2.5)."""
_HEAD = 512 * 1024
"""Characters of a page in which its title is looked for."""
_LONGEST_TITLE = 1000
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)


def read_robots(body: bytes) -> RobotFileParser:
    """Read a robots.txt (RFC 9309)."""
    rules = RobotFileParser()
    rules.parse(body[:_LARGEST_ROBOTS].decode("utf-8", "replace").splitlines())
    return rules


def with_page(item: Item, body: bytes, charset: str | None, zone: tzinfo) -> Item | None:
    """Give an entry with the title and description of its page; None where the page has no title."""
    named = _META_CHARSET.search(body[:4096])
    text = decode(body, charset or (named[1].decode("ascii", "ignore") if named else None))[:_HEAD]
    root = _tree(text)
    title = (_meta(root, "og:title") or _title(root)) if root is not None else ""
    if root is None or not title:
        return None
    summary = _meta(root, "og:description") or _meta(root, "description")
    published = read_date(_meta(root, "article:published_time"), zone)
    return replace(
        item,
        title=Text(value=title[:_LONGEST_TITLE]),
        summary=Text(value=summary) if summary else None,
        published=published.at if published else None,
        language=language_tag(_meta(root, "og:locale") or _language(root)),
    )


def _tree(text: str) -> _Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:  # nothing at all in it
        return None


def _meta(root: _Element, name: str) -> str:
    """Give the content of a meta element, whether it is called by ``property`` or by ``name``."""
    for element in root.iter("meta"):
        if name in {(element.get("property") or "").lower(), (element.get("name") or "").lower()}:
            found = clean(element.get("content") or "")
            if found:
                return found
    return ""


def _title(root: _Element) -> str:
    found = next(root.iter("title"), None)
    return clean(" ".join((found.text or "").split())) if found is not None else ""


def _language(root: _Element) -> str:
    return root.get("lang") or next((one.get("lang") or "" for one in root.iter("html")), "")

"""Plain indexes: nothing but links to messages, one on a line or on a page, as a server lists a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml import etree

from adapters.cap.survey import Context, Listed, Survey, believed
from adapters.contract import Alert, Item, Text
from adapters.digest import digest_of
from adapters.feed.address import absolute, is_web
from adapters.feed.page import is_page
from adapters.feed.text import clean

_LOOKED_AT = 512 * 1024
"""Characters of a page or list that are looked at."""
MOST_LINKS = 500
_LINE = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)
_MESSAGE = re.compile(r"\.(?:cap|cap\.xml)\Z", re.IGNORECASE)
_XML = re.compile(r"\.xml\Z", re.IGNORECASE)
_CAP_LINK = re.compile(
    r"<a\s[^<>]{0,300}\.cap(?:\.xml)?[\"'\s?>]|<(?:a|link)\s[^<>]{0,300}application/cap\+xml", re.IGNORECASE
)


def looks_like_links(text: str) -> bool:
    """Whether a text is a plain index: a list of addresses, or a page with links, to files that say they are CAP."""
    head = text[:_LOOKED_AT]
    if is_page(head):
        return bool(_CAP_LINK.search(head))
    found = _lines(head)
    return bool(found) and any(_MESSAGE.search(_path(one)) for one in found)


def survey_links(text: str, url: str, context: Context) -> Survey | None:
    """List the messages that a page or a list links to; None where there are none. ``url`` is where it lies."""
    found = _in_page(text[:_LOOKED_AT], url) if is_page(text) else dict.fromkeys(_lines(text[:_LOOKED_AT]), "")
    if not found:
        return None
    context.setting.notes["cap.too-many"] += max(0, len(found) - MOST_LINKS)
    listed = (_listed(address, name, context) for address, name in list(found.items())[:MOST_LINKS])
    return Survey(listed=tuple(listed), notes=context.setting.notes)


def _listed(address: str, name: str, context: Context) -> Listed:
    raw = f"{address} {name}".encode("utf-8", "replace")
    item = Item(
        native_id=address,
        url=address,
        digest=digest_of(raw),
        title=Text(value=name) if name else None,
        alert=Alert(),
        raw=raw,
    )
    return Listed(told=believed(item, context), detail=address)


def _lines(text: str) -> list[str]:
    """Give the addresses of a list; nothing where a line holds anything else (but for remarks behind ``#``)."""
    whole = text if len(text) < _LOOKED_AT else text.rpartition("\n")[0]
    lines = [line.strip() for line in whole.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    found = [line for line in lines if _LINE.fullmatch(line) and is_web(line)]
    return list(dict.fromkeys(found)) if len(found) == len(lines) else []


def _in_page(page: str, url: str) -> dict[str, str]:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    root = etree.fromstring(f"<div></div>{page}".encode("utf-8", "ignore"), parser)
    base = absolute(next((one.get("href") or "" for one in root.iter("base")), ""), url) or url
    anchors = [
        (absolute(clean(one.get("href") or ""), base), one.get("type") or "", clean("".join(one.itertext())))
        for one in root.iter("a", "link")
    ]
    named = {address: name for address, kind, name in anchors if _MESSAGE.search(_path(address)) or "cap+xml" in kind}
    # A page that names no CAP by name may still list its messages as XML, where an operator says that it lists CAP.
    return _web(named.items()) or _web((address, name) for address, _, name in anchors if _XML.search(_path(address)))


def _web(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {address: name for address, name in found if is_web(address)}


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""

"""HTML to plain text, for reading: paragraphs, lists, quotations and tables stay, what nobody sees goes.

Links keep their text. An address appears only where the text of the link is an address (or nothing), and then it is the
real one: what a link pretends to lead to counts for nothing.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

from bot.text.links import safe_url
from bot.text.reader import Element, Reader
from bot.text.tidy import clean, whole_characters
from bot.text.tracking import without_tracking
from bot.text.urls import is_whole_url

_TAG = re.compile("<[A-Za-z/!?][^<>]*>?")
_ESCAPED_TAG = re.compile(
    r"&lt;/?(?:a|b|br|div|em|h[1-6]|i|img|li|ol|p|span|strong|table|td|tr|u|ul)(?:\s|/|&gt;)", re.IGNORECASE
)
_ENTITY = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][0-9A-Za-z]{1,31});")
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")
_WHITE = re.compile("[ \t\n\r\f]+")
_TAGS_ALLOWED_TO_NEST = 1000
_PIECES_OF_AN_ADDRESS = 32


def to_text(markup: str, *, base_url: str = "") -> str:
    """The text of ``markup`` (a page or a part of one, however broken) as plain text, tidied by ``clean``.

    ``base_url`` completes relative addresses where one is shown.
    """
    markup = unwrapped(markup)
    if not _TAG.search(markup):
        if not _ESCAPED_TAG.search(markup):
            return _without_tags(markup)
        markup = html.unescape(markup)
    page = parsed(markup)
    if page is None:
        return _without_tags(_TAG.sub("\n\n", markup))
    return decoded(Reader(lambda link: _address_shown(link, base_url)).read(page))


def links_in(markup: str, base_url: str) -> tuple[str, ...]:
    """The http(s) addresses that ``markup`` links to, made absolute, in order and each once."""
    page = parsed(unwrapped(markup))
    if page is None:
        return ()
    targets = (link.get("href") or "" for link in page.iter("a", "area"))
    found = (absolute(target, base_url) for target in targets if not target.startswith("#"))
    return tuple(dict.fromkeys(address for address in found if address))


def unwrapped(markup: str) -> str:
    """``markup`` without what would keep a parser from reading all of it: CDATA wrappers, NULs, lone surrogates."""
    return whole_characters(markup).replace("\0", "").replace("<![CDATA[", "").replace("]]>", "")


def parsed(markup: str) -> Element | None:
    """The page, None where there is nothing in it or its elements are nested deeper than the parser goes (2,048)."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    page: Element | None = etree.fromstring(markup.encode(), parser)
    if markup.count("<") > _TAGS_ALLOWED_TO_NEST and any(
        error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log.filter_from_fatals()
    ):
        return None
    return page


def decoded(text: str) -> str:
    """``clean(text)``, with entities decoded that are still there after one decoding: they were escaped twice."""
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]) if _is_known(found[0]) else found[0], text)
    return clean(text)


def absolute(href: str, base_url: str) -> str | None:
    """``href`` as a whole http(s) address, None where it is none."""
    try:
        address = urljoin(base_url, href.strip())
    except ValueError:
        return None
    return safe_url(address)


def _without_tags(text: str) -> str:
    """Text that has no tags: only blank lines mean anything in it."""
    paragraphs = _PARAGRAPH_END.split(html.unescape(text))
    return decoded("\n\n".join(_WHITE.sub(" ", paragraph) for paragraph in paragraphs))


def _is_known(entity: str) -> bool:
    return entity[1] == "#" or entity[1:] in html5


def _address_shown(link: Element, base_url: str) -> str | None:
    """What to write for ``link`` in place of its own words, None where those say it."""
    href = link.get("href") or ""
    pieces = list(islice(link.itertext(), _PIECES_OF_AN_ADDRESS))
    text = "".join(pieces).strip()
    if not href or len(pieces) == _PIECES_OF_AN_ADDRESS or (not text and len(link)):
        return None
    if text and not _is_address(text):
        return None
    address = absolute(without_tracking(href), base_url)
    return address if address or text else ""


def _is_address(text: str) -> bool:
    text = text.rstrip(".…")
    return " " not in text and (is_whole_url(text) or is_whole_url(f"https://{text}"))

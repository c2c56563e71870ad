"""HTML inside feeds: what a text points to, and what it says without its markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from lxml import etree

from adapters.contract import Text
from adapters.feed.address import absolute, is_web
from adapters.feed.text import clean

_MOST = 200
"""Links or pictures that are taken from one text."""
_LOOKED_AT = 512 * 1024
"""Characters of one text in which they are looked for: a tree costs twenty times its text."""

_POINTS = re.compile(r"<(?:a|img)\s", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)


def plain(text: Text) -> str:
    """Give a text without its markup."""
    if not text.markup:
        return text.value
    root = _tree(text.value)
    return clean(etree.tostring(root, method="text", encoding="unicode"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture in a text, its sizes as claimed in pixels."""

    url: str
    alt: str | None
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """What a text points to, in order, each once and absolute."""

    links: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()


def pointers(text: Text | None, base: str) -> Pointers:
    """Find the addresses and the pictures in a text. ``base`` is where relative addresses start."""
    if text is None:
        return Pointers()
    if not text.markup:
        return Pointers(links=_bare_addresses(text.value))
    if not _POINTS.search(text.value):
        return Pointers()
    return _in_markup(text.value, base)


def _bare_addresses(text: str) -> tuple[str, ...]:
    found = (match[0].rstrip(".,;:!?'\")]}>") for match in _BARE_ADDRESS.finditer(text[:_LOOKED_AT]))
    return tuple(dict.fromkeys(filter(is_web, found)))[:_MOST]


def _in_markup(markup: str, base: str) -> Pointers:
    links: dict[str, None] = {}
    images: dict[str, Image] = {}
    for element in _tree(markup).iter("a", "img"):
        address = absolute(element.get("href" if element.tag == "a" else "src") or "", base)
        if not is_web(address):
            continue
        if element.tag == "a":
            links.setdefault(address)
        else:
            images.setdefault(address, _image(element, address))
    return Pointers(links=tuple(links)[:_MOST], images=tuple(images.values())[:_MOST])


def _tree(markup: str) -> etree._Element:
    # The parser of libxml2 repairs what it meets, in linear time, and goes no deeper than 256 elements.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    return etree.fromstring(f"<div>{markup[:_LOOKED_AT]}</div>".encode("utf-8", "ignore"), parser)


def _image(element: etree._Element, address: str) -> Image:
    return Image(
        url=address,
        alt=clean(element.get("alt") or "") or None,
        width=pixels(element.get("width")),
        height=pixels(element.get("height")),
    )


def all_links(found: Iterable[Pointers]) -> tuple[str, ...]:
    """Give the links of several texts, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(one.links for one in found)))


def all_images(found: Iterable[Pointers]) -> tuple[Image, ...]:
    """Give the pictures of several texts."""
    return tuple(chain.from_iterable(one.images for one in found))


def pixels(value: str | None) -> int | None:
    """Read a size in pixels; None where there is none ("100%", "auto")."""
    found = re.fullmatch(r"\s{0,9}(\d{1,6})(?:\.\d{0,9})?\s{0,9}(?:px)?\s{0,9}", value or "", re.ASCII)
    return int(found[1]) if found else None

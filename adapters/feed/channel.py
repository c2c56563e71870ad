"""What a feed says of itself: its title, its language, where its relative addresses start, and how it is followed."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element

from adapters.feed.address import absolute, first_web
from adapters.feed.entry import base_of, language_of
from adapters.feed.html import plain
from adapters.feed.names import Children, Names
from adapters.feed.text import clean, plain_text, text_of

_LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The feed itself. ``base`` is "" where nothing tells; ``hub`` and ``topic`` are for WebSub."""

    children: Children
    title: str | None
    language: str | None
    base: str
    atom: bool
    hub: str | None = None
    topic: str | None = None


def read_channel(feed: _Element, names: Names, url: str) -> Channel:
    """Read what is said of the whole feed; ``url`` is where the document came from, "" where unknown."""
    atom = names.of(feed) in {"feed", "entry"}
    element = feed if atom else next((child for child in feed.iterchildren("*") if names.of(child) == "channel"), feed)
    children = names.children(element) if names.of(feed) != "entry" else {}
    base = base_of(element, _base(children, url, atom=atom))
    return Channel(
        children=children,
        title=_title(children, atom=atom),
        language=language_of(element, children) or language_of(feed, {}),
        base=base,
        atom=atom,
        hub=first_web(absolute(_link(children, "hub"), base)) or None,
        topic=first_web(absolute(_link(children, "self"), base)) or None,
    )


def _title(children: Children, *, atom: bool) -> str | None:
    for element in children.get("title", ()):
        text = text_of(element, atom=atom, surely=True)
        if text and text.value:
            return plain(text)
    return None


def _base(children: Children, url: str, *, atom: bool) -> str:
    """Give where relative addresses start when no xml:base says so.

    Atom leaves no doubt (RFC 3986, section 5.1): at the document. RSS says nothing, and publishers mean their site,
    which is not where a feed lies that somebody else serves for them.
    """
    site, topic = _link(children, "alternate"), _link(children, "self")
    return first_web(url, topic, site) if atom else first_web(site, topic, url)


def _link(children: Children, rel: str) -> str:
    """Give the first address of a kind, without those that no server would take."""
    for link in children.get("link", ()):
        address = clean(link.get("href") or "") or plain_text(link)
        if (link.get("rel") or "alternate").lower() == rel and len(address) <= _LONGEST_ADDRESS:
            return absolute(address, "")
    return ""

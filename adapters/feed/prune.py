"""The ladder: from the text of a feed to its entries, each with a digest, at the least cost that its state allows.

1. The text is XML: lxml parses it, and each entry is serialised and hashed. That is all that an unchanged entry costs.
2. It is nearly XML: it is mended (``mend``), and then 1.
3. Mending was not enough: it is cut into entries, and each goes through 1 alone. An entry that is no XML even so is
   handed on as text; ``loose`` reads it.

A digest is that of the entry alone: where it stands, what the root declares and by which rung it was read change
nothing about it, and any change inside it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from adapters.digest import digest_of
from adapters.errors import Malformed
from adapters.feed.mend import ROOT, Mended, Slices, cut, mend
from adapters.feed.names import Names, local_name, namespace_of
from adapters.feed.page import is_page
from adapters.plainxml import weight

MOST_ENTRIES = 5000
_MOST_MARKS = 420_000
"""Tags and attributes of one document: 90 MiB while it is parsed. 5,000 entries of twenty elements have half of that."""
_MOST_REFERENCES = 800_000
"""Each costs some hundred bytes while a document is mended."""
_ENTRY_NAMES = {"item", "entry", "at:deleted-entry"}
_HOLDERS = {"rss", "channel", "feed"}
_ANYWHERE = ("{*}rss", "{*}feed", "{*}RDF", "{*}channel")
_DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,300}\?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as found. ``element`` is None where it is no XML; then ``text`` is the entry with what stands around it."""

    digest: str
    raw: bytes
    element: _Element | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What the ladder found: the element that holds what is said of the feed itself, and the entries in order.

    ``mended``: it was no XML as published. ``truncated``: its end is missing, and so perhaps are entries.
    ``beyond`` counts the entries that were left out because there were too many.
    """

    root: _Element
    names: Names
    entries: tuple[Entry, ...]
    mended: bool = False
    truncated: bool = False
    beyond: int = 0


def find_entries(text: str) -> Feed | None:
    """Climb the ladder. None where the text holds no feed. Raises ``Malformed`` for what no honest feed looks like."""
    if weight(text) > _MOST_MARKS or text.count("&") > _MOST_REFERENCES:
        raise Malformed(
            f"the document has more than {_MOST_MARKS:,} tags and attributes, or {_MOST_REFERENCES:,} references: that is no feed",
            code="feed.too-many-tags",
            remedy="Ask the publisher for a feed of recent entries only.",
        )
    root = _parsed(text)
    if root is not None:
        return _whole(root)
    mended = None if is_page(text) else mend(text)
    if mended is None:
        return None
    root = None if mended.truncated else _parse(mended.text)
    return _whole(root, mended=True) if root is not None else _cut(mended)


def _parsed(text: str) -> _Element | None:
    """Parse a text that is XML as it stands and defines nothing for itself."""
    declaration = _DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text.lstrip("\ufeff\t\r\n ")
    root = ROOT.search(body)
    if root and "<!DOCTYPE" in body[: root.start()]:
        # No document type reaches the parser. One that is only there for show is not missed; if an entity of it is used,
        # the parser will say so, and mending puts in what it stands for.
        body = body[root.start() :]
    return _parse(body)


def _parse(text: str) -> _Element | None:
    # Never with ``recover``: what libxml2 makes of broken names, lxml itself cannot read (measured by fuzzing).
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        return None


def _whole(root: _Element, *, mended: bool = False) -> Feed | None:
    names, feed = _feed_element(root)
    if feed is None:
        return None
    elements = _entry_elements(feed, names)
    serialise = _Serialiser()
    kept = tuple(_entry(element, serialise) for element in elements[:MOST_ENTRIES])
    return Feed(root=feed, names=names, entries=kept, mended=mended, beyond=len(elements) - len(kept))


def _feed_element(root: _Element) -> tuple[Names, _Element | None]:
    """Find the element that is a feed: the root, or the first inside an envelope."""
    feed = root if _is_feed(root, "entry") else next(filter(_is_feed, root.iter(*_ANYWHERE)), None)
    return Names(namespace_of(root if feed is None else feed)), feed


def _is_feed(element: _Element, *also: str) -> bool:
    """Whether an element holds a feed. RDF describes anything; with a channel or items in it, it is RSS."""
    name = local_name(element).lower()
    if name == "rdf":
        return any(local_name(child).lower() in {"channel", "item"} for child in element.iterchildren("*"))
    return name in {"rss", "feed", "channel", *also}


def _entry_elements(feed: _Element, names: Names) -> list[_Element]:
    """Find the entries: in the feed or in its channel, never inside another entry."""
    if names.of(feed) in _ENTRY_NAMES:
        return [feed]
    found: list[_Element] = []
    waiting = [feed]
    for parent in waiting:
        for child in parent.iterchildren("*"):
            name = names.of(child)
            if name in _ENTRY_NAMES:
                found.append(child)
            elif name in _HOLDERS:
                waiting.append(child)
    return found


def _entry(element: _Element, serialise: _Serialiser) -> Entry:
    raw, own = serialise(element)
    return Entry(digest=digest_of(own), raw=raw, element=element)


class _Serialiser:
    """Writes entries out: whole, for the archive, and without what they inherit, for the digest.

    lxml declares on an entry every namespace that is in scope there, so that it can stand alone. All entries of one
    parent inherit the same, in the same words; these words are found out once, on an empty element.
    """

    def __init__(self) -> None:
        self._inherited: dict[_Element | None, list[bytes]] = {}

    def __call__(self, element: _Element) -> tuple[bytes, bytes]:
        raw = etree.tostring(element, encoding="utf-8", with_tail=False)
        parent = element.getparent()
        if parent not in self._inherited:
            self._inherited[parent] = [] if parent is None else _declarations(parent)
        inherited = self._inherited[parent]
        own = raw.replace(b"".join(inherited), b"", 1) if inherited else raw
        return raw, own if len(own) < len(raw) else _without(raw, inherited)


def _declarations(parent: _Element) -> list[bytes]:
    probe = etree.SubElement(parent, "probe")
    tag = etree.tostring(probe, encoding="utf-8", with_tail=False)
    parent.remove(probe)
    return re.findall(rb' xmlns(?::[^=]+)?="[^"]*"', tag)


def _without(raw: bytes, inherited: Iterable[bytes]) -> bytes:
    """Take single declarations out of a start tag: an entry that has some of its own inherits not quite the same."""
    end = raw.find(b">")
    start = raw[:end]
    for declaration in inherited:
        start = start.replace(declaration, b"", 1)
    return start + raw[end:]


# ── entry by entry ───────────────────────────────────────────────────────────────────────────────────────────────────


def _cut(mended: Mended) -> Feed | None:
    slices = cut(mended)
    parsed = (root for frame in slices.frames if (root := _parse(frame)) is not None)
    names, feed = _feed_element(next(parsed, etree.Element("rss")))
    if feed is None:
        return None
    serialise = _Serialiser()
    kept = tuple(_sliced(text, slices, names, serialise) for text in slices.entries[:MOST_ENTRIES])
    beyond = len(slices.entries) - len(kept)
    return Feed(root=feed, names=names, entries=kept, mended=True, truncated=mended.truncated, beyond=beyond)


def _sliced(text: str, slices: Slices, names: Names, serialise: _Serialiser) -> Entry:
    whole = f"{slices.before}{text}{slices.after}"
    root = _parse(whole)
    found = root.iter("*") if root is not None else ()
    element = next((one for one in found if names.of(one) in _ENTRY_NAMES), None)
    if element is not None:
        return _entry(element, serialise)
    raw = text.encode("utf-8", "ignore")
    return Entry(digest=digest_of(raw), raw=raw, text=whole)

"""Which element is meant: the names of RSS, Atom and their modules, whatever prefix a document gives them.

RSS exists without a namespace and with half a dozen, and both RSS and Atom elements turn up in each other's documents;
they all have plain names here (``title``). Elements of a module have the module's customary prefix
(``media:content``). Names are in lower case, because ``pubdate`` and ``PubDate`` are about as frequent as one thinks.
"""

from __future__ import annotations

from lxml.etree import _Element

ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"
XHTML = "http://www.w3.org/1999/xhtml"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_PLAIN = (
    "",
    "http://backend.userland.com/rss",
    "http://backend.userland.com/rss2",
    "http://backend.userland.com/rss091",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
    "http://purl.org/rss/1.0/",
    "http://purl.org/rss/1.0/modules/rss091#",
    "http://purl.org/net/rss1.1#",
    "http://purl.org/atom/ns#",
    "http://www.w3.org/2005/atom",
)
_MODULES = {
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    XHTML: "xhtml",
}
_PREFIX = dict.fromkeys(_PLAIN, "") | _MODULES

CUSTOMARY = {prefix: uri for uri, prefix in _MODULES.items()} | {"atom": ATOM, "a10": ATOM, "rdf": RDF}
"""The namespace that a prefix means where a document forgot to declare it."""


def local_name(element: _Element) -> str:
    """Give the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: _Element) -> str:
    """Give the namespace of an element, "" for none."""
    return str(element.tag)[1:].rpartition("}")[0]


Children = dict[str, list[_Element]]
"""The children of an element by name, those of one name in order."""


class Names(dict[str, str]):
    """The name of each qualified tag of one document, worked out once.

    ``own`` is the namespace of the document's root: its elements have plain names even where nobody knows it, because
    there are feeds under namespaces that somebody made up.
    """

    def __init__(self, own: str = "") -> None:
        super().__init__()
        self._own = own.lower()

    def of(self, element: _Element) -> str:
        """Give the name of an element."""
        return self[str(element.tag)]

    def children(self, element: _Element) -> Children:
        """Sort the children of an element by name, without comments."""
        found: Children = {}
        for child in element.iterchildren("*"):
            found.setdefault(self.of(child), []).append(child)
        return found

    def __missing__(self, tag: str) -> str:
        namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        uri = namespace.lower()
        prefix = _PREFIX.get(uri, "" if uri == self._own else "?")
        name = self[tag] = f"{prefix}:{local}".lower() if prefix else local.lower()
        return name

"""What KOOP's search service is asked, and what it answers: CQL, SRU 2.0, and records in its own shape (gzd).

The service at repository.overheid.nl answers what it does not understand in three ways: with an SRU diagnostic, with an HTML
page and status 200, or with nothing. Elements come with and without prefixes, so that they are found by local name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.etree import _Element

from adapters.contract import Broken, Item, Text
from adapters.digest import digest_of
from adapters.errors import AdapterError, AuthFailed, Limited, Malformed, Refused, Temporary
from adapters.feed.charset import decode
from adapters.feed.dates import read_date
from adapters.feed.names import local_name
from adapters.feed.text import clean, plain_text
from adapters.plainxml import parse_xml

PAGE = 200
"""Records in one answer."""
_SITE = "https://zoek.officielebekendmakingen.nl"
_MOST_TAGS = 400_000
_IDENTIFIER = re.compile(r"[a-z]{2,8}-[A-Za-z0-9._-]{1,60}")
_WORD = re.compile(r"[\w-]+")
_PAST_THE_END = 61  # "First record position out of range"


@dataclass(frozen=True, slots=True)
class Options:
    """Which announcements are wanted.

    ``creator``: authorities as KOOP writes them ("Utrecht"), any of them; ``organisation``: their type ("gemeente");
    ``publication``: in which journals ("Gemeenteblad"); ``rubric``: kinds of decision ("peilbesluit"); ``area``: names of
    which one must stand in the title, since the location stands nowhere else.
    """

    creator: tuple[str, ...] = ()
    organisation: str = ""
    publication: tuple[str, ...] = ()
    rubric: tuple[str, ...] = ()
    area: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        texts = (*self.creator, *self.publication, *self.rubric, *self.area)
        if any(not text.strip() or '"' in text or "\\" in text for text in (*texts, self.organisation or "-")):
            raise ValueError("names are not empty and hold no quotation marks or backslashes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: how many records there are in all, and those on this page."""

    total: int
    items: tuple[Item, ...]
    broken: tuple[Broken, ...]

    @property
    def size(self) -> int:
        """How many records the page has."""
        return len(self.items) + len(self.broken)


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def query(options: Options, since: date) -> str:
    """Write the CQL for everything that was changed on or after a day."""
    clauses = [
        "c.product-area==officielepublicaties",
        *_any("w.organisatietype", (options.organisation,) if options.organisation else ()),
        *_any("dt.creator", options.creator),
        *_any("w.publicatienaam", options.publication),
        *_any("dt.type", options.rubric),
        f'dt.modified>="{since.isoformat()}"',
    ]
    return " and ".join(clauses)


def address(url: str, cql: str, start: int) -> str:
    """Give the address of a page of records, ``start`` being the first one's number from 1 on."""
    parts = urlsplit(url)
    given = {name: value for name, value in parse_qsl(parts.query) if name != "query"}
    own = {
        "operation": "searchRetrieve",
        "version": "2.0",
        "query": cql,
        "startRecord": str(start),
        "maximumRecords": str(PAGE),
        "recordSchema": "gzd",
    }
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode({**given, **own}), ""))


def _any(index: str, values: Sequence[str]) -> Iterator[str]:
    if values:
        alternatives = " or ".join(f'{index}=="{value}"' for value in values)
        yield alternatives if len(values) == 1 else f"({alternatives})"


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_answer(body: bytes, zone: ZoneInfo) -> Answer:
    """Read an answer.

    Raises ``Malformed`` (``sru.not-sru``, ``sru.no-count``), and for a diagnostic what it means: ``Temporary``
    (``sru.unavailable``), ``Limited`` (``sru.limited``), ``AuthFailed`` (``sru.unauthorised``), ``Refused`` (``sru.query``).
    """
    root = parse_xml(decode(body), most_tags=_MOST_TAGS)
    if root is None or local_name(root) != "searchRetrieveResponse":
        raise Malformed(
            "the answer is not SRU but something else",
            code="sru.not-sru",
            remedy="The service answers so to a query that it does not understand, and while it is down. Check creator,"
            " publication and the other options; docs/adapters/bekendmakingen.md shows how they are written.",
        )
    diagnostic = next(root.iter("{*}diagnostic"), None)
    if diagnostic is not None and _number(diagnostic) == _PAST_THE_END:
        return Answer(total=0, items=(), broken=())
    if diagnostic is not None:
        raise _meaning(diagnostic)
    read = [_record(record, zone) for record in _records(root)]
    return Answer(
        total=_total(root),
        items=tuple(one for one in read if isinstance(one, Item)),
        broken=tuple(one for one in read if isinstance(one, Broken)),
    )


def is_answer(head: bytes) -> bool:
    """Whether a document begins as an SRU answer with records of the government."""
    return b"searchRetrieveResponse" in head and (b"sruResponse" in head or b"standaarden.overheid.nl" in head)


def is_in(area: Sequence[str], item: Item) -> bool:
    """Whether one of the names stands in the title, as whole words; true where none is asked for."""
    title = _words(item.title.value if item.title else "")
    return not area or any(_words(name) in title for name in area)


def _words(text: str) -> str:
    """Give the words of a text, each between spaces."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _records(root: _Element) -> Iterator[_Element]:
    for records in root.iterchildren("{*}records"):
        yield from records.iterchildren("{*}record")


def _total(root: _Element) -> int:
    count = next(root.iterchildren("{*}numberOfRecords"), None)
    text = plain_text(count) if count is not None else ""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Malformed(
            "the answer does not say how many records there are",
            code="sru.no-count",
            remedy="The service changed its shape: please report it.",
        )
    return int(text)


def _record(record: _Element, zone: ZoneInfo) -> Item | Broken:
    """Read a record: identity, title, address and day. Nothing else is kept, not even raw: the rest names people."""
    raw = etree.tostring(record, encoding="utf-8", with_tail=False)
    data = next(record.iter("{*}recordData"), None)
    # Without the envelope, which says where in the answer the record stands.
    digest = digest_of(raw if data is None else etree.tostring(data, encoding="utf-8", with_tail=False))
    identifier, title = _first(record, "identifier"), _first(record, "title")
    if not title:
        return Broken(digest=digest, raw=b"", reason=f"the record {identifier[:80]!r} has no title")
    issued = _first(record, "date") or _first(record, "issued") or _first(record, "available")
    return Item(
        native_id=identifier or None,
        url=_first(record, "preferredUrl") or _page(identifier),
        digest=digest,
        title=Text(value=title),
        published=_moment(issued, zone),
        updated=_moment(_first(record, "modified"), zone),
        language=_first(record, "language")[:35] or None,
        categories=tuple(dict.fromkeys(filter(None, (_first(record, "publicatienaam"), *_all(record, "type"))))),
    )


def _page(identifier: str) -> str | None:
    """Give the page of a publication, which is named after its identifier."""
    return f"{_SITE}/{identifier}.html" if _IDENTIFIER.fullmatch(identifier) else None


def _moment(value: str, zone: ZoneInfo) -> datetime | None:
    """Read a day: the midnight with which it begins here."""
    found = read_date(value, zone)
    return found.at if found else None


def _first(record: _Element, name: str) -> str:
    return next(_all(record, name), "")


def _all(record: _Element, name: str) -> Iterator[str]:
    return (text for element in record.iter(f"{{*}}{name}") if (text := plain_text(element)))


# ── diagnostics ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _number(diagnostic: _Element) -> int:
    """Give the number of a diagnostic (``info:srw/diagnostic/1/10``), 0 for one of another set."""
    found = re.fullmatch(r"info:srw/diagnostic/1/([0-9]{1,4})", _first(diagnostic, "uri"))
    return int(found[1]) if found else 0


def _meaning(diagnostic: _Element) -> AdapterError:
    """Map a diagnostic (SRU 2.0, appendix C) to the tree."""
    number = _number(diagnostic)
    said = clean(" ".join(filter(None, (_first(diagnostic, "message"), _first(diagnostic, "details")))))[:300]
    sentence = f"the service refuses the query: {said or 'it does not say why'} (diagnostic {number})"
    if number in {1, 2}:
        return Temporary(sentence, code="sru.unavailable", remedy="It is tried again.")
    if number == 3:  # noqa: PLR2004 - "Authentication error"
        return AuthFailed(
            sentence, code="sru.unauthorised", remedy="This service needs no credential: check the address."
        )
    if number == 60:  # noqa: PLR2004 - "Result set not created: too many matching records"
        return Limited(
            sentence, code="sru.limited", retry_after=3600, remedy="Narrow the source: creator, publication."
        )
    return Refused(
        sentence,
        code="sru.query",
        remedy="Check creator, publication and the other options; docs/adapters/bekendmakingen.md shows how they are written.",
    )

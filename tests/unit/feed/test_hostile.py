"""Documents that want to hurt: each must be read or refused, soon, and without growing."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.contract import Document
from adapters.errors import Malformed
from adapters.feed.document import read_document
from tests.unit.feed.documents import CONFIG, GOLDEN, item, rss

SIZE = 200_000
SECONDS = 2.0
"""CPU time that any document of this size may cost. What is quadratic costs minutes."""

SEEDS = [path.read_bytes() for path in sorted(GOLDEN.glob("*.xml"))] + [(GOLDEN / "jsonfeed.json").read_bytes()]


def attempt(body: bytes) -> None:
    """Read a document; to be refused as ``Malformed`` is fine, everything else is not."""
    try:
        batch = read_document(Document(body=body, url=CONFIG.url), CONFIG, frozenset())
    except Malformed:
        return
    for found in batch.items:
        assert len(found.raw) <= 64 * 1024
        for text in (found.title, found.summary, found.content):
            assert text is None or text.value.encode()


def of(piece: str) -> str:
    """Repeat a piece until it is a document's size."""
    return piece * (SIZE // len(piece))


def inside(piece: str) -> str:
    """Fill an item with a piece."""
    return rss(item(1, of(piece)))


HOSTILE: dict[str, Callable[[], str]] = {
    "empty items": lambda: rss(of("<item/>")),
    "items that never end": lambda: rss(of("<item>")),
    "tags that never end": lambda: "<rss>" + of("<item "),
    "cdata that never ends": lambda: inside("<![CDATA["),
    "comments that never end": lambda: inside("<!--"),
    "instructions that never end": lambda: inside("<?"),
    "ampersands": lambda: inside("&"),
    "references": lambda: inside("&amp;amp"),
    "brackets": lambda: inside("< "),
    "depth": lambda: inside("<b>"),
    "depth in html": lambda: rss(item(1, f"<description><![CDATA[{of('<div>')}]]></description>")),
    "links in html": lambda: rss(item(1, f"<description><![CDATA[{of('<a href=//a.example>')}]]></description>")),
    "quotes in html": lambda: rss(item(1, f"<description><![CDATA[{of('<a href=' + chr(34))}]]></description>")),
    "addresses in text": lambda: rss(item(1, f"<description>{of('http://a')}</description>")),
    "a long author": lambda: inside("a").replace("</guid>", "</guid><author>").replace("</item>", "</author></item>"),
    "long authors in crooked items": lambda: rss(of(f"<item><author>{'a' * 20_000}</author><b></item>")),
    "crooked items": lambda: rss(of("<item><title>a</b></item>")),
    "entities": lambda: f"<!DOCTYPE rss [{of('<!ENTITY a ')}]>" + rss(""),
    "spaces": lambda: of(" "),
    "prefixes": lambda: rss(item(1, "".join(f"<p{number}:a/>" for number in range(SIZE // 10)))),
    "declarations": lambda: rss(item(1, f"<a {''.join(f' xmlns:p{n}=%cu{n}%c' % (34, 34) for n in range(9000))}/>")),
    "channels": lambda: f"<rss>{of('<channel>')}</rss>",
    "enclosures": lambda: inside("<enclosure url='http://a.example/b.jpg'/>"),
    "a long date": lambda: rss(item(1, f"<pubDate>{of('1 ')}</pubDate>")),
    "nested json": lambda: '{"version":"https://jsonfeed.org/version/1","items":' + of("["),
    "a page": lambda: "<!doctype html>" + of("<link rel=alternate type=text/xml href=/a>"),
    "comments with roots": lambda: of("<!-- <rss> -->"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_costs_little(name: str) -> None:
    """Whatever is repeated for ever, reading stays linear and ends."""
    body = HOSTILE[name]().encode()
    start = process_time()
    attempt(body)
    assert process_time() - start < SECONDS


def test_a_document_of_tags_alone_is_refused() -> None:
    """A tree of a million elements is not built: it would cost hundreds of megabytes."""
    with pytest.raises(Malformed) as caught:
        read_document(Document(body=b"<rss>" + b"<a/>" * 900_000 + b"</rss>"), CONFIG, frozenset())
    assert caught.value.code == "feed.too-many-tags"


def test_a_huge_text_is_one_text() -> None:
    """Nine megabytes in one element are read as they are."""
    document = rss(item(1, f"<description>{'tekst ' * 1_500_000}</description>"))
    (found,) = read_document(Document(body=document.encode()), CONFIG, frozenset()).items
    assert found.summary
    assert len(found.summary.value) == 9_000_000 - 1


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(), st.integers(min_value=1, max_value=12))
def test_damaged_documents_are_read_or_refused(seed: bytes, number: int, wounds: int) -> None:
    """Bytes lost, doubled, swapped and overwritten anywhere in a good document break nothing."""
    chance = random.Random(number)
    body = bytearray(seed)
    for _ in range(wounds):
        start = chance.randrange(len(body))
        piece = body[start : start + chance.randrange(40)]
        change = chance.choice(
            [
                b"",
                bytes(piece * 2),
                bytes(reversed(piece)),
                chance.choice([b"<", b">", b"&", b'"', b"\0", b"]]>", b"<!--"]),
            ]
        )
        body[start : start + len(piece)] = change
        body = body or bytearray(b"<")
    attempt(bytes(body))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<rss",
                " xmlns:a='b'",
                ">",
                "/>",
                "<item",
                "<entry>",
                "</item>",
                "</rss>",
                "<channel>",
                "</",
                "<title>",
                "</title>",
                "<![CDATA[",
                "]]>",
                "<!--",
                "-->",
                "&",
                "&amp;",
                "&#x0;",
                "a",
                " ",
                "<link href='",
                "'",
                "<feed>",
                "</feed>",
                "<?xml?>",
                "<!DOCTYPE x [",
                "]>",
                "<media:group>",
                "\ufeff",
                "xml:base='",
                "é",
            ]
        ),
        max_size=40,
    )
)
@example(["<rss", ">", "<item", "</rss>"])
def test_scrambled_markup_is_read_or_refused(pieces: list[str]) -> None:
    """No order of tags, quotes and openings breaks the ladder."""
    attempt("".join(pieces).encode())

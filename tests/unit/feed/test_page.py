from __future__ import annotations

import pytest

from adapters.errors import Malformed
from adapters.feed.page import NamedFeed, named_feeds
from tests.unit.feed.documents import CONFIG, captures, codes, item, read, rss

PAGE = """<!DOCTYPE html><html><head><title>Voorbeeldstad</title>
<link rel="stylesheet" href="a.css"><link rel="alternate" hreflang="en" href="/en">
<link rel="alternate" type="application/rss+xml" title="Nieuws &amp; meer" href="/nieuws.rss">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="https://feeds.example/atom"></head>
<body><script>var x = "<rss><channel><item>";</script><p>Welkom"""


def refused(text: str | bytes) -> Malformed:
    """Give the error with which a document is refused."""
    with pytest.raises(Malformed) as caught:
        read(text)
    return caught.value


def test_a_page_instead_of_a_feed_names_its_feeds() -> None:
    """An operator who configured a page, or whose feed became one, is told the addresses to use."""
    error = refused(PAGE)
    assert error.code == "feed.html"
    assert "https://www.voorbeeldstad.example/nieuws.rss (Nieuws & meer), https://feeds.example/atom" in error.remedy


def test_a_page_without_feeds_says_so() -> None:
    """An error page that answers 200 is no empty feed."""
    error = refused("\n<html><body><h1>404</h1></body></html>")
    assert error.code == "feed.html"
    assert error.remedy


def test_the_feeds_of_a_page_are_found() -> None:
    """Each feed is named once, absolute, relative to the page's own base."""
    page = (
        f'<base href="https://b.example/x/">{PAGE}<link rel=feed href=y><link rel="alternate" type="text/xml" href=y>'
    )
    assert named_feeds(page, CONFIG.url) == (
        NamedFeed(url="https://b.example/nieuws.rss", title="Nieuws & meer"),
        NamedFeed(url="https://feeds.example/atom", title=""),
        NamedFeed(url="https://b.example/x/y", title=""),
    )


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\n"])
def test_an_empty_answer_is_no_feed_without_news(body: bytes) -> None:
    """An empty body is an error of its own, not an empty feed."""
    assert refused(body).code == "feed.empty"


@pytest.mark.parametrize(
    ("document", "seems"),
    [
        (
            '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url/></urlset>',
            "a sitemap",
        ),
        ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>1</identifier></alert>', "a CAP alert"),
        ("<d2LogicalModel/>", "DATEX II"),
        ("<!-- <rss> --><soap:Envelope xmlns:soap='urn:s'/>", "a SOAP answer"),
        ("<antwoord><item><title>x</title></item></antwoord>", "(<antwoord>)"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "RDF without a channel"),
        ('{"alerts": []}', "JSON"),
        ("[1, 2]", "JSON"),
        ("Service Unavailable", "plain text"),
        (b"\x1f\x8b\x08\x00\x00\x00", "binary data"),
    ],
)
def test_other_documents_are_named(document: str | bytes, seems: str) -> None:
    """What is no feed is refused with a guess at what it is."""
    error = refused(document)
    assert error.code == "feed.not-a-feed"
    assert seems in str(error)
    assert error.remedy


@pytest.mark.parametrize(
    "document",
    [
        "<rss version='2.0'><channel><title>x</title></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"/>',
        '{"version": "https://jsonfeed.org/version/1", "items": []}',
    ],
)
def test_a_feed_without_entries_is_valid_and_mentioned(document: str) -> None:
    """No entries is a state to notice, not an error."""
    batch = read(document)
    assert not batch.items
    assert batch.whole
    assert codes(batch) == {"feed.no-entries"}


def test_a_feed_that_talks_about_html_is_a_feed() -> None:
    """HTML inside an entry, even a whole page and in a feed that needs mending, makes no page of the feed."""
    text = rss(item(1, "<description><![CDATA[<!DOCTYPE html><html><body>x</body></html>]]></description><b>A & B</b>"))
    assert [found.native_id for found in read(text).items] == ["vbs-1"]


def test_captured_pages_name_the_feeds_that_they_have() -> None:
    """Real pages, from newspapers to a fire brigade, lead to their feeds."""
    found = {
        path.stem: refused(path.read_bytes()) for path in sorted((captures() / "general" / "pages").glob("*.html"))
    }
    assert {error.code for error in found.values()} == {"feed.html"}
    assert "rss/einsaetze.xml (Stadtfeuerwehr Weiz - Einsätze)" in found["stadtfeuerwehrweiz"].remedy
    assert all("names" in error.remedy for error in found.values())

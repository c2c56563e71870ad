from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Document
from adapters.errors import Malformed
from adapters.feed.source import FeedSource
from tests.unit.feed.documents import captures, read


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<rss/>", True),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- <html> --><!DOCTYPE rss><RSS version='2.0'>", True),
        ("<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>".encode("utf-16"), True),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'>", True),
        (b"<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", True),
        (b"<rdf:RDF xmlns:foaf='http://xmlns.com/foaf/0.1/'>", False),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', True),
        (b'{"version": "1"}', False),
        (b"<html><rss>", False),
        (b"<alert/>", False),
        (b"", False),
    ],
)
def test_a_feed_is_known_by_its_beginning(body: bytes, expected: bool) -> None:
    """The first element decides, in any encoding and behind any prolog."""
    assert FeedSource.recognises(Document(body=body)) is expected


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_recognising_never_fails(body: bytes) -> None:
    """Any bytes are a feed or are not."""
    assert FeedSource.recognises(Document(body=body)) in {True, False}


def test_what_is_recognised_in_captures_is_readable() -> None:
    """Every captured document that looks like a feed is one."""
    for path in filter(lambda path: path.is_file() and ".serde" not in path.name, captures().rglob("*")):
        body = path.read_bytes()
        if FeedSource.recognises(Document(body=body)):
            read(body)
        elif path.suffix in {".html", ".cap"}:
            with pytest.raises(Malformed):
                read(body)

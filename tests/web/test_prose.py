"""Text from outside on a page: nothing of it is HTML, links lead where they say, and no input makes it slow."""

from __future__ import annotations

import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from bot.web.prose import as_html, beginning, clean, host, one_line, paragraphs, safe_link, shorten

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/'><script>alert(1)</script>",
    "https://a.example/</a><b>",
    "javascript:alert(1) data:text/html,x vbscript:x",
    "{{ 7*7 }} {% raw %} ${x}",
    "&lt;b&gt; &amp; &#60;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """Whatever a text holds, the only element that comes of it is a link to an http address, and all words stay."""
    found = html.fragment_fromstring(f"<p>{as_html(text)}</p>")
    assert {one.tag for one in found.iter()} <= {"p", "a"}
    assert found.text_content() == text
    for link in found.cssselect("a"):
        assert set(link.keys()) == {"href", "rel"}
        assert str(link.get("href")).startswith("https://a.example/")


@settings(max_examples=200, deadline=None)
@given(
    st.text()
    | st.lists(st.sampled_from(["https://", "http://a.nl", "(", ")", "<", "\n\n", " ", ".", "x", "\u202e", "@"])).map(
        "".join
    )
)
def test_nothing_is_lost_and_nothing_is_added(text: str) -> None:
    """Any text comes out as paragraphs that hold all its visible words in order, and nothing besides links and line ends."""
    made = [as_html(one) for one in paragraphs(text)]
    said = "".join(unescape(str(html.fragment_fromstring(f"<p>{one}</p>").text_content())) for one in made)
    assert "".join(said.split()) == "".join(clean(text).split())


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Zie https://a.example/x.", ["https://a.example/x"]),
        ("(zie https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x_(plaats), en meer", ["https://a.example/x_(plaats)"]),
        ("https://a.example/?a=1&b=2#c;", ["https://a.example/?a=1&b=2#c"]),
        ("HTTPS://A.example en http://b.example:8080/", ["HTTPS://A.example", "http://b.example:8080/"]),
        ("“https://a.example/x”…", ["https://a.example/x"]),
        ("https://gemeente.nl@elders.example/", []),
        ("https://a.example:99999/", []),
        ("xhttps://a.example/ ftp://a.example mailto:a@b.example", []),
        ("https:// http://", []),
        ("https://[::1/", []),
    ],
)
def test_links_are_the_plain_ones(text: str, links: list[str]) -> None:
    """Addresses become links without the end of the sentence; what hides its host or has none stays text."""
    found = html.fragment_fromstring(f"<p>{as_html(text)}</p>")
    assert [str(one.text_content()) for one in found.cssselect("a")] == links
    assert [str(one.get("href")) for one in found.cssselect("a")] == links


@pytest.mark.parametrize(
    "url",
    [
        "javascript:x",
        "//a.example/",
        "https:///x",
        "https://a\\@b.example/",
        "https://a.example/ x",
        "https://a\n.example",
        "https://\u202ea.example/",
        "",
        None,
        "https://" + "a" * 3000,
        "mailto:a@b.example",
    ],
)
def test_addresses_from_outside_are_refused_where_they_are_no_plain_link(url: str | None) -> None:
    """What is not plainly an http or https address is never linked to."""
    assert safe_link(url) is None


def test_what_cannot_be_seen_is_left_out() -> None:
    """Controls and direction overrides go, line ends become one kind, and an emoji's joiner stays."""
    assert clean("a\x00b\u202ec\u2066d\ufeffe\u200bf") == "abcdef"
    assert clean("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"
    assert clean("👩‍👧") == "👩‍👧"
    assert one_line(" a\n\n b\t c ") == "a b c"


def test_look_alike_hosts_show_as_they_are_looked_up() -> None:
    """A host with letters from elsewhere shows in the form in which it is looked up."""
    assert host("https://www.voorbeeldstad.example/x") == "www.voorbeeldstad.example"
    assert host("https://vооrbeeld.example/") == "xn--vrbeeld-9iga.example"


def test_long_texts_are_cut_where_a_reader_would() -> None:
    """A beginning has whole paragraphs and always the first; a title is cut at a word, with a sign that it was."""
    assert beginning(["aaaa", "bbbb", "cccc"], 9) == ["aaaa", "bbbb"]
    assert beginning(["a" * 50, "b"], 9) == ["a" * 50]
    assert shorten("Een twee drie vier", 12) == "Een twee…"
    assert shorten("Een twee", 12) == "Een twee"
    assert len(shorten("x" * 500, 140)) == 140


@pytest.mark.parametrize(
    "piece", ["https://a.nl/)", ")", "https://", "\n ", "\n\n \t", "http://(((", "'", "https://a.example/."]
)
def test_no_text_makes_it_slow(piece: str) -> None:
    """A hundred thousand characters of anything take less than a second."""
    text = piece * (100_000 // len(piece))
    started = time.perf_counter()
    made = [as_html(one) for one in paragraphs(text)]
    assert time.perf_counter() - started < 1
    assert isinstance(made, list)

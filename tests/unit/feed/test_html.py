from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Text
from adapters.feed.html import plain, pointers
from adapters.feed.text import clean, is_markup
from tests.unit.feed.documents import item, only, rss

MARKUP = [
    "<p>Tekst</p>",
    "regel<br>regel",
    "Tom &amp; Jerry",
    "a&nbsp;b",
    "&#8217;t Gooi",
    '<a href="x">y</a> <onbekend>',
    "<P>Tekst",
]
PLAIN = ["1 < 2 & 3 > 2", "AT&T; R&D; <3", "het element <formulier>", "x<y>z", "&onbekend;", "", "< p >", "<>", "5 <br"]


@pytest.mark.parametrize("text", MARKUP)
def test_html_is_recognised(text: str) -> None:
    """A description with a tag or a reference that HTML knows is HTML."""
    assert is_markup(text)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_left_alone(text: str) -> None:
    """Signs that only look like HTML are kept as they are."""
    assert not is_markup(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Vet: <b>brand</b>", True), ("Over <b> in HTML", False), ("<b>x</b> <foo>", False), ("a<br/>b", True)],
)
def test_a_title_is_html_only_when_it_is_sure(text: str, expected: bool) -> None:
    """A title that talks about a tag is not stripped of it."""
    assert is_markup(text, surely=True) is expected


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="<>&;/ abpr1\"'=é\n", max_size=40))
def test_what_a_publisher_escaped_properly_arrives(text: str) -> None:
    """Any title that is not HTML is given character by character."""
    found = only(rss(f"<item><title>{escape(text)}</title></item>")).title
    if not text.strip():
        assert found is None
    elif not is_markup(text, surely=True):
        assert found == Text(value=text.strip())


def test_controls_are_taken_out_and_windows_1252_is_read() -> None:
    """Control characters and lone surrogates go; U+0092 and its like become the signs they were meant to be."""
    assert clean(" a\x00b\x1bc\ud800\ufffe \x93d\x94 \x80 5\x81 ") == "abc “d” € 5"


def test_links_and_pictures_are_found_in_order_and_made_absolute() -> None:
    """What a text points to is given once each, absolute, and only where it leads to the web."""
    text = Text(
        value='<p><a href="/a?x=1&amp;y=2">a</a><a href=" https://b.example/ ">b</a><a href="mailto:x@y.example">m</a>'
        '<a href="/a?x=1&amp;y=2">again</a><a href="javascript:alert(1)">j</a><a href="http://[::1">kapot</a>'
        '<img src="p.png" alt=" Een  foto " width="40px" height="50%"><img src="data:image/png;base64,xx"><img></p>',
        markup=True,
    )
    found = pointers(text, "https://s.example/map/")
    assert found.links == ("https://s.example/a?x=1&y=2", "https://b.example/")
    (image,) = found.images
    assert (image.url, image.alt, image.width, image.height) == ("https://s.example/map/p.png", "Een  foto", 40, None)


def test_addresses_in_plain_text_are_links_too() -> None:
    """A plain text points to the addresses that are written in it, without the punctuation behind them."""
    found = pointers(Text(value="Zie https://a.example/b_c(d). Of http://e.example, maar niet http://."), "")
    assert found.links == ("https://a.example/b_c(d", "http://e.example")


def test_markup_is_taken_out_of_plain_text() -> None:
    """The title of a feed is plain text, whatever it was written in."""
    assert plain(Text(value="Nieuws &amp; <b>meer</b> < 5", markup=True)) == "Nieuws & meer < 5"


def test_unescaped_html_in_rss_is_html() -> None:
    """Tags that nobody escaped are kept as the HTML that they were meant to be."""
    found = only(rss(item(1, "<description>Een <b>vet &amp; <i x='1'>schuin</i></b> woord &lt; 5</description>")))
    assert found.summary == Text(value='Een <b>vet &amp; <i x="1">schuin</i></b> woord &lt; 5', markup=True)

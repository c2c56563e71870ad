from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import clean, links_in, to_text

BASE = "https://voorbeeldstad.example/nieuws/"
OPEN = st.sampled_from(
    ["p", "div", "b", "ul", "li", "ol", "a", "table", "tr", "td", "th", "pre", "script", "style", "sup"]
)
OTHER = st.sampled_from(["br", "!--x--", "![CDATA[", "]]", "x:y", "h1", "/h1", "q", "/q", "blockquote", "/blockquote"])
TAGS = st.builds("<{}>".format, OPEN | OPEN.map("/{}".format) | OTHER)
WORDS = st.sampled_from(["een", "twee", "&eacute;", "&amp;lt;", "&#146;", "<", ">", "&", "\n", "\xa0"])
SOUP = st.lists(TAGS | WORDS | st.text(max_size=3), max_size=30)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Een <b>vet</b> woord.</p><p>Twee</p>", "Een vet woord.\n\nTwee"),
        ("een<br>twee<br/><br/>drie", "een\ntwee\n\ndrie"),
        ("<div>a</div><div>b</div><div><br></div><div>c</div>", "a\nb\n\nc"),
        ("<h2>Kop</h2>Tekst<p>Meer", "Kop\n\nTekst\n\nMeer"),
        ("<p>a</p>\n\n<p>&nbsp;</p><p></p><p>b</p>", "a\n\nb"),
        ("<p>Regel\n  afgebroken\tin de bron</p>", "Regel afgebroken in de bron"),
        ("<p>een</p>los<p>twee</p>", "een\n\nlos\n\ntwee"),
        ("<pre>a\n  b\n\nc</pre>", "a\nb\n\nc"),
        ("<section>a</section><footer>b</footer>", "a\nb"),
    ],
)
def test_paragraphs_and_lines(markup: str, text: str) -> None:
    """Blocks begin anew, words of different blocks are never glued together, and one blank line is the most."""
    assert to_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Eerst:<ul><li>een</li><li>twee</li></ul>Dan", "Eerst:\n\n- een\n- twee\n\nDan"),
        (
            "<ul><li><p>een</p><p>nog</p></li><li></li><li>&nbsp;</li><li>twee<ul><li>sub</li></ul></li></ul>",
            "- een\nnog\n- twee\n- sub",
        ),
        ("<ol><li>een<li>twee</ol>", "1. een\n2. twee"),
        ('<ol start="4"><li>vier<li value="7">zeven<li>acht</ol>', "4. vier\n7. zeven\n8. acht"),
        ("<li>los", "- los"),
        ("<dl><dt>Waar</dt><dd>Plein</dd></dl>", "Waar\nPlein"),
    ],
)
def test_lists(markup: str, text: str) -> None:
    """Lists stay lists, with their numbers where they have any; an empty item leaves no mark."""
    assert to_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<table><tr><th>Dag<th>Tijd<tr><td>ma<td>9.00</table>", "Dag | Tijd\nma | 9.00"),
        ("<table><tr><th>Waar:</th><td>Plein</td><td>Markt</td></tr></table>", "Waar: Plein, Markt"),
        ("<table><tr><td><p>Plein 1</p></td><td>1234 AB<br>Stad</td></tr></table>", "Plein 1 | 1234 AB, Stad"),
        ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a\n\nb\n\nc"),
        ("<table><tr><td>x<table><tr><td>1<td>2</table></table>", "x\n\n1 | 2"),
        ('<table role="presentation"><tr><td>a<td>b</table>', "a\nb"),
    ],
)
def test_tables(markup: str, text: str) -> None:
    """A row of data is a line; a table that only lays out the page falls apart into its blocks."""
    assert to_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<blockquote><p>een</p><p>twee</p></blockquote>na", "> een\n\n> twee\n\nna"),
        ("Hij zei: <q>nee</q>.", "Hij zei: “nee”."),
        ("10<sup>6</sup> m<sup>2</sup>, 1<sup>e</sup>, CO<sub>2</sub>", "10⁶ m², 1e, CO2"),
        ("van <s>10</s> <del>11</del> 12 uur", "van 12 uur"),
        ('<img alt="Een brug" src="x"> <img class="emoji" alt="🔥">', "🔥"),
    ],
)
def test_meaning_that_the_markup_carried(markup: str, text: str) -> None:
    """Quotations, exponents and withdrawn words read as what they are; pictures are not described in the text."""
    assert to_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<a href="/x">contact</a>', "contact"),
        ('<a href="https://a.nl/y?utm_source=x&amp;id=3">www.a.nl</a>', "https://a.nl/y?id=3"),
        ('<a href="https://kwaad.example/">https://www.voorbeeldstad.nl</a>', "https://kwaad.example/"),
        ('<a href="x y">voorbeeldstad.nl/lang…</a>', BASE + "x%20y"),
        ('<a href="/z"></a>', "https://voorbeeldstad.example/z"),
        (
            '<a href="#top"></a><a name="x"></a><a href="https://deel.example/"><i class="icoon"></i></a>',
            "https://voorbeeldstad.example/nieuws/#top",
        ),
        ('<a href="mailto:info@a.nl">info@a.nl</a>', "info@a.nl"),
        ('<a href="/b.pdf">besluit.pdf</a>', "besluit.pdf"),
        ('<a href="javascript:x()">www.a.nl</a>', "www.a.nl"),
    ],
)
def test_links(markup: str, text: str) -> None:
    """A link is its words; only where those are an address is it one, and then the one it leads to."""
    assert to_text(markup, base_url=BASE) == text


@pytest.mark.parametrize(
    "markup",
    [
        "<script>weg()</script>ok",
        "<style>p{}</style>ok<template>weg</template><noscript>weg</noscript>",
        "<html><head><title>weg</title></head><body>ok</body></html>",
        "<p hidden>weg</p>ok<p style='color:red; display : NONE'>weg</p>",
        "ok<span style='font-size:0'>weg</span><span style='visibility:hidden'>weg</span>",
        "<span aria-hidden='true'>→</span>ok<span class='x sr-only'>weg</span>",
        "o<!-- weg -->k<![if weg]><?weg?>",
        "o\u200bk<p>\u200b</p><p>\xad</p>",
        "<iframe src=x>weg</iframe>ok<button>weg</button><svg><text>weg</text></svg><select><option>weg</select>",
    ],
)
def test_what_nobody_sees_is_not_read(markup: str) -> None:
    """Code, hidden text, comments and controls leave nothing behind."""
    assert to_text(markup) == "ok"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>&eacute; &amp; &lt;b&gt; &#8364; &#146;</p>", "é & <b> € ’"),
        ("<p>&amp;eacute; &amp;amp; &amp;#8211;</p>", "é & –"),
        ("<p>&onzin; &amp;onzin; AT&T</p>", "&onzin; &onzin; AT&T"),
        ("&lt;p&gt;Dubbel &amp;eacute;n dwars&lt;/p&gt;&lt;p&gt;twee&lt;/p&gt;", "Dubbel én dwars\n\ntwee"),
        ("5 < 6 en 7 > 3", "5 < 6 en 7 > 3"),
        ("<![CDATA[<p>verpakt</p>]]>", "verpakt"),
        ("Kale tekst\nover regels\n\nen alinea's &amp; meer", "Kale tekst over regels\n\nen alinea's & meer"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><p>é</p>', "é"),
        ("<p>open <b>vet <i>scheef</p><p>dicht</b>", "open vet scheef\n\ndicht"),
        ("<p title='>'>a</p><p", "a"),
        ("a\0b \ud800", "ab \ufffd"),
        ("", ""),
        (" \n ", ""),
        ("<!-- -->", ""),
    ],
)
def test_escapes_and_broken_markup(markup: str, text: str) -> None:
    """Escapes are undone, a second time where they were plainly done twice, and broken markup reads as browsers read it."""
    assert to_text(markup) == text


@pytest.mark.parametrize(
    "element", ["div", "b", "blockquote", "ul><li", "table><tr><td", "a href=x", "span style=color:red"]
)
def test_depth_is_no_obstacle(element: str) -> None:
    """However deep a text is buried, it comes up, and nothing overflows."""
    assert "schat" in to_text(f"<p>voor</p>{f'<{element}>' * 5000}schat")


def test_links_of_a_page() -> None:
    """All web addresses come in order, absolute, each once."""
    markup = '<a href="b?x=1&amp;y=2">b</a><a href="#c">c</a><a href="mailto:d@e.nl">d</a><a href="https://f.nl">f</a><a href="b?x=1&y=2">'
    assert links_in(markup, BASE) == (BASE + "b?x=1&y=2", "https://f.nl")
    assert links_in("geen", BASE) == ()
    assert links_in("<a href='x'>x</a>", "") == ()


@settings(max_examples=300)
@given(SOUP.map("".join))
def test_any_soup_gives_clean_text(markup: str) -> None:
    """Whatever comes in, clean text comes out."""
    text = to_text(markup, base_url=BASE)
    assert clean(text) == text

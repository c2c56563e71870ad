from __future__ import annotations

import pytest

from adapters.contract import Text
from tests.unit.feed.documents import item, only, read, rss


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link> https://a.example/1 </link>", "https://a.example/1"),
        ("<link>/1?a=1&amp;amp;b=2</link>", "https://www.voorbeeldstad.example/1?a=1&b=2"),
        ("<link/><guid>https://a.example/guid</guid>", "https://a.example/guid"),
        ('<guid isPermaLink="TRUE">https://a.example/guid</guid>', "https://a.example/guid"),
        ('<guid isPermaLink="false">https://a.example/guid</guid>', None),
        ("<guid>geen-adres</guid>", None),
        ("<guid>https://a.example/guid</guid><link>https://a.example/link</link>", "https://a.example/link"),
        ('<atom:link rel="enclosure" href="https://a.example/x.pdf"/>', None),
        (
            '<atom:link rel="self" href="https://a.example/x"/><atom:link href="https://a.example/y"/>',
            "https://a.example/y",
        ),
        ('<link xml:base="https://b.example/c/">d</link>', "https://b.example/c/d"),
        ("<link>http://[kapot</link>", "http://[kapot"),
        ("<link>//c.example/1</link>", "https://c.example/1"),
    ],
)
def test_the_page_of_an_item(inside: str, url: str | None) -> None:
    """The link, else a guid that is one; never an enclosure, never the entry's own feed address."""
    assert only(rss(f'<item xmlns:atom="http://www.w3.org/2005/Atom"><title>x</title>{inside}</item>')).url == url


@pytest.mark.parametrize(
    ("inside", "native_id"),
    [
        ('<guid isPermaLink="false"> a b </guid>', "a b"),
        ("<guid>/relatief</guid>", "/relatief"),
        ("<guid></guid>", None),
        ("<link>https://a.example/1</link>", None),
        ("<guid><![CDATA[x&y]]></guid>", "x&y"),
    ],
)
def test_an_id_is_given_as_published_and_never_made_up(inside: str, native_id: str | None) -> None:
    """No base is joined to an id, and where there is none, there is none."""
    assert only(rss(f"<item><title>x</title>{inside}</item>")).native_id == native_id


@pytest.mark.parametrize(
    ("construct", "expected"),
    [
        ("<title>A &lt;b&gt; &amp;amp; c</title>", Text(value="A <b> &amp; c")),
        (
            '<title type="html">A &lt;b&gt;B&lt;/b&gt; &amp;amp; c</title>',
            Text(value="A <b>B</b> &amp; c", markup=True),
        ),
        (
            '<title type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml">A <x:b>B</x:b> &amp; <!-- c -->d</x:div></title>',
            Text(value="A <b>B</b> &amp; d", markup=True),
        ),
        (
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A</div> los</title>',
            Text(value="<div>A</div> los", markup=True),
        ),
        ('<title type="text/html" mode="escaped">&lt;i&gt;A&lt;/i&gt;</title>', Text(value="<i>A</i>", markup=True)),
        ('<title type="application/octet-stream">QWFw</title>', Text(value="Aap")),
        ('<title type="image/png">/9j/4AAQ</title>', None),
        ("<title>   </title>", None),
        ("<title/><title>Tweede</title>", Text(value="Tweede")),
    ],
)
def test_text_constructs_of_atom(construct: str, expected: Text | None) -> None:
    """A text is plain or HTML as its type says, and XHTML keeps its markup and loses its wrapper."""
    entry = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>1</id>{construct}</entry></feed>'
    assert only(entry).title == expected


def test_only_the_entrys_own_children_count() -> None:
    """The title of a source, the summary of a picture and the date of a nested element are not the entry's."""
    found = only(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><source><id>2</id><title>Bron</title>'
        "<updated>2020-01-01T00:00:00Z</updated><link href='https://bron.example'/></source>"
        "<author><name>N</name><uri>https://n.example</uri></author></entry></feed>"
    )
    assert (found.native_id, found.title, found.updated, found.url) == ("1", None, None, None)


def test_unread_modules_do_not_disturb() -> None:
    """Elements of other vocabularies with familiar names are left alone."""
    other = '<cap:event xmlns:cap="urn:oasis:names:tc:emergency:cap:1.1"><cap:title>x</cap:title></cap:event>'
    found = only(
        rss(item(1, f'{other}<cap:title xmlns:cap="urn:c">Nee</cap:title><cap:link xmlns:cap="urn:c">nee</cap:link>'))
    )
    assert (found.title, found.url) == (Text(value="Bericht 1"), None)


def test_names_are_found_in_any_case_and_under_any_prefix() -> None:
    """PubDate, a prefix for RSS itself and the old namespaces are all the same feed."""
    one = read(
        '<rss xmlns="http://my.netscape.com/rdf/simple/0.9/"><Channel><item><Title>x</Title><PUBDATE>2026-11-20T08:00Z</PUBDATE></item></Channel></rss>'
    )
    two = read(
        '<q:rss xmlns:q="urn:eigen-dialect"><q:channel><q:item><q:title>x</q:title><q:pubDate>2026-11-20T08:00Z</q:pubDate></q:item></q:channel></q:rss>'
    )
    assert [(found.title, found.published) for found in one.items] == [
        (found.title, found.published) for found in two.items
    ]
    assert one.items[0].published


def test_the_language_of_an_item_is_its_own() -> None:
    """An item has a language only if it says so; the document's is given once, for all."""
    batch = read(
        rss('<language>nl</language><item xml:lang="en_GB"><title>x</title></item><item><title>y</title></item>')
    )
    assert batch.language == "nl"
    assert [found.language for found in batch.items] == ["en-GB", None]


def test_times_without_a_zone_are_named() -> None:
    """A document whose times name no zone says so once, with the zone that was taken."""
    batch = read(rss("".join(item(number, "<pubDate>20 nov 2026 08:00</pubDate>") for number in (1, 2, 3))))
    assert batch.problems == ("date-without-zone: times that name no zone and were read as Europe/Amsterdam: 3",)


def test_the_better_of_two_dates_is_taken() -> None:
    """PubDate goes before dc:date, and a date that cannot be read gives way to one that can."""
    dc = '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-11-20T09:00:00Z</dc:date>'
    hours = [
        only(rss(item(1, f"{dc}<pubDate>{date}</pubDate>"))).published
        for date in ("Fri, 20 Nov 2026 08:00:00 GMT", "ooit")
    ]
    assert [found and found.hour for found in hours] == [8, 9]

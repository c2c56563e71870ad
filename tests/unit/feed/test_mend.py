from __future__ import annotations

import pytest

from adapters.contract import Text
from adapters.feed.mend import mend
from tests.unit.feed.documents import codes, item, only, read, rss


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("Politie & Brandweer", "Politie & Brandweer"),
        ("R&D; &Eacute;&eacute;n caf&eacute;", "R&D; Één café"),
        ("a&nbsp;b&hellip;", "a\xa0b…"),
        ("5 < 6 en <3", "5 < 6 en <3"),
        ("\x07bel\x0b \x1b[0m", "bel [0m"),
        ("&#0;&#x1F;nul &#xD800; &#8364;", "nul  €"),
        ("&amp; &lt; &quot; blijft", '& < " blijft'),
        ("<![CDATA[a & b < c]]> & d", "a & b < c & d"),
        ("&onbekend; &te-gek; &", "&onbekend; &te-gek; &"),
    ],
)
def test_a_word_is_never_lost_to_bad_xml(broken: str, meant: str) -> None:
    """Bare ampersands, undeclared entities, lone brackets and control characters cost nothing of the text."""
    document = rss(f"<item><title>{broken} & !</title></item>")
    assert only(document).title == Text(value=f"{meant} & !")
    assert codes(read(document)) == {"feed.mended"}


def test_an_undeclared_prefix_means_what_it_usually_means() -> None:
    """A feed that forgot to declare media: or dc: is read as if it had."""
    found = only(
        rss(
            item(1, '<dc:date>2026-11-20T08:00:00Z</dc:date><media:thumbnail url="https://a.example/b.jpg"/><eigen:x/>')
        )
    )
    assert found.published
    assert [one.url for one in found.media] == ["https://a.example/b.jpg"]


def test_what_stands_around_a_feed_is_ignored() -> None:
    """A warning before the feed and a comment and script behind it are not part of it."""
    batch = read(f"<br />\n<b>Warning</b>: x in y.php\n{rss(item(1))}\n<!-- 0.1s --><script>a && b</script>")
    assert [found.native_id for found in batch.items] == ["vbs-1"]
    assert batch.whole


def test_own_entities_are_read_and_bombs_are_not() -> None:
    """A plain entity of the document is replaced; one that is built of others stays a word."""
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<!DOCTYPE rss [<!ENTITY b0 "lol"><!ENTITY wijk \'Oost\'><!ENTITY euro2 "&#8364;">{bomb}]>'
    assert only(prolog + rss("<item><title>&wijk; &euro2; &b0; &b9;</title></item>")).title == Text(
        value="Oost € lol &b9;"
    )


def test_external_entities_and_document_types_are_not_read() -> None:
    """Nothing is loaded that a document type names, and a harmless one is no fault of the feed."""
    prolog = '<!DOCTYPE rss SYSTEM "file:///etc/passwd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert only(prolog + rss("<item><title>&x;</title></item>")).title == Text(value="&x;")
    assert not codes(read('<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/rss.dtd">' + rss(item(1))))


@pytest.mark.parametrize("end", range(60, 430, 9))
def test_a_truncated_document_gives_its_complete_entries(end: int) -> None:
    """Wherever a document is cut off, what is complete is read, nothing half is, and the batch is not whole."""
    document = rss(item(1) + item(2, "<description><![CDATA[<p>Twee</p>]]></description>") + item(3))
    cut = document[: min(end, len(document) - 1)]
    batch = read(cut)
    assert [found.native_id for found in batch.items] == ["vbs-1", "vbs-2", "vbs-3"][: cut.count("</item>")]
    assert not batch.whole
    assert not batch.broken
    assert codes(batch) == {"feed.truncated"}


def test_one_crooked_entry_spoils_no_other() -> None:
    """Tags that do not match in one entry leave its neighbours exactly as they are in a sound document."""
    crooked = '<item><title>Scheef <b>woord</title><guid isPermaLink="false">vbs-2</guid><description><p align=left>A & B</description></item>'
    sound, broken = read(rss(item(1) + item(3))), read(rss(item(1) + crooked + item(3)))
    assert (broken.items[0], broken.items[2]) == sound.items
    assert broken.items[1].native_id == "vbs-2"
    assert broken.items[1].summary == Text(value='<p align="left">A &amp; B', markup=True)
    assert codes(broken) == {"feed.mended", "feed.guessed"}


def test_an_entry_without_an_end_ends_where_the_next_begins() -> None:
    """A missing end tag swallows no other entry."""
    batch = read(rss(f"{item(1).removesuffix('</item>')}{item(2)}<item/>{item(3).removesuffix('</item>')}"))
    assert [found.native_id for found in batch.items] == ["vbs-1", "vbs-2", None, "vbs-3"]


def test_an_entry_beyond_repair_is_broken_beside_the_others() -> None:
    """What is too long to be guessed at is kept with a reason, and tried again next time."""
    batch = read(rss(item(1) + "<item><b><i>" + "x" * 70_000 + "</b></i></item>"))
    assert [found.native_id for found in batch.items] == ["vbs-1"]
    (broken,) = batch.broken
    assert "too long" in broken.reason
    assert len(broken.raw) == 64 * 1024
    assert broken.digest not in batch.cursor["seen"]


def test_a_picture_text_never_becomes_the_summary() -> None:
    """Not even in an entry that feedparser reads does the description of a picture pose as the news."""
    media = '<media:content url="https://a.example/b.jpg"><media:description>Foto van de brand</media:description></media:content>'
    for entry in (item(1, media), item(1, f"{media}<b>")):
        (found,) = read(rss(entry, declarations='xmlns:media="http://search.yahoo.com/mrss/"')).items
        assert found.summary is None
        assert [one.url for one in found.media] == ["https://a.example/b.jpg"]


def test_a_text_without_a_feed_is_not_mended() -> None:
    """Where no feed begins, nothing is made up."""
    assert mend("<html><body>Hallo & welkom") is None

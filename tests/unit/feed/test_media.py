from __future__ import annotations

from adapters.contract import Media
from tests.unit.feed.documents import item, only, rss

DECLARED = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


def read_media(inside: str) -> tuple[Media, ...]:
    """Give the media of an item with these elements."""
    return only(rss(item(1, inside), declarations=DECLARED)).media


def test_one_picture_in_four_places_is_one() -> None:
    """An enclosure, a content, a thumbnail and the picture in the text are given once, in the largest size, described."""
    found = read_media(
        '<enclosure url="https://a.example/b.jpg" type="image/jpeg" length="99"/>'
        '<media:content url="https://a.example/b.jpg?w=1200" width="1200" height="800"/>'
        '<media:thumbnail url="https://a.example/b-150x150.jpg" width="150" height="150"/>'
        '<description>&lt;img src="https://a.example/b-300x200.jpg" alt="De brug"&gt;</description>'
    )
    assert found == (
        Media(url="https://a.example/b.jpg?w=1200", mime="image/jpeg", alt="De brug", width=1200, height=800),
    )


def test_different_pictures_stay_different() -> None:
    """Pictures that a server tells apart by a query alone are not merged."""
    found = read_media("".join(f'<media:content url="https://a.example/image?id={n}" medium="image"/>' for n in (1, 2)))
    assert len(found) == 2


def test_counters_are_no_pictures() -> None:
    """One-pixel pictures are ignored, and leave room for a real one."""
    found = read_media(
        '<enclosure url="https://t.example/1.gif" type="image/gif" width="1" height="1"/>'
        '<media:thumbnail url="https://a.example/b.jpg"/>'
        '<description>&lt;img src="https://t.example/2.gif" width="0"&gt;</description>'
    )
    assert [one.url for one in found] == ["https://a.example/b.jpg"]


def test_a_description_belongs_to_the_only_picture() -> None:
    """What is said beside a single picture describes it; beside several it describes none of them."""
    about = "<media:description>De brug</media:description><media:credit>J. Jansen</media:credit>"
    one = '<media:content url="https://a.example/1.jpg" medium="image"/>'
    two = '<media:content url="https://a.example/2.jpg" medium="image"><media:description>Zelf</media:description></media:content>'
    assert [(found.alt, found.credit) for found in read_media(one + about)] == [("De brug", "J. Jansen")]
    assert [found.alt for found in read_media(two + about)] == ["Zelf"]
    assert [found.alt for found in read_media(one + two + about)] == [None, "Zelf"]


def test_a_title_is_not_an_alternative_text() -> None:
    """The name of a file or of a picture says nothing about what is to be seen."""
    (found,) = read_media(
        '<media:content url="https://a.example/1.jpg"><media:title>IMG_1</media:title></media:content>'
    )
    assert found.alt is None


def test_what_leads_nowhere_is_left_out() -> None:
    """Only addresses on the web are media; sizes that are no numbers are unknown."""
    found = read_media(
        '<enclosure url=""/><enclosure/><enclosure url="file:///etc/passwd"/><enclosure url="data:image/png;base64,x"/>'
        '<enclosure url="/x.mp3" length="veel" type=" AUDIO/MPEG "/><media:content url="//a.example/y.jpg" width="groot"/>'
    )
    assert found == (
        Media(url="https://a.example/y.jpg"),
        Media(url="https://www.voorbeeldstad.example/x.mp3", mime="audio/mpeg"),
    )


def test_pictures_outside_the_standards_are_found() -> None:
    """An image element in an item, with an address as text, attribute or child, is a picture where there is no other."""
    for inside in ("<image>/p.png</image>", "<image><url>/p.png</url></image>", '<itunes:image href="/p.png"/>'):
        assert [one.url for one in read_media(inside)] == ["https://www.voorbeeldstad.example/p.png"]

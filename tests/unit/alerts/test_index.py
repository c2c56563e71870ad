"""Indexes: what an entry tells by itself, and where the message behind it lies."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.cap.reading import survey
from adapters.cap.survey import Context
from adapters.contract import Area, Document, Text
from adapters.errors import Malformed
from adapters.feed.entry import Setting
from tests.unit.alerts.documents import alert, atom, codes, ids, info, of, only, read, reasons, stem

# As MeteoAlarm writes its entries: CAP's elements beside Atom's, and the links to page and message.
ENTRY = """<entry><cap:geocode><valueName>NUTS3</valueName><value>VL001</value></cap:geocode>
<link href="https://weer.example?gebied=VL001" hreflang="en"/><cap:areaDesc>Noord-Voorbeeldland</cap:areaDesc>
<cap:event>Orange wind warning</cap:event><cap:sent>2026-11-23T07:00:00+00:00</cap:sent>
<cap:expires>2026-11-23T19:00:00+00:00</cap:expires><cap:onset>2026-11-23T09:00:00+00:00</cap:onset>
<cap:certainty>Likely</cap:certainty><cap:severity>Severe</cap:severity><cap:urgency>Expected</cap:urgency>
<cap:scope>Public</cap:scope><cap:message_type>Update</cap:message_type><cap:status>Actual</cap:status>
<cap:identifier>2.49.1</cap:identifier><link href="https://feeds.weer.example/cap/1" type="application/cap+xml"/>
<id>https://feeds.weer.example/cap/1?gebied={0}</id><title>Orange wind warning for {0}</title>
<updated>2026-11-23T07:00:00Z</updated></entry>"""


def details(text: str, url: str = "") -> list[str]:
    """Give the addresses of the messages behind a document."""
    setting = Setting(base="", zone=ZoneInfo("UTC"), notes=Counter())
    found = survey(Document(body=text.encode(), url=url), Context(setting=setting))
    return [one.detail for one in found.listed]


def test_an_entry_tells_with_the_elements_it_borrows() -> None:
    """CAP's elements beside Atom's make an alert of an entry, under the entry's own id, with its own page."""
    item = only(atom(ENTRY.format("Noord")))
    found = of(item)
    assert (item.native_id, item.url) == (
        "https://feeds.weer.example/cap/1?gebied=Noord",
        "https://weer.example?gebied=VL001",
    )
    assert item.title == Text(value="Orange wind warning for Noord")
    assert (found.message, found.status, found.scope, found.event) == (
        "update",
        "actual",
        "public",
        "Orange wind warning",
    )
    assert (found.urgency, found.severity, found.certainty) == ("expected", "severe", "likely")
    assert found.sent == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert (found.onset, found.expires) == (
        datetime(2026, 11, 23, 9, tzinfo=UTC),
        datetime(2026, 11, 23, 19, tzinfo=UTC),
    )
    assert found.areas == (Area(name="Noord-Voorbeeldland", codes=(("NUTS3", "VL001"),)),)


def test_entries_that_share_a_page_are_different_warnings() -> None:
    """Two warnings with one link keep ids of their own: a link is no identity here."""
    batch = read(atom(ENTRY.format("Noord"), ENTRY.format("Zuid")))
    assert len(set(ids(batch))) == 2
    assert len({item.url for item in batch.items}) == 1


def test_several_codes_in_one_element_are_all_read() -> None:
    """The American weather service writes name, value, name, value into one geocode, without prefixes."""
    codes_ = "<valueName>FIPS6</valueName><value>002185</value><valueName>UGC</valueName><value>AKZ204</value>"
    entry = f"<entry><id>1</id><cap:areaDesc>Kust</cap:areaDesc><cap:geocode>{codes_}</cap:geocode></entry>"
    assert of(only(atom(entry))).areas[0].codes == (("FIPS6", "002185"), ("UGC", "AKZ204"))


def test_messages_inside_entries_are_read_as_messages() -> None:
    """A message in an entry's content has its own identity, and the entry's page where it names none."""
    entry = f"""<entry><id>1</id><link rel="alternate" type="text/html" href="https://vrv.example/1"/>
    <content type="text/xml">{alert(info())}</content></entry>"""
    item = only(atom(entry, declarations=""))
    assert (item.native_id, item.url) == (stem(), "https://vrv.example/1")


@pytest.mark.parametrize(
    ("entry", "detail"),
    [
        (
            '<link type="text/html" href="https://a.example/p"/><link type="application/cap+xml" href="/1.cap"/>',
            "/1.cap",
        ),
        ('<link rel="related" type="application/cap+xml" href="/2.cap"/>', "/2.cap"),
        ('<link type="application/xml" href="/3.xml"/>', "/3.xml"),
        ('<link rel="enclosure" type="application/cap+xml" href="/4.cap"/>', "/4.cap"),
        ('<content type="application/cap+xml" src="/5.cap"/>', "/5.cap"),
        ('<cap:event>Storm</cap:event><link href="/6"/>', "/6"),
        ('<link href="/7"/>', ""),
        ('<link type="text/html" href="/8"/><cap:event>Storm</cap:event>', ""),
        ('<link rel="self" type="application/cap+xml" href="/9"/>', ""),
        ("", ""),
    ],
)
def test_the_message_behind_an_entry_is_found(entry: str, detail: str) -> None:
    """A link that says it is CAP is believed first; one that says nothing counts beside CAP's elements alone."""
    document = atom(f"<entry><id>1</id><title>Storm</title>{entry}</entry>")
    assert details(document, "https://cap.vrv.example/index") == (
        [f"https://cap.vrv.example{detail}"] if detail else [""]
    )


def test_links_of_rss_lead_to_messages() -> None:
    """In an index in RSS the link is the message, and an enclosure that says it is CAP comes first."""
    rss = """<rss version="2.0"><channel><title>Alarm</title><link>https://vrv.example/</link>
    <item><title>A</title><link>https://vrv.example/a.xml</link></item>
    <item><title>B</title><link>https://vrv.example/b</link>
      <enclosure type="application/cap+xml" url="https://vrv.example/b.cap" length="1"/></item></channel></rss>"""
    assert details(rss) == ["https://vrv.example/a.xml", "https://vrv.example/b.cap"]
    assert [item.url for item in read(rss).items] == ["https://vrv.example/a.xml", "https://vrv.example/b"]


def test_an_entry_that_says_nothing_is_broken() -> None:
    """Without id, link and title there is nothing to tell, and the others are read."""
    batch = read(atom("<entry><updated>2026-11-23T07:00:00Z</updated></entry>", ENTRY.format("Noord")))
    assert len(batch.items) == 1
    assert reasons(batch) == ["the entry of the index has no id, no link and no title"]


def test_an_entry_with_an_unknown_status_is_broken() -> None:
    """Nobody guesses for whom an entry is."""
    batch = read(atom(ENTRY.format("Noord").replace(">Actual<", ">Echt<")))
    assert (batch.items, reasons(batch)) == ((), ["its status is 'echt', which CAP does not know"])


def test_an_empty_index_is_no_problem() -> None:
    """No warnings is the best news there is."""
    batch = read(atom())
    assert (batch.items, batch.broken, batch.problems, batch.title) == ((), (), (), "Veiligheidsregio Voorbeeldland")


def test_a_truncated_index_is_not_whole() -> None:
    """What was cut off may be what is new: what could be read is given, and people hear of it."""
    batch = read(atom(ENTRY.format("Noord"), ENTRY.format("Zuid"))[:-200])
    assert (len(batch.items), batch.whole) == (1, False)
    assert "cap.truncated" in codes(batch)


def test_lists_of_links_are_indexes_too() -> None:
    """One address on a line, or a folder as servers show it: each link is a message to be fetched."""
    lines = "# alarm\r\nhttps://vrv.example/1.cap\r\n\r\nhttps://vrv.example/2.xml\r\nhttps://vrv.example/1.cap"
    assert details(lines) == ["https://vrv.example/1.cap", "https://vrv.example/2.xml"]
    page = """<!DOCTYPE html><html><body><h1>Index of /cap</h1><a href="../">Parent</a><a href="1.cap">brand.cap</a>
    <a href="/cap/2.cap.xml">2</a><a href="3" type="application/cap+xml">3</a><a href="x.html">uitleg</a></body></html>"""
    found = [f"https://vrv.example/cap/{name}" for name in ("1.cap", "2.cap.xml", "3")]
    assert details(page, "https://vrv.example/cap/") == found
    first = read(page, url="https://vrv.example/cap/").items[0]
    assert (first.native_id, first.title) == (found[0], Text(value="brand.cap"))
    listing = '<html><body><a href="a.xml">a</a><a href="b.html">b</a></body></html>'
    assert details(listing, "https://vrv.example/") == ["https://vrv.example/a.xml"]


@pytest.mark.parametrize("text", ["https://vrv.example/1.cap\nEr is niets aan de hand.", "Er is niets.", "a,b\n1,2"])
def test_prose_is_no_index(text: str) -> None:
    """A list of links has nothing else on its lines."""
    with pytest.raises(Malformed) as caught:
        read(text)
    assert caught.value.code == "cap.not-cap"


def test_json_of_the_american_weather_service_is_cap() -> None:
    """Features are messages with one block: identity, references, areas and polygons come out as CAP has them."""
    text = """{"type": "FeatureCollection", "title": "alerts", "features": [
    {"geometry": {"type": "Polygon", "coordinates": [[[5.1, 52.1], [5.2, 52.1], [5.2, 52.2], [5.1, 52.1]]]},
     "properties": {"id": "urn:2", "sender": "w", "sent": "2026-11-23T08:00:00-05:00", "status": "Actual",
      "messageType": "Update", "severity": "Severe", "certainty": "Likely", "urgency": "Expected", "event": "Gale",
      "headline": "Gale warning", "description": "Strong.", "areaDesc": "North; South", "language": "en-US",
      "geocode": {"UGC": ["A1", "A2"]}, "expires": "2026-11-23T20:00:00-05:00", "web": "https://w.example/2",
      "references": [{"identifier": "urn:1", "sender": "w", "sent": "2026-11-23T07:00:00-05:00"}, 5]}},
    {"properties": {"id": "urn:3", "sender": "w", "messageType": "Alert", "severity": "x", "sent": ""}}, 7]}"""
    batch = read(text)
    (item,) = batch.items
    found = of(item)
    assert (item.native_id, item.url, item.language) == (
        "w,urn:2,2026-11-23T08:00:00-05:00",
        "https://w.example/2",
        "en-US",
    )
    assert found.references == ("w,urn:1,2026-11-23T07:00:00-05:00",)
    assert found.areas == (
        Area(
            name="North; South", codes=(("UGC", "A1"), ("UGC", "A2")), polygons=("52.1,5.1 52.1,5.2 52.2,5.2 52.1,5.1",)
        ),
    )
    assert found.expires == datetime(2026, 11, 24, 1, tzinfo=UTC)
    assert (batch.title, reasons(batch)) == ("alerts", ["the message has no sent", "the entry is no alert"])

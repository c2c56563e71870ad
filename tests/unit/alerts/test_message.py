"""One message: every field of CAP 1.2 in its place, and what becomes of messages that lack some."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.contract import Media, SourceConfig, Text
from tests.unit.alerts.documents import alert, codes, ids, info, of, only, read, reasons, stem, together

FULL = info(
    inside="""<language>ignored</language><category>Fire</category><category>Safety</category>
    <responseType>Shelter</responseType><urgency>Immediate</urgency><severity>Extreme</severity>
    <certainty>Observed</certainty><effective>2026-11-23T08:01:00+01:00</effective>
    <onset>2026-11-23T08:05:00+01:00</onset><expires>2026-11-23T12:00:00+01:00</expires>
    <senderName>Veiligheidsregio Voorbeeldland</senderName><description>Blijf uit de rook.
Sluit ramen.</description><instruction>Ga naar binnen.</instruction><web>https://vrv.example/brand</web>
    <parameter><valueName>awareness_level</valueName><value>3; orange; Severe</value></parameter>
    <resource><resourceDesc>Kaart van de rook</resourceDesc><mimeType>image/png</mimeType><size>1200</size>
      <uri>https://vrv.example/kaart.png</uri></resource>
    <resource><resourceDesc>Uitleg</resourceDesc><mimeType>text/html</mimeType><uri>/uitleg.html</uri></resource>
    <area><areaDesc>Havengebied</areaDesc><polygon>52.1,5.1 52.1,5.2
      52.2,5.2 52.1,5.1</polygon><circle>52.1,5.1 2.5</circle>
      <geocode><valueName>NUTS3</valueName><value>VL001</value></geocode></area>"""
)


def test_every_field_has_its_place() -> None:
    """Title, text, page, times, vocabulary, areas, instruction and pictures come from their own elements."""
    item = only(alert(FULL, extra="<note>Ter informatie</note>"))
    found = of(item)
    assert (item.native_id, item.group, item.url) == (stem(), stem(), "https://vrv.example/brand")
    assert (item.title, item.language) == (Text(value="Brand in de haven"), "nl")
    assert item.summary == Text(value="Blijf uit de rook.\nSluit ramen.")
    assert item.published == found.sent == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert item.media == (
        Media(url="https://vrv.example/kaart.png", mime="image/png", alt="Kaart van de rook", length=1200),
    )
    assert item.links == ("https://cap.vrv.example/uitleg.html",)
    assert item.categories == ("Fire", "Safety", "Brand", "3; orange; Severe")
    assert (found.status, found.message, found.scope) == ("actual", "alert", "public")
    assert (found.urgency, found.severity, found.certainty) == ("immediate", "extreme", "observed")
    assert (found.event, found.sender) == ("Brand", "Veiligheidsregio Voorbeeldland")
    assert found.onset == datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
    assert found.expires == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert found.instruction == Text(value="Ga naar binnen.")
    (area,) = found.areas
    assert area.name == "Havengebied"
    assert area.codes == (("NUTS3", "VL001"), ("circle", "52.1,5.1 2.5"))
    assert area.polygons == ("52.1,5.1 52.1,5.2 52.2,5.2 52.1,5.1",)


def test_what_is_absent_is_none() -> None:
    """Nothing is invented for a message that says little: no page, no text, no end, vocabulary unknown."""
    item = only(alert("<info><event>Storing</event></info>"))
    found = of(item)
    assert (item.url, item.summary, item.media, found.expires, found.onset) == (None, None, (), None, None)
    assert (found.urgency, found.severity, found.certainty, found.areas) == ("unknown", "unknown", "unknown", ())
    assert item.title == Text(value="Storing")
    assert found.sender == "alarm@vrv.example"


def test_a_block_without_language_is_american_english() -> None:
    """CAP says what is meant where nothing is said (section 3.2.2): en-US."""
    assert only(alert(info(None))).language == "en-US"


@pytest.mark.parametrize("name", ["identifier", "sender", "sent"])
def test_what_makes_it_a_message_cannot_lack(name: str) -> None:
    """Without identifier, sender or time of sending a message is broken, and the reason says what it lacks."""
    start, _, rest = alert(info()).partition(f"<{name}>")
    batch = read(start + rest.partition(f"</{name}>")[2])
    assert (batch.items, reasons(batch)) == ((), [f"the message has no {name}"])


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("<status>Echt</status><scope>Public</scope>", "its status is 'echt', which CAP does not know"),
        ("<status>Actual</status><scope>Iedereen</scope>", "its scope is 'iedereen', which CAP does not know"),
    ],
)
def test_nobody_guesses_for_whom_a_message_is(head: str, reason: str) -> None:
    """A status or scope that CAP does not know is no permission to publish."""
    batch = read(alert(info(), head=head))
    assert (batch.items, reasons(batch)) == ((), [reason])


def test_a_missing_status_is_noted() -> None:
    """Where status and scope are not said, what is usual is taken, and people hear of it."""
    batch = read(alert(info(), head=""))
    assert of(batch.items[0]).status == "actual"
    assert "cap.missing-fields" in codes(batch)


@pytest.mark.parametrize("status", ["Exercise", "System", "Test", "Draft"])
def test_a_status_is_told_in_lower_case(status: str) -> None:
    """Tests and exercises are recognised as what they are, whatever the case of the letters."""
    batch = read(alert(info(), head=f"<status>{status}</status><scope>Public</scope>"))
    assert of(batch.items[0]).status == status.lower()
    assert of(only(alert(info(), head="<status> ACTUAL </status><scope>Private</scope>"))).scope == "private"


def test_an_unknown_kind_of_message_is_an_alert() -> None:
    """A message type that nobody knows is told rather than lost, with a line about it."""
    batch = read(alert(info(), kind="Bericht"))
    assert of(batch.items[0]).message == "alert"
    assert "cap.unknown-values" in codes(batch)


def test_vocabulary_of_old_versions_is_read() -> None:
    """``Very Likely`` of CAP 1.0 is likely, anything unknown is unknown, and each is noted once."""
    batch = read(alert(info(inside="<certainty>Very Likely</certainty><severity>Erg</severity>")))
    assert (of(batch.items[0]).certainty, of(batch.items[0]).severity) == ("likely", "unknown")
    assert codes(batch) == {"cap.unknown-values"}


@pytest.mark.parametrize(
    "namespace", ["urn:oasis:names:tc:emergency:cap:1.1", "http://www.incident.com/cap/1.0"], ids=["1.1", "1.0"]
)
def test_older_versions_are_read_with_a_line(namespace: str) -> None:
    """CAP 1.0 and 1.1 are tolerated, and said to be old; CAP 1.0 wrote codes as name=value."""
    area = "<area><areaDesc>X</areaDesc><geocode>fips6=006109</geocode></area>"
    batch = read(alert(info(inside=area), namespace=namespace))
    assert codes(batch) == {"cap.old-version"}
    assert of(batch.items[0]).areas[0].codes == (("fips6", "006109"),)


def test_a_message_without_namespace_is_read_with_a_line() -> None:
    """What has identifier, sender and sent is a message, even where it does not say that it is CAP."""
    batch = read(alert(info(), namespace=""))
    assert ids(batch) == [stem()]
    assert codes(batch) == {"cap.no-namespace"}


def test_times_without_zone_are_local_and_noted() -> None:
    """CAP wants an offset; where it lacks, the source's own zone counts, and people hear of it."""
    text = alert(info(inside="<expires>2026-11-23T20:00:00</expires>"), sent="2026-11-23T08:00:00")
    batch = read(text, SourceConfig(id="x", url="", time_zone="Europe/Amsterdam"))
    assert of(batch.items[0]).sent == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert codes(batch) == {"date-without-zone"}


def test_times_that_are_none_are_noted() -> None:
    """A time that cannot be read is absent, and the message is still told."""
    batch = read(alert(info(inside="<expires>binnenkort</expires>"), sent="nu"))
    assert (batch.items[0].native_id, of(batch.items[0]).sent, of(batch.items[0]).expires) == (
        "alarm@vrv.example,vrv-1,nu",
        None,
        None,
    )
    assert codes(batch) == {"date-unreadable"}


def test_offsets_of_zero_are_read_however_written() -> None:
    """``-00:00``, ``+00:00`` and ``Z`` are one moment."""
    moments = {of(only(alert(info(), sent=f"2026-11-23T07:00:00{zone}"))).sent for zone in ("-00:00", "+00:00", "Z")}
    assert moments == {datetime(2026, 11, 23, 7, tzinfo=UTC)}


def test_markup_in_texts_is_recognised() -> None:
    """CAP's texts are plain by rule and HTML now and then; a headline with a comparison in it stays plain."""
    item = only(
        alert(info(inside="<description>Straat dicht&lt;br /&gt;Rijd om</description>", headline="Wind &lt; 8 Bft"))
    )
    assert item.summary == Text(value="<p>Straat dicht<br />Rijd om</p>", markup=True)
    assert item.title == Text(value="Wind < 8 Bft")


def test_what_is_no_page_is_no_address() -> None:
    """A ``web`` that nobody could follow is none; one that begins at the root of the site is made absolute."""
    assert [
        only(alert(info(inside=f"<web>{web}</web>"))).url for web in ("bel ons", "javascript:alert(1)", "/brand")
    ] == [
        None,
        None,
        "https://cap.vrv.example/brand",
    ]


def test_areas_of_one_name_are_one() -> None:
    """A county told once per code is one area with all its codes."""
    one = "<area><areaDesc>Delta</areaDesc><geocode><valueName>FIPS</valueName><value>{}</value></geocode></area>"
    item = only(alert(info(inside=one.format("A") + one.format("B") + one.format("A"))))
    assert [(area.name, area.codes) for area in of(item).areas] == [("Delta", (("FIPS", "A"), ("FIPS", "B")))]


def test_several_messages_in_an_envelope_are_read() -> None:
    """EDXL-DE, IPAWS and others put messages into something else; one that is broken spoils no other."""
    batch = read(together(alert(info()), alert(info(), number=2, head="<status>?</status>"), alert(info(), number=3)))
    assert ids(batch) == [stem(1), stem(3)]
    assert len(batch.broken) == 1
    assert codes(batch) == {"cap.broken"}


def test_what_is_nearly_xml_is_mended() -> None:
    """A bare ampersand or an entity of HTML loses no word, and people hear of it."""
    batch = read(alert(info(headline="Politie & brandweer bij caf&eacute;")))
    assert batch.items[0].title == Text(value="Politie & brandweer bij café")
    assert codes(batch) == {"cap.mended"}

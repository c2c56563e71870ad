"""Which documents say of themselves that they are alerts, and which are taken for something else."""

from __future__ import annotations

import pytest

from adapters import SOURCES, load_source
from adapters.contract import Document
from tests.unit.alerts.documents import alert, atom, info

ALERTS = {"cap", "nl_alert", "burgernet"}
CAP_LINK = '<entry><id>1</id><link rel="related" type="application/cap+xml" href="https://a.example/1"/></entry>'
NL_ALERT = '{"data": [{"id": "1", "message": "Brand", "type": "nl-alert", "start_at": null, "area": []}]}'
BURGERNET = '[{"AlertId": "1", "MessageId": "1", "AlertLevel": "10"}]'


def kind_of(text: str | bytes) -> str | None:
    """Give the kind that recognises a document first."""
    document = Document(body=text.encode() if isinstance(text, str) else text)
    return next((kind for kind in SOURCES if load_source(kind).recognises(document)), None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (alert(info()), "cap"),
        (f'<?xml version="1.0"?>\n<?xml-stylesheet href="x.xsl"?>\n<!-- x -->{alert(info())}', "cap"),
        (alert(info()).encode("utf-16"), "cap"),
        (alert(info(), namespace=""), "cap"),
        (alert(info(), namespace="http://www.incident.com/cap/1.0"), "cap"),
        (atom(), "cap"),
        (atom(CAP_LINK, declarations=""), "cap"),
        (atom(f"<entry><content>{alert(info())}</content></entry>", declarations=""), "cap"),
        ("https://vrv.example/1.cap\nhttps://vrv.example/2.cap", "cap"),
        ('<!doctype html><a href="1.cap">1</a>', "cap"),
        (NL_ALERT, "nl_alert"),
        (BURGERNET, "burgernet"),
    ],
)
def test_alerts_are_recognised_before_feeds(text: str | bytes, kind: str) -> None:
    """``inspect`` takes a CAP message or index for what it is, though its index is an Atom feed as well."""
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        atom("<entry><id>1</id><title>Nieuws</title></entry>", declarations=""),
        atom("<entry><id>1</id><summary>urn:oasis:names:tc:emergency:cap:1.2</summary></entry>", declarations=""),
        '<rss version="2.0"><channel><title>CAP</title><link>https://a.example</link></channel></rss>',
        "<!doctype html><p>Over het Common Alerting Protocol (application/cap+xml)</p>",
        "https://vrv.example/nieuws",
        '{"data": []}',
        '{"data": [{"id": 1, "message": "hallo"}]}',
        "[]",
        '[{"id": 1}]',
        '{"type": "FeatureCollection", "features": []}',
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_what_is_no_alert_is_none(text: str | bytes) -> None:
    """A plain feed that only writes about CAP, a page and other JSON are left to others."""
    assert kind_of(text) not in ALERTS

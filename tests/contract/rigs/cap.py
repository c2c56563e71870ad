"""CAP: an index in Atom, and the messages behind it on the same host."""

from __future__ import annotations

from collections.abc import Callable

from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Stranger

SITE = "https://waarschuwingen.voorbeeldland.example"
SENDER = "weer@voorbeeldland.example"


def sent(number: int) -> str:
    """Give when a message was sent."""
    return f"2026-11-23T0{number}:00:00+01:00"


def stem(number: int) -> str:
    """Give the identity of a message."""
    return f"{SENDER},weer-{number},{sent(number)}"


def block(number: int, language: str, event: str, words: str) -> str:
    """Write an info block."""
    return (
        f"<info><language>{language}</language><category>Met</category><event>{event}</event><urgency>Expected</urgency>"
        f"<severity>Severe</severity><certainty>Likely</certainty><expires>2026-11-23T2{number}:00:00+01:00</expires>"
        f"<headline>{event} {number}</headline><description>{words}</description><web>{SITE}/{language}/{number}</web>"
        "<area><areaDesc>Voorbeeldland</areaDesc><geocode><valueName>NUTS3</valueName><value>VL001</value></geocode></area>"
        "</info>"
    )


def message(number: int, *, english: bool = False, type: str = "Alert", references: str = "") -> str:  # noqa: A002 - CAP's word
    """Write a message."""
    blocks = block(number, "nl", "Storm", f"Zware windstoten, bericht {number}.")
    blocks += block(number, "en", "Gale", f"Strong gusts, message {number}.") if english else ""
    about = f"<references>{references}</references>" if references else ""
    return (
        f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>weer-{number}</identifier>'
        f"<sender>{SENDER}</sender><sent>{sent(number)}</sent><status>Actual</status><msgType>{type}</msgType>"
        f"<scope>Public</scope>{about}{blocks}</alert>"
    )


def index(base: str, *numbers: int) -> bytes:
    """Write an index with a link to each message."""
    entries = "".join(
        f"<entry><id>urn:weer:{n}</id><title>Storm {n}</title><updated>{sent(n)}</updated>"
        f'<link type="application/cap+xml" href="{base}/cap/{n}.xml"/>'
        f"<cap:event>Storm</cap:event><cap:status>Actual</cap:status><cap:severity>Severe</cap:severity></entry>"
        for n in numbers
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<id>urn:weer</id><title>Waarschuwingen</title><updated>{sent(1)}</updated>{entries}</feed>"
    ).encode()


EMBEDDED = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:weer</id><title>Waarschuwingen</title>'
    + "".join(
        f'<entry><id>urn:weer:{n}</id><title>Storm</title><content type="text/xml">{message(n)}</content></entry>'
        for n in (2, 1)
    )
    + "</feed>"
).encode()

RSS = f"""<rss version="2.0" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"><channel><title>Waarschuwingen</title>
<link>{SITE}/</link><item><title>Storm 4</title><guid isPermaLink="false">weer-4</guid><link>{SITE}/cap/4.xml</link>
<cap:event>Storm</cap:event><cap:severity>Severe</cap:severity></item></channel></rss>""".encode()

JSON = b"""{"type": "FeatureCollection", "title": "Alerts", "features": [{"type": "Feature", "geometry": null, "properties":
{"id": "urn:1", "@id": "https://api.voorbeeldland.example/alerts/urn:1", "sender": "weer@voorbeeldland.example",
"sent": "2026-11-23T08:00:00+01:00", "status": "Actual", "messageType": "Alert", "severity": "Severe",
"certainty": "Likely", "urgency": "Expected", "event": "Gale", "headline": "Gale", "areaDesc": "North; South"}}]}"""

LINES = f"# waarschuwingen\n{SITE}/cap/1.cap\n{SITE}/cap/2.cap\n".encode()


def serving(*numbers: int, tag: str = '"1"', english: bool = False) -> Callable[[Request], Reply]:
    """Serve an index of these messages, and the messages."""

    def answer(request: Request) -> Reply:
        if request.path.startswith("/cap/"):
            number = int(request.path.removeprefix("/cap/").removesuffix(".xml"))
            return Reply(body=message(number, english=english).encode(), type="application/cap+xml")
        if request.headers.get("if-none-match") == tag:
            return Reply(status=304)
        return Reply(body=index(request.base, *numbers), type="application/atom+xml", headers={"ETag": tag})

    return answer


RIG = Rig(
    kind="cap",
    samples=(
        Sample(
            name="messages inside entries",
            document=Document(body=EMBEDDED),
            shown=((stem(2), f"{SITE}/nl/2"), (stem(1), f"{SITE}/nl/1")),
        ),
        Sample(
            name="an index",
            document=Document(body=index(SITE, 2, 1)),
            shown=(("urn:weer:2", f"{SITE}/cap/2.xml"), ("urn:weer:1", f"{SITE}/cap/1.xml")),
        ),
        Sample(name="an index in RSS", document=Document(body=RSS), shown=(("weer-4", f"{SITE}/cap/4.xml"),)),
        Sample(
            name="a message in two languages",
            document=Document(body=message(3, english=True).encode()),
            shown=((f"{stem(3)},nl", f"{SITE}/nl/3"), (f"{stem(3)},en", f"{SITE}/en/3")),
        ),
        Sample(
            name="JSON",
            document=Document(body=JSON),
            shown=(
                (
                    "weer@voorbeeldland.example,urn:1,2026-11-23T08:00:00+01:00",
                    "https://api.voorbeeldland.example/alerts/urn:1",
                ),
            ),
        ),
        Sample(
            name="a list of links",
            document=Document(body=LINES),
            shown=((f"{SITE}/cap/1.cap", f"{SITE}/cap/1.cap"), (f"{SITE}/cap/2.cap", f"{SITE}/cap/2.cap")),
        ),
    ),
    telltale=(b"windstoten, bericht 2", b"regen, bericht 2"),
    strangers=(
        *COMMON_STRANGERS,
        Stranger(
            name="a sitemap", document=Document(body=b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>')
        ),
        Stranger(
            name="JSON of another kind", document=Document(body=b'{"type": "FeatureCollection", "features": [{}]}')
        ),
        Stranger(name="prose", document=Document(body=b"Er zijn geen waarschuwingen.")),
    ),
    also={"feed": "an index of messages is an Atom or RSS feed as well, and comes after it in the registry"},
    modes={
        "success": serving(2, 1),
        "news": serving(3, 2, 1, tag='"2"'),
        "empty": serving(tag='"3"'),
        "paging": serving(*range(9, 0, -1)),
        "rate-limit": [Reply(status=429, headers={"Retry-After": "120"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=410)],
        "changed-shape": [Reply(body=b"<!doctype html><title>Nieuwe site</title>", type="text/html")],
        "down": [Reply(status=503)],
    },
    paged=9,
)

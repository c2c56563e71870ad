"""A feed: the simplest place there is. Read this one first when you write another."""

from __future__ import annotations

from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Stranger

SITE = "https://www.voorbeeldstad.example"
HEAD = f"<title>Gemeente Voorbeeldstad</title><link>{SITE}/</link><language>nl</language>"


def rss(*numbers: int) -> bytes:
    """Write a feed with these items."""
    items = "".join(
        f'<item><title>Bericht {n}</title><link>/nieuws/{n}?a=1&amp;b=2</link><guid isPermaLink="false">vbs-{n}</guid>'
        f"<pubDate>Mon, 23 Nov 2026 0{n}:00:00 +0100</pubDate><description>Tekst van nummer {n}.</description></item>"
        for n in numbers
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{HEAD}{items}</channel></rss>'.encode()


def shown(*numbers: int) -> tuple[tuple[str, str], ...]:
    """Give what should come out of ``rss``."""
    return tuple((f"vbs-{n}", f"{SITE}/nieuws/{n}?a=1&b=2") for n in numbers)


ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Waterschap Voorbeelddelta</title><updated>2026-11-23T08:00:00Z</updated>
<entry><id>urn:uuid:4f1c</id><title>Peil omhoog</title><link href="{SITE}/peil"/><updated>2026-11-23T08:00:00+01:00</updated></entry>
</feed>""".encode()

JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Provincie Voorbeeldland",
"items": [{"id": "7", "url": "https://voorbeeldland.example/7", "content_text": "De brug is dicht."}]}"""


def conditional(request: Request) -> Reply:
    """Answer as a good server does: with 304 where nothing changed."""
    if request.headers.get("if-none-match") == '"a"':
        return Reply(status=304)
    return Reply(body=rss(2, 1), type="application/rss+xml", headers={"ETag": '"a"'})


RIG = Rig(
    kind="feed",
    samples=(
        Sample(name="rss", document=Document(body=rss(3, 2, 1)), shown=shown(3, 2, 1)),
        Sample(name="atom", document=Document(body=ATOM), shown=(("urn:uuid:4f1c", f"{SITE}/peil"),)),
        Sample(name="json", document=Document(body=JSON), shown=(("7", "https://voorbeeldland.example/7"),)),
    ),
    telltale=(b"Tekst van nummer 2", b"Woord van nummer 2"),
    strangers=(
        *COMMON_STRANGERS,
        Stranger(
            name="a sitemap", document=Document(body=b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>')
        ),
        Stranger(name="JSON of another kind", document=Document(body=b'{"data": []}')),
    ),
    modes={
        "success": conditional,
        "news": [Reply(body=rss(3, 2, 1), type="application/rss+xml", headers={"ETag": '"b"'})],
        "empty": [Reply(body=rss(), type="application/rss+xml")],
        "rate-limit": [Reply(status=429, headers={"Retry-After": "120"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=410)],
        "changed-shape": [Reply(body=b"<!doctype html><title>Nieuwe site</title>", type="text/html")],
        "down": [Reply(status=503)],
    },
    lacks={"paging": "a feed is one document"},
)

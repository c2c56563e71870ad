"""A site with a sitemap: pages that are asked for their titles, an index, and a robots.txt."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence

from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Stranger

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def urlset(base: str, numbers: Sequence[int]) -> bytes:
    """Write a plain sitemap."""
    urls = "".join(
        f"<url><loc>{base}/nieuws/{n}</loc><lastmod>2026-11-{20 + n % 3}T08:00:00+01:00</lastmod></url>"
        for n in numbers
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACES}>{urls}</urlset>'.encode()


def index(base: str, count: int) -> bytes:
    """Write an index."""
    children = "".join(f"<sitemap><loc>{base}/deel/{n}.xml</loc></sitemap>" for n in range(count))
    return f"<sitemapindex {SPACES}>{children}</sitemapindex>".encode()


def site(numbers: Sequence[int]) -> Callable[[Request], Reply]:
    """Serve a sitemap and its pages."""

    def reply(request: Request) -> Reply:
        if request.path == "/robots.txt":
            return Reply(body=b"User-agent: *\nDisallow: /intern/\n", type="text/plain")
        if request.path.startswith("/nieuws/"):
            title = f"Bericht {request.path.removeprefix('/nieuws/')}"
            return Reply(body=f"<!doctype html><title>{title}</title>".encode(), type="text/html")
        return Reply(body=urlset(request.base, numbers))

    return reply


def large_site(request: Request) -> Reply:
    """Serve an index of ten sitemaps with three pages each."""
    if request.path.startswith("/deel/"):
        part = int(request.path.removeprefix("/deel/").removesuffix(".xml"))
        return Reply(body=urlset(request.base, range(part * 3, part * 3 + 3)))
    if request.path == "/bron":
        return Reply(body=index(request.base, 10))
    return site([])(request)


NEWS = f"""<urlset {SPACES}><url><loc>https://www.voorbeeldstad.example/n/1</loc><news:news><news:publication>
<news:name>Voorbeeldstad</news:name><news:language>nl</news:language></news:publication>
<news:publication_date>2026-11-23T08:00:00+01:00</news:publication_date><news:title>Brug dicht</news:title></news:news>
</url></urlset>""".encode()
PLAIN = urlset("https://www.voorbeeldstad.example", [2, 1])

RIG = Rig(
    kind="sitemap",
    samples=(
        Sample(
            name="plain",
            document=Document(body=PLAIN),
            shown=tuple((None, f"https://www.voorbeeldstad.example/nieuws/{n}") for n in (2, 1)),
        ),
        Sample(name="news", document=Document(body=NEWS), shown=((None, "https://www.voorbeeldstad.example/n/1"),)),
        Sample(
            name="packed",
            document=Document(body=gzip.compress(NEWS, mtime=0)),
            shown=((None, "https://www.voorbeeldstad.example/n/1"),),
        ),
        Sample(name="index", document=Document(body=index("https://www.voorbeeldstad.example", 2)), shown=()),
    ),
    telltale=(b"2026-11-21T", b"2026-11-19T"),
    strangers=(
        *COMMON_STRANGERS,
        Stranger(name="a feed", document=Document(body=b'<rss version="2.0"><channel/></rss>')),
        Stranger(name="a broken package", document=Document(body=gzip.compress(NEWS)[:60])),
    ),
    modes={
        "success": site([1, 2]),
        "news": site([1, 2, 3]),
        "empty": site([]),
        "paging": large_site,
        "rate-limit": [Reply(status=429, headers={"Retry-After": "60"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=410)],
        "changed-shape": [Reply(body=b"<!doctype html><title>Nieuwe site</title>", type="text/html")],
        "down": [Reply(status=500)],
    },
    paged=30,
)

"""Sitemaps: which pages are new, which are asked, how politely, and what is remembered of a large site."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import Batch, Document, SourceConfig
from adapters.errors import Malformed
from adapters.sitemap.course import MOST_SEEN
from adapters.sitemap.document import unpacked
from adapters.sitemap.page import with_page
from adapters.sitemap.source import Options, SitemapSource
from tests.contract.rigs import Reply, Request
from tests.contract.rigs.sitemap import SPACES, index, site, urlset
from tests.unit.sources.conftest import Place

KIND = "sitemap"
CONFIG = SourceConfig(id="x", url="https://www.voorbeeldstad.example/sitemap.xml", options=Options())
Answer = Callable[[Request], Reply]


def but(answer: Answer, **replies: Reply) -> Answer:
    """Answer otherwise where the path ends so."""

    def reply(request: Request) -> Reply:
        name = request.path.rpartition("/")[2].replace(".", "_")
        return replies.get(name) or replies.get(f"n{name}") or answer(request)

    return reply


def titles(batch: Batch) -> list[str | None]:
    """Give the titles of what is new."""
    return [item.title.value if item.title else None for item in batch.items]


def codes(batch: Batch) -> set[str]:
    """Give the codes of what is wrong."""
    return {problem.partition(":")[0] for problem in batch.problems}


async def known(place: Place, *numbers: int) -> Batch:
    """Meet a site with these pages."""
    return await place.says(site(numbers)).fetch()


async def test_new_pages_are_asked_for_their_titles(place: Place) -> None:
    """Only the new page is asked, once, and its title is the item's."""
    first = await known(place, 1, 2)
    batch = await place.says(site([1, 2, 3])).fetch(first.cursor)
    assert titles(batch) == ["Bericht 3"]
    assert place.asked == ["/bron", "/robots.txt", "/nieuws/3"]
    again = await place.says(site([1, 2, 3])).fetch(batch.cursor)
    assert again.not_modified


def test_a_page_says_more_than_its_title() -> None:
    """og:title goes before the title; description, time and language come along; the charset is the page's own."""
    html = (
        '<html lang="fy"><head><meta charset="iso-8859-1"><title>Brêge ticht | Gemeente</title>'
        '<meta property="og:title" content="Brêge ticht"><meta name="description" content="Oant moandei.">'
        '<meta property="article:published_time" content="2026-11-23T08:00:00+01:00"></head>'
    )
    (item,) = SitemapSource.read(Document(body=urlset("https://x.example", [1])), CONFIG).items
    found = with_page(item, html.encode("latin-1"), None, UTC)
    assert found
    assert found.title
    assert found.title.value == "Brêge ticht"
    assert found.summary
    assert (found.summary.value, found.language) == ("Oant moandei.", "fy")
    assert found.published == datetime(2026, 11, 23, 7, tzinfo=UTC)


async def test_what_waits_comes_later(place: Place) -> None:
    """Ten pages are asked per fetch; until the rest was asked a batch is not whole, and nothing is lost or doubled."""
    first = await known(place, 0)
    many = site(range(25))
    shown: list[str | None] = []
    cursor, wholes = first.cursor, []
    for _ in range(3):
        batch = await place.says(many).fetch(cursor)
        shown += titles(batch)
        wholes.append(batch.whole)
        cursor = batch.cursor
    assert sorted(map(str, shown)) == sorted(f"Bericht {n}" for n in range(1, 25))
    assert wholes == [False, False, True]


async def test_first_contact_asks_few_pages(place: Place) -> None:
    """Of a whole site the newest ten get their titles; the others are remembered without, and never asked."""
    batch = await place.says(site(range(40))).fetch()
    assert len(batch.items) == 40
    assert len([title for title in titles(batch) if title]) == 10
    assert batch.whole


async def test_robots_are_heeded(place: Place) -> None:
    """A page that robots.txt closes is not asked for, and is told as broken rather than posted without words."""
    first = await known(place, 1)
    closed = but(site([1, 2]), robots_txt=Reply(body=b"User-agent: Omroeper\nDisallow: /nieuws/\n"))
    batch = await place.says(closed).fetch(first.cursor)
    assert place.asked == ["/bron", "/robots.txt"]
    assert (batch.items, len(batch.broken)) == ((), 1)
    assert "robots.txt" in batch.broken[0].reason


@pytest.mark.parametrize("status", [500, 429])
async def test_an_unwell_robots_txt_closes_the_site_for_now(place: Place, status: int) -> None:
    """Where robots.txt cannot be had nobody knows what it says: pages wait (RFC 9309, section 2.3.1.4)."""
    first = await known(place, 1)
    batch = await place.says(but(site([1, 2]), robots_txt=Reply(status=status))).fetch(first.cursor)
    assert "/nieuws/2" not in place.asked
    later = await place.says(site([1, 2])).fetch(batch.cursor)
    assert titles(later) == ["Bericht 2"]


async def test_no_robots_txt_opens_everything(place: Place) -> None:
    """A site without one lets programs read."""
    first = await known(place, 1)
    batch = await place.says(but(site([1, 2]), robots_txt=Reply(status=404))).fetch(first.cursor)
    assert titles(batch) == ["Bericht 2"]


async def test_a_site_that_asks_for_a_pause_gets_it(place: Place) -> None:
    """Crawl-delay means one page per fetch."""
    first = await known(place, 1)
    slow = but(site(range(1, 6)), robots_txt=Reply(body=b"User-agent: *\nCrawl-delay: 10\n"))
    await place.says(slow).fetch(first.cursor)
    assert len([path for path in place.asked if path.startswith("/nieuws/")]) == 1


async def test_a_rate_limit_on_a_page_ends_the_asking(place: Place) -> None:
    """After a 429 no further page is asked; the pause becomes a hint, and what was not asked comes later."""
    first = await known(place, 1)
    limited = but(site([1, 2, 3]), n2=Reply(status=429, headers={"Retry-After": "900"}))
    batch = await place.says(limited).fetch(first.cursor)
    assert len([path for path in place.asked if path.startswith("/nieuws/")]) <= 2
    assert batch.hints.interval == 900
    later = await place.says(site([1, 2, 3])).fetch(batch.cursor)
    assert sorted(map(str, (*titles(batch), *titles(later)))) == ["Bericht 2", "Bericht 3"]


async def test_a_page_that_fails_is_tried_and_then_told(place: Place) -> None:
    """A page that answers 500 does not stop the others; after three fetches it is broken, and no longer asked for."""
    cursor = (await known(place, 1)).cursor
    bad = but(site([1, 2, 3]), n2=Reply(status=500))
    batches = []
    for _ in range(4):
        batches.append(await place.says(bad).fetch(cursor))
        cursor = batches[-1].cursor
    assert [titles(batch) for batch in batches] == [["Bericht 3"], [], [], []]
    assert [len(batch.broken) for batch in batches] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("reply", "broken"),
    [
        (Reply(status=404), 0),
        (Reply(status=403), 1),
        (Reply(body=b"<p>Zonder titel", type="text/html"), 1),
    ],
)
async def test_a_page_without_a_title_is_never_posted(place: Place, reply: Reply, broken: int) -> None:
    """What is gone is no news; what is closed or has no title is told, once."""
    first = await known(place, 1)
    batch = await place.says(but(site([1, 2]), n2=reply)).fetch(first.cursor)
    assert (batch.items, len(batch.broken)) == ((), broken)
    again = await place.says(but(site([1, 2]), n2=reply)).fetch(batch.cursor)
    assert "/nieuws/2" not in place.asked
    assert again.broken == ()


async def test_pages_elsewhere_are_left_out(place: Place) -> None:
    """A sitemap may not send us to other sites: such pages are neither asked nor shown."""
    first = await known(place, 1)
    base = place.play.stage.base
    both = urlset(base, [1]).replace(b"</urlset>", b"<url><loc>https://elders.example/x</loc></url></urlset>")
    batch = await place.says([Reply(body=both)]).fetch(first.cursor)
    assert place.asked == ["/bron"]
    assert batch.items == ()
    assert "sitemap.other-site" in codes(batch)


async def test_only_the_wanted_paths_count(place: Place) -> None:
    """``only`` and ``without`` are beginnings of paths; the stronger is ``without``."""
    options = Options(only=("/nieuws/",), without=("/nieuws/archief/",))
    assert [options.wants(f"https://x.example{path}") for path in ("/nieuws/1", "/nieuws/archief/1", "/over", "")] == [
        True,
        False,
        False,
        False,
    ]
    assert Options().wants("http://[kapot")
    with pytest.raises(ValueError, match="slash"):
        Options(only=("nieuws",))
    batch = await place.says(site([1, 2]), without=("/nieuws/2",)).fetch()
    assert titles(batch) == ["Bericht 1"]


async def test_dates_that_move_at_night_are_nothing(place: Place) -> None:
    """A site that touches the dates of all its pages is not read anew."""
    first = await known(place, 1, 2)
    moved = urlset(place.play.stage.base, [1, 2]).replace(b"2026-11-2", b"2026-12-2")
    batch = await place.says([Reply(body=moved)]).fetch(first.cursor)
    assert (batch.items, place.asked) == ((), ["/bron"])


async def test_a_news_sitemap_asks_no_pages(place: Place) -> None:
    """Titles that the sitemap gives are enough, and a changed one is a new version."""
    entry = (
        "<urlset {0}><url><loc>{1}/n/1</loc><news:news><news:title>{2}</news:title></news:news></url></urlset>".format
    )
    base = place.play.stage.base
    first = await place.says([Reply(body=entry(SPACES, base, "Brug dicht").encode())]).fetch()
    batch = await place.says([Reply(body=entry(SPACES, base, "Brug open").encode())]).fetch(first.cursor)
    assert (titles(first), titles(batch), place.asked) == (["Brug dicht"], ["Brug open"], ["/bron"])


async def test_an_index_is_followed_in_turns(place: Place) -> None:
    """Six sitemaps of an index are read per fetch, those that were never read first; then first contact is over."""

    def answer(request: Request) -> Reply:
        if request.path == "/bron":
            return Reply(body=index(request.base, 14))
        if request.path.startswith("/deel/"):
            part = int(request.path.removeprefix("/deel/").removesuffix(".xml"))
            return Reply(body=urlset(request.base, [part]))
        return site([])(request)

    place.says(answer, titles="none")
    cursor: dict[str, object] = {}
    seen, wholes = [], []
    for _ in range(3):
        batch = await place.fetch(cursor)
        seen += [path for path in place.asked if path.startswith("/deel/")]
        wholes.append(batch.whole)
        cursor = dict(batch.cursor)
    assert len(set(seen)) == 14
    assert wholes == [False, False, True]


async def test_unchanged_parts_of_an_index_are_left_alone(place: Place) -> None:
    """A part that bears the date it had is not asked for again."""
    parts = "<sitemap><loc>{0}/deel/1.xml</loc><lastmod>2026-11-{1}</lastmod></sitemap>"

    def answer(day: int) -> Answer:
        def reply(request: Request) -> Reply:
            if request.path == "/bron":
                body = (
                    f"<sitemapindex {SPACES}>{parts.format(request.base, day)}<!-- {request.count} --></sitemapindex>"
                )
                return Reply(body=body.encode())
            return Reply(body=urlset(request.base, [1]))

        return reply

    first = await place.says(answer(20), titles="none").fetch()
    again = await place.says(answer(20)).fetch({**first.cursor, "body": ""})
    assert place.asked == ["/bron"]
    assert again.items == ()
    await place.says(answer(21)).fetch({**again.cursor, "body": ""})
    assert place.asked == ["/bron", "/deel/1.xml"]


async def test_of_a_crowded_site_only_dated_pages_are_new(place: Place) -> None:
    """Where there are more pages than can be remembered nothing old is taken for new, and what is new is found."""

    def pages(more: str = "") -> Reply:
        old = "".join(f"<url><loc>/p/{n}</loc><lastmod>2020-01-01</lastmod></url>" for n in range(MOST_SEEN + 500))
        return Reply(body=f"<urlset {SPACES}>{old}{more}</urlset>".encode())

    first = await place.says([pages()], titles="none").fetch()
    assert "sitemap.too-many-pages" in codes(first)
    assert len(first.items) == MOST_SEEN
    today = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    batch = await place.says([pages(f"<url><loc>/p/nieuw</loc><lastmod>{today}</lastmod></url>")]).fetch(first.cursor)
    assert [item.url and item.url.rpartition("/")[2] for item in batch.items] == ["nieuw"]


def test_packed_sitemaps_are_bounded() -> None:
    """A bomb is met before it goes off, and half a package is no sitemap."""
    with pytest.raises(Malformed) as caught:
        unpacked(gzip.compress(bytes(60 * 1024 * 1024)))
    assert caught.value.code == "sitemap.too-large"
    with pytest.raises(Malformed) as caught:
        unpacked(gzip.compress(b"x" * 1000)[:-9])
    assert caught.value.code == "sitemap.bad-gzip"


def test_entities_are_not_resolved() -> None:
    """A document that defines entities is not read at all, so that it cannot grow."""
    bomb = b'<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>/&b;</loc></url></urlset>'
    with pytest.raises(Malformed):
        SitemapSource.read(Document(body=bomb, url="https://x.example/"), CONFIG)

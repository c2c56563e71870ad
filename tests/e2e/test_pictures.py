"""Pictures on their whole way: from a feed, through the program, to a strict server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.gallery import Gallery, Shown, jpeg
from tests.e2e.inside import Inside, inside
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin
from tests.standin.state import Status

PICTURED = 'media = "feed"\nlicence = "own"'
REFUSED: dict[str, Any] = {"status": 422, "body": "{}", "content_type": "application/json"}


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    """A host with a feed and pictures."""
    with Gallery() as started:
        started.items.append(Shown(id="oud", title="Van voor het eerste contact"))
        yield started


@pytest.fixture
def server() -> Iterator[Standin]:
    """A Mastodon server."""
    with Standin("mastodon", windows={}) as started:
        yield started


@pytest.fixture
def installation(tmp_path: Path, gallery: Gallery, server: Standin) -> Installation:
    """An installation whose source shows pictures."""
    made = Installation(folder=tmp_path)
    made.configure(server=server.url, sources={"stad": f"{gallery.url}/feed"}, source=PICTURED)
    return made


@pytest.fixture
def within(installation: Installation) -> Iterator[Inside]:
    """The same, opened in this process, after first contact."""
    with inside(installation, datetime.now(UTC), running=True) as opened:
        opened.round()
        yield opened


def posts(server: Standin) -> list[Status]:
    """Every post that is there, the oldest first."""
    return [server.world.statuses[one] for one in server.world.shelves[server.account.id]]


def alts(status: Status) -> tuple[str, ...]:
    """The descriptions of a post's pictures."""
    return status.now.alts


def uploads(server: Standin) -> int:
    """How many pictures were handed over."""
    return sum(one["status"] == 200 for one in server.asked("POST", "/api/v2/media"))


def two_pictures(gallery: Gallery) -> Shown:
    """An item with two pictures."""
    found = Shown(
        id="brug",
        title="De brug is dicht tot 12 uur",
        pictures=[
            (gallery.picture("/een.jpg"), "De brug vanaf de kade"),
            (gallery.picture("/twee.jpg", jpeg("blue")), "Een kaart met de omleiding"),
        ],
    )
    gallery.items.append(found)
    return found


def test_correction_keeps_both_pictures(gallery: Gallery, server: Standin, installation: Installation) -> None:
    """An item with two pictures is posted with both; its correction changes the words, and both pictures stay."""
    assert installation.once().returncode == 0
    item = two_pictures(gallery)
    assert installation.once().returncode == 0
    (post,) = posts(server)
    assert alts(post) == ("De brug vanaf de kade", "Een kaart met de omleiding")
    before = post.now.media
    item.title = "De brug is dicht tot 14 uur"
    assert installation.once().returncode == 0
    (post,) = posts(server)
    assert post.now.text.startswith("De brug is dicht tot 14 uur")
    assert post.now.media == before
    assert uploads(server) == 2
    assert gallery.asked["/een.jpg"] == gallery.asked["/twee.jpg"] == 1


def test_correction_follows_the_pictures_of_the_item(gallery: Gallery, server: Standin, within: Inside) -> None:
    """Where the source took one picture away and put another up, the corrected post shows what the source shows."""
    item = two_pictures(gallery)
    within.round()
    item.title = "De brug is dicht tot 14 uur"
    item.pictures = [item.pictures[1], (gallery.picture("/drie.jpg", jpeg("green")), "De nieuwe omleiding")]
    within.round()
    (post,) = posts(server)
    assert alts(post) == ("Een kaart met de omleiding", "De nieuwe omleiding")
    assert gallery.asked["/twee.jpg"] == 1


def test_picture_that_fails_costs_only_itself(gallery: Gallery, server: Standin, within: Inside) -> None:
    """What is no picture, or not there, is left out; the post goes with the others, and ``why`` says what was left out."""
    gallery.picture("/pagina.jpg", b"<!doctype html><title>Even geduld</title>")
    pictures = [("/pagina.jpg", "Geen foto"), ("/weg.jpg", "Weg"), (gallery.picture("/goed.jpg"), "Een plein")]
    gallery.items.append(Shown(id="plein", title="Het plein is klaar", pictures=list(pictures)))
    within.round()
    (post,) = posts(server)
    assert alts(post) == ("Een plein",)
    left_out = within.events("without-picture")
    assert [one.detail["url"].rpartition("/")[2] for one in left_out] == ["pagina.jpg", "weg.jpg"]
    assert "picture.unknown" in left_out[0].detail["error"]


def test_picture_that_is_late_is_waited_for_in_order(gallery: Gallery, server: Standin, within: Inside) -> None:
    """A host that is unwell for a moment is asked again, and what came after in the same feed does not overtake."""
    gallery.failing["/laat.jpg"] = 1
    late = Shown(id="een", title="Eerste bericht", pictures=[(gallery.picture("/laat.jpg"), "Een sluis")])
    gallery.items += [late, Shown(id="twee", title="Tweede bericht")]
    within.round()
    first, second = posts(server)
    assert first.now.text.startswith("Eerste")
    assert alts(first) == ("Een sluis",)
    assert second.now.text.startswith("Tweede")


def test_picture_of_a_page_where_the_site_lets_us(
    gallery: Gallery, server: Standin, installation: Installation
) -> None:
    """With ``media = "page"`` the picture is the one that the item's own page names, unless robots.txt forbids the page."""
    page = f'<meta property="og:image" content="{gallery.url}/plein.jpg"><meta property="og:image:alt" content="Het plein">'
    for path in ("/bericht/open", "/bericht/dicht"):
        gallery.bodies[path] = ("text/html", page.encode())
    gallery.bodies["/robots.txt"] = ("text/plain", b"User-agent: *\nDisallow: /bericht/dicht\n")
    gallery.picture("/plein.jpg")
    source = 'media = "page"\nlicence = "own"'
    installation.configure(server=server.url, sources={"stad": f"{gallery.url}/feed"}, source=source)
    with inside(installation, datetime.now(UTC), running=True) as within:
        within.round()
        gallery.items += [Shown(id="open", title="Open"), Shown(id="dicht", title="Dicht")]
        within.round()
    assert [alts(one) for one in posts(server)] == [("Het plein",), ()]
    assert gallery.asked["/bericht/dicht"] == 0


def test_picture_without_description_is_left_out_or_held(
    gallery: Gallery, server: Standin, installation: Installation
) -> None:
    """By default a picture that nobody described stays away; with ``hold`` a person looks, and may let the post go."""
    assert installation.once().returncode == 0
    gallery.items.append(Shown(id="kaal", title="Zonder beschrijving", pictures=[(gallery.picture("/kaal.jpg"), None)]))
    assert installation.once().returncode == 0
    assert [alts(one) for one in posts(server)] == [()]
    installation.configure(
        server=server.url, sources={"stad": f"{gallery.url}/feed"}, source=f'{PICTURED}\nalt = "hold"'
    )
    gallery.items.append(Shown(id="vast", title="Vastgehouden", pictures=[(gallery.picture("/vast.jpg"), None)]))
    assert installation.once().returncode == 1
    (held,) = installation.json("posts", "--state", "held")
    assert installation.call("approve", held["id"]).returncode == 0
    assert installation.once().returncode == 0
    assert [one.now.text.splitlines()[0] for one in posts(server)] == ["Zonder beschrijving", "Vastgehouden"]


def test_refused_picture_does_not_hold_the_post_back(gallery: Gallery, server: Standin, within: Inside) -> None:
    """A server that will not have a picture gets the post without it."""
    server.fail("error-before", path="/api/v2/media", count=5, **REFUSED)
    two_pictures(gallery)
    within.round()
    (post,) = posts(server)
    assert alts(post) == ()
    assert len(within.events("without-picture")) == 2


def test_uploads_that_are_used_up_leave_the_link(gallery: Gallery, server: Standin, within: Inside) -> None:
    """When the server takes no more uploads for now, posts go without pictures instead of waiting half an hour."""
    server.fail("limited", path="/api/v2/media", count=20)
    two_pictures(gallery)
    within.round()
    (post,) = posts(server)
    assert alts(post) == ()


def test_picture_that_the_server_works_on_is_waited_for(gallery: Gallery, server: Standin, within: Inside) -> None:
    """An upload that is still being processed (202, then 206) goes into the post once it is ready."""
    server.world.settings.picture_looks = 2
    gallery.items.append(Shown(id="een", title="Sluis open", pictures=[(gallery.picture("/sluis.jpg"), "Een sluis")]))
    within.round()
    assert [alts(one) for one in posts(server)] == [("Een sluis",)]


def test_upload_that_a_server_may_have_thrown_away_is_made_again(
    gallery: Gallery, server: Standin, installation: Installation
) -> None:
    """Servers forget uploads that no post uses after a day: a post that waited longer gets its pictures anew."""
    with inside(installation, datetime.now(UTC)) as within:
        within.round()
        gallery.items.append(Shown(id="een", title="Sluis open", pictures=[(gallery.picture("/s.jpg"), "Een sluis")]))
        server.fail("error-before", path="/api/v1/statuses", status=401, content_type="application/json", body="{}")
        within.round()
        assert (posts(server), uploads(server)) == ([], 1)
        server.world.media.clear()
        within.clock.moment += timedelta(hours=21)
        installation.call("resume", "account")
        within.round()
    assert [alts(one) for one in posts(server)] == [("Een sluis",)]
    assert uploads(server) == 2


def test_tag_that_the_server_names_is_not_used_again(
    gallery: Gallery, server: Standin, installation: Installation
) -> None:
    """A hashtag that an admin switched off costs one refusal: that post goes without tags, the next without that one."""
    server.world.settings.disabled_tags.add("brug")
    tags = 'tags = ["Brug", "Voorbeeldstad"]'
    installation.configure(server=server.url, sources={"stad": f"{gallery.url}/feed"}, source=tags)
    with inside(installation, datetime.now(UTC), running=True) as within:
        within.round()
        for n in ("een", "twee"):
            gallery.items.append(Shown(id=n, title=f"Bericht {n}"))
            within.round()
    first, second = (one.now.text for one in posts(server))
    assert "#" not in first
    assert second.endswith("\n\n#Voorbeeldstad")
    assert sum(one["status"] == 422 for one in server.asked("POST", "/api/v1/statuses")) == 1

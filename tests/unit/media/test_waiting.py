"""Who waits for a picture, and for how long; and the picture that a page names for itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import Alert, Media
from bot.media.page import picture_of
from bot.media.prepare import PATIENCE, wait_for_pictures
from bot.model import Content, Wanted

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NEWS = Wanted(
    id="p",
    announcement="a",
    identity="i",
    account=1,
    source=1,
    source_id="nieuws",
    lane="rest",
    position=1,
    generation=0,
    operation="publish",
    state="queued",
    wanted=1,
    seen=0,
    attempts=0,
    rung=0,
    frozen=None,
    remote_id=None,
    queued=NOW,
    agency="stad",
    kind="news",
    notice=None,
    content=Content(media=(Media(url="https://a.example/1.jpg", alt="Een brug"),)),
    created=NOW,
)


def waits(wanted: Wanted, after: timedelta = timedelta()) -> datetime | None:
    """Ask on an account that shows the pictures of source 1."""
    return wait_for_pictures(frozenset({1}), wanted, NOW + after)


def test_a_post_waits_for_its_pictures_but_not_for_long() -> None:
    """A host of pictures that is down holds a post back for ten minutes at most."""
    assert waits(NEWS) == NOW + PATIENCE
    assert waits(NEWS, PATIENCE - timedelta(seconds=1)) == NOW + PATIENCE
    assert waits(NEWS, PATIENCE) is None
    assert timedelta(minutes=10) == PATIENCE


def test_a_picture_never_delays_an_alert() -> None:
    """An alert does not wait for anything, whatever it shows."""
    alert = replace(NEWS, lane="alert", kind="alert", content=replace(NEWS.content, alert=Alert()))
    assert waits(alert) is None


@pytest.mark.parametrize(
    "changes",
    [{"source": 2}, {"operation": "delete"}, {"operation": "boost"}, {"prepared": 1}, {"operation": "unboost"}],
)
def test_who_has_nothing_to_wait_for_goes(changes: dict[str, object]) -> None:
    """Posts of sources without pictures, posts that go, and posts whose pictures are ready."""
    assert waits(replace(NEWS, **changes)) is None  # type: ignore[arg-type]  # fields by name


ALT = '<meta property="og:image:alt" content=" De brug ">'
PAGE = "https://www.voorbeeldstad.example/nieuws/brug"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta property="og:image" content="/brug.jpg">', ("https://www.voorbeeldstad.example/brug.jpg", None)),
        (
            '<meta name="twitter:image" content="a.jpg"><meta property="og:image" content="https://b.example/b.jpg">'
            + ALT,
            ("https://b.example/b.jpg", "De brug"),
        ),
        (
            '<meta property="og:image" content=""><meta name="twitter:image" content="c.jpg">',
            (f"{PAGE[:-4]}c.jpg", None),
        ),
        ("<title>Geen</title>", None),
        ("", None),
    ],
)
def test_a_page_names_its_picture(head: str, expected: tuple[str, str | None] | None) -> None:
    """The picture that a page gives to platforms, with its description, as an address that can be asked."""
    found = picture_of(f"<html><head>{head}</head></html>".encode(), PAGE, "utf-8")
    assert [(one.url, one.alt) for one in found] == ([expected] if expected else [])


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"<" * 5000, b"%PDF-1.4"])
def test_what_is_no_page_names_no_picture(body: bytes) -> None:
    """Whatever lies at the address, it is read without harm."""
    assert picture_of(body, PAGE, "no-such-charset") == ()

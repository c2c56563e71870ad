"""Posts as they will look, in one file."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from bot.web.preview import render_preview

POST: dict[str, Any] = {
    "account": "stadsnieuws",
    "source": "stad-nieuws",
    "text": "Weg dicht\n\nMaandag.\nhttps://www.voorbeeldstad.example/weg",
    "length": 48,
    "limit": 500,
    "language": "nl",
    "spoiler_text": "",
    "visibility": "unlisted",
    "media": [],
    "parts": [],
}


def test_a_post_is_shown_with_all_that_goes_along() -> None:
    """Text with its lines and link, the count by the server's rule, language, visibility and pictures are all there."""
    media = [{"url": "https://a.example/1.jpg", "alt": "Een plein."}, {"url": "https://a.example/2.jpg", "alt": None}]
    page = html.document_fromstring(render_preview([{**POST, "media": media, "spoiler_text": "Verkeer"}]))
    words = " ".join(page.text_content().split())
    for expected in (
        "1. Account stadsnieuws, bron stad-nieuws",
        "Waarschuwing bij de inhoud: Verkeer",
        "48 van 500 tekens",
        "Taal: nl",
        "niet in openbare lijsten",
        "Afbeelding: Een plein.",
        "Zonder omschrijving",
    ):
        assert expected in words
    assert [one.text_content() for one in page.cssselect(".text p")] == [
        "Weg dicht",
        "Maandag.\nhttps://www.voorbeeldstad.example/weg",
    ]


def test_parts_and_trouble_are_visible() -> None:
    """A thread shows part by part; a text that is too long or has no language says so in words."""
    page = render_preview([{**POST, "parts": ["Een (1/2)", "Twee (2/2)"], "length": 501, "language": None}])
    for expected in ("Deel 1 van 2", "Deel 2 van 2", "Te lang: 501 van 500 tekens", "Taal: onbekend"):
        assert expected in page


def test_the_file_loads_nothing_and_runs_nothing() -> None:
    """The page is whole by itself: it names no address to load, has no script, and hostile words stay words."""
    evil = "</style><script>alert(1)</script>"
    text = render_preview([{**POST, "text": evil, "source": evil, "media": [{"url": "javascript:x", "alt": evil}]}])
    page = html.document_fromstring(text)
    assert text.startswith("<!doctype html>")
    assert not page.cssselect("script, link, img, [src], [onload]")
    assert [one.get("href") for one in page.cssselect("[href]")] == []
    assert "url(" not in page.cssselect("style")[0].text_content()


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Er is niets om te laten zien."), ("en", "There is nothing to show.")]
)
def test_nothing_to_show_is_said(language: Any, words: str) -> None:
    """No post at all gives a page that says so, in either language."""
    assert words in render_preview([], language=language)

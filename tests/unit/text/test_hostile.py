"""Text made to hurt: 100,000 characters of what makes careless expressions run for years. Ending at all is the test."""

from __future__ import annotations

import pytest

from bot.text import (
    canonical_link,
    clean,
    cut,
    digest,
    entities,
    hashtag,
    links_in,
    neutralise,
    post_text,
    safe_url,
    split,
    status_length,
    to_text,
    without_tracking,
)

SIZE = 100_000
PIECES = [
    "(", "a.", "@a.", "http://", "https://a.nl/(", "https://é", "_a.nl", "#a·", "https://a.nl/x.", "?", "://", "..nl", ".ſ",
    "👩\u200d", "e\u0301", "🇳", "\r\n", "\U000e0067", "\xa0", "1 ", "dhr. ", "https://a.nl ", "%",
]  # fmt: skip
MARKUP = [
    "<div>", "<p", "<a href=x>a.nl", "<!--", "<![CDATA[", "&amp;", "&lt;p&gt;", "<table><tr><td>", "<li>", "<br>", "<ul>",
    "<td>x", "<script>", "</p>", "<q>", "\u200b", "<p>x</p>",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_explodes(piece: str) -> None:
    """Counting, cleaning, disarming and cutting come to an end on endless repetition, and keep their promises."""
    text = piece * (SIZE // len(piece))
    assert status_length(text) >= 0
    assert status_length(cut(text, 500)) <= 500
    assert not any(entity.kind == "mention" for entity in entities(neutralise(text)))
    tidy = clean(text)
    assert clean(tidy) == tidy
    assert digest(tidy) == digest(post_text(tidy))


@pytest.mark.parametrize("piece", PIECES)
def test_no_thread_explodes(piece: str) -> None:
    """Splitting ends too, also where nothing in the text invites a break."""
    text = piece * (SIZE // 4 // len(piece))
    assert all(0 < status_length(part) <= 500 for part in split(text, 500))


@pytest.mark.parametrize("piece", PIECES)
def test_no_address_explodes(piece: str) -> None:
    """Addresses as long as a page are refused or compared, but end."""
    text = piece * (SIZE // len(piece))
    address = f"https://a.nl/?{text}"
    assert safe_url(address) is None
    assert safe_url(address[:300]) is not None
    assert canonical_link(canonical_link(address)) == canonical_link(without_tracking(address))
    assert hashtag(text) is None


@pytest.mark.parametrize("piece", MARKUP)
def test_no_markup_explodes(piece: str) -> None:
    """Pages made of one element, opened without end, are read in the time of their length."""
    markup = piece * (SIZE // len(piece))
    text = to_text(f"voor {markup} na")
    assert clean(text) == text
    assert text.startswith("voor") or piece == "<!--"
    assert isinstance(links_in(markup, "https://a.nl/"), tuple)

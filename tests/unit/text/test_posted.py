"""Posts that come back as HTML, in the shapes of the servers that we publish to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import digest, post_text

LINK = "https://www.voorbeeldstad.example/nieuws/2026/brug-dicht-wegens-onderhoud?id=1&taal=nl"
SENT = f"Brug dicht <vandaag> & 'morgen'.\nOmrijden  kan.\n\nMeer: {LINK}\n\n#Voorbeeldstad vraag @\u2060naam 👩‍👧 ü  "
ESCAPED = LINK.replace("&", "&amp;")
SHAPES = {
    "mastodon": (
        "<p>Brug dicht &lt;vandaag&gt; &amp; &#39;morgen&#39;.<br />Omrijden  kan.</p>"
        f'<p>Meer: <a href="{ESCAPED}" target="_blank" rel="nofollow noopener" translate="no">'
        '<span class="invisible">https://www.</span><span class="ellipsis">voorbeeldstad.example/nieuws/2</span>'
        '<span class="invisible">026/brug-dicht-wegens-onderhoud?id=1&amp;taal=nl</span></a></p>'
        '<p><a href="https://m.example/tags/Voorbeeldstad" class="mention hashtag" rel="tag">#<span>Voorbeeldstad</span></a>'
        " vraag @\u2060naam 👩‍👧 ü</p>"
    ),
    "gotosocial": (
        "<p>Brug dicht &lt;vandaag&gt; &amp; &#39;morgen&#39;.<br>Omrijden  kan.</p>"
        f'<p>Meer: <a href="{ESCAPED}" rel="nofollow noreferrer noopener" target="_blank">{ESCAPED}</a></p>'
        '<p><a href="https://g.example/tags/voorbeeldstad" class="mention hashtag" rel="tag nofollow noreferrer noopener"'
        ' target="_blank">#<span>Voorbeeldstad</span></a> vraag @\u2060naam 👩‍👧 u\u0308</p>'
    ),
    "pleroma": (
        "Brug dicht &lt;vandaag&gt; &amp; &#39;morgen&#39;.<br/>Omrijden  kan.<br/><br/>"
        f'Meer: <a href="{ESCAPED}" rel="ugc">{ESCAPED}</a><br/><br/>'
        '<a class="hashtag" data-tag="voorbeeldstad" href="https://p.example/tag/voorbeeldstad">#Voorbeeldstad</a>'
        " vraag @naam 👩‍👧 ü"
    ),
    "takahe": (
        "<p>Brug dicht &lt;vandaag&gt; &amp; &#x27;morgen&#x27;.<br>Omrijden kan.</p>"
        f'<p>Meer: <a href="{ESCAPED}" rel="nofollow">voorbeeldstad.example/nieuws/2…</a></p>'
        '<p><a href="/tags/voorbeeldstad/" class="hashtag">#voorbeeldstad</a> vraag @\u2060naam 👩‍👧 ü</p>'
    ),
}  # fmt: skip


@pytest.mark.parametrize("server", SHAPES)
def test_a_post_is_recognised_on_every_server(server: str) -> None:
    """The fingerprint of what was sent is that of what came back, in whatever HTML."""
    assert digest(post_text(SHAPES[server])) == digest(SENT)


@pytest.mark.parametrize("server", SHAPES)
def test_addresses_come_back_whole(server: str) -> None:
    """A link that the server shortened for the eye is found in the text as it was sent."""
    assert LINK in post_text(SHAPES[server])


def test_a_quote_line_is_not_part_of_the_post() -> None:
    """What Mastodon adds for servers without quotes was never sent."""
    added = '<p class="quote-inline">RE: <a href="https://m.example/@a/1">https://m.example/@a/1</a></p>'
    assert post_text(added + "<p>tekst</p>") == "tekst"


def test_text_without_markup_comes_back_too() -> None:
    """Servers may give bare text, with escapes."""
    assert post_text("a &amp; b") == "a & b"
    assert post_text("") == ""


def test_other_words_give_another_fingerprint() -> None:
    """Texts that differ in a digit, a letter or a sign are told apart."""
    texts = ["A12 dicht", "A2 dicht", "A12 dicht!", "A12 open", "A1 2e dicht", ""]
    assert len({digest(text) for text in texts}) == len(texts)
    assert all(len(digest(text)) == 32 for text in texts)


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_white_space_and_case_make_no_difference(text: str) -> None:
    """What servers change without asking does not change the fingerprint."""
    assert digest(f" {text}\n\u200b") == digest(text)
    assert digest(text.casefold()) == digest(text)

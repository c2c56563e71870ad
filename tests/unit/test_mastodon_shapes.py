"""What servers show is read as it was meant, whatever the family, and never trips over what it did not expect."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mastodon.shapes import family_of, host, limits, plain, remote_post
from tests.standin import texts

LONG = "https://www.voorbeeldstad.nl/nieuws/een-bericht-met-een-lang-adres?x=1&y=2"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        *("id", "text", "content", "reblog", "media_attachments", "application", "created_at", "url", "description"),
        *("configuration", "version", "statuses", "max_characters", "supported_mime_types", "api_versions", "mastodon"),
    ]
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>Eén regel</p>", "Eén regel"),
        ("<p>een<br />twee</p><p>drie</p>", "een\ntwee\n\ndrie"),
        ("<p>een<br>\ntwee</p>\n\n<p>drie</p>\n", "een\ntwee\n\ndrie"),
        ("<p>a &lt;b&gt; &amp;amp; c</p>", "a <b> &amp; c"),
        (texts.html(f"Lees {LONG}, nu", "<br />"), f"Lees {LONG}, nu"),
        ('<p><a href="https://x.example/een/twee">x.example/een…</a></p>', "https://x.example/een/twee"),
        ('<p><a href="https://x.example/">Klik <b>hier</b></a> of niet</p>', "Klik hier of niet"),
        (
            '<p><span class="h-card"><a href="https://x.example/@po" class="u-url mention">@<span>po</span></a></span></p>',
            "@po",
        ),
        (
            '<p><a href="https://x.example/tags/b" class="mention hashtag" rel="tag">#<span>Brug</span></a> op</p>',
            "#Brug op",
        ),
        ("<ul>\n<li>een</li>\n<li>twee</li>\n</ul>", "- een\n- twee"),
        ("<blockquote><p>gezegd</p></blockquote><p>en zo</p>", "gezegd\n\nen zo"),
        ("zomaar tekst", "zomaar tekst"),
        ("<p>a<!-- b --><?c?>d\x00e</p>", "ade"),
        ("\ud800", "?"),
        ("<b>" * 200 + "diep", "diep"),
        ("<b>" * 5000 + "te diep", ""),
    ],
)
def test_html_becomes_the_text_it_was_made_of(html: str, text: str) -> None:
    """Paragraphs, breaks, entities, shortened links, mentions and tags of every family give the text once written."""
    assert plain(html) == text


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(
            ["brug", "open", "&", "<b>", '"', "'", "é", "🌧️", "#NLAlert", "\n", "\n\n", "3 > 2", "&amp;", LONG]
        )
        | st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="@#"), max_size=8),
        max_size=12,
    ),
    tag=st.sampled_from(["<br />", "<br>"]),
)
def test_what_was_written_can_be_read_back(parts: list[str], tag: str) -> None:
    """Whatever text a server renders, its plain form is the text again, for every spelling of a break."""
    text = re.sub(r"[ \n]*\n\n[ \n]*", "\n\n", re.sub(r" *\n *", "\n", " ".join(parts))).strip()
    assert plain(texts.html(text, tag)) == text


@pytest.mark.parametrize(
    ("instance", "family"),
    [
        ({"version": "4.6.4"}, "mastodon"),
        ({"version": "4.3.2+glitch"}, "mastodon"),
        ({"version": "4.4.0-alpha.1"}, "mastodon"),
        ({"version": "2.7.2 (compatible; Pleroma 2.5.0)"}, "pleroma"),
        ({"version": "2.7.2 (compatible; Akkoma 3.13.2)"}, "pleroma"),
        ({"version": "4.2.1 (compatible; Sharkey 2025.4)"}, "other"),
        ({"version": "takahe/0.11.0"}, "takahe"),
        (
            {"version": "0.20.0 1e4f6e5", "source_url": "https://codeberg.org/superseriousbusiness/gotosocial"},
            "gotosocial",
        ),
        ({"version": "0.20.0 1e4f6e5", "account_domain": "voorbeeldstad.example"}, "gotosocial"),
        ({"version": "0.9"}, "other"),
        ({}, "other"),
    ],
)
def test_families_are_recognised(instance: dict[str, Any], family: str) -> None:
    """Software is recognised by what it says of itself; what only claims compatibility is not Mastodon."""
    assert family_of(instance) == family


def test_features_follow_the_api_version() -> None:
    """The seat belt comes with Mastodon 4.3, quotes with 4.5; a key is promised only where it is known to work."""
    old, mid, new = (limits({"version": "4.9.9", "api_versions": {"mastodon": n}}).features for n in (0, 2, 7))
    assert [("allowed_mentions" in f, "quote" in f) for f in (old, mid, new)] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert "idempotency" in old
    assert "idempotency" not in limits({"version": "takahe/0.11.0"}).features


@pytest.mark.parametrize(
    ("version", "reserved", "length"),
    [
        ("4.6.4", 23, 23),
        ("takahe/0.11.0", 23, None),
        ("2.7.2 (compatible; Pleroma 2.5.0)", 0, None),
        ("4.6.4", "23", None),
    ],
)
def test_addresses_cost_what_the_server_really_counts(version: str, reserved: object, length: int | None) -> None:
    """Only Mastodon counts an address for what it advertises; the others count every character."""
    statuses = {"characters_reserved_per_url": reserved}
    assert limits({"version": version, "configuration": {"statuses": statuses}}).url_length == length


@pytest.mark.parametrize(
    ("instance", "name"),
    [
        ({"domain": "voorbeeldstad.example"}, "voorbeeldstad.example"),
        ({"domain": "social.example", "account_domain": "voorbeeldstad.example"}, "voorbeeldstad.example"),
        ({"uri": "http://localhost:3950"}, "localhost:3950"),
        ({"uri": "Voorbeeldstad.example"}, "voorbeeldstad.example"),
        ({}, "ingesteld.example"),
    ],
)
def test_the_host_is_the_servers_own_word(instance: dict[str, Any], name: str) -> None:
    """Account names end in the host that the server names, which need not be the one that it is reached at."""
    assert host(instance, "https://ingesteld.example/") == name


def test_a_boost_has_no_text_of_its_own() -> None:
    """A boost of a post of ours cannot be taken for that post."""
    content = texts.html(f"brug {LONG}", "<br>")
    shown = {"id": "2", "content": content, "text": "brug", "reblog": {"id": 1, "content": content}}
    assert (remote_post(shown).boost_of, remote_post(shown).text, remote_post(shown).links) == ("1", "", ())


def test_the_source_is_preferred() -> None:
    """Where a server shows the source it is the text, also where the page would lose something."""
    shown = {"id": "1", "content": "<p>twee spaties</p>", "text": "twee  spaties https://x.example/a."}
    assert remote_post(shown).text == "twee  spaties https://x.example/a."
    assert remote_post(shown).links == ("https://x.example/a",)


@settings(max_examples=150, deadline=None)
@given(shown=st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON, max_size=4), max_size=8))
def test_nothing_that_a_server_shows_trips_the_reading(shown: dict[str, Any]) -> None:
    """Whatever stands where, a post with an id is read, and a description of a server gives usable limits."""
    assert remote_post(shown | {"id": "1"}).remote_id == "1"
    assert limits(shown).max_characters > 0
    assert isinstance(host(shown, "x.example"), str)

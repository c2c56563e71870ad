"""The length of a status.

``lengths.json`` holds texts made at random out of awkward pieces, each behind the length that an independent judge gives
it: the expressions of twitter-text 3.1.0 under Mastodon's override, libidn and the grapheme clusters of Ruby, in Ruby.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import status_length

LENGTHS = json.loads(Path(__file__).with_name("lengths.json").read_text(encoding="utf-8"))


def test_every_length_of_the_independent_judge() -> None:
    """The count is the server's own on 700 random texts with and without a content warning."""
    wrong = [(text, spoiler, length) for length, text, *spoiler in LENGTHS if status_length(text, *spoiler) != length]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Zie https://www.voorbeeld.nl. Ok", 31),
        ("https://a.nl", 23),
        ("zie www.voorbeeld.nl", 20),
        ("https://voorbeeld.music/x", 25),
        ("https://192.168.1.1/x", 21),
        ("https://localhost/x", 19),
        ("https://a_b.nl/x", 16),
        ("https://sub_domain.voorbeeld.nl/x", 23),
        ("http://café.nl/ü", 23),
        ("https://x.nl/" + "a" * 300, 23),
        ("https://x.nl/" + "a" * 4083, 23),
        ("https://x.nl/" + "a" * 4084, 4097),
        ("(https://x.nl/a_(b))", 25),
        ("ahttps://a.nl", 13),
        ("#https://a.nl", 13),
        ("tekst:https://a.nl", 29),
        ("a.nl/https://b.nl", 17),
        ("https://t.co/abc/def", 27),
        ("https://t.co/" + "a" * 41, 54),
        ("@naam@voorbeeld.nl", 5),
        ("@naam", 5),
        ("naam@voorbeeld.nl", 17),
        ("🏳️‍⚧️✨é👩‍👩‍👧‍👦🇳🇱", 5),
        ("\r\n", 0),
        ("a\r\nb", 3),
        ("हिन्दी", 3),
        (" \n\t\xa0", 0),
        ("\x1c", 1),
    ],
)
def test_known_lengths(text: str, length: int) -> None:
    """The cases that decide whether a post is accepted count as the server counts them."""
    assert status_length(text) == length


def test_content_warning_counts_as_written() -> None:
    """An address in the content warning counts in full, and a mark at the start of the text joins its last letter."""
    assert status_length("x", "https://a.nl ") == 14
    assert status_length("\u0301x", "e") == 2
    assert status_length("  ", "cw") == 2


def test_the_length_of_addresses_is_the_servers_setting() -> None:
    """A server may reserve another length for addresses, or none at all, and then everything counts as written."""
    text = "https://a.nl @naam@voorbeeld.nl"
    assert status_length(text, url_length=25) == 25 + 1 + 5
    assert status_length(text, url_length=None) == len(text)


@settings(max_examples=200)
@given(st.text(max_size=60), st.text(max_size=60))
def test_length_of_texts_on_separate_lines_adds_up(one: str, other: str) -> None:
    """A line end separates for good: no address, mention or cluster reaches across it."""
    joined = f"{one}.\n{other}"
    if one.strip() and other.strip() and not one.endswith("\r"):
        assert status_length(joined) == status_length(f"{one}.") + 1 + status_length(other)

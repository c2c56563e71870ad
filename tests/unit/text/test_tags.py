from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import entities, hashtag


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("openbare orde", "#OpenbareOrde"),
        ("NL-Alert", "#NLAlert"),
        ("Fryslân", "#Fryslân"),
        ("112 melding", "#112Melding"),
        ("'s-Hertogenbosch", "#SHertogenbosch"),
        ("foto’s", "#Fotos"),
        ("ijs en sneeuw", "#IJsEnSneeuw"),
        ("OPENBARE ORDE", "#OpenbareOrde"),
        ("KNMI", "#KNMI"),
        ("#Verkeer", "#Verkeer"),
        ("natuur & milieu", "#NatuurMilieu"),
        ("cafe\u0301", "#Café"),
        ("112", None),
        ("", None),
        ("🔥 – !", None),
        ("x" * 61, None),
    ],
)
def test_tags_that_read_well(words: str, tag: str | None) -> None:
    """Words become one tag in CamelCase, which screen readers speak apart, or none."""
    assert hashtag(words) == tag


@settings(max_examples=300)
@given(st.text(max_size=20))
def test_every_tag_is_one_to_the_server(words: str) -> None:
    """What is made is taken for one tag, from its sign to its end, by every version of the server."""
    tag = hashtag(words)
    if tag is not None:
        assert [(entity.kind, entity.start, entity.end) for entity in entities(f"x {tag}")] == [
            ("hashtag", 2, 2 + len(tag))
        ]

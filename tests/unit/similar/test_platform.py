from __future__ import annotations

import pytest

from bot.similar import compare
from bot.similar.platform import bare


@pytest.mark.parametrize(
    "post",
    [
        "RT @voorbeeldstad: Brug dicht tot maart https://t.example/x1",
        "Brug   dicht tot maart",
        "🚧 Brug dicht tot maart! 🚧",
        "#Brug dicht tot #maart",
        "BRUG DICHT TOT MAART",
        "Brug dicht tot maart… voorbeeldstad.example/brug",
        "“Brug dicht tot maart”",
        "Brug\u200b dicht\u00a0tot maart @omroep@social.example",
    ],
)
def test_equal_text_is_equal_through_everything_a_platform_adds(post: str) -> None:
    """Case, white space, punctuation, links, handles, hash marks, RT, emoji and ellipses do not make another text."""
    assert compare(post, "Brug dicht tot maart").rule == "text.equal"


@pytest.mark.parametrize("other", ["Brug dicht tot 3,1 maart", "Brug niet dicht tot maart", "Brug tot maart dicht"])
def test_equal_means_the_same_words_in_the_same_order(other: str) -> None:
    """Alerts merge by this rule alone, so nothing that could mean something is seen through."""
    assert compare(other, "Brug dicht tot maart").rule != "text.equal"


def test_the_sign_and_the_point_of_a_number_count() -> None:
    """-5 is not 5, 3.1 is not 31, 5 % is not 5."""
    for a, b in (("-5 graden", "5 graden"), ("kracht 3.1", "kracht 31"), ("met 5%", "met 5")):
        assert compare(a, b).rule != "text.equal", a


def test_a_closing_row_of_hashtags_is_apart() -> None:
    """Subjects hung onto the end are kept apart from the sentence; a tag inside it is a word of it."""
    found = bare("Storing in #Voorbeeldstad opgelost #stroom #NoordHolland")
    assert found.text == "Storing in Voorbeeldstad opgelost"
    assert found.tags.split() == ["stroom", "Noord", "Holland"]


def test_a_hashtag_after_a_preposition_belongs_to_the_sentence() -> None:
    """The last word of "code geel in #Drenthe" is where it happens."""
    assert bare("Code geel in #Drenthe").tags == ""


def test_a_text_cut_off_is_seen() -> None:
    """An ellipsis at the end, with whatever closes after it, says that there was more."""
    assert bare("De brug is dicht tot…").cut
    assert bare('"De brug is dicht tot [...]"').cut
    assert not bare("De brug... is dicht").cut


def test_nothing_but_marks_is_no_text() -> None:
    """Two posts of a picture and a link are not the same announcement."""
    found = compare("https://a.example/1 📷", "https://a.example/2 📷")
    assert (found.same, found.rule) == (False, "text.differs:empty")

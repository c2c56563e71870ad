"""Guessing the language of a text among a few, and keeping quiet in doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Batch, Item, Text
from bot.language import guess
from bot.model import Place
from bot.normalise import normalise
from tests.unit.decide.build import Policy

ALL = ("nl", "en", "de", "fr", "fy")
SAID = {
    "nl": "De brug is vandaag dicht voor auto's. Fietsers kunnen er wel langs.",
    "en": "The bridge is closed to cars today. Cyclists can still use it.",
    "de": "Die Brücke ist heute für Autos gesperrt. Mit dem Fahrrad kann man sie noch benutzen.",
    "fr": "Le pont est fermé aux voitures aujourd'hui. Les cyclistes peuvent passer par le quai.",
    "fy": "De brêge is hjoed ticht foar auto's. Fytsers kinne der wol by lâns, mar net mei in oanhinger.",
}


@pytest.mark.parametrize("language", ALL)
def test_plain_sentences_are_told_apart(language: str) -> None:
    """Two ordinary sentences are enough, also between languages that share half their small words."""
    assert guess(SAID[language], ALL) == language


@pytest.mark.parametrize(
    "text", ["", "A12", "Voorbeeldstad 2026", "Брюгге закрыт для машин сегодня", "El puente está cerrado hoy por obras"]
)
def test_no_guess_in_doubt(text: str) -> None:
    """Names, numbers and other languages give no guess, so that what the feed says stands."""
    assert guess(text, ALL) is None


def test_only_named_languages_are_guessed() -> None:
    """A language that the operator did not name is never the answer."""
    assert guess(SAID["en"], ("nl", "de")) is None
    assert guess(SAID["en"], ("xx",)) is None


@settings(max_examples=100)
@given(st.text(max_size=200), st.lists(st.sampled_from(["nl", "en", "de", "xx", "nl-BE"]), max_size=4))
def test_any_text_is_guessed_or_not(text: str, languages: list[str]) -> None:
    """Nothing raises, and the answer is one of the languages asked about."""
    assert guess(text, languages) in {*languages, None}


@pytest.mark.parametrize(
    ("own", "detects", "expected"),
    [("de", True, "de"), (None, True, "en"), (None, False, "nl"), ("en-GB", False, "en")],
)
def test_order_of_what_says_the_language(own: str | None, detects: bool, expected: str) -> None:
    """The item's own word first, then a guess where the source mixes languages, then the feed's."""
    item = Item(native_id="1", url="https://a.example/1", digest="d", summary=Text(value=SAID["en"]), language=own)
    place = Place(languages=("nl", "en") if detects else ())
    (observed,) = normalise(Batch(items=(item,), language="nl"), Policy(), place)
    assert observed.content.language == expected

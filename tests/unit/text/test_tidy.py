from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import clean, collapse

AWKWARD = st.text(
    st.one_of(
        st.sampled_from("a \n\r\t\xa0\u200b\u200c\u200d\u2060\ufeff\u202e\u2066@#é\u0301👩अ\x92\U000e0067🏴"),
        st.characters(),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("raw", "tidy"),
    [
        ("  twee  woorden \t", "twee woorden"),
        ("een\r\ntwee\rdrie\n\n\n\nvier", "een\ntwee\ndrie\n\nvier"),
        ("regel \n regel", "regel\nregel"),
        ("a\u2028b\u2029c", "a\nb\n\nc"),
        ("cafe\u0301", "café"),
        ("soft\xadhyphen\u200b en\ufeff BOM\u2060", "softhyphen en BOM"),
        ("\u202edlo\u202c \u2066x\u2069 a\u200eb", "dlo x ab"),
        ("\u200eאב\u200e", "\u200eאב\u200e"),
        ("bel\0 nu\x07", "bel nu"),
        ("\x93Let op\x94 \x80 5\x85", "“Let op” € 5…"),
        ("a\ud83d\ude00b\ud800", "a😀b\ufffd"),
        ("woord\xa0woord", "woord woord"),
        ("€\xa03\xa0miljoen", "€\xa03\xa0miljoen"),
        ("\xa0 \xa0kop\xa0\xa0", "kop"),
        ("👩\u200d👧 ❤\ufe0f\u200d🔥 क\u094d\u200dष", "👩\u200d👧 ❤\ufe0f\u200d🔥 क\u094d\u200dष"),
        ("po\u200dli\u200ctie\u200d", "politie"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e007f x\U000e0067", "🏴\U000e0067\U000e0062\U000e0065\U000e007f x"),
        ("@\u2060naam a\u2060b", "@\u2060naam ab"),
    ],
)
def test_what_is_tidied(raw: str, tidy: str) -> None:
    """What cannot be seen goes, what a script, an emoji, an amount or a disarmed sign needs stays."""
    assert clean(raw) == tidy


@pytest.mark.parametrize(
    ("raw", "tidy"),
    [
        (
            "H\u0336\u0335\u0321\u0489\u0488\u0336\u0335\u0321\u0489\u0488oi",
            "H\u0336\u0335\u0321\u0489\u0488\u0336\u0335\u0321oi",
        ),
        ("e\u0302\u0301 שִׁמֲעוּ ပြည့် བསྒྲུབས", "ế שִׁמֲעוּ ပြည့် བསྒྲུབས"),
        ("น้ำ น" + "\u0e33" * 500, "น้ำ น" + "\u0e33" * 8),
        ("\u1100" * 500, "\u1100" * 32),
        ("👩\u200d" * 500 + "x", "👩\u200d" * 15 + "👩x"),
        ("👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏻", "👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏻"),
    ],
)
def test_nothing_is_piled_up_on_one_character(raw: str, tidy: str) -> None:
    """Marks that cover the lines around them are cut down, and no character goes on for ever; real languages and emoji stay whole."""
    assert clean(raw) == tidy
    assert clean(tidy) == tidy


def test_one_line() -> None:
    """For titles and cells every stretch of white space, line ends and fixed spaces included, is one space."""
    assert collapse(" een\n\ntwee\xa03 \t vier") == "een twee 3 vier"


@settings(max_examples=300)
@given(AWKWARD)
def test_cleaning_is_done_at_once(raw: str) -> None:
    """Clean text stays as it is, in NFC, without ragged ends, double spaces or more than one blank line."""
    tidy = clean(raw)
    assert clean(tidy) == tidy
    assert unicodedata.is_normalized("NFC", tidy)
    assert tidy == tidy.strip()
    assert "  " not in tidy
    assert "\n\n\n" not in tidy
    tidy.encode()

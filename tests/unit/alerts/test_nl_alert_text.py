"""What the text of an NL-Alert says about itself."""

from __future__ import annotations

import time

import pytest

from adapters.nl_alert.text import Languages, by_language, is_test, is_withdrawal, place_of, title_of

DUTCH = "Grote brand in Voorbeeldstad. Sluit ramen en deuren."
ENGLISH = "Large fire in Voorbeeldstad. Keep your windows and doors closed."


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (DUTCH, Languages(dutch=DUTCH)),
        (f"{DUTCH} *** {ENGLISH}", Languages(dutch=DUTCH, english=ENGLISH)),
        (f"{DUTCH}\n*****\n{ENGLISH}\n***", Languages(dutch=DUTCH, english=ENGLISH)),
        (f"*** {DUTCH} ***", Languages(dutch=DUTCH)),
        (
            f"{DUTCH} *** Blijf uit de rook van de brand.",
            Languages(dutch=f"{DUTCH}\n\nBlijf uit de rook van de brand."),
        ),
        (f"{DUTCH} *** {ENGLISH} *** حريق كبير", Languages(dutch=DUTCH, english=ENGLISH, rest=("حريق كبير",))),
        ("", Languages(dutch="")),
    ],
)
def test_languages_are_told_apart(message: str, found: Languages) -> None:
    """Behind the stars stands English, where it is English; stars for show split nothing, and no part is lost."""
    assert by_language(message) == found


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("NL-Alert TESTBERICHT 7-12-2026 12:00. U hoeft niets te doen.", True),
        ("NL-Alert: dit is een testbericht.", True),
        ("Controlebericht. U hoeft niets te doen.", True),
        ("This is a test message.", True),
        ("Grote brand. Dit is geen testbericht!", False),
        ("Dit is niet een testbericht.", False),
        ("This is not a test message.", False),
        ("Laat u testen bij de GGD in de teststraat.", False),
        (DUTCH, False),
    ],
)
def test_a_test_says_so(text: str, test: bool) -> None:
    """A test is recognised by its own words; "geen testbericht" and other tests are real."""
    assert is_test(text) == test


@pytest.mark.parametrize(
    ("text", "withdrawal"),
    [
        ("NL-Alert ingetrokken voor brand in Voorbeeldstad.", True),
        ("NL-Alert is ingetrokken. Het gevaar is geweken.", True),
        ("  nl alert", False),
        ("Deze NL-Alert is ingetrokken.", True),
        ("23-11-2026 10:00 NL-Alert: NL-Alert ingetrokken voor brand", True),
        ("NL-Alert 23-11-2026 10:00: NL-Alert ingetrokken voor brand", True),
        ("Intrekking NL-Alert: brand in Voorbeeldstad.", True),
        ("NL-Alert has been withdrawn.", True),
        ("Grote brand. Deze NL-Alert vervangt de NL-Alert die is ingetrokken.", False),
        ("NL-Alert. Het leger heeft zich ingetrokken.", False),
        (DUTCH, False),
    ],
)
def test_a_withdrawal_begins_with_saying_so(text: str, withdrawal: bool) -> None:
    """Only an alert that begins by taking one back is a withdrawal; one that mentions it is not."""
    assert is_withdrawal(text) == withdrawal


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (DUTCH, "Grote brand in Voorbeeldstad."),
        ("NL-Alert 23-11-2026 10:00: Storm! Blijf binnen.", "NL-Alert 23-11-2026 10:00: Storm!"),
        (f"Dutch Public Warning System. {ENGLISH}", "Dutch Public Warning System. Large fire in Voorbeeldstad."),
        ("Sluit a.u.b. ramen. Blijf binnen.", "Sluit a.u.b. ramen."),
        ("Brand in St. Voorbeeld. Blijf binnen.", "Brand in St. Voorbeeld."),
        ("Geen punt", "Geen punt"),
        ("Brand\nin de haven", "Brand"),
        ("", ""),
        ("woord " * 50, "woord " * 19 + "woord…"),
        ("x" * 300, "x" * 120 + "…"),
    ],
)
def test_a_title_is_the_first_sentence_that_is_news(text: str, title: str) -> None:
    """A title is how the text begins, past whose message it is and when; it is cut between words."""
    assert title_of(text) == title
    assert text.startswith(title.rstrip("…").partition("\n")[0].rstrip()) or "  " in text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (DUTCH, "Voorbeeldstad"),
        ("Brand met veel rook in Alphen aan den Voorbeeld. Sluit ramen", "Alphen aan den Voorbeeld"),
        ("Gaslek te 's-Voorbeeldenbosch.", "'s-Voorbeeldenbosch"),
        ("Brand bij 't Hoekje, blijf binnen", "'t Hoekje"),
        ("Stroomstoring in de gemeente Nieuw-Voorbeeldstad", "Nieuw-Voorbeeldstad"),
        ("Gevaarlijke stof in Het Haagje Voorbeeld. Ga naar binnen.", "Het Haagje Voorbeeld"),
        ("Storm. Ga naar binnen. Bel 112 in nood.", ""),
        ("Lees deze NL-Alert in English", ""),
        ("Fire near Voorbeeldstad Centraal!", "Voorbeeldstad Centraal"),
    ],
)
def test_the_place_is_read_from_the_text(text: str, place: str) -> None:
    """The place is a name behind a word that places belong to; none is better than a wrong one."""
    assert place_of(text) == place


def test_hostile_texts_cost_nothing() -> None:
    """None of the patterns explodes on texts made for it."""
    started = time.perf_counter()
    for piece in ("nl-alert", "*", "in A", "in A van de ", "geen ", "1:", "dutch public warning system", "'t "):
        text = piece * 200_000
        by_language(text[:400_000])
        is_test(text)
        is_withdrawal(text)
        title_of(text)
        place_of(text)
    assert time.perf_counter() - started < 5

from __future__ import annotations

import pytest

from bot.similar.scan import scan, stem


def facts(text: str) -> set[str]:
    """Give the facts of a text."""
    return set(scan(text).facts)


@pytest.mark.parametrize(
    ("fact", "spellings"),
    [
        (
            "date:12-11",
            ["12 november", "12 nov.", "12-11-2026", "12/11", "2026-11-12", "November 12", "Nov. 12th, 2026"],
        ),
        ("time:14:00", ["14.00 uur", "14:00", "14 uur", "14:00u", "2 pm", "2:00 p.m.", "om 14.00"]),
        ("number:2000000", ["2 miljoen", "€ 2 mln", "2.000.000", "2,000,000", "twee miljoen"]),
        ("number:3", ["3", "drie", "three", "drietal"]),
        ("rank:3", ["3e", "derde", "third", "3rd"]),
        ("number:1200.5", ["1.200,50", "1,200.50", "1200,5"]),
        ("number:-5", ["-5", "-5,0"]),
        ("road:a12", ["A12", "a12", "A-12"]),
        ("level:orange", ["code oranje", "codeoranje", "ORANJE", "orange"]),
        ("day:1", ["maandag", "Monday"]),
        ("part:evening", ["vanavond", "'s avonds", "tonight"]),
        ("direction:north", ["noord", "noordelijke", "northern"]),
        ("turn:over", ["ingetrokken", "beëindigd", "opgeheven", "is uit", "gaat door", "cancelled", "vervalt"]),
        ("turn:later", ["uitgesteld", "verlengt", "postponed"]),
        ("turn:changed", ["Update", "gewijzigde", "rectificatie", "nieuwe", "revised"]),
        ("turn:test", ["oefening", "TESTBERICHT", "drill"]),
        ("negation:1", ["niet", "geen", "won't", "zonder", "never"]),
    ],
)
def test_a_fact_has_one_spelling(fact: str, spellings: list[str]) -> None:
    """However a text writes a number, date, time, road, level or turn, it is the same fact."""
    for spelling in spellings:
        assert fact in facts(f"iets {spelling} iets"), spelling


def test_a_range_of_dates_is_two_dates() -> None:
    """Both ends of "12 t/m 16 november" are dates of November."""
    for text in ("12 t/m 16 november", "12-16 november", "12 tot en met 16 nov 2026"):
        assert {"date:12-11", "date:16-11"} <= facts(text), text


def test_a_weekday_beside_a_date_is_a_detail() -> None:
    """The first of December agrees with Monday the first of December, and two different weekdays still clash."""
    monday = scan("vanaf maandag 1 december dicht")
    assert monday.facts == scan("vanaf 1 december dicht").facts
    assert "day:1" in monday.stands


def test_a_weekday_that_is_also_named_alone_stays_a_fact() -> None:
    """Taking the weekday of a date back does not take back the same weekday said elsewhere."""
    assert "day:1" in facts("elke maandag, voor het eerst op maandag 7 december")


def test_an_impossible_date_is_a_number() -> None:
    """What only looks like a date keeps its figures."""
    assert facts("uitslag 45-99") == {"number:45", "number:99"}


def test_figures_belong_to_what_they_count() -> None:
    """Three dead and twelve hurt, and the reverse, hold the same numbers and are told apart all the same."""
    assert scan("drie doden en twaalf gewonden").stands != scan("twaalf doden en drie gewonden").stands


def test_inflection_leaves_one_stem() -> None:
    """Plural, tense and adjective do not make another word of a word."""
    for forms in (
        ["wijzigt", "wijziging", "gewijzigd", "gewijzigde"],
        ["bomen", "boom"],
        ["huizen", "huis"],
        ["ambtenaar", "ambtenaren"],
        ["strikes", "strike"],
    ):
        assert len({stem(form) for form in forms}) == 1, forms


def test_enormous_figures_are_read_as_they_stand() -> None:
    """A figure of a thousand digits is compared as text, not computed with."""
    assert facts("9" * 1000 + " miljoen") == {"number:" + "9" * 1000}


def test_two_words_do_not_share_a_stem_by_accident() -> None:
    """A tree is no bomb, a moon no man: what "-en" does to the spelling is undone, not ignored."""
    for a, b in (("boom", "bom"), ("bomen", "bommen"), ("maan", "man")):
        assert stem(a) != stem(b), (a, b)

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.text import clean, cut, entities, neutralise, split, status_length
from bot.text.clusters import cluster_ends

NEWS = (
    "De gemeente Voorbeeldstad waarschuwt voor gladheid op de A2 bij Modelrecht op dinsdag 3 maart 2026 vanaf 10.00 uur. "
    "Volgens dhr. J. Jansen van Rijkswater, die o.a. over art. 3 gaat, kost het € 3 miljoen; de brug blijft jl. dicht. "
    "Kijk op https://www.voorbeeldstad.nl/nieuws/2026/brug-dicht, of bel 088 - 123 45 67 (lokaal tarief). "
    "De overlast duurt t/m 12-11-2026, bijv. bij 1.250,50 meter hoogte e.d. aan de Dorpsstraat 12 in 1234 AB Modelrecht."
)
# What belongs together: no cut may end with the first part when the second followed.
TOGETHER = (
    "3 maart", "maart 2026", "dinsdag 3", "10.00 uur", "dhr. J.", "J. Jansen", "art. 3", "€ 3", "3 miljoen", "088 - 123",
    "123 45", "45 67", "t/m 12-11-2026", "1.250,50 meter", "Dorpsstraat 12", "1234 AB",
)  # fmt: skip
PIECES = st.sampled_from(
    [
        "de ",
        "brug. ",
        "Weer open, ",
        "https://a.nl/x ",
        "@naam@b.nl ",
        "3 ",
        "maart ",
        "e\u0301",
        "👩‍👧 ",
        "中文。",
        "\n\n",
        "- a\n",
        "x" * 70,
        "€ ",
        "\xa0",
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60)
URL_LENGTHS = st.sampled_from([23, 23, 30, None])


def body(shortened: str) -> str:
    """What a cut kept, without its ellipsis."""
    return shortened.removesuffix("…").rstrip()


def test_what_fits_is_left_alone() -> None:
    """Nothing is changed, and no ellipsis added, where nothing has to be cut."""
    assert cut(" Al goed. \n", 500) == " Al goed. \n"
    assert cut("vijf.", 5) == "vijf."


@pytest.mark.parametrize(
    ("text", "limit", "shortened"),
    [
        ("Eerste zin. Tweede zin gaat door.", 20, "Eerste zin. …"),
        ("Hij zei: “Stop!” Daarna werd het stil.", 20, "Hij zei: “Stop!” …"),
        ("Is dat zo? Ja, dat is zo.", 14, "Is dat zo? …"),
        ("Een lange aanloop tot de komma, en dan nog meer woorden", 40, "Een lange aanloop tot de komma…"),
        ("Alleen maar woorden achter elkaar", 20, "Alleen maar woorden…"),
        ("Kosten: 1.250,50 euro per jaar", 18, "Kosten…"),
        ("Afgesloten tot en met 3 maart 2026", 28, "Afgesloten…"),
        ("Dit geldt volgens art. 3 van de wet", 23, "Dit geldt…"),
        ("Het gaat o.a. om de brug", 15, "Het gaat…"),
        ("Gesprek met mr. dr. De Vries erbij", 25, "Gesprek…"),
        ("Meet at 10 a.m. Bring a coat and shoes.", 19, "Meet at 10 a.m. …"),
        ("Zie https://a.nl/x voor de hele tekst", 29, "Zie https://a.nl/x …"),
        ("Zie www.voorbeeld.nl voor meer uitleg", 23, "Zie www.voorbeeld.nl …"),
        ("- een\n- twee\n- drie\n- vier", 16, "- een\n- twee\n…"),
        ("Het verhaal gaat verder … en verder", 27, "Het verhaal gaat verder …"),
        ("Waarschuwing voor gladheid", 7, "Waarsc…"),
        ("x" * 100, 10, "xxxxxxxxx…"),
        ("中文字" * 40, 10, "中文字中文字中文字…"),
        ("一二三四五。" * 20, 15, "一二三四五。一二三四五。…"),
        ("👩‍👩‍👧" * 9, 5, "👩‍👩‍👧" * 4 + "…"),
        ("https://a.nl/" + "x" * 300 + " en meer", 20, ""),
        ("1.250.000 mensen", 6, ""),
        ("naam@voorbeeld.nl schrijft", 9, ""),
        ("woord", 0, ""),
        ("woord", -3, ""),
    ],
)
def test_where_a_text_is_cut(text: str, limit: int, shortened: str) -> None:
    """A cut falls after a sentence, else a clause, else a word, and tells that more followed."""
    assert cut(text, limit) == shortened


@pytest.mark.parametrize("limit", range(1, 400, 3))
def test_what_belongs_together_stays_together(limit: int) -> None:
    """At no length does a cut fall inside a number, date, amount, name or abbreviation, nor does it end a sentence there."""
    shortened = cut(NEWS, limit)
    kept = body(shortened)
    assert status_length(shortened) <= limit
    assert NEWS.startswith(kept)
    rest = NEWS[len(kept) :]
    for phrase in TOGETHER:
        for at in (found.start() for found in re.finditer(re.escape(phrase), NEWS)):
            assert not at < len(kept) < at + len(phrase), (kept[-20:], rest[:20])
    if shortened.endswith(" …"):
        assert kept.endswith(("10.00 uur.", "dicht.", "tarief).", "/brug-dicht", "e.d.")), kept


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(min_value=-1, max_value=150), URL_LENGTHS)
@example("https://a.nl/?q=1\u3000meer tekst", 30, 23)
@example("a https://a.nl,b", 26, 23)
def test_a_cut_always_fits_and_harms_nothing(text: str, limit: int, url_length: int | None) -> None:
    """The result fits, is a beginning of the text that breaks no cluster, and holds only addresses the text holds."""
    shortened = cut(text, limit, url_length=url_length)
    assert status_length(shortened, url_length=url_length) <= max(0, limit)
    if shortened != text:
        kept = body(shortened)
        start = len(text) - len(text.lstrip())
        assert text.startswith(kept, start)
        assert start + len(kept) in {0, start, *cluster_ends(text)}
    links = {entity.value for entity in entities(text) if entity.kind == "url"}
    assert {entity.value for entity in entities(shortened) if entity.kind == "url"} <= links


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(min_value=1, max_value=150), URL_LENGTHS, st.none() | st.integers(min_value=1, max_value=80))
@example('"https://b.nlhttps://a.nl/', 23, 23, None)
@example("1 2 3 4 5 6 7 8 9", 4, 23, None)
@example("https://a.nl/" + "x" * 30, 20, None, 5)
def test_a_thread_loses_nothing(text: str, limit: int, url_length: int | None, first: int | None) -> None:
    """Every part fits and says something, and together they hold every character but white space, in order."""
    parts = split(text, limit, url_length=url_length, first_limit=first)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for number, part in enumerate(parts):
        assert part.strip() == part != ""
        assert status_length(part, url_length=url_length) <= (first if first and not number else limit)


def test_parts_end_where_a_reader_can_pause() -> None:
    """A thread is broken as a cut would be, without ellipses, and addresses stay whole."""
    parts = split(NEWS, 120)
    assert parts[0].endswith("vanaf 10.00 uur.")
    assert "https://www.voorbeeldstad.nl/nieuws/2026/brug-dicht" in parts[2]
    assert not any("…" in part for part in parts)
    assert split("Kort.", 120) == ("Kort.",)
    assert split(" \n", 120) == ()


def test_the_first_part_may_be_shorter() -> None:
    """The first part leaves the room that is asked for."""
    first, *rest = split(NEWS, 200, first_limit=60)
    assert status_length(first) <= 60
    assert any(status_length(part) > 60 for part in rest)


def test_a_part_must_hold_something() -> None:
    """A limit that could never be met is refused instead of looping."""
    with pytest.raises(ValueError, match="at least one character"):
        split("tekst", 0)


@given(st.text(alphabet="ab#＃@＠ .", max_size=80), st.integers(min_value=3, max_value=20))
def test_no_part_begins_with_a_name_that_stood_inside_a_word(text: str, limit: int) -> None:
    """What named nobody in the middle of a word names nobody at the head of a part either."""
    harmless = neutralise(clean(text))
    for part in split(harmless, limit):
        assert neutralise(part) == part or not set(part) - set("#＃@＠")

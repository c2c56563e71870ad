from __future__ import annotations

from bot.similar import compare

TITLE = "Brug over het Proefkanaal bij Voorbeeldstad dicht voor onderhoud"


def test_a_title_stands_in_title_and_text() -> None:
    """A post of the title alone is the page that goes on after it, details and all."""
    found = compare(TITLE, f"{TITLE}\nVan 3 tot 7 mei rijdt het verkeer om via de N999.")
    assert (found.same, found.rule) == (True, "text.passage")


def test_a_text_cut_off_is_recognised() -> None:
    """Platforms cut texts off, often inside a word."""
    whole = f"{TITLE}. Van 3 tot 17 mei rijdt het verkeer om via de N999."
    assert compare(f"{TITLE}. Van 3 tot 17 mei rijdt het verk…", whole).rule == "text.passage"


def test_a_passage_ends_where_a_sentence_ends() -> None:
    """A title that goes on in the same sentence with a date is another text."""
    assert not compare(TITLE, f"{TITLE} op 3 mei").same


def test_what_follows_may_not_turn_it() -> None:
    """A later version of the page that says it is over is not the announcement."""
    for turn in ("Inmiddels is de brug weer open.", "Niet meer nodig.", "Vanaf morgen code oranje.", "Afgelast!"):
        assert not compare(TITLE, f"{TITLE}. {turn}").same, turn


def test_a_state_before_it_turns_it() -> None:
    """A label that is a participle or a number says that this is another stage or another part."""
    for label in ("Vertraagd", "Deel 2", "Uitverkocht"):
        assert not compare(TITLE, f"{label}: {TITLE}").same, label
    assert compare(TITLE, f"Verkeer: {TITLE}").same


def test_a_short_text_is_no_passage() -> None:
    """Three words stand in many texts."""
    assert not compare("Brug weer open", "Brug weer open. Er kan alleen nog geen vrachtverkeer over.").same


def test_a_hashtag_that_the_longer_does_not_know_is_news() -> None:
    """A place that is only in the tags of the shorter post is not in the page."""
    text = "Brug over het kanaal dicht voor onderhoud aan de klep"
    assert not compare(f"{text} #Zutphen", f"{text}. In Deventer rijdt het verkeer om.").same

from __future__ import annotations

from bot.similar import compare
from bot.similar.scan import scan


def names(text: str) -> set[str]:
    """Give the names of a text."""
    return {token.word for token in scan(text).tokens if token.name}


def test_a_capital_inside_a_sentence_is_a_name() -> None:
    """Places nobody listed are found by their capital."""
    assert names("Brand in een loods in Voorbeeldstad aan de Verzinlaan") == {"voorbeeldstad", "verzinlaan"}


def test_a_capital_at_the_beginning_of_a_sentence_is_none() -> None:
    """The first word has a capital anyway; only a known place counts there."""
    assert names("Inwoners klagen. Bomen vallen om.") == set()
    assert names("Utrecht krijgt er bomen bij") == {"utrecht"}


def test_capitals_everywhere_tell_nothing() -> None:
    """In a headline that Writes Every Word With a Capital, a capital is no name."""
    assert names("Storm Brings Heavy Rain to Many Coastal Towns") == set()


def test_the_speaker_may_be_left_out() -> None:
    """A municipality does not always name itself on its own page."""
    assert compare(
        "Gemeente Voorbeeldstad: afvalkalender van 2027 staat online", "Afvalkalender van 2027 staat online"
    ).same


def test_two_speakers_are_two_announcements() -> None:
    """The same notice of two municipalities, or of police and fire brigade, is two notices."""
    assert not compare(
        "Gemeente Voorbeeldstad: afvalkalender van 2027 staat online",
        "Gemeente Proefdam: afvalkalender van 2027 staat online",
    ).same
    assert not compare("Open dag brandweer in het dorp", "Open dag politie in het dorp").same


def test_a_place_in_a_closing_hashtag_counts() -> None:
    """Hashtags at the end are subjects, but a known place among them is a place."""
    a = "Stroomstoring in de hele wijk door graafwerk"
    assert compare(a, f"{a} #energie").same
    assert not compare(f"{a} #Zutphen", f"{a} #Deventer").same


def test_where_a_road_leads_counts() -> None:
    """Both directions name the same two places."""
    assert not compare(
        "A27 tussen Gorinchem en Breda dicht richting Breda", "A27 tussen Gorinchem en Breda dicht richting Gorinchem"
    ).same


def test_a_colour_among_the_emoji_is_a_level() -> None:
    """A yellow and an orange circle before the same words are two warnings."""
    assert not compare("🟡 Gladheid verwacht in Drenthe", "🟠 Gladheid verwacht in Drenthe").same

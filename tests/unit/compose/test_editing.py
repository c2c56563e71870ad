"""What an editor takes out of a text, and what stays as it was published."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.compose.editing import first_sentence, story, tidy, with_safe_addresses, without_own_link

AGENCY = "Gemeente Voorbeeldstad"
LINK = "https://www.example.org/nieuws/1"


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Brug dicht", "Brug dicht", ("Brug dicht", "")),
        ("Brug dicht", "Brug dicht. Tot 12 uur.", ("Brug dicht", "Tot 12 uur.")),
        ("Brug dicht", "Brug dicht\n\nTot 12 uur.", ("Brug dicht", "Tot 12 uur.")),
        ("Brug dicht!", "Brug dicht! Tot 12 uur.", ("Brug dicht!", "Tot 12 uur.")),
        ("De brug is", "De brug is dicht tot 12 uur.", ("", "De brug is dicht tot 12 uur.")),
        ("De brug is…", "De brug is dicht tot 12 uur.", ("", "De brug is dicht tot 12 uur.")),
        ("Brug dicht tot 12 uur", "Brug dicht…", ("Brug dicht tot 12 uur", "")),
        ("", "Alleen tekst.", ("", "Alleen tekst.")),
        ("Weg dicht | Gemeente Voorbeeldstad", "Tekst.", ("Weg dicht", "Tekst.")),
        ("Weg dicht - gemeente voorbeeldstad", "Tekst.", ("Weg dicht", "Tekst.")),
        ("Brug - Kade", "Tekst.", ("Brug - Kade", "Tekst.")),
        (
            "13/08 21:27 - De raad stemt in met het plan voor het plein",
            "De raad stemt in met het plan voor het plein. In maart begint het werk.",
            ("13/08 21:27 - De raad stemt in met het plan voor het plein", "In maart begint het werk."),
        ),
        ("Code geel https://weer.example/a", "Tekst.", ("Code geel", "Tekst.")),
        ("https://weer.example/a", "Tekst.", ("https://weer.example/a", "Tekst.")),
    ],
)
def test_nothing_is_said_twice(title: str, text: str, expected: tuple[str, str]) -> None:
    """A title that the text repeats, and a sender behind a title, stand there once."""
    assert story(title, text, AGENCY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tekst.\n\nLees meer", "Tekst."),
        ("Tekst. Lees verder »", "Tekst."),
        ("Tekst.\n\n[Read more]", "Tekst."),
        ("Tekst. Lees het volledige bericht op onze website.", "Tekst."),
        ("Tekst.\n\nLees hier meer over de werkzaamheden aan de Kade", "Tekst."),
        ("Tekst. Klik hier om verder te lezen", "Tekst."),
        ("Tekst. Bekijk het hele artikel »", "Tekst."),
        ("Text. Read the full story here.", "Text."),
        ("Text. Click here to read more", "Text."),
        (
            "Lees het bericht over de brug en reageer voor 1 mei.",
            "Lees het bericht over de brug en reageer voor 1 mei.",
        ),
        ("Tekst. Klik hier om u aan te melden.", "Tekst. Klik hier om u aan te melden."),
        ("U kunt hier lees meer kaarten kopen", "U kunt hier lees meer kaarten kopen"),
        ("Kom en lees meer", "Kom en lees meer"),
        ("Tekst.\n\nHet bericht Brug dicht verscheen eerst op Stad.", "Tekst."),
        ("Tekst.\n\nThe post Bridge appeared first on City.", "Tekst."),
        ("submitted by /u/naam to r/stad\n[link] [comments]", ""),
        ("Tekst wordt […]", "Tekst wordt …"),
        ("Tekst.\n\n***\n\nMeer tekst.\n-", "Tekst.\n\nMeer tekst."),
        ("- De enige regel van een lijst.", "De enige regel van een lijst."),
        ("- Een\n- Twee", "- Een\n- Twee"),
        ("Brand in <plaats>Voorbeeldstad</plaats>.", "Brand in Voorbeeldstad."),
        ("5 < 6 en 7 > 3", "5 < 6 en 7 > 3"),
    ],
)
def test_what_systems_leave_behind_goes(text: str, expected: str) -> None:
    """Boilerplate at the end, ornament and left-over mark-up go; the same words inside a sentence stay."""
    assert tidy(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De brug over de haven is tot maandag 12.00 uur dicht voor auto's. Fietsers kunnen wel […]", "… auto's. …"),
        ("De brug over de haven is tot maandag 12.00 uur dicht voor auto's. Fietsers kunnen wel …", "… auto's. …"),
        ("De brug over de haven is tot maandag 12.00 uur dicht. En toen werd het stil...", "… stil..."),
        ("Dicht. De brug over de haven is tot maandag 12.00 uur dicht voor auto's en […]", "… auto's en …"),
    ],
)
def test_what_a_source_cut_off_is_cut_well(text: str, expected: str) -> None:
    """The half sentence at the end of an excerpt goes; a sentence that a writer let die away stays."""
    assert tidy(text).endswith(expected.removeprefix("…"))
    assert tidy(tidy(text)) == tidy(text)


def test_lines_of_a_list_without_signs_stay_apart() -> None:
    """What has a name and a value on each line was written so, however long the line above it is."""
    text = "Aardbeving op 293 km ten oosten van Voorbeeldstad\nsterkte: 4,2\ndiepte: 10 km"
    assert tidy(text) == text


def test_wrapped_lines_are_joined() -> None:
    """A text that a system wrapped at a width reads on; a list, and lines that a writer ended, stay apart."""
    wrapped = (
        "Een waarschuwing betekent dat het water hoog kan komen te staan in\n"
        "de uiterwaarden. Let op de borden langs de weg en volg het nieuws.\n"
        "Voorbeeldstad en Voorbeelddelta sluiten de parkeerplaatsen langs\n"
        "Kade en Haven vanaf maandag.\n\n"
        "* Houd afstand van het water.\n* Haal uw auto weg."
    )
    joined = tidy(wrapped)
    assert joined.split("\n\n")[0].count("\n") == 0
    assert joined.endswith("* Houd afstand van het water.\n* Haal uw auto weg.")
    for written in ("Dicht zijn:\nDorpsstraat\nKerkstraat\nKade", "Tijd\n12.00 uur\nPlaats\nStadhuis\nZaal\nRaadzaal"):
        assert tidy(written) == written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Tekst. {LINK}", "Tekst."),
        (f"Tekst. Lees meer: {LINK}", "Tekst."),
        (f"Tekst.\n\nMeer informatie: {LINK}?utm_source=x", "Tekst."),
        (f"Zie {LINK} voor meer.", f"Zie {LINK} voor meer."),
        ("Zie https://www.example.org/anders", "Zie https://www.example.org/anders"),
        (f"De brug is dicht. Lees verder op {LINK}", "De brug is dicht."),
        (f"De brug is dicht.\nMeer informatie vindt u op {LINK}.", "De brug is dicht."),
        (f"The bridge is closed. Read more at {LINK}", "The bridge is closed."),
        (f"De brug is dicht en alles daarover staat op {LINK}", f"De brug is dicht en alles daarover staat op {LINK}"),
        (f"Bel 112. Kijk op de kaart welke brug er open is: {LINK}", "Bel 112."),
    ],
)
def test_own_link_at_the_end_stands_below(text: str, expected: str) -> None:
    """The item's own address behind its text goes, with what introduced it; elsewhere in the text it stays."""
    assert without_own_link(text, LINK) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zie https://a.nl/x?utm_source=y&id=3.", "Zie https://a.nl/x?id=3."),
        ("Zie https://аррӏе.com/x nu", "Zie https://xn--80ak6aa92e.com/x nu"),
        ("Zie https://café.nl/x", "Zie https://café.nl/x"),
        ("Zie (https://a.nl/b_(c)).", "Zie (https://a.nl/b_(c))."),
    ],
)
def test_addresses_are_shown_as_what_they_are(text: str, expected: str) -> None:
    """Tracking goes, and a host in another script is written as the DNS knows it."""
    assert with_safe_addresses(text) == expected


def test_first_sentence_ends_where_a_sentence_does() -> None:
    """An alert without a title gets one of its first sentence."""
    assert first_sentence("Blijf binnen, o.a. bij art. 3. Sluit ramen.") == (
        "Blijf binnen, o.a. bij art. 3.",
        "Sluit ramen.",
    )
    assert first_sentence("Geen punt") == ("Geen punt", "")


@settings(max_examples=150)
@given(st.text(st.sampled_from("ab .,:\n-*<>/…LeesmrRadco[]"), max_size=120), st.text(max_size=30))
def test_editing_is_done_once(text: str, title: str) -> None:
    """What an editor made of a text is left alone the second time, and nothing raises."""
    edited = tidy(text)
    assert tidy(edited) == edited
    once = story(title.strip(), text, AGENCY)
    assert all(isinstance(one, str) for one in once)

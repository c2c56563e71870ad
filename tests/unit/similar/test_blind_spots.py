"""What comparing by words would not see: everything that is dropped, folded or counted has to be held against this."""

from __future__ import annotations

import pytest

from bot.similar import compare

DIFFERENT = [
    # which figure belongs to what
    ("Drie doden en twaalf gewonden bij ongeluk in Proefdam", "Twaalf doden en drie gewonden bij ongeluk in Proefdam"),
    ("Man krijgt 6 jaar cel voor oplichting van ouderen in Proefdam", "Man krijgt 6 maanden cel voor oplichting van ouderen in Proefdam"),
    ("Korting van 5% op de afvalheffing voor minima", "Korting van €5 op de afvalheffing voor minima"),
    ("Politie onderzoekt twee explosies bij woning in Proefdam", "Politie onderzoekt tweede explosie bij woning in Proefdam"),
    ("Tot 18 jaar gratis zwemmen in bad De Proef", "Vanaf 18 jaar gratis zwemmen in bad De Proef"),
    ("Kabinet trekt twee miljoen uit voor dijken", "Kabinet trekt twee miljard uit voor dijken"),
    # small words
    ("Geen bus, wel een trein tussen Proefdam en Voorbeeldstad", "Geen trein, wel een bus tussen Proefdam en Voorbeeldstad"),
    ("Gemeente Proefdam krijgt subsidie voor geveltuinen", "Gemeente Proefdam geeft subsidie voor geveltuinen"),
    ("Brug bij Proefdam nog dicht", "Brug bij Proefdam al dicht"),
    ("Fietsen mag boven de sluis van Proefdam", "Fietsen mag onder de sluis van Proefdam"),
    ("Zwemmen binnen de ballenlijn van plas Proefdam", "Zwemmen buiten de ballenlijn van plas Proefdam"),
    ("Raad van Proefdam stelt begroting vast", "Raad van Proefdam stelt begroting uit"),
    ("Raad stemt voor plan Proefdam-West", "Raad stemt tegen plan Proefdam-West"),
    ("Inschrijven voor volkstuinen kan voor maandag", "Inschrijven voor volkstuinen kan na maandag"),
    ("Treinen rijden van Assen naar Groningen", "Treinen rijden van Groningen naar Assen"),
    ("Collegelid Van Proef treedt af in Proefdam", "Collegelid Van Proef treedt aan in Proefdam"),
    ("Aantal inbraken neemt toe in Proefdam", "Aantal inbraken neemt af in Proefdam"),
    # words for the speaker
    ("OM eist cel voor brandstichting in Proefdam", "Rechtbank eist cel voor brandstichting in Proefdam"),
    ("Open dag brandweer Proefdam in mei", "Open dag politie Proefdam in mei"),
    # one word made of two
    ("Spreekuur wijkverpleging Proefdam dinsdagochtend", "Spreekuur wijkverpleging Proefdam dinsdagmiddag"),
    ("Parkeren in Zone A vanaf 1 januari betaald", "Parkeren in Zone B vanaf 1 januari betaald"),
    ("Sloopmelding schuur Dorpsstraat 4 Proefdam", "Sloopmelding schuur Dorpsstraat 4a Proefdam"),
    # inflection
    ("Boom gevonden op het spoor bij Proefdam", "Bom gevonden op het spoor bij Proefdam"),
    ("Alarmfase in Proefdam wordt opgeschaald", "Alarmfase in Proefdam wordt afgeschaald"),
    ("Huisvuil een dag eerder opgehaald in Proefdam", "Huisvuil een dag later opgehaald in Proefdam"),
    # a predicate added at the end
    ("Grote brand in loods aan de Havenweg bij knooppunt Proefdam", "Grote brand in loods aan de Havenweg bij knooppunt Proefdam meester"),
    ("Zomerfeest in het stadspark met muziek en eten uit Proefdam", "Zomerfeest in het stadspark met muziek en eten uit Proefdam vervroegd"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_what_is_easily_overlooked_is_seen(a: str, b: str) -> None:
    """Texts that differ only in something small stay apart, with and without what a platform adds."""
    assert not compare(a, b).same
    assert not compare(a, f"🔔 {b} https://www.voorbeeldstad.example #nieuws").same


def test_a_verb_in_two_parts_is_that_verb() -> None:
    """In a sentence the verb comes apart, in a headline its participle is one word."""
    assert compare(
        "Ministerraad stemt in met verlenging van de toeslag",
        "De ministerraad heeft ingestemd met verlenging van de toeslag",
    ).same

"""The issue's families, made by machine: sentences with slots, of which one gets another value."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from bot.similar import compare

SLOTS = {
    "road": ["A12", "A2", "N201", "N205", "A28"],
    "place": ["Utrecht", "Arnhem", "Voorbeeldstad", "Ede", "Den Haag", "'s-Hertogenbosch", "Sint Voorbeeld"],
    "street": ["Lindelaan", "Kerkstraat", "Oude Weg", "Havenkade"],
    "date": ["12 november", "13 november", "12 december", "3 jan.", "1-2-2027", "maandag 7 december"],
    "time": ["14.00 uur", "15:00 uur", "9.30 uur", "14.30 uur"],
    "number": ["3", "13", "twaalf", "1.200", "12.000", "2,5"],
    "level": ["code geel", "code oranje", "code rood"],
    "day": ["maandag", "dinsdag", "zaterdag"],
    "direction": ["noord", "zuid"],
    "name": ["De Schakel", "De Brink", "Het Anker"],
}
SENTENCES = [
    "{road} bij {place} dicht door ongeluk, {number} rijstroken versperd",
    "Wegwerkzaamheden {road} in {place} beginnen op {date} om {time}",
    "Stroomstoring in {place}: {number} huishoudens zonder stroom",
    "KNMI waarschuwt: {level} voor gladheid in {place}",
    "{level} in {place} tot {time} vanwege zware windstoten",
    "Inloopavond over de {street} op {date} in {name}",
    "De gemeente {place} kapt {number} bomen aan de {street}",
    "Politie zoekt getuigen van overval in de {street} in {place}, {date}",
    "Man ({number}) aangehouden voor inbraken in {place}",
    "Aanvraag omgevingsvergunning {street} {number} te {place}",
    "Spreekuur van de wijkagent op {day} om {time} in {name}",
    "Huisvuil in {place} wordt op {day} opgehaald",
    "Brug over het kanaal bij {place} gestremd tot {date}",
    "Wijkteam {direction} van {place} verhuist op {date}",
    "Week {number}: blauwalg gemeten in de plas bij {place}",
]
TURNED: list[Callable[[str], str]] = [
    lambda text: f"Ingetrokken: {text}",
    lambda text: f"UPDATE {text}",
    lambda text: f"Rectificatie: {text}",
    lambda text: f"{text} (afgelast)",
    lambda text: f"{text}. Inmiddels opgeheven.",
    lambda text: f"{text}: verholpen",
    lambda text: f"{text}, uitgesteld",
    lambda text: f"{text} gaat niet door",
    lambda text: f"TEST: {text}",
    lambda text: f"Beëindigd - {text}",
    lambda text: f"{text} onder controle",
    lambda text: f"{text}. Herzien.",
]
NOISE: list[Callable[[str], str]] = [
    lambda text: f"{text} https://www.voorbeeldstad.example/nieuws/123?utm_source=x",
    lambda text: f"🚨 {text} 🚨",
    lambda text: f"RT @voorbeeldstad: {text}",
    lambda text: f"{text}\n\nLees meer: https://voorbeeldstad.example/a",
    lambda text: f"Let op! {text}!",
    lambda text: f"{text} #veiligheid #nieuws",
    lambda text: f"{text}. Meer informatie via de link in bio @voorbeeldstad@social.example",
    lambda text: text.upper(),
    lambda text: re.sub(r"\b(in|bij) (\w+)", r"\1 #\2", text),
]


def filled(sentence: str, chance: random.Random) -> dict[str, str]:
    """Choose a value for every slot of a sentence."""
    return {slot: chance.choice(SLOTS[slot]) for slot in re.findall(r"{(\w+)}", sentence)}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_another_value_in_one_slot_is_another_announcement(sentence: str) -> None:
    """The same template with one other place, number, date, road or level is never the same, whatever a platform adds."""
    chance = random.Random(sentence)
    values = filled(sentence, chance)
    for slot, value in values.items():
        for other in SLOTS[slot]:
            a = sentence.format(**values)
            b = chance.choice(NOISE)(sentence.format(**{**values, slot: other}))
            assert other == value or not compare(a, b).same, (a, b)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_turn_of_meaning_is_another_announcement(sentence: str) -> None:
    """Withdrawn, cancelled, postponed, solved, revised or only a test: never the announcement itself."""
    text = sentence.format(**filled(sentence, random.Random(sentence)))
    for turned in TURNED:
        assert not compare(text, turned(text)).same, turned(text)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_a_platform_adds_is_seen_through(sentence: str) -> None:
    """Links, handles, hashtags, emoji, "Lees meer", capitals and a call to attention change nothing."""
    text = sentence.format(**filled(sentence, random.Random(sentence)))
    for noise in NOISE:
        assert compare(text, noise(text)).same, noise(text)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_value_on_one_side_alone_is_another_announcement(sentence: str) -> None:
    """A number, date, time, road or place that only one text has is a difference, not a detail."""
    values = filled(sentence, random.Random(sentence))
    text = sentence.format(**values)
    for more in ("op 14 maart", "om 16.15 uur", "op de A99", "in Zutphen", "voor 77 mensen", "bij code paars en rood"):
        assert not compare(text, f"{text} {more}").same, more

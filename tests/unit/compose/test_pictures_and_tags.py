"""Which hashtags and which pictures go along with a post."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.contract import Limits, Media
from bot.compose.pictures import alt_of, pictures_for
from bot.compose.tags import tags_for, tags_named
from bot.compose.voice import Voice
from bot.model import Frozen, Part
from bot.text import entities

VOICE = Voice(agency="A", official=True, pictures=True)
PHOTO = Media(url="https://a.example/1.jpg", alt="De brug")


def shown(*media: Media, voice: Voice = VOICE, limits: Limits | None = None) -> list[str | None]:
    """The descriptions of the pictures that are chosen."""
    return [one.alt for one in pictures_for(media, voice, limits or Limits(), lambda: "Een set zin.")]


def test_tags_in_order_without_doubles_up_to_the_limit() -> None:
    """The source's own, then those of its categories, then the account's; each once, however it is spelled."""
    voice = replace(
        VOICE,
        tags=("Voorbeeldstad",),
        category_tags={"Verkeer en vervoer": "Verkeer"},
        account_tags=("voorbeeldstad", "Fryslân", "Nieuws"),
    )
    assert tags_for(("verkeer en vervoer",), voice, "") == "#Voorbeeldstad #Verkeer #Fryslân"
    assert tags_for((), replace(voice, max_tags=0), "") == ""
    assert tags_for((), voice, "Alles over #VOORBEELDSTAD") == "#Fryslân #Nieuws"


def test_tag_that_was_refused_is_not_used() -> None:
    """Servers compare tags without case and accents, and so do we."""
    voice = replace(VOICE, tags=("Fryslân", "Brug"), refused=frozenset({"fryslan"}))
    assert tags_for((), voice, "") == "#Brug"


@pytest.mark.parametrize("tag", ["NL·Alert", "112brand", "Verkeer"])
def test_whole_tag_is_a_tag_on_every_server(tag: str) -> None:
    """What stands under a post is taken whole, and not up to some sign in it."""
    line = tags_for((), replace(VOICE, tags=(tag,)), "")
    assert [one.end for one in entities(line)] == [len(line)]


def test_refusal_names_the_tag_in_any_language() -> None:
    """Which of our tags a server refused is read from the tag in its answer, whatever language the answer has."""
    part = Part(text="Tekst\n\n#Brug #Voorbeeldstad")
    frozen = Frozen(parts=(part,), version=1, rung=0, language="nl", visibility="public")
    assert tags_named(frozen, "ハッシュタグbrugは使えません brug") == ("Brug",)
    assert tags_named(frozen, "te lang") == ()


def test_only_described_pictures_of_allowed_sources() -> None:
    """Without a licence nothing is shown; without a description a picture stays away or gets the set sentence."""
    bare = replace(PHOTO, url="https://a.example/2.jpg", alt=None)
    assert shown(PHOTO, bare) == ["De brug"]
    assert shown(PHOTO, bare, voice=replace(VOICE, alt="text")) == ["De brug", "Een set zin."]
    assert shown(PHOTO, voice=replace(VOICE, pictures=False)) == []


def test_not_everything_with_an_address_is_a_picture() -> None:
    """Sound, film, icons and drawings that no server takes are no pictures; the same picture counts once."""
    others = (
        Media(url="https://a.example/a.mp3", mime="audio/mpeg", alt="Een toespraak"),
        Media(url="https://a.example/a.svg", mime="image/svg+xml", alt="Een logo"),
        Media(url="https://a.example/pixel.gif", mime="image/gif", alt="Een teller", width=1, height=1),
        Media(url="data:image/png;base64,AAAA", alt="Ingebed"),
    )
    assert shown(PHOTO, *others, PHOTO) == ["De brug"]


def test_no_more_than_the_server_takes_and_no_longer_than_it_reads() -> None:
    """The number of pictures and the length of a description are the server's."""
    many = [replace(PHOTO, url=f"https://a.example/{n}.jpg", alt="Een brug. " * 50) for n in range(9)]
    found = shown(*many, limits=Limits(max_media=4, alt_length=100))
    assert len(found) == 4
    assert all(alt and len(alt) <= 100 and alt.endswith("…") for alt in found)


@pytest.mark.parametrize("alt", ["IMG_1234.JPG", "brug dicht (1).png", "https://a.example/x", "", "  "])
def test_file_name_is_no_description(alt: str) -> None:
    """What a system filled in says nothing to somebody who cannot see the picture."""
    assert alt_of(replace(PHOTO, alt=alt)) == ""

from __future__ import annotations

import pytest

from bot.text import Entity, entities


def found(text: str, kind: str) -> list[str]:
    """The values of the entities of one kind."""
    return [entity.value for entity in entities(text) if entity.kind == kind]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Zie https://www.voorbeeld.nl.", "https://www.voorbeeld.nl"),
        ("HTTPS://VOORBEELD.NL/X", "HTTPS://VOORBEELD.NL/X"),
        ("(https://x.nl/a_(b))", "https://x.nl/a_(b)"),
        ("https://x.nl/(a(b)c)", "https://x.nl/(a(b)c)"),
        ("https://x.nl/a(中).", "https://x.nl/a"),
        ("https://x.nl/a(中)b", "https://x.nl/a(中)b"),
        ("https://x.nl/a(b", "https://x.nl/a"),
        ("https://x.nl/a?b=c!", "https://x.nl/a?b=c"),
        ("https://x.nl/a.?b", "https://x.nl/a"),
        ("https://x.nl:8080/a", "https://x.nl:8080/a"),
        ("https://x.nl:/a", "https://x.nl"),
        ("https://x.nl?q=é", "https://x.nl?q=é"),
        ("https://x.nl#a", "https://x.nl"),
        ("https://a.b.c.gemeente.nl.", "https://a.b.c.gemeente.nl"),
        ("https://gemeente.nl.onbekendtld", "https://gemeente.nl"),
        ("https://voorbeeld.amsterdam", "https://voorbeeld.amsterdam"),
        ("https://voorbeeld.politie", "https://voorbeeld.politie"),
        ("https://xn--bcher-kva.xn--p1ai/", "https://xn--bcher-kva.xn--p1ai/"),
        ("https://пример.рф", "https://пример.рф"),
        ("https://a.comだよ", "https://a.com"),
        ("gemini://a.nl/", "gemini://a.nl/"),
        ("\u2066https://a.nl\u2069", "https://a.nl"),
        ("„https://a.nl”", "https://a.nl"),
    ],
)
def test_what_the_server_links(text: str, url: str) -> None:
    """An address is seen whole, and without the punctuation around it."""
    assert found(text, "url") == [url]


@pytest.mark.parametrize(
    "text",
    [
        "www.voorbeeld.nl",
        "ftp://a.nl",
        "https://",
        "https://a",
        "https://voorbeeld.music",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://-a.nl",
        "https://a-.nl",
        "https://a_b.nl",
        "https://a.nl@b",
        "https://a.nl-",
        "https://a.nl+x",
        "https://😀.ws",
        "https://" + "a" * 64 + ".nl",
        "@https://a.nl",
        "1https://a.nl",
        "\ufeffhttps://a.nl",
        "a.nl/https://b.nl",
    ],
)
def test_what_the_server_does_not_link(text: str) -> None:
    """What is no link for the server gets no allowance and must not be counted as one."""
    assert found(text, "url") == []


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("@naam", ["naam"]),
        ("(@naam.van-a)", ["naam.van-a"]),
        ("@naam@voorbeeld.nl.", ["naam@voorbeeld.nl"]),
        ("@naam@bücher.example", ["naam@bücher.example"]),
        ("naam@voorbeeld.nl", []),
        ("x.com/@naam", []),
        ("?van=@naam", []),
        ("@naam@", []),
        ("@naamé", []),
        ("@naam://", []),
        ("＠naam", []),
        (f"@naam@{'a' * 254}", []),
        ("https://a.nl/-@naam @ander", ["ander"]),
    ],
)
def test_what_the_server_takes_for_a_mention(text: str, mentions: list[str]) -> None:
    """Mentions follow the server's own expression, and yield to an address they stand in."""
    assert found(text, "mention") == mentions


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#112 #2024", []),
        ("#3d #world2016 #_x", ["3d", "world2016", "_x"]),
        ("#NL-Alert", ["NL"]),
        ("(#haakje", ["haakje"]),
        ("a#b =#c /#d )#e", []),
        ("#Fryslân ＃breed", ["Fryslân", "breed"]),
        ("#a·b· #1·2", ["a·b", "1·2"]),
        ("#·a", []),
        ("#taghttps://a.nl", ["tag"]),
        ("https://a.nl/?#tag", []),
    ],
)
def test_what_any_version_takes_for_a_hashtag(text: str, tags: list[str]) -> None:
    """A hashtag counts as one when the boundary rule of any version in use accepts it."""
    assert found(text, "hashtag") == tags


def test_an_entity_knows_its_place() -> None:
    """Start and end cut exactly the entity out of the text, sign included."""
    text = "Zie @naam en #Tag"
    assert entities(text) == (
        Entity(kind="mention", start=4, end=9, value="naam"),
        Entity(kind="hashtag", start=13, end=17, value="Tag"),
    )

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.text import clean, entities, neutralise

# What other servers look for, wider than any of them: GoToSocial, Pleroma and Takahe begin names after space or punctuation.
ANYWHERE = re.compile(r"(?<![0-9A-Za-zÀ-ɏ_])@[0-9A-Za-z_]|(?<![0-9A-Za-zÀ-ɏ])[#＃]\w")
SIGNS = st.sampled_from("@#＠＃/-_=?&,.():é中ü\u2060\u200b\n ")
WORDS = st.sampled_from(["naam", "a.b", "112", "voorbeeld.nl", "https://", "://", "@naam@b.nl", "#tag", "info@a.nl"])
ADDRESSES = st.sampled_from(["http://a.nl", "https://a.nl/-@x", "https://a.nl/@x", "https://b.nl/?#x"])
TEXTS = st.lists(SIGNS | WORDS | ADDRESSES, max_size=12).map("".join)


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("Volg @politie", "Volg @\u2060politie"),
        ("@a@b.nl (@c) .@d „@e", "@\u2060a@b.nl (@\u2060c) .@\u2060d „@\u2060e"),
        ("＠naam", "＠\u2060naam"),
        ("x.com/@naam", "x.com/@\u2060naam"),
        ("mail info@voorbeeld.nl of a+b@c.nl", "mail info@voorbeeld.nl of a+b@c.nl"),
        ("om 20 @ 30 graden", "om 20 @ 30 graden"),
        ("#NLAlert ＃Alert (#tag) #112", "#\u2060NLAlert ＃\u2060Alert (#\u2060tag) #\u2060112"),
        ("C# en F#, nr. A#4, #️⃣ # los", "C# en F#, nr. A#4, #️⃣ # los"),
        ("https://mastodon.example/@naam?q=@x#deel", "https://mastodon.example/@naam?q=@x#deel"),
        ("https://a.nl/x-@naam", "https://a.nl/x-%40naam"),
        ("https://a.nl/x,#deel", "https://a.nl/x%2C#deel"),
        ("https://a.nl/x?#deel", "https://a.nl/x#deel"),
        ("https://onbekend.music/-@naam", "https://onbekend.music/-@\u2060naam"),
        ("@https://a.nl/@b", "@\u2060https://a.nl/@b"),
    ],
)
def test_what_is_disarmed_and_what_is_left(raw: str, safe: str) -> None:
    """Names of strangers are cut loose from their sign; e-mail, addresses and loose signs read on as they were."""
    assert neutralise(raw) == safe


def test_tags_may_be_wanted() -> None:
    """A source whose tags are allowed keeps them, and still pings nobody."""
    assert neutralise("#Voorbeeldstad @naam https://a.nl/,#x", allow_tags=True) == (
        "#Voorbeeldstad @\u2060naam https://a.nl/,#x"
    )


@pytest.mark.parametrize(
    ("raw", "readable"),
    [
        ("Dank @POL_Voorbeeld!", "Dank POL_Voorbeeld (op X)!"),
        ("via @a.b.", "via a.b (op X)."),
        ("@a@b.nl", "@\u2060a@b.nl"),
        ("x.com/@naam https://a.nl/@b", "x.com/@\u2060naam https://a.nl/@b"),
        ("@https://a.nl", "@\u2060https://a.nl"),
    ],
)
def test_handles_are_written_out_where_their_home_is_known(raw: str, readable: str) -> None:
    """A handle from another platform says so in words; what is no such handle is only disarmed."""
    assert neutralise(raw, handle="{name} (op X)") == readable


@settings(max_examples=400)
@given(TEXTS)
@example("#a.nl/https://b.nl/?#x@y")
@example("https://a.nl/\u200b@x")
def test_nothing_live_is_left(raw: str) -> None:
    """No server finds a name in disarmed text, not even after it was cleaned; disarming again changes nothing."""
    safe = neutralise(clean(raw))
    assert neutralise(safe) == safe
    for text in (safe, clean(safe)):
        assert {entity.kind for entity in entities(text)} <= {"url"}
        outside = re.sub(r"(?:https?|://)\S*", "", text)
        assert not ANYWHERE.search(outside)


@settings(max_examples=200)
@given(TEXTS)
def test_reading_is_not_changed(raw: str) -> None:
    """Without its joiners and escapes the text is what it was."""
    safe = neutralise(raw)
    if "%" not in safe and "?#" not in raw and "&#" not in raw:
        assert safe.replace("\u2060", "") == raw.replace("\u2060", "")

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.feed.charset import decode

WORDS = "“één” café € – naïef"
DECLARED = '<?xml version="1.0" encoding="{}"?><a>{}</a>'


@pytest.mark.parametrize("claim", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "us-ascii", "koi8-r", "niets", ""])
@pytest.mark.parametrize("charset", [None, "iso-8859-1", "utf-8", "windows-1251"])
def test_utf8_is_recognised_whatever_is_claimed(claim: str, charset: str | None) -> None:
    """Text that is valid UTF-8 is read as UTF-8, though HTTP and the document say something else."""
    text = DECLARED.format(claim, WORDS)
    assert decode(text.encode(), charset) == text


@pytest.mark.parametrize("claim", ["iso-8859-1", "windows-1252", "utf-8", "us-ascii", "latin-1"])
@pytest.mark.parametrize("charset", [None, "utf-8", "iso-8859-1"])
def test_windows_1252_is_read_under_its_usual_wrong_names(claim: str, charset: str | None) -> None:
    """Curly quotes and the euro sign survive in documents that claim latin-1, ASCII or UTF-8."""
    text = DECLARED.format(claim, WORDS)
    assert decode(text.encode("cp1252"), charset) == text


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("koi8-r", "Пожар"),
        ("iso-8859-2", "Požár łąka"),
        ("windows-1251", "Пожар"),
        ("shift_jis", "火事です"),
        ("gb2312", "火灾"),
        ("iso-2022-jp", "火事"),
        ("iso-8859-15", "€ œuvre"),
    ],
)
@pytest.mark.parametrize("charset", [None, "iso-8859-1"])
def test_other_encodings_are_believed(encoding: str, words: str, charset: str | None) -> None:
    """A document's own word for its encoding holds, also against the default of a web server."""
    text = DECLARED.format(encoding, words)
    assert decode(text.encode(encoding), charset) == text


def test_http_wins_over_the_document_when_both_are_specific() -> None:
    """A proxy that transcodes changes the header and not the document."""
    text = DECLARED.format("koi8-r", "Пожар")
    assert decode(text.encode("windows-1251"), "windows-1251") == text


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_marks_and_zeros_tell_unicode_apart(encoding: str) -> None:
    """UTF-16 and UTF-32 are recognised with a byte order mark and without."""
    text = DECLARED.format(encoding.upper(), WORDS)
    assert decode(text.encode(encoding)) == text


def test_damage_in_utf8_costs_one_character() -> None:
    """A teaser that was cut through a character, and a byte pasted from elsewhere, leave the rest as it was."""
    body = "<a>één, twee – drie</a>".encode() + b"<b>vier\x92s \xe2\x80</b>"
    assert decode(body) == "<a>één, twee – drie</a><b>vier’s �</b>"


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([None, "utf-8", "latin-1", "gb18030", "hz", "utf-7", "unicode_escape", "zip", "\x00"]),
)
def test_no_bytes_break_it(body: bytes, charset: str | None) -> None:
    """Any bytes under any name give a text that can be written again."""
    assert isinstance(decode(body, charset), str)

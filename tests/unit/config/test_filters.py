from __future__ import annotations

import time

import pytest

from bot.filters import LONGEST_PATTERN, Subject, left_out_by, matches, parse

ITEM = Subject(
    title="Vermist: meisje (9) uit Voorbeeldstad",
    text="De politie zoekt   getuigen. Code rood voor wateroverlast op het treinverkeer, #nlalert",
    categories=("Opsporing", "Regio Voorbeeldland"),
    url="https://www.voorbeeldstad.example/vermist/2026/11/meisje?id=5",
)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("vermist", True),
        ("VERMIST", True),
        ("mist", False),
        ("code rood", True),
        ("zoekt getuigen", True),
        ("rood code", False),
        ("water", False),
        ("water*", True),
        ("*verkeer", True),
        ("verkeer*", False),
        ("*overlast*", True),
        ("#nlalert", True),
        ("opsporing", True),
        ("title:meisje", True),
        ("title:opsporing", False),
        ("text:meisje", False),
        ("category:opsporing", True),
        ("category:regio*", True),
        ("category:politie", False),
        ("url:/vermist/", True),
        ("url:/VERMIST/", True),
        ("url:vermist", True),
        ("/vermist/", False),
        ("*", True),
        ("(9)", True),
        ("meisje.", False),
    ],
)
def test_patterns_find_words(pattern: str, found: bool) -> None:
    """A pattern finds whole words where it should look, and nothing in it is a regular expression."""
    assert matches(parse(pattern), ITEM) is found


@pytest.mark.parametrize("pattern", ["", " ", "**", "a*b", "title:", "url:", "x" * (LONGEST_PATTERN + 1)])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    """An empty pattern would match everything by accident, and a star inside words is not promised."""
    with pytest.raises(ValueError):
        parse(pattern)


def test_exclusion_is_stronger_and_named() -> None:
    """``why`` can say which pattern left an item out; an exclusion wins over an inclusion."""
    wanted, unwanted = (parse("politie"),), (parse("rampen"), parse("vermist*"))
    assert left_out_by(wanted, unwanted, ITEM) == "exclude: vermist*"
    assert left_out_by(wanted, (), ITEM) is None
    assert left_out_by((parse("rampen"),), (), ITEM) == "include"
    assert left_out_by((), (), ITEM) is None


def test_no_text_makes_a_pattern_explode() -> None:
    """A hostile text of a megabyte is searched in well under a second by the worst pattern that can be written."""
    patterns = [parse("*" + "a " * 60 + "b*"), parse("a*"), parse("*a"), parse("url:" + "a" * 150)]
    hostile = Subject(title="a " * 500_000, text="a" * 1_000_000, url="a" * 100_000)
    begin = time.process_time()
    for pattern in patterns:
        matches(pattern, hostile)
    assert time.process_time() - begin < 5

"""The template language: what is filled in, what disappears, and how mistakes are named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wording.template import parse

NAMES = ("title", "text", "date", "link")


def rendered(written: str, /, **values: str) -> str:
    """Fill a template in that has no mistake."""
    template, mistakes = parse(written, NAMES)
    assert mistakes == ()
    return template.render(values)


def codes(text: str) -> list[tuple[int, str]]:
    """Name the mistakes of a template with their lines."""
    return [(one.line, one.code) for one in parse(text, NAMES)[1]]


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{title}", {"title": "Brug dicht"}, "Brug dicht"),
        ("{title}", {}, ""),
        ("a {{title}} b", {"title": "x"}, "a {title} b"),
        ("{?date}Van {date}.{/date}", {"date": "3 maart"}, "Van 3 maart."),
        ("{?date}Van {date}.{/date}", {}, ""),
        ("{!link}Geen link.{/link}", {}, "Geen link."),
        ("{!link}Geen link.{/link}", {"link": "https://a.nl"}, ""),
        ("{?title}{?date}beide{/date}{/title}", {"title": "x", "date": "y"}, "beide"),
        ("{?title}{?date}beide{/date}{/title}", {"title": "x"}, ""),
        ("{title:12}", {"title": "De brug is dicht tot twaalf uur"}, "De brug is…"),
        ("{title} {{{date}}}", {"title": "{text}", "date": "{x}"}, "{text} {{x}}"),
    ],
)
def test_values_conditions_and_braces(template: str, values: dict[str, str], expected: str) -> None:
    """Each sign of the language does what the documentation says, and a value is never read as template."""
    assert rendered(template, **values) == expected


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{title}\n\n{text}\n\n{link}", {"title": "A", "link": "L"}, "A\n\nL"),
        ("{title}\nDatum: {date}\n{link}", {"title": "A", "link": "L"}, "A\nL"),
        ("{title}\n{?date}\nop {date}\n{/date}\n{link}", {"title": "A", "link": "L"}, "A\nL"),
        ("{title}\n{?date}\nop {date}\n{/date}\n{link}", {"title": "A", "link": "L", "date": "3"}, "A\nop 3\nL"),
        ("Altijd.{?date} Op {date}.{/date}", {}, "Altijd."),
        ("{title} {date} {link}", {"title": "A", "link": "L"}, "A L"),
        ("\n\n{title}\n\n\n\n{link}\n\n", {"title": "A", "link": "L"}, "A\n\nL"),
        ("{title}\n{text}", {"title": "A", "text": "een\n\ntwee"}, "A\neen\n\ntwee"),
    ],
)
def test_lines_of_which_nothing_is_filled_in_disappear(template: str, values: dict[str, str], expected: str) -> None:
    """A line that names values of which none is there leaves nothing behind, no blank line and no label either."""
    assert rendered(template, **values) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("een\ntwee {titel}", [(2, "wording.unknown-name")]),
        ("{title", [(1, "wording.brace")]),
        ("a } b", [(1, "wording.brace")]),
        ("{ title }", [(1, "wording.brace"), (1, "wording.brace")]),
        ("{title.upper}", [(1, "wording.brace"), (1, "wording.brace")]),
        ("{title:0}", [(1, "wording.brace"), (1, "wording.brace")]),
        ("{?title}\na", [(1, "wording.not-closed")]),
        ("a\n{/title}", [(2, "wording.not-open")]),
        ("{?title}{?date}{/title}{/date}", [(1, "wording.not-open"), (1, "wording.not-closed")]),
        ("{?nee}x{/nee}", [(1, "wording.unknown-name")]),
        ("{?title}" * 10 + "{/title}" * 10, [(1, "wording.too-deep")] * 2),
    ],
)
def test_mistakes_are_named_with_their_lines(template: str, expected: list[tuple[int, str]]) -> None:
    """Whatever is wrong has a code and the line on which it stands; one mistake causes no second one."""
    assert codes(template) == expected


@settings(max_examples=150)
@given(
    st.text(st.sampled_from("{}?!/:titlexdate12 \n\x02\x05"), max_size=60), st.text(max_size=40), st.text(max_size=40)
)
def test_any_text_is_a_template_or_a_list_of_mistakes(template: str, title: str, date: str) -> None:
    """Nothing raises, and what is shown never doubles a blank line or leaves a mark of ours behind."""
    parsed, mistakes = parse(template, NAMES)
    if mistakes:
        assert all(1 <= one.line <= template.count("\n") + 1 for one in mistakes)
    shown = parsed.render({"title": title, "date": date})
    assert "\n\n\n" not in shown
    assert shown == shown.strip()
    assert parsed.render({"title": title, "date": date}) == shown

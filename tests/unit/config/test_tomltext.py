"""The line of every key, and reading on behind mistakes."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.problems import Key
from bot.tomltext import lines, read

NAMES = st.from_regex(r"[a-z0-9_-]{1,4}", fullmatch=True) | st.sampled_from(["a b", "é", 'q"', "x.y", "#", "[k]"])
TEXTS = st.sampled_from(
    ["", "x", "# no comment", "[not a table]", 'quote " and \\', "tab\there", "a = 1", "}", "]", "é"]
)


def keys(node: object, key: Key = ()) -> set[Key]:
    """Give the way to everything in a document."""
    found = {key} if key else set()
    if isinstance(node, dict):
        return found.union(*(keys(value, (*key, name)) for name, value in node.items()))
    if isinstance(node, list):
        return found.union(*(keys(value, (*key, index)) for index, value in enumerate(node)))
    return found


LONG_TEXTS = st.builds(
    lambda body, tail: f'"""\n{body} ""\\"\n[[x]]\n"two" \\\n   end"""{tail}',
    TEXTS.map(lambda text: text.replace("\\", "\\\\")),
    st.sampled_from(["", '"', '""']),
)
LITERALS = st.builds("'''\nline = 1\n[table]\n# x ''{}".format, st.sampled_from([" '''", " ''''", " '''''"]))
SCALARS = (
    TEXTS.map(json.dumps)
    | TEXTS.map(lambda text: f"'{text}'")
    | LONG_TEXTS
    | LITERALS
    | st.sampled_from(
        ["1", "-0x1F", "1_000.5", "true", "inf", "+1e3", "1979-05-27", "1979-05-27 07:32:00.5", "07:32:00"]
    )
)


@st.composite
def written(draw: st.DrawFn, depth: int = 2) -> str:
    """A value as somebody might write it in TOML: every kind of string, lists over lines, tables in line."""
    shape = draw(st.sampled_from(["scalar", "scalar", "list", "table"])) if depth else "scalar"
    if shape == "list":
        elements = draw(st.lists(written(depth - 1), max_size=3))
        between = draw(st.sampled_from([", ", ",\n", " ,  # note, ]\n\n"]))
        tail = draw(st.sampled_from(["", "\n", "  # end ]\n"])) if elements else ""
        return "[" + draw(st.sampled_from(["", "\n", " # [ note\n"])) + between.join(elements) + tail + "]"
    if shape == "table":
        pairs = draw(st.dictionaries(NAMES, written(depth - 1).filter(lambda one: "\n" not in one), max_size=2))
        return "{ " + ", ".join(f"{quoted(name)} = {value}" for name, value in pairs.items()) + " }"
    return draw(SCALARS)


def quoted(name: str) -> str:
    """Write a name bare where TOML allows it."""
    return name if name.isascii() and name.replace("-", "").replace("_", "").isalnum() else json.dumps(name)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document of tables, lists of tables, nested tables and dotted keys, with comments between."""
    rows: list[str] = []
    for header in ("", *draw(st.lists(st.sampled_from(["[{}]", "[[{}]]", "[ {} . sub ]", "[[{}.list]]"]), max_size=6))):
        name = quoted(draw(NAMES))
        rows += [header.format(name)] if header else []
        for key, value in draw(st.dictionaries(NAMES, written(), max_size=3)).items():
            dots = draw(st.sampled_from(["", "", ".deep", " . 'very deep'"]))
            rows.append(f"{draw(st.sampled_from(['', '  ', chr(9)]))}{quoted(key)}{dots} = {value}  # note = 1")
            rows += draw(st.sampled_from([[], [""], ["# [comment]"]]))
    return "\n".join(rows) + "\n"


@settings(max_examples=150, deadline=None)
@given(documents())
def test_every_key_has_a_line(text: str) -> None:
    """The lines know exactly the keys that tomllib finds, whatever the document looks like: no problem is misplaced."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # the same name twice; those are other tests
        return
    found = lines(text)
    assert set(found) == keys(values)
    assert all(1 <= line <= text.count("\n") for line in found.values())


def test_lines_are_those_of_the_keys() -> None:
    """A key has its own line, an element of a list its own, a table that of its header."""
    text = '# note\na = 1\n\n[t]\nlist = [\n  "x",\n  # note\n  "y",\n]\nlong = """\none\n"""\nb.c = 2\n[[s]]\n[[s]]\nid = "2"\n'
    found = lines(text)
    assert found["a",] == 2
    assert (found["t",], found["t", "list"], found["t", "list", 0], found["t", "list", 1]) == (4, 5, 6, 8)
    assert (found["t", "long"], found["t", "b"], found["t", "b", "c"]) == (10, 13, 13)
    assert (found["s",], found["s", 0], found["s", 1], found["s", 1, "id"]) == (14, 14, 15, 16)


def test_windows_line_ends_and_byte_order_mark_are_read() -> None:
    """A file saved by an editor on Windows has the same values, and the same lines."""
    reading = read('\ufeffa = 1\r\nb = """x\r\ny"""\r\nc = 2\r\n')
    assert reading.values == {"a": 1, "b": "x\ny", "c": 2}
    assert lines(reading.text)["c",] == 4


@pytest.mark.parametrize(
    ("broken", "at"),
    [
        ("b = 15m", [4]),
        ("b = 'x", [4]),
        ("b =", [4]),
        ("b", [4]),
        ("b = 1\nb = 2", [5]),
        ("b = [1,\nc = 2", [4]),
        ('b = """x\ny', [4]),
        ("b = {x = 1", [4]),
        ("b = yes\nc = on", [4, 5]),
        ("[[t]", [4]),
        ("[t", [4]),
        ("[a]", [4]),
    ],
)
def test_reading_goes_on_behind_a_mistake(broken: str, at: list[int]) -> None:
    """A mistake is named at its line, and every other table of the file is still read."""
    reading = read(f"top = 1\n[a]\nx = 1\n{broken}\n[z]\nlast = true\n")
    assert [mistake.line for mistake in reading.mistakes] == at
    assert reading.values["top"] == 1
    assert reading.values["z"] == {"last": True}
    assert reading.left_out


def test_key_set_twice_is_told_apart() -> None:
    """A key or table that is set twice is not called a mistake of syntax."""
    assert [mistake.twice for mistake in read("a = 1\na = 2\n[t]\n[t]\nb = oops").mistakes] == [True, False, True]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab =\n[]{}\"'#.1,\\", max_size=60))
def test_anything_can_be_read(text: str) -> None:
    """Whatever somebody saves under the name of the configuration ends in values or mistakes, never in a crash."""
    reading = read(text)
    assert reading.mistakes or tomllib.loads(text.replace("\r\n", "\n")) == reading.values
    if reading.values:
        assert set(lines(reading.text)) == keys(reading.values)


def test_dates_are_values_like_others() -> None:
    """A date, with its space and colons, does not throw the lines off."""
    text = "a = 1979-05-27 07:32:00\nb = [07:32:00, 1979-05-27]\nc = 1\n"
    expected: dict[str, Any] = tomllib.loads(text)
    assert expected["a"] == dt.datetime(1979, 5, 27, 7, 32)  # noqa: DTZ001  # TOML's own time without a zone
    assert lines(text)["c",] == 3

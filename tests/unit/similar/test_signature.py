from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.similar import blocking_keys, compare, signature
from bot.similar.signature import LONGEST_READ
from tests.unit.similar.pairs import GOLDEN, read

WORDS = [
    "brug",
    "dicht",
    "A12",
    "Ede",
    "12 mei",
    "niet",
    "weer",
    "3",
    "https://a.example",
    "#Ede",
    "@x",
    "…",
    "open",
    ".",
    "\n",
]
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=14).map(" ".join)
HOSTILE = [
    "." * 40_000 + "a", "a" * 40_000, "a." * 20_000, "@a" * 20_000, "#a " * 15_000, "1." * 20_000 + "a", "1" * 40_000 + "a",
    "12-" * 15_000, "bel " * 10_000, "lees meer " * 4_000, "A." * 20_000, "12 tot " * 6_000, "\ufdfa" * 10_000, " " * 40_000 + "a",
    "#" + "aB" * 15_000, "'a" * 20_000, "-1 " * 15_000, "🟠" * 10_000,
]  # fmt: skip


def merged(captures: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Keep the pairs that are called the same."""
    return [(a, b) for a, b in captures if compare(a, b).same]


def test_an_index_finds_every_accepted_pair() -> None:
    """What `compare` accepts shares a blocking key, so candidates can be looked up instead of scanned."""
    pairs = [(pair.a, pair.b) for name in ("dutch", "dutch-blind") for pair in read(GOLDEN / f"{name}.tsv")]
    accepted = merged(pairs)
    assert len(accepted) > 100
    for a, b in accepted:
        assert set(blocking_keys(a)) & set(blocking_keys(b)), (a, b)


@given(TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_whatever_is_accepted_shares_a_key(a: str, b: str) -> None:
    """For any two texts: few keys each, the same verdict both ways, and no merge that an index would miss."""
    there, back = compare(a, b), compare(b, a)
    keys = set(blocking_keys(a)), set(blocking_keys(b))
    assert max(map(len, keys)) <= 12
    assert (there.same, there.rule, there.score) == (back.same, back.rule, back.score)
    assert not there.same or keys[0] & keys[1]
    assert 0 <= there.score <= 1


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_a_text_is_itself(text: str) -> None:
    """Every text with words of its own equals itself; others equal nothing."""
    found = compare(text, text)
    assert found.rule == ("text.equal" if signature(text).digest else "text.differs:empty")


def test_keys_are_the_same_in_every_process() -> None:
    """Keys are stored, so they may not depend on the order in which a process happens to hash."""
    text = "A12 bij Voorbeeldstad dicht door ongeluk, omleiding via de N999 tot 14.00 uur"
    program = f"from bot.similar import blocking_keys; print(blocking_keys({text!r}))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {f"{blocking_keys(text)}\n"}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8].encode("unicode_escape").decode())
def test_no_text_takes_long(text: str) -> None:
    """Long and hostile texts cost a bounded time: no pattern runs away."""
    started = time.process_time()
    compare(text, text[:-1])
    assert time.process_time() - started < 1


def test_what_was_not_read_does_not_merge() -> None:
    """Of a long text only equality counts beyond what is read; a withdrawal at the very end is not overlooked."""
    long = "De brug bij Voorbeeldstad is dicht voor onderhoud aan de klep. " * 60
    assert len(long) > LONGEST_READ
    assert compare(long, f"{long} ").same
    assert not compare(long, f"{long} Ingetrokken.").same
    assert not compare(long * 3, f"{long * 3}Ingetrokken.").same


def test_a_known_language_tells_apart() -> None:
    """Siblings in two languages are related elsewhere, never merged by text."""
    en = "M=3.1 - 27 km ESE of Voorbeeldstad, BC"
    fr = "M=3,1 - 27 km ESE de Voorbeeldstad, BC"
    assert compare(en, fr).rule == "text.differs:language"


def test_english_is_only_retold_by_a_post() -> None:
    """Two pages that differ in a word are two texts; a post that replaces one may be the page."""
    page = "Council to build ten homes beside the old harbour in spring"
    assert compare(page, "#Council to build ten houses beside the old #harbour this spring!").rule == "text.retold"
    assert not compare(page, "Council to build ten houses beside the old harbour this spring").same
    assert not compare(
        "A12 closed near the old harbour after a crash this morning",
        "A12 closed near the old harbour after a flood this morning #A12",
    ).same

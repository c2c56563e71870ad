from __future__ import annotations

from pathlib import Path

import pytest

from bot.similar import compare
from tests.unit.similar.pairs import GOLDEN, Pair, read

DUTCH = read(GOLDEN / "dutch.tsv") + read(GOLDEN / "dutch-blind.tsv")


def recall(pairs: list[Pair]) -> float:
    """Give the part of the duplicates that is found."""
    same = [pair for pair in pairs if pair.same]
    return sum(compare(pair.a, pair.b).same for pair in same) / len(same)


def wrong(pairs: list[Pair]) -> list[tuple[str, str, str]]:
    """Give the wrong merges, with their rule."""
    found = ((pair, compare(pair.a, pair.b)) for pair in pairs if pair.same is False)
    return [(pair.a, pair.b, verdict.rule) for pair, verdict in found if verdict.same]


def test_no_dutch_pair_is_merged_wrongly() -> None:
    """Another place, number, date, road, level, a withdrawal, a revision, a recurring notice: none may hide a warning."""
    assert wrong(DUTCH) == []


def test_dutch_duplicates_are_recognised() -> None:
    """A post that repeats or lightly rewords a page is found, or the merging would be worth nothing."""
    assert recall(read(GOLDEN / "dutch.tsv")) >= 0.85
    assert recall(read(GOLDEN / "dutch-blind.tsv")) >= 0.8


@pytest.mark.parametrize(("name", "least"), [("tweet-news", 0.35), ("headlines", 0.15)])
def test_the_published_pairs(captures: Path, name: str, least: float) -> None:
    """On pairs judged by others nothing is merged wrongly, and recall stays where it was measured."""
    pairs = read(captures / "neardup" / f"{name}.tsv")
    assert wrong(pairs) == []
    assert recall(pairs) >= least


def test_the_order_of_the_two_does_not_matter() -> None:
    """Whichever copy came first, the verdict, its score and its rule are the same."""
    for pair in DUTCH:
        there, back = compare(pair.a, pair.b), compare(pair.b, pair.a)
        assert (there.same, there.score, there.rule) == (back.same, back.score, back.rule), pair


def test_the_evidence_names_what_stands_on_one_side() -> None:
    """`why` shows people what was different, on which side."""
    found = compare("A12 bij Utrecht dicht door ongeluk", "A2 bij Utrecht dicht door ongeluk")
    assert found.rule == "text.differs:road"
    assert found.evidence == ("Only the first has the road a12.", "Only the second has the road a2.")


def test_the_evidence_names_what_agreed() -> None:
    """A merge is never silent: it names the facts that both sides have."""
    found = compare("A12 bij Utrecht dicht door ongeluk", "Door ongeluk is de A12 dicht bij Utrecht")
    assert found.same
    assert "Both have the road a12." in found.evidence

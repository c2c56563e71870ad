from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, str(ROOT / "bench" / "neardup.py")]


def measured(path: Path, *arguments: str) -> dict[str, float | int | None]:
    """Run the program and read the one document it prints."""
    done = subprocess.run([*PROGRAM, str(path), *arguments], capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, float | int | None] = json.loads(done.stdout)
    return found


def test_it_prints_the_four_figures_and_nothing_else(tmp_path: Path) -> None:
    """Acceptance reads one JSON document with exactly these keys; scores in between are not judged."""
    path = tmp_path / "pairs.tsv"
    path.write_text(
        "5\tBrug dicht tot maart\tBrug dicht tot maart #brug\n"
        "4.0\tBrug dicht tot maart\tDe oversteek is er even niet\n"
        "2.4\tBrug dicht tot maart\tBrug dicht tot april\n"
        "3.2\tBrug dicht tot maart\tBrug dicht\n",
        encoding="utf-8",
    )
    assert measured(path) == {"precision": 1.0, "recall": 0.5, "wrong_merges": 0, "pairs": 3}


def test_the_halves_make_the_whole() -> None:
    """Every pair is in one half, always the same one: chosen on the first, reported on the second."""
    path = ROOT / "tests" / "golden" / "similar" / "dutch.tsv"
    halves = [measured(path, "--half", half)["pairs"] for half in ("choose", "report")]
    assert all(isinstance(pairs, int) and pairs > 100 for pairs in halves)
    assert sum(pairs or 0 for pairs in halves) == measured(path)["pairs"]


def test_a_line_that_is_no_pair_is_named(tmp_path: Path) -> None:
    """A mistake in the data is told with its line, not counted."""
    path = tmp_path / "pairs.tsv"
    path.write_text("5\tgoed\tgoed\nfout\n", encoding="utf-8")
    done = subprocess.run([*PROGRAM, str(path)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"{path}:2: expected a score and two texts" in done.stderr


@pytest.mark.parametrize(("name", "least"), [("tweet-news", 0.30), ("headlines", 0.10)])
def test_the_goal_on_the_half_that_was_not_looked_at(captures: Path, name: str, least: float) -> None:
    """Precision .99 and the agreed recall hold on the half that thresholds were not chosen on."""
    found = measured(captures / "neardup" / f"{name}.tsv", "--half", "report")
    assert found["wrong_merges"] == 0
    assert (found["recall"] or 0) >= least

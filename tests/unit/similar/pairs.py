"""The judged pairs: our own Dutch ones, and the published English ones where they are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden" / "similar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts, whether people call them one announcement (None: neither), and the family of the example."""

    same: bool | None
    a: str
    b: str
    family: str


def read(path: Path) -> list[Pair]:
    """Read a file of pairs."""
    return [_pair(*line.split("\t")) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _pair(score: str, a: str, b: str, family: str = "") -> Pair:
    value = float(score)
    same = True if value >= 4 else False if value <= 2.4 else None
    return Pair(same=same, a=a, b=b, family=family)

"""How often the rule that merges by text is right: ``bench/neardup.py PAIRS.tsv``.

Each line has a human score from 0 to 5 and two texts, separated by tabs; further columns are ignored. Pairs of 4 and
more are duplicates, pairs of 2.4 and less are not, and those between are not judged. Prints one JSON document:
``precision`` (null where nothing was merged), ``recall`` (null without duplicates), ``wrong_merges`` and ``pairs``, the
number judged. With ``--half choose`` or ``--half report`` only that half of the pairs counts; a pair's half is fixed by
its hash, and thresholds were chosen on the first alone. ``--show`` names every wrong merge and every miss on stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.similar import Comparison, compare

DUPLICATE = 4.0
DIFFERENT = 2.4
HALVES = ("choose", "report")


def half_of(a: str, b: str) -> str:
    """Say to which half a pair belongs, whatever file it stands in."""
    return HALVES[blake2b(f"{a}\t{b}".encode(), digest_size=8).digest()[0] & 1]


def judged(path: Path, half: str | None) -> Iterator[tuple[bool, str, str]]:
    """Give the pairs that count: whether they are duplicates, and both texts."""
    # Not splitlines(): a published text may hold a character that Python takes for the end of a line.
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            score, a, b = line.split("\t")[:3]
            value = float(score)
        except ValueError:
            raise SystemExit(f"{path}:{number}: expected a score and two texts, separated by tabs") from None
        if (value >= DUPLICATE or value <= DIFFERENT) and half in {None, half_of(a, b)}:
            yield value >= DUPLICATE, a, b


def tell(kind: str, a: str, b: str, found: Comparison) -> None:
    """Name one mistake for a person."""
    print(f"{kind}: {a!r} / {b!r}: {found.rule}: {' '.join(found.evidence)}", file=sys.stderr)


def measure(path: Path, half: str | None, *, show: bool) -> dict[str, float | int | None]:
    """Compare all pairs that count."""
    right = wrong = duplicates = pairs = 0
    for duplicate, a, b in judged(path, half):
        found = compare(a, b)
        pairs += 1
        duplicates += duplicate
        right += found.same and duplicate
        wrong += found.same and not duplicate
        if show and found.same != duplicate:
            tell("wrong merge" if found.same else "missed", a, b, found)
    return {
        "precision": right / (right + wrong) if right + wrong else None,
        "recall": right / duplicates if duplicates else None,
        "wrong_merges": wrong,
        "pairs": pairs,
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("pairs", type=Path, metavar="PAIRS.tsv")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    print(json.dumps(measure(given.pairs, given.half, show=given.show)))


if __name__ == "__main__":
    main()

"""The threat model names tests that exist, and every boundary has some."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MODEL = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_in(path: str) -> frozenset[str]:
    """Give the names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(one.name for one in tree.body if isinstance(one, kinds) and one.name.startswith("test_"))


def test_every_guard_exists() -> None:
    """A test that is renamed or taken away takes its line in the threat model along."""
    found = NAMED.findall(MODEL)
    assert len(found) > 60
    assert [one for one in found if not (ROOT / one[0]).is_file() or one[1] not in names_in(one[0])] == []


def test_every_guard_is_named() -> None:
    """No test of ``tests/security`` stands outside the threat model."""
    named = set(NAMED.findall(MODEL))
    paths = [str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "security").glob("test_*.py")]
    assert {(path, name) for path in paths for name in names_in(path)} <= named


def test_every_boundary_is_guarded() -> None:
    """Each of the nine boundaries has lines, and each line a guard."""
    boundaries = re.split(
        r"^### ", MODEL.partition("## The boundaries")[2].partition("## Figures")[0], flags=re.MULTILINE
    )[1:]
    assert [one.partition(".")[0] for one in boundaries] == [str(number) for number in range(1, 10)]
    for boundary in boundaries:
        lines = [
            line for line in boundary.splitlines() if line.startswith("| ") and not line.startswith("| what could")
        ]
        assert lines
        assert all(NAMED.search(line) for line in lines), boundary

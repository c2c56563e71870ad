"""A short form of ``bench/fuzz.py``: what was ever found stays mended, and some inputs that nobody has seen.

Guards boundary 2 (document) of ``docs/security.md``, which tells of the long form.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
CORPUS = Path(__file__).parent / "corpus"


def fuzzed(*arguments: str) -> dict[str, Any]:
    """Run the program and give its figures; what it found is in them."""
    command = [sys.executable, "bench/fuzz.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, found["findings"]) == (0, {}), found["findings"]
    return found


def test_what_was_found_stays_mended() -> None:
    """Every document that once made the program fall over, or say what it never may, is read or refused."""
    found = fuzzed("--replay", str(CORPUS))
    assert found["files"] == len(list(CORPUS.glob("*.bin"))) > 10


def test_new_inputs_find_nothing() -> None:
    """Hundreds of damaged documents of every kind go all the way, in bounded time, and the same ones give the same result."""
    found = fuzzed("--inputs", "600", "--seed", "2026")
    assert found["slowest_s"] < 2
    assert found["outcomes"]["read"] > 200

"""The short form of `bench/memory_growth.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_growth_is_measured_at_every_size() -> None:
    """The program fills memory, takes in new items through the real code, and prints a row per size."""
    done = subprocess.run(
        [sys.executable, "bench/memory_growth.py", "--sizes", "200,1000", "--looks", "4"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["items"] for row in rows] == [200, 1000]
    assert all(row["milliseconds_per_new_item"] > 0 and row["bytes_per_item"] > 0 for row in rows)

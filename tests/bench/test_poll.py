"""The short form of `bench/poll.py`: the program runs, and what it measures is nowhere near what it was before it was mended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_an_idle_poll_costs_little_more_than_its_request() -> None:
    """A burst costs less than three times the bare client (the aim, on a quiet machine and at 10,000 sources, is 1.5), and changed feeds and dead names stall nobody."""
    done = subprocess.run(
        [sys.executable, "bench/poll.py", "--sources", "1500", "--rounds", "2", "--seconds", "3"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ended"]["idle"] == {"unchanged": 1500 * 3}
    assert found["ended"]["troubled"]["news"] >= 3
    assert found["burst"]["quietest"]["ratio"] < 3
    assert found["paced"]["ratio"] < 1
    assert found["stalls_ms"]["p99"] < 50 + 2 * found["stalls_ms"]["machine"]["p99"]
    assert found["peak_mib"] < 150

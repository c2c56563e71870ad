"""The short form of `bench/poll.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_idle_and_troubled_polls_are_measured() -> None:
    """The program polls through 304s, changed feeds and dead names, counts how each poll ended, and measures it against a bare client."""
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
    assert found["ended"]["troubled"]["news"] >= 1
    assert found["burst"]["quietest"]["ratio"] > 0
    assert found["paced"]["ratio"] > 0
    assert found["peak_mib"] < 150  # memory is no matter of how busy the machine is

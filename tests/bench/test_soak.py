"""The short form of `bench/soak.py`: three days of twenty feeds, a fifth of the answers faults."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_nothing_is_lost_and_nobody_is_bothered() -> None:
    """Through faults of every kind each item is sent once, every request is conditional that can be, no rest is broken, and nothing grows."""
    done = subprocess.run(
        [sys.executable, "bench/soak.py", "--sources", "20", "--days", "3", "--news", "3", "--faults", "0.2"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["announced"] > 20
    assert (found["lost"], found["doubled"], found["sent"]) == (0, 0, found["announced"])
    assert (found["inside_retry_after"], found["unconditional_again"]) == (0, 0)
    assert found["requests"] - found["not_modified"] > 20  # the faults are in there
    assert min(found["faults"].values()) > 0
    assert found["rss_mib"]["end"] - found["rss_mib"]["warm"] < 25
    assert found["handles"]["end"] <= found["handles"]["warm"] + 10

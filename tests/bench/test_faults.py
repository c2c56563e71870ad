"""The short form of `bench/faults.py`: a few rounds over both kinds of server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("server", ["keys", "no-keys"])
def test_nothing_is_lost_or_doubled(server: str) -> None:
    """Killed at random moments, with one answer in five lost: everything is there once, in order, with true exit codes."""
    options = ("--rounds", "2", "--entries", "16", "--kills", "2", "--faults", "lost=0.2", "--seed", "7")
    done = subprocess.run(
        [sys.executable, "bench/faults.py", "--server", server, *options],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["announced"], found["posts"]) == (32, 32)
    assert found["kills"] > 0
    assert found["lost_answers"] > 0

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_ladder_is_cheaper_than_feedparser() -> None:
    """The measuring program runs, and the rungs stand in their order, far below a full parse."""
    command = [sys.executable, str(ROOT / "bench" / "parse.py"), "--items", "30", "--rounds", "8"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    cheaper = json.loads(output)["times_cheaper"]
    assert cheaper["same_body"] > cheaper["none_new"] > 4
    assert cheaper["one_new"] > 4
    assert cheaper["all_new"] > 1

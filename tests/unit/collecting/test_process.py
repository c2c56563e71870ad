"""What the process asks of its machine, and what it does where the machine refuses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_PROGRAM = """
import gc, json, resource, sys
from bot.process import make_ready
resource.setrlimit(resource.RLIMIT_NOFILE, tuple(json.loads(sys.argv[1])))
files = make_ready()
print(json.dumps([files, list(resource.getrlimit(resource.RLIMIT_NOFILE)), gc.isenabled(), gc.get_freeze_count() > 0]))
"""


@pytest.mark.parametrize(("soft", "hard", "expected"), [(256, 1024, 1024), (300, 300, 300), (64, 20_000, 8192)])
def test_open_files_are_raised_as_far_as_allowed(soft: int, hard: int, expected: int) -> None:
    """The soft limit is raised to what is needed or to the hard limit; where that is too low, the process goes on with less."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, json.dumps([soft, hard])], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [expected, [expected, hard], True, True]


def test_fewer_files_mean_fewer_connections() -> None:
    """The HTTP client never opens more connections than the limit on files leaves room for."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))\n"
        "from adapters.http import HttpClient, NetworkPolicy\n"
        "print(HttpClient(NetworkPolicy(user_agent='x'))._places._total)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 300 - 128

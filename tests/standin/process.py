"""The stand-in as a process of its own, for programs that are measured or killed beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]


class Remote:
    """A stand-in in another process, through its control door."""

    def __init__(self, url: str, accounts: dict[str, str]) -> None:
        self.url = url
        self.accounts = accounts

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control door: ``ask("POST", "faults", {"fault": "drop-after"})``."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/_control/{path}", data, {"Content-Type": "application/json"}, method=method)
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)

    @classmethod
    def reading(cls, line: str) -> Self:
        """Read the line that a process prints when it listens."""
        ready = json.loads(line)
        return cls(ready["url"], ready["accounts"])


@contextmanager
def spawned(*arguments: str) -> Iterator[Remote]:
    """Run a stand-in as a process of its own, with these arguments, for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.standin.mastodon", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Remote.reading(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(10)

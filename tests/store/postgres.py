"""A PostgreSQL of the tests' own, where its programs are installed: started once, on a free port of loopback, thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. ``url`` leads to its own database."""

    url: str

    def fresh(self) -> str:
        """Make an empty database; give its address."""
        name = f"proef{next(_numbers)}"
        self.tell(f"CREATE DATABASE {name}")
        return f"{self.url.rpartition('/')[0]}/{name}"

    def tell(self, sentence: str) -> None:
        """Let the server do something that needs no transaction."""
        engine = create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(sentence))
        engine.dispose()


def programs() -> Path | None:
    """Find the folder of PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((one for one in reversed(candidates) if (one / "initdb").exists()), None)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server from these programs for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="pg-") as home, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.close()
        data = Path(home) / "data"
        somebody = _somebody(Path(home))
        _run(somebody, folder / "initdb", "-D", data, "-A", "trust", "-U", "omroeper", "--no-sync")
        settings = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        _run(somebody, folder / "pg_ctl", "-D", data, "-o", settings, "-w", "-l", f"{home}/log", "start")
        try:
            yield Server(f"postgresql://omroeper@127.0.0.1:{port}/postgres")
        finally:
            _run(somebody, folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def _run(somebody: int | None, *command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60, user=somebody, cwd="/")


def _somebody(home: Path) -> int | None:
    """PostgreSQL refuses to be run by root: then somebody else runs it, and owns its folder."""
    if os.geteuid() != 0:
        return None
    names = {one.pw_name: one.pw_uid for one in pwd.getpwall()}
    somebody = names.get("postgres", names["nobody"])
    os.chown(home, somebody, -1)
    return somebody

"""An installation in a folder of its own, driven from outside through the command line alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN_VARIABLE = "TEST_ACCOUNT_TOKEN"


@dataclass(slots=True, kw_only=True)
class Installation:
    """A configuration, its database, and the program."""

    folder: Path
    token: str = "token-omroeper"
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "omroeper.toml"

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / "omroeper.db"

    def configure(
        self,
        *,
        server: str | None,
        sources: dict[str, str],
        to: Sequence[str] = ("account",),
        account: str = "",
        source: str = "",
        extra: str = "",
    ) -> None:
        """Write the configuration: one agency per source, one account (built-in where there is no server)."""
        lines = [
            '[omroeper]\ndatabase = "sqlite:///omroeper.db"\noperator = "redactie@voorbeeldstad.example"',
            '[network]\nallow_private = ["127.0.0.0/8"]\nhost_gap = "0s"\nper_host = 16',
            '[web]\nlisten = ""',
        ]
        for name in to:
            where = (
                f'kind = "mastodon"\nserver = "{server}"\ntoken_env = "{TOKEN_VARIABLE}"\ntimeout = "2s"\nposts_per_3h = 0'
                if server
                else 'kind = "local"'
            )
            lines.append(f'[[account]]\nid = "{name}"\n{where}\n{account}')
        for name, url in sources.items():
            lines.append(f'[[agency]]\nid = "{name}"\nname = "Gemeente {name}"\ndomains = ["{name}.example"]')
            accounts = json.dumps(list(to))
            lines.append(
                f'[[source]]\nid = "{name}"\nagency = "{name}"\nkind = "feed"\nurl = "{url}"\nto = {accounts}\n{source}'
            )
        self.config.write_text("\n\n".join([*lines, extra]), encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        environ = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(sys.path),
            TOKEN_VARIABLE: self.token,
            **self.environ,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "--config", str(self.config), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environ,
            cwd=self.folder,
        )

    def call(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def once(self, *, force: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Do what is due."""
        return self.call("run", "--once", *(["--force"] if force else []), timeout=timeout)

    def json(self, *arguments: str) -> Any:
        """Ask for JSON."""
        done = self.call(*arguments, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

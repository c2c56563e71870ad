"""The shipped sources as a page: ``python -m bot.settings.catalogue > docs/sources.md`` writes it anew."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.shipped import config_folder

INTRO = """# The shipped sources

`config/sources.d` holds public bodies of the Netherlands and the places where they announce. Take them into your configuration
with `include = ["shipped:*.toml"]`, or one family with `"shipped:politie.toml"`, and say on an account what it `takes`
([configuration.md](configuration.md#which-account-gets-what)). A source that no account takes is not read.

* **confirmed**: somebody saw it work, on the day that the proof names; it is switched on once an account takes it.
* **confirmed, off**: works, and stands beside another one that is better or says the same.
* **unconfirmed**: seen or guessed, and switched off. Copy it into your own configuration under another id, try it with
  `omroeper check --online`, and tell us.
* **dead**: named so that nobody adds it back; `check` warns where a source of yours has its address.

None of this was asked live when it was written: the proofs say who saw it when. `omroeper check --online` asks.
"""


def text() -> str:
    """Give the page."""
    families = [section for path in sorted((config_folder() / "sources.d").glob("*.toml")) for section in _family(path)]
    return "\n".join([INTRO, *families])


def _family(path: Path) -> Iterator[str]:
    written = path.read_text(encoding="utf-8")
    document = tomllib.loads(written)
    names = {agency["id"]: agency["name"] for agency in document.get("agency", ())}
    yield f"## `shipped:{path.name}`\n"
    yield "| source | body | kind | state | proof |"
    yield "|---|---|---|---|---|"
    yield from (_row(source, names) for source in document.get("source", ()))
    yield ""


def _row(source: Mapping[str, Any], names: Mapping[str, str]) -> str:
    off = ", off" if source["status"] == "confirmed" and not source.get("enabled", True) else ""
    cells = (
        f"[`{source['id']}`]({source['url']})",
        names[source["agency"]],
        f"[{source['kind']}](adapters/{source['kind']}.md)",
        f"{source['status']}{off}",
        source["proof"].replace("|", "\\|"),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(text())

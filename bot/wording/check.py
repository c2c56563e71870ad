"""What ``omroeper check`` says about a folder of wording: every mistake at once, with file and line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bot.problems import Finding, Place, Problem, in_order, say
from bot.remedies import Language
from bot.wording.files import read_folder


def check_wording(
    folder: Path | None,
    language: Language = "nl",
    *,
    accounts: Collection[str] | None = None,
    sources: Collection[str] | None = None,
) -> tuple[Problem, ...]:
    """Read a folder and say what is wrong in it. ``accounts`` and ``sources``: the ids that there are; None: any."""
    if folder is None:
        return ()
    volume = read_folder(folder)
    strangers = [
        Finding("wording.unknown-scope", Place(file=str(folder / f"{tongue}.toml")), {"kind": kind, "name": name})
        for tongue, (kind, name) in volume.book.pages
        for known in ({"account": accounts, "source": sources}.get(kind),)
        if known is not None and name not in known
    ]
    return in_order(
        say(one.code, language, one.at, **one.values)
        for one in (*volume.findings, *strangers)
        if isinstance(one.at, Place)
    )

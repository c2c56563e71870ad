"""A drop folder: files are the place, and nobody is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, MODES, Mode, Rig, Sample
from tests.unit.platforms.replies import SITE, announcement, announcements, body

LONG_AGO = 1_790_000_000

NOTE = f"""---
id: wv-1
title: Waterstraat dicht
url: {SITE}/nieuws/waterstraat
published: 2026-11-23T08:00+01:00
language: nl
---
De Waterstraat is dicht tot vrijdag.
""".encode()

FILES: Mapping[Mode, Mapping[str, bytes]] = {
    "success": {"waterstraat.txt": NOTE, "nieuws.json": body(announcements(announcement(2), announcement(1)))},
    "news": {
        "waterstraat.txt": NOTE,
        "nieuws.json": body(announcements(announcement(3), announcement(2), announcement(1))),
        "markt.md": b"# Markt gaat niet door\n\nWegens de storm.",
    },
    "empty": {},
}


def arrange(mode: Mode, folder: Path) -> None:
    """Put the files of a mode down."""
    place = folder / "in"
    if place.is_file():
        place.unlink()
    for old in place.glob("*"):
        old.unlink()
    if mode == "gone":
        if place.exists():
            place.rmdir()
        return
    if mode == "changed-shape":
        if place.exists():
            place.rmdir()
        place.write_bytes(b"geen map")
        return
    place.mkdir(exist_ok=True)
    for name, content in FILES[mode].items():
        (place / name).write_bytes(content)
        os.utime(place / name, (LONG_AGO, LONG_AGO))


LACKS: Mapping[Mode, str] = {
    "paging": "a folder is read whole",
    "rate-limit": "a folder asks for no pause",
    "revoked": "rights on files cannot be tried as root; tests/unit/platforms/test_folder.py does where it is not",
    "down": "a disk cannot be made to fail from here",
}

RIG = Rig(
    kind="folder",
    url="{folder}/in",
    samples=(Sample(name="note", document=Document(body=NOTE), shown=(("wv-1", f"{SITE}/nieuws/waterstraat"),)),),
    telltale=(b"tot vrijdag", b"tot zaterdag"),
    strangers=COMMON_STRANGERS,
    modes={mode: () for mode in MODES if mode not in LACKS},
    lacks=LACKS,
    asks=False,
    arrange=arrange,
)

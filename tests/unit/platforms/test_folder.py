"""A drop folder: what is read, what is left alone, and what a file says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Batch, SourceConfig
from adapters.errors import AuthFailed, Malformed
from adapters.pushed.folder import FolderOptions, FolderSource
from adapters.pushed.note import read_note
from tests.unit.platforms.conftest import offload
from tests.unit.platforms.replies import SITE, announcement, announcements, body

LONG_AGO = 1_790_000_000
RSS = f"<rss><channel><item><guid>r-1</guid><title>Uit de feed</title><link>{SITE}/r1</link></item></channel></rss>"
CAP = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>vr-1</identifier><sender>vr@voorbeeldland.example</sender>
<sent>2026-11-23T08:00:00+01:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><language>nl</language><category>Fire</category><event>Brand</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Observed</certainty><headline>Grote brand</headline></info></alert>"""


def put(folder: Path, files: Mapping[str, bytes | str], *, at: float = LONG_AGO) -> None:
    """Put files down that nobody has touched since."""
    for number, (name, content) in enumerate(files.items()):
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (at - number, at - number))


async def look(folder: Path, cursor: Mapping[str, Any] | None = None, **options: Any) -> Batch:
    """Fetch once."""
    config = SourceConfig(id="proef", url=str(folder), options=FolderOptions(**options))
    return await FolderSource(config, None, offload).fetch(cursor or {})  # type: ignore[arg-type]  # a folder asks nobody


def ids(batch: Batch) -> list[str | None]:
    """Give the ids of what is new."""
    return [item.native_id for item in batch.items]


async def test_every_form_that_an_adapter_knows_is_read(tmp_path: Path) -> None:
    """Feeds, CAP, our own JSON and notes lie beside each other; a CAP message is an alert here as well."""
    put(
        tmp_path,
        {
            "a.xml": RSS,
            "b.cap": CAP,
            "c.json": body(announcements(announcement(1))),
            "d.txt": "Markt gaat niet door\n\nWegens storm.",
            "e.md": f"# Raad vergadert\n\nZie [de **stukken**]({SITE}/stukken).\n\n{SITE}/raad",
        },
    )
    batch = await look(tmp_path)
    feed, alert, announced, *notes = ids(batch)
    assert (feed, announced, notes) == ("r-1", "vbs-1", ["d.txt", "e.md"])
    assert "vr-1" in str(alert)
    assert batch.items[1].alert
    note = batch.items[4]
    assert (note.url, note.links) == (f"{SITE}/raad", (f"{SITE}/stukken",))
    assert note.content
    assert note.content.value == f"Zie de stukken ({SITE}/stukken)."
    assert batch.whole


async def test_what_is_half_written_is_left_for_later(tmp_path: Path) -> None:
    """A file that was touched just now is not read; moved in when it was done, it is read at once."""
    put(tmp_path, {"klaar.txt": "Klaar"})
    put(tmp_path, {"bezig.txt": "Half"}, at=datetime.now(UTC).timestamp())
    first = await look(tmp_path)
    assert ids(first) == ["klaar.txt"]
    draft = tmp_path / ".nieuw.txt"
    draft.write_text("Nieuw")
    os.utime(draft, (LONG_AGO, LONG_AGO))
    draft.rename(tmp_path / "nieuw.txt")
    assert ids(await look(tmp_path, first.cursor)) == ["nieuw.txt"]
    assert ids(await look(tmp_path, first.cursor, quiet=0)) == ["bezig.txt", "nieuw.txt"]


async def test_an_unchanged_folder_is_one_look(tmp_path: Path) -> None:
    """Files are not read again as long as nothing was touched; an edited one is the same item in a new version."""
    put(tmp_path, {"a.txt": "Een", "b.txt": "Twee"})
    first = await look(tmp_path)
    assert (await look(tmp_path, first.cursor)).not_modified
    put(tmp_path, {"a.txt": "Een, verbeterd"}, at=LONG_AGO + 60)
    second = await look(tmp_path, first.cursor)
    assert ids(second) == ["a.txt"]
    assert len(second.unchanged) == 1


async def test_links_hidden_files_and_other_kinds_are_not_read(tmp_path: Path) -> None:
    """A drop folder publishes what was dropped, never what lies elsewhere."""
    outside = tmp_path / "elders.txt"
    put(tmp_path, {"elders.txt": "Wachtwoord"})
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "link.txt").symlink_to(outside)
    put(drop, {".verborgen.txt": "x", "bijlage.pdf": "%PDF", "a.txt~": "kopie"})
    os.mkfifo(drop / "pijp.txt")
    (drop / "map.txt").mkdir()
    assert (await look(drop, quiet=0)).items == ()


async def test_a_file_that_cannot_be_read_is_broken_beside_the_others(tmp_path: Path) -> None:
    """The reason names the file, and the others are announced."""
    put(tmp_path, {"goed.txt": "Goed", "kapot.json": '{"half":', "vreemd.xml": "<iets/>"})
    batch = await look(tmp_path)
    assert ids(batch) == ["goed.txt"]
    assert [one.reason.partition(":")[0] for one in batch.broken] == ["kapot.json", "vreemd.xml"]


async def test_too_many_files_are_told(tmp_path: Path) -> None:
    """The newest are read, and somebody is told to tidy up."""
    put(tmp_path, {f"{number:03d}.txt": f"Bericht {number}" for number in range(310)})
    batch = await look(tmp_path)
    assert len(batch.items) == 300
    assert batch.problems == ("folder.too-many: older files are left unread, since there are too many: 10",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """Rights are the most usual mistake with drop folders."""
    closed = tmp_path / "dicht"
    closed.mkdir(mode=0)
    with pytest.raises(AuthFailed):
        await look(closed)


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

CONFIG = SourceConfig(id="proef", url="")


def test_a_note_with_a_head() -> None:
    """Facts above the text: id, address, time, language, and that it is withdrawn."""
    text = f"---\r\ntitle: Weg: dicht\r\nid: w-1\r\nurl: {SITE}/w\r\npublished: 2026-11-23 08:00\r\nlanguage: nl\r\nwithdrawn: true\r\nkleur: rood\r\n---\r\nTekst."
    batch = read_note(text.encode("utf-8-sig"), CONFIG)
    (item,) = batch.items
    assert item.title
    assert item.content
    assert (item.native_id, item.url, item.title.value, item.content.value) == (
        "w-1",
        f"{SITE}/w",
        "Weg: dicht",
        "Tekst.",
    )
    assert (str(item.published), item.language, item.withdrawn) == ("2026-11-23 07:00:00+00:00", "nl", True)
    assert [problem.partition(":")[0] for problem in batch.problems] == ["note.unknown-key", "date-without-zone"]


def test_a_note_without_a_head() -> None:
    """The first line is the title, and a last line that is only an address is the address."""
    (item,) = read_note(
        f"Markt gaat niet door\n\nWegens storm.\n{SITE}/markt\n".encode(), CONFIG, name="markt.txt"
    ).items
    assert item.title
    assert item.content
    assert (item.title.value, item.content.value, item.url) == (
        "Markt gaat niet door",
        "Wegens storm.",
        f"{SITE}/markt",
    )
    assert item.native_id == "markt.txt"


@pytest.mark.parametrize("text", [b"", b"  \n ", b"---\ntitle:\n---\n", b"\xff\xfe", b"a\0b", b"<html>"])
def test_what_is_no_note_is_refused(text: bytes) -> None:
    """Empty, no text, or a page: said, not published."""
    with pytest.raises(Malformed):
        read_note(text, CONFIG)

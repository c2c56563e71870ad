"""What was said of people is gone when its source takes it back: from the account, the pages, every command, and the file itself.

Guards boundary 7 (what is shown and kept) of ``docs/security.md``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.e2e.installation import Installation
from tests.security.hosts import One
from tests.standin.mastodon import Standin

NAME = "Zonderling"
ADDRESS = "https://vermist.example/dossier/8431"
ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
    "<title>Vermist</title><id>urn:vermist</id><updated>2026-11-23T06:00:00Z</updated>{}</feed>"
)
OTHER = "<entry><id>urn:1</id><title>Ander bericht</title><updated>2026-11-20T06:00:00Z</updated><content>Niets.</content></entry>"
ENTRY = (
    f"<entry><id>urn:2</id><title>Vermist: Saartje {NAME}</title><updated>2026-11-23T06:00:00Z</updated>"
    f'<link href="{ADDRESS}"/><category term="{NAME}"/><author><name>Wijkteam {NAME}</name></author>'
    f"<content>Wie heeft Saartje {NAME} (8) gezien? Zij draagt een rode jas.</content></entry>"
)
GONE = '<at:deleted-entry ref="urn:2" when="2026-11-23T07:00:00Z"/>'


def test_a_person_who_was_named_is_forgotten(tmp_path: Path) -> None:
    """After a withdrawal no byte of the database, its journals or a backup has the name, and no command says it."""
    with One() as host, Standin("mastodon", windows={}) as server:
        host.body = ATOM.format(OTHER)
        installation = Installation(folder=tmp_path)
        installation.configure(server=server.url, sources={"vermist": host.url}, source="personal = true")
        assert installation.once().returncode == 0
        host.body = ATOM.format(ENTRY + OTHER)
        assert installation.once().returncode == 0
        assert any(NAME in text for text in server.texts()), "it was posted"
        assert held(tmp_path)
        post = installation.json("posts")[0]["id"]
        host.body = ATOM.format(GONE + OTHER)
        assert installation.once().returncode == 0
        assert not any(NAME in text for text in server.texts()), "it was deleted"
        assert installation.call("backup", str(tmp_path / "kopie.db")).returncode == 0
        said = [installation.call("posts", "--json"), installation.call("why", post)]
    assert held(tmp_path) == set()
    assert not [one.args for one in said if NAME.lower() in (one.stdout + one.stderr).lower()]
    with closing(sqlite3.connect(tmp_path / "omroeper.db")) as connection:
        assert {table for table, row in rows(connection) if ADDRESS in str(row)} == {"identity"}, (
            "so that it is not announced anew"
        )


def held(folder: Path) -> set[str]:
    """Give which files hold the name anywhere in their bytes, and whether entries are kept packed, where nobody would see it."""
    files = {path.name for path in folder.iterdir() if NAME.lower().encode() in path.read_bytes().lower()}
    with closing(sqlite3.connect(folder / "omroeper.db")) as connection:
        packed = connection.execute("SELECT count(*) FROM version WHERE length(raw) > 0").fetchone()[0]
    return files | ({"version"} if packed else set())


def rows(connection: sqlite3.Connection) -> Iterator[tuple[str, object]]:
    """Give every row of every table."""
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        yield from ((table, row) for row in connection.execute(f'SELECT * FROM "{table}"'))

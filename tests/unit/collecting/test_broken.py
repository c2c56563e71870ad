"""Entries that cannot be read: kept, shown, and tried again as soon as they or the program change, also by ``run --once``."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot import app
from bot.store.engine import reading
from bot.store.tables import item
from tests.unit.collecting.host import RSS, Answer, Host
from tests.unit.collecting.town import HOUR, START, Town, dated

HERE = Path(__file__)
OPEN = (
    f'<?xml version="1.0"?><rss version="2.0"><channel><title>Stad</title>{{}}</channel></rss><!-- {dated(START)} -->'
)
SOUND = "<item><title>Bericht {0}</title><guid isPermaLink='false'>{0}</guid></item>"
NO_ENTRY = "<item></item>"
LONG = "<item><title>Te lang & <b</title>" + "x" * 400_000 + "</item>"


def document(*entries: str) -> Answer:
    """Give a feed of such entries."""
    return Answer(body=OPEN.format("".join(entries)).encode(), headers={"Content-Type": RSS})


def broken(town: Town) -> list[str]:
    """Give the entries that are kept as broken."""
    with reading(town.running.engine) as connection:
        return list(connection.execute(select(item.c.title).where(item.c.state == "broken")).scalars())


def test_one_bad_entry_does_not_hold_up_the_others(host: Host, town: Town) -> None:
    """Beside an entry that cannot be read everything else goes on; it is shown, and forgotten once it has left the document."""
    host.says["/rss"] = document(SOUND.format(1))
    town.follow("stad", f"{host.url}/rss")
    town.round()
    host.says["/rss"] = document(SOUND.format(2), LONG, SOUND.format(1))
    town.round(after=2 * HOUR)
    assert town.titles() == ["Bericht 2"]
    assert len(broken(town)) == 1
    assert town.attention()["item.broken"].grave
    host.says["/rss"] = document(SOUND.format(3), SOUND.format(2), SOUND.format(1))
    town.round(after=2 * HOUR)
    assert town.titles() == ["Bericht 2", "Bericht 3"]
    assert broken(town) == []
    assert "item.broken" not in town.attention()


def test_an_entry_that_was_mended_is_news(host: Host, town: Town) -> None:
    """An entry that could not be read and now can be is announced, as it would have been."""
    host.says["/rss"] = document(SOUND.format(1))
    town.follow("stad", f"{host.url}/rss")
    town.round()
    host.says["/rss"] = document(LONG, SOUND.format(1))
    town.round(after=2 * HOUR)
    host.says["/rss"] = document(SOUND.format("hersteld"), SOUND.format(1))
    town.round(after=2 * HOUR)
    assert town.titles() == ["Bericht hersteld"]
    assert broken(town) == []


def test_a_newer_program_tries_again(host: Host, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade, sources with broken entries are read from the start once, by ``run --once`` as well; nothing known is told again."""
    host.says["/rss"] = document(SOUND.format(1))
    host.says["/sound"] = document(SOUND.format(5))
    town.follow("stad", f"{host.url}/rss")
    town.follow("gaaf", f"{host.url}/sound")
    town.round()
    host.says["/rss"] = Answer(
        body=OPEN.format(LONG + SOUND.format(1)).encode(), headers={"Content-Type": RSS, "ETag": '"1"'}
    )
    town.round(after=2 * HOUR)
    town.start()
    town.round(after=2 * HOUR)
    assert host.last("/rss").headers.get("if-none-match") == '"1"'
    monkeypatch.setattr(app, "version", lambda _: "9.9.9")
    town.start()
    town.round(after=2 * HOUR)
    assert "if-none-match" not in host.last("/rss").headers
    assert town.posts() == []
    assert len(broken(town)) == 1
    town.start()
    town.round(after=2 * HOUR)
    assert host.last("/rss").headers.get("if-none-match") == '"1"'

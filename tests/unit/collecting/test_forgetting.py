"""Memory forgets in time, and nothing that it forgot ever becomes news again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, text

from bot.housekeeping import PRUNED
from bot.store.engine import reading, writing
from bot.store.pruning import UNTOLD
from bot.store.tables import item, setting, version
from tests.unit.collecting.host import RSS, Answer, Host, feed, rss
from tests.unit.collecting.town import DAY, HOUR, START, Town, dated


def many(town: Town, table: object) -> int:
    """Count the rows of a table."""
    with reading(town.running.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]  # a Table


def forget_cursor(town: Town) -> None:
    """Let every source be read from the start, as after a restored backup without its cursors."""
    with writing(town.running.engine) as connection:
        connection.execute(text("UPDATE source SET cursor = NULL"))
        connection.execute(text("UPDATE polled SET due = NULL"))


def entries(*ids: str) -> list[tuple[str, str]]:
    """Give entries, newest first."""
    return [(id_, dated(START - n * HOUR)) for n, id_ in enumerate(ids)]


def test_raw_entries_go_when_their_time_has_come(host: Host, town: Town) -> None:
    """The raw form of an entry is kept for as long as ``retain`` says, and nothing is announced anew because of it."""
    host.says["/rss"] = feed(*entries("c", "b", "a"), base=host.url)
    town.follow("stad", f"{host.url}/rss", 'retain = "30d"')
    town.round()
    assert many(town, version) == 3
    town.round(after=29 * DAY)
    assert many(town, version) == 3
    town.round(after=2 * DAY)
    assert many(town, version) == 0
    forget_cursor(town)
    town.round(after=HOUR)
    assert town.posts() == []
    assert many(town, item) == 3


def test_words_that_were_never_posted_go_and_stay_known(host: Host, town: Town) -> None:
    """Half a year later the words of what was never posted are forgotten; a poll from scratch still knows every item."""
    host.says["/rss"] = feed(*entries("b", "a"), base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    host.says["/rss"] = feed(*entries("c", "b", "a"), base=host.url)
    town.round(after=DAY)
    assert town.titles() == ["Bericht c"]
    town.round(after=UNTOLD + 2 * DAY)
    with reading(town.running.engine) as connection:
        kept = list(connection.execute(select(item.c.content.is_not(None)).order_by(item.c.no)).scalars())
    assert kept == [False, False, True]
    forget_cursor(town)
    town.round(after=HOUR)
    assert town.titles() == ["Bericht c"]


def test_what_was_forgotten_may_still_change(host: Host, town: Town) -> None:
    """An item whose words were forgotten and that now says something else is remembered anew, and told to nobody."""
    host.says["/rss"] = feed(*entries("b", "a"), base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.round()
    town.round(after=UNTOLD + 2 * DAY)
    changed = rss(*entries("b", "a"), base=host.url, about="De weg is toch open.")
    host.says["/rss"] = Answer(body=changed, headers={"Content-Type": RSS})
    town.round(after=DAY)
    with reading(town.running.engine) as connection:
        words = [str(one) for one in connection.execute(select(item.c.content)).scalars()]
    assert all("De weg is toch open." in one for one in words)
    assert (town.source().failures, town.posts()) == (0, [])


def test_memory_is_gone_through_once_an_hour(host: Host, town: Town) -> None:
    """Pruning looks when it looked last, and a clock that was set back does not stop it for years."""
    host.says["/rss"] = feed(*entries("a"), base=host.url)
    town.follow("stad", f"{host.url}/rss")
    town.round(after=900 * DAY)

    def due() -> float:
        with reading(town.running.engine) as connection:
            found: float = connection.scalar(select(setting.c.value).where(setting.c.key == PRUNED))["due"]  # type: ignore[index]  # JSON
        return found

    ahead = due()
    town.moment = START
    town.round()
    assert due() < ahead
    first = due()
    town.round(after=timedelta(minutes=30))
    assert due() == first
    town.round(after=timedelta(minutes=31))
    assert due() > first

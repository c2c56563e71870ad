"""Recovery: a restored backup, a lost database, a second machine, another bot's past, and our own upgrade double nothing."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.store.engine import writing
from bot.store.migrate import backup
from bot.store.tables import item
from tests.delivery.world import World


def feed2toot(here: World, *keys: str) -> None:
    """Let another bot have said these entries before us, in its own form."""
    for key in keys:
        here.server.person_posts(f"Bericht {key} https://stad.example/bericht/{key} #stad", by="feed2toot")


@pytest.fixture(params=[True, False], ids=["keys", "no-keys"])
def both(here: World, request: pytest.FixtureRequest) -> World:
    """An installation on a server of either kind."""
    here.server.honours_keys = request.param
    return here


def test_a_backup_restored_after_a_hundred_more_posts(both: World, tmp_path: Path) -> None:
    """What was posted since the backup is recognised on the account, and nothing is doubled; news goes on in order."""
    for number in range(5):
        both.announce("stad", f"eerder-{number}")
    both.settle()
    backup(both.engine, tmp_path / "backup.db")
    for number in range(100):
        both.announce("stad", f"later-{number}")
    both.settle()
    was = both.texts()
    assert len(was) == 105
    both.stop()
    both.clock.pass_(hours=2)
    _put_back(tmp_path)
    both.start()
    both.announce("stad", "nieuw")
    both.settle()
    assert both.texts() == [*was, "Bericht nieuw"]
    assert len(both.events("adopted")) == 100


def test_a_restored_backup_goes_on_correcting_what_it_recognised(both: World, tmp_path: Path) -> None:
    """A post from after the backup is ours again: a correction edits it."""
    backup(both.engine, tmp_path / "backup.db")
    entry = both.announce("stad", "a")
    both.settle()
    both.stop()
    _put_back(tmp_path)
    both.start()
    both.see("stad")
    both.settle()
    entry.title = "Bericht a, verbeterd"
    both.see("stad")
    both.settle()
    assert both.texts() == ["Bericht a, verbeterd"]


def test_a_thread_that_the_backup_does_not_know_is_recognised_whole(both: World, tmp_path: Path) -> None:
    """Every part is found under the part before it."""
    backup(both.engine, tmp_path / "backup.db")
    both.announce("stad", "a", parts=3)
    both.settle()
    was = both.texts()
    both.stop()
    _put_back(tmp_path)
    both.start()
    both.see("stad")
    both.settle()
    assert both.texts() == was


def test_a_lost_database_remembers_what_the_source_shows(both: World, tmp_path: Path) -> None:
    """With no memory at all everything there is first contact: nothing is said again, and news goes on."""
    for number in range(5):
        both.announce("stad", f"{number}")
    both.settle()
    was = both.texts()
    _lose(both, tmp_path)
    both.announce("stad", "nieuw")
    both.settle()
    assert both.texts() == [*was, "Bericht nieuw"]


def test_a_lost_database_with_a_first_run_says_nothing_twice(both: World, tmp_path: Path) -> None:
    """An operator who gives new accounts the newest items does not repeat those that are there."""
    for number in range(5):
        both.announce("stad", f"{number}")
    both.settle()
    was = both.texts()
    both.policies["stad"].first_run = 5
    both.clock.pass_(hours=3)
    _lose(both, tmp_path)
    both.settle()
    assert both.texts() == was
    assert len(both.events("adopted")) == 5


def test_a_second_machine_with_a_copy_of_the_database(both: World, tmp_path: Path) -> None:
    """A copy that is started elsewhere later finds what the first machine posted meanwhile."""
    both.announce("stad", "a")
    both.settle()
    copy = tmp_path / "elders"
    copy.mkdir()
    backup(both.engine, copy / "omroeper.db")
    both.announce("stad", "b", parts=2)
    both.settle()
    second = World(url=f"sqlite:///{copy / 'omroeper.db'}", clock=both.clock, shows=both.shows, met={"stad"})
    second.server = both.server
    second.start()
    try:
        second.announce("stad", "c")
        second.settle()
    finally:
        second.stop()
    assert both.texts() == ["Bericht a", "Bericht b", "Bericht b deel 2", "Bericht c"]


def test_two_machines_at_once_on_a_server_with_keys(here: World, tmp_path: Path) -> None:
    """Both make the same key for the same announcement: the server gives both the same post."""
    copy = tmp_path / "elders"
    copy.mkdir()
    backup(here.engine, copy / "omroeper.db")
    second = World(url=f"sqlite:///{copy / 'omroeper.db'}", clock=here.clock, shows=here.shows, met={"stad"})
    second.server = here.server
    second.start()
    try:
        for key in "abcd":
            here.announce("stad", key)
            second.see("stad")
            here.work()
            second.work()
        second.settle()
    finally:
        second.stop()
    here.settle()
    assert here.texts() == [f"Bericht {key}" for key in "abcd"]


def test_another_bots_posts_are_taken_over(both: World) -> None:
    """What feed2toot said is said; it is adopted, never repeated, and never edited or deleted by us."""
    feed2toot(both, "a", "b")
    both.policies["stad"].withdrawal = "delete"
    was = both.texts()
    both.restart()
    first, _ = both.announce("stad", "a"), both.announce("stad", "b")
    both.settle()
    both.announce("stad", "c")
    first.title = "Bericht a, verbeterd"
    both.see("stad")
    both.settle()
    assert both.texts() == [*was, "Bericht c"]
    assert {one.rule for one in both.events("adopted")} == {"shadow.another-bot"}


def test_what_a_person_shared_before_us_is_announced_all_the_same(both: World) -> None:
    """A person who shared the link by hand has not announced it."""
    both.server.person_posts("Let op! https://stad.example/bericht/a", by="Tusky")
    both.restart()
    both.announce("stad", "a")
    both.settle()
    assert both.texts() == ["Let op! https://stad.example/bericht/a", "Bericht a"]


def test_the_same_words_of_last_month_are_not_this_months(both: World) -> None:
    """A siren test is announced each month in the same words: an old post is not the new one."""
    both.server.person_posts("Bericht a\n\nhttps://stad.example/bericht/a", by=both.server.application)
    both.clock.pass_(days=30)
    both.restart()
    both.announce("stad", "a")
    both.settle()
    assert both.texts() == ["Bericht a", "Bericht a"]


def test_our_own_upgrade_is_silent(both: World) -> None:
    """Items known by older rules are re-based: other digests are no news, and no account hears of it."""
    for key in "abc":
        both.announce("stad", key)
    both.settle()
    both.server.asked.clear()
    with writing(both.engine) as connection:
        connection.execute(update(item).values(rule=0, meaning="by other rules", digest="by other rules"))
    both.clock.pass_(minutes=1)
    both.restart()
    both.see("stad")
    both.settle()
    assert both.server.asked == []
    both.shows["stad"][0].title = "Bericht a, verbeterd"
    both.see("stad")
    both.settle()
    assert both.texts() == ["Bericht a, verbeterd", "Bericht b", "Bericht c"]


def test_a_database_restored_while_a_post_was_in_doubt(both: World, tmp_path: Path) -> None:
    """The backup holds an attempt in doubt, made days ago: it is still looked for, and found."""
    both.announce("stad", "a")
    with both.dying(lambda step: step == "after publish"):
        both.work()
    backup(both.engine, tmp_path / "backup.db")
    both.settle()
    for number in range(3):
        both.announce("stad", f"{number}")
    both.settle()
    was = both.texts()
    both.stop()
    both.clock.pass_(hours=40)
    _put_back(tmp_path)
    both.start()
    both.see("stad")
    both.settle()
    assert both.texts() == was
    assert both.clock.at - both.server.shown()[0].at < timedelta(hours=41)


def _put_back(folder: Path) -> None:
    """Put a backup in the place of the database, as the manual says."""
    for file in folder.glob("omroeper.db*"):
        file.unlink()
    shutil.copy(folder / "backup.db", folder / "omroeper.db")


def _lose(here: World, folder: Path) -> None:
    """Lose memory altogether, and start again."""
    here.stop()
    for file in folder.glob("omroeper.db*"):
        file.unlink()
    here.met.clear()
    here.start()

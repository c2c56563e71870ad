"""One owner: two programs never deliver from one database, and one that lost its lock stops before it sends."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.lock import KEY, Held, owning, require
from bot.store.engine import StoreError, open_engine
from tests.delivery.world import World
from tests.store import postgres


def test_a_second_owner_is_refused_and_told_who_the_first_is(here: World, address: str) -> None:
    """On either kind of database the second one leaves at once."""
    engine = open_engine(address)
    try:
        with pytest.raises(Held) as caught, owning(engine):
            pass
        assert caught.value.owner != "unknown"
    finally:
        engine.dispose()
    here.announce("stad", "a")
    here.settle()
    assert here.texts() == ["Bericht a"]


def test_the_lock_is_free_when_its_owner_ended(here: World, address: str) -> None:
    """Whoever comes after takes it, on either kind of database."""
    here.stop()
    engine = open_engine(address)
    try:
        with owning(engine):
            require(engine)
        with pytest.raises(StoreError):
            require(engine)
    finally:
        engine.dispose()
    here.start()


def test_a_lock_file_that_was_removed_stops_delivering(tmp_path: Path) -> None:
    """Another program could hold a new file of that name: nothing is claimed or sent any more."""
    made = World(url=f"sqlite:///{tmp_path / 'omroeper.db'}")
    made.start()
    try:
        made.announce("stad", "a")
        (tmp_path / "omroeper.db.lock").unlink()
        with pytest.raises(StoreError) as caught:
            made.work()
        assert caught.value.code == "store.lock-lost"
        assert made.server.asked == []
    finally:
        made.stop()


def test_a_lost_connection_to_postgres_stops_delivering(server: postgres.Server) -> None:
    """The server gives the lock away with its connection: nothing is claimed or sent any more, and a restart goes on."""
    made = World(url=server.fresh())
    made.start()
    try:
        made.announce("stad", "a")
        with made.engine.connect() as connection:
            query = text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND (classid::bigint << 32) + objid::bigint = :key"
            )
            assert connection.execute(query, {"key": KEY}).all() == [(True,)]
        with pytest.raises(StoreError) as caught:
            made.work()
        assert caught.value.code == "store.lock-lost"
        assert made.server.asked == []
        made.restart()
        made.settle()
        assert made.texts() == ["Bericht a"]
    finally:
        made.stop()


def test_a_lock_lost_between_claiming_and_sending(server: postgres.Server) -> None:
    """What was claimed is not sent once the lock is gone; it is looked up and sent by whoever owns it next."""
    made = World(url=server.fresh())
    made.server.honours_keys = False
    made.start()
    try:
        made.announce("stad", "a")
        made.announce("stad", "b")
        killer = open_engine(made.url)

        def take(step: str) -> None:
            if step == "after publish" and len(made.server.posts) == 1:
                with killer.begin() as connection:
                    connection.execute(
                        text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
                    )

        made.server.die = take
        with pytest.raises(StoreError) as caught:
            made.work()
        assert caught.value.code == "store.lock-lost"
        assert made.texts() == ["Bericht a"]
        made.server.die = lambda _: None
        made.restart()
        made.settle()
        assert made.texts() == ["Bericht a", "Bericht b"]
        killer.dispose()
    finally:
        made.stop()

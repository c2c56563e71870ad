"""The store's verbs do the same on SQLite and on PostgreSQL, one by one and in whole stories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, inspect, select

from adapters.contract import Alert, Budget, Limits
from bot.operate import approve, hold, retract
from bot.store import accounts, attempts, line, queue, shadow, wishes
from bot.store.accounts import LaneWait
from bot.store.engine import StoreError, open_engine, reading, writing
from bot.store.migrate import Standing, migrate, require_current, standing
from bot.store.tables import metadata, publication
from bot.store.tags import refuse_tags, refused_tags
from bot.store.views import read_setting
from tests.delivery.world import World

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def states(here: World) -> dict[str, str]:
    """The state of every publication by its first line."""
    return {line: row.state for line, row in here.rows().items()}


# ── the schema ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_database_is_brought_to_the_newest_schema(engine: Engine) -> None:
    """Every table and column of ours is there, and doing it again changes nothing."""
    found = inspect(engine)
    for table in metadata.sorted_tables:
        assert {column["name"] for column in found.get_columns(table.name)} == {one.name for one in table.columns}
    assert standing(engine) is Standing.CURRENT
    assert migrate(engine, NOW) is None


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    """A database of a newer program is not touched, and the remedy is named."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for what in (require_current, lambda one: migrate(one, NOW)):
        with pytest.raises(StoreError) as caught:
            what(engine)
        assert caught.value.code == "store.newer-schema"
        assert caught.value.remedy


def test_a_database_without_schema_says_so(address: str) -> None:
    """Nothing is made by looking."""
    engine = open_engine(address)
    try:
        assert standing(engine) is Standing.MISSING
        with pytest.raises(StoreError) as caught:
            require_current(engine)
        assert caught.value.code == "store.not-migrated"
    finally:
        engine.dispose()


# ── the queue ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_waits_comes_in_order_and_in_the_number_asked(here: World) -> None:
    """Posts in the order of the line, take-downs first, and nothing of another lane or account."""
    for key in "abcd":
        here.announce("stad", key)
    here.announce("dorp", "x", alert=Alert(sent=NOW, expires=NOW + timedelta(hours=1)))
    with writing(here.engine) as connection:
        rest = line.waiting(connection, here.account, "rest", here.clock.at, posts=3, take_downs=3)
        alerts = line.waiting(connection, here.account, "alert", here.clock.at, posts=9, take_downs=9)
        nobody = line.waiting(connection, here.account + 1, "rest", here.clock.at, posts=9, take_downs=9)
    assert [one.content.title for one in rest] == ["Bericht a", "Bericht b", "Bericht c"]
    assert [one.content.title for one in alerts] == ["Bericht x"]
    assert nobody == []


def test_take_downs_come_first(here: World) -> None:
    """What has to go goes before anything new, whatever its place in the line."""
    here.announce("stad", "a")
    here.settle()
    here.announce("stad", "b")
    here.by_hand(retract, "Bericht a")
    with writing(here.engine) as connection:
        found = line.waiting(connection, here.account, "rest", here.clock.at, posts=9, take_downs=9)
    assert [one.operation for one in found] == ["delete", "publish"]


def test_a_source_waits_for_its_own_and_no_other(here: World) -> None:
    """Behind what is in doubt stands its own source alone."""
    here.announce("stad", "a")
    with here.dying(lambda step: step == "before publish"):
        here.work()
    here.announce("stad", "b")
    here.announce("dorp", "x")
    with writing(here.engine) as connection:
        found = line.waiting(connection, here.account, "rest", here.clock.at, posts=9, take_downs=9)
    assert [one.content.title for one in found] == ["Bericht x"]


def test_orphans_are_what_was_under_way(here: World) -> None:
    """Posts under way become doubtful, deletions go back in line, and what is done stays so."""
    here.announce("stad", "a")
    here.settle()
    here.by_hand(retract, "Bericht a")
    here.announce("dorp", "x")
    with here.dying(lambda step: step.startswith("before ") and step != "before post"):
        here.work()
    assert set(states(here).values()) <= {"queued", "unknown"}
    with writing(here.engine) as connection:
        assert queue.orphans(connection, here.clock.at, here.clock.at) == 0


def test_what_waited_too_long_is_held(here: World) -> None:
    """News after the account's time, a source's own before it, an alert when it has ended."""
    here.stale = {"dorp": timedelta(hours=1)}
    here.announce("stad", "a")
    here.announce("dorp", "b")
    here.announce("stad", "c", alert=Alert(sent=NOW, expires=NOW + timedelta(minutes=30)))
    here.announce("stad", "d", alert=Alert(sent=NOW))
    here.restart()
    here.server.faults.extend(["unreachable"] * 50)
    here.work()
    here.clock.pass_(hours=2)
    here.server.faults.clear()
    here.settle()
    assert sorted(here.texts()) == ["Bericht a", "Bericht d"]
    assert [one.rule for one in here.events("held")] == ["stale", "stale"]


def test_a_budget_counts_what_was_sent(here: World) -> None:
    """What was attempted counts from rows, so that a restart forgets nothing; what was refused does not."""
    for key in "abc":
        here.announce("stad", key)
    here.settle()
    here.restart()
    with reading(here.engine) as connection:
        assert len(queue.sent_since(connection, here.account, here.clock.at - timedelta(hours=1))) == 3
        assert queue.sent_since(connection, here.account, here.clock.at) == []


# ── accounts, attempts, the shadow, settings ─────────────────────────────────────────────────────────────────────────


def test_an_account_remembers(here: World) -> None:
    """Waits, budgets, uploads, limits and the stop of an account come back as they were written."""
    until = NOW + timedelta(minutes=7, microseconds=3)
    with writing(here.engine) as connection:
        state = accounts.read_account(connection, here.account, lock=True)
        accounts.note_limits(connection, here.account, Limits(family="gotosocial", max_characters=5000), NOW)
        accounts.note_upload(connection, here.account, NOW)
        accounts.note_lane_wait(connection, state, "take-down", LaneWait(until=until, rule="budget.deletions"))
        budget = Budget(remaining=3, until=until, limit=300)
        accounts.note_sent(connection, state, head="42", budget=budget, warning="let op")
        accounts.stop(connection, here.account, code="mastodon.token", error="nee", now=NOW)
    found = here.state()
    assert found.limits == Limits(family="gotosocial", max_characters=5000)
    assert (found.uploads, found.budget, found.head, found.warning) == ((NOW,), budget, "42", "let op")
    assert found.wait_for("rest", "take-down", NOW) == LaneWait(until=until, rule="budget.deletions")
    assert (found.state, found.code) == ("stopped", "mastodon.token")
    with writing(here.engine) as connection:
        accounts.start(connection, here.account)
    assert here.state().state == "ok"


def test_the_shadow_knows_whose_a_post_is(here: World) -> None:
    """Posts are remembered once, owned once, and found by link or words while they are nobody's."""
    here.announce("stad", "a")
    here.settle()
    post = shadow.Shadow(
        account=here.account,
        remote_id="7",
        publication=None,
        link="https://stad.example/x",
        digest="d",
        text="t",
        url=None,
        application="feed2toot",
    )
    with writing(here.engine) as connection:
        shadow.remember(connection, [post, post], NOW)
        shadow.remember(connection, [post], NOW)
        assert [one.remote_id for one in shadow.unowned(connection, here.account, post.link, "anders")] == ["7"]
        owner = next(iter(here.rows().values())).id
        shadow.own(connection, here.account, "7", owner, NOW, digest="e")
        assert shadow.known_posts(connection, here.account, ["7", "8"]) == {"7": owner}
        assert shadow.unowned(connection, here.account, post.link, "d") == []
        assert shadow.digest_of(connection, here.account, "7") == "e"
        shadow.forget(connection, here.account)
        assert shadow.known_posts(connection, here.account, ["7"]) == {}


def test_attempts_are_found_again(here: World) -> None:
    """What is in doubt comes back with its fingerprint and anchor, in order; what a person decided does not."""
    here.announce("stad", "a")
    here.settle()
    here.announce("stad", "b")
    with here.dying(lambda step: step == "before publish"):
        here.work()
    with reading(here.engine) as connection:
        (one,) = attempts.undecided(connection, here.account, "rest", here.clock.at)
        assert attempts.open_elsewhere(connection, here.account, set()) == {one.fingerprint.digest}
        assert attempts.open_elsewhere(connection, here.account, {one.publication}) == set()
    assert one.anchor == str(here.server.shown()[0].id)
    assert one.fingerprint.link == "https://stad.example/bericht/b"
    with writing(here.engine) as connection:
        attempts.end_all(connection, here.clock.at, one.publication, "decided")
        assert attempts.undecided(connection, here.account, "rest", here.clock.at) == []


def test_refused_tags_and_settings_are_kept(here: World) -> None:
    """A fact about the installation is written over, never beside."""
    with writing(here.engine) as connection:
        refuse_tags(connection, "account", ["Brug"], NOW)
        refuse_tags(connection, "account", ["Brug", "Weg"], NOW)
        assert refused_tags(connection, "account") == {"Brug", "Weg"}
        wishes.write_setting(connection, "paused", "all")
        wishes.write_setting(connection, "paused", None)
        assert read_setting(connection, "paused") is None


# ── stories ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_day_of_everything(here: World) -> None:
    """News, threads, corrections, a lost answer, a kill, a limit, a hold: all is there once, and in order."""
    here.server.honours_keys = False
    here.policies["stad"].withdrawal = "delete"
    first = here.announce("stad", "a", parts=2)
    here.announce("dorp", "x")
    here.server.faults.extend(["", "drop-after", "500-after"])
    here.settle()
    first.title = "Bericht a!"
    here.see("stad")
    gone = here.announce("stad", "b")
    with here.dying(lambda step: step == "after publish"):
        here.work()
    here.settle()
    gone.withdrawn = True
    here.see("stad")
    here.server.faults.append("limited")
    here.announce("dorp", "y")
    here.settle()
    assert [one for one in here.texts() if " a" in one] == ["Bericht a!", "Bericht a! deel 2"]
    assert [one for one in here.texts() if " a" not in one] == ["Bericht x", "Bericht y"]


def test_a_person_holds_and_lets_go(here: World) -> None:
    """Held by hand stays; approved goes; both are in the log with the person and the reason."""
    here.announce("stad", "a")
    with reading(here.engine) as connection:
        rows = connection.execute(select(publication)).all()
    with writing(here.engine) as connection:
        hold(connection, here.person, rows)
    here.settle()
    assert here.texts() == []
    with reading(here.engine) as connection:
        rows = connection.execute(select(publication)).all()
    with writing(here.engine) as connection:
        approve(connection, here.person, rows)
    here.settle()
    assert here.texts() == ["Bericht a"]
    assert [(one.actor, one.detail["reason"]) for one in here.events("held")] == [("anna", "omdat het moet")]

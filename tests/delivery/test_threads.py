"""Threads: parts stand in order, each under the one before it; what broke off is gone on with, and what has to go goes whole."""

from __future__ import annotations

import pytest

from tests.delivery.world import World


def chain(here: World) -> list[tuple[str, str | None]]:
    """What is on the account, oldest first: the first line of each post, and that of the post it answers."""
    shown = {str(one.id): one for one in here.server.shown()}
    lines = {id_: one.texts[-1].splitlines()[0] for id_, one in shown.items()}
    return [(lines[id_], lines.get(one.post.in_reply_to or "") if one.post else None) for id_, one in shown.items()]


def test_parts_answer_each_other(here: World) -> None:
    """A long text is a chain: every part answers the one before it."""
    here.announce("stad", "a", parts=3)
    here.settle()
    assert chain(here) == [
        ("Bericht a", None),
        ("Bericht a deel 2", "Bericht a"),
        ("Bericht a deel 3", "Bericht a deel 2"),
    ]


def test_nothing_of_the_source_comes_between(here: World) -> None:
    """The next announcement of a source waits until the thread before it is whole."""
    here.announce("stad", "a", parts=3)
    here.announce("stad", "b")
    here.settle()
    assert [line for line, _ in chain(here)] == ["Bericht a", "Bericht a deel 2", "Bericht a deel 3", "Bericht b"]


@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize("step", range(1, 40, 3))
def test_a_thread_goes_on_where_it_broke(here: World, *, keys: bool, step: int) -> None:
    """Killed at any step, a thread is whole in the end, with every part once, whatever the server makes of keys."""
    here.server.honours_keys = keys
    here.announce("stad", "a", parts=3)
    here.announce("stad", "b")
    left = iter(range(step, -1, -1))
    with here.dying(lambda _: next(left, None) == 0):
        here.settle()
    here.settle()
    assert [line for line, _ in chain(here)] == ["Bericht a", "Bericht a deel 2", "Bericht a deel 3", "Bericht b"]


def test_a_lost_answer_of_a_part_without_a_link(here: World) -> None:
    """A part has no link to be found by: its words under the part before it are enough."""
    here.server.honours_keys = False
    here.announce("stad", "a", parts=3)
    here.server.faults.extend(["", "drop-after", ""])
    here.settle()
    assert [line for line, _ in chain(here)] == ["Bericht a", "Bericht a deel 2", "Bericht a deel 3"]


def test_a_thread_that_has_to_go_goes_whole(here: World) -> None:
    """Every part is deleted, each once, the last one first."""
    here.policies["stad"].withdrawal = "delete"
    entry = here.announce("stad", "a", parts=3)
    here.settle()
    here.server.asked.clear()
    entry.withdrawn = True
    here.see("stad")
    here.settle()
    assert here.texts() == []
    assert here.server.asked.count("delete") == 3
    assert here.row("Bericht a").state == "sent"


def test_a_thread_that_became_shorter_loses_its_end(here: World) -> None:
    """A correction that needs fewer posts deletes the others, and only those."""
    entry = here.announce("stad", "a", parts=3)
    here.settle()
    entry.title, entry.parts = "Bericht a!", 1
    here.see("stad")
    here.settle()
    assert here.texts() == ["Bericht a!"]
    assert here.server.asked.count("delete") == 2


def test_a_parent_that_a_person_removed(here: World) -> None:
    """Where the part before it is gone, a part goes as a root: better than never."""
    here.announce("stad", "a", parts=2)
    here.server.faults.extend(["", "unreachable"])
    here.work("rest")
    here.server.change(here.server.shown()[0].id, gone=True)
    here.settle()
    assert chain(here) == [("Bericht a deel 2", None)]
    assert here.events("retry")[0].rule == "parent-gone.as-root"


@pytest.mark.parametrize("keys", [True, False], ids=["keys", "no-keys"])
def test_a_thread_that_shrank_can_grow_again_within_the_hour(here: World, *, keys: bool) -> None:
    """The server remembers the keys of the parts that were deleted: new ones have keys of their own."""
    here.server.honours_keys = keys
    entry = here.announce("stad", "a", parts=3)
    here.settle()
    for title, parts in (("Bericht a!", 1), ("Bericht a!!", 3), ("Bericht a!!!", 1), ("Bericht a!!!!", 2)):
        entry.title, entry.parts = title, parts
        here.see("stad")
        here.settle()
        assert here.texts() == [title, *(f"{title} deel {part}" for part in range(2, parts + 1))]


@pytest.mark.parametrize("step", range(2, 36, 2))
def test_a_thread_that_grows_while_it_is_being_shortened(here: World, step: int) -> None:
    """Killed between two deletions, and corrected to be long again: what was deleted is published anew, not edited."""
    entry = here.announce("stad", "a", parts=4)
    here.settle()
    entry.title, entry.parts = "Bericht a!", 1
    here.see("stad")
    left = iter(range(step, -1, -1))
    with here.dying(lambda _: next(left, None) == 0):
        here.settle()
    entry.title, entry.parts = "Bericht a!!", 4
    here.see("stad")
    here.settle()
    assert sorted(here.texts()) == ["Bericht a!!", *(f"Bericht a!! deel {part}" for part in (2, 3, 4))]

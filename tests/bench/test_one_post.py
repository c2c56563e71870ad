"""The short form of `bench/one_post.py`."""

from __future__ import annotations

from bench.one_post import day


def test_a_day_told_three_times_is_posted_once() -> None:
    """What a feed, the feed above it and a platform all tell is one post with the agency's page, also when the program is killed."""
    found = day(announcements=6, rounds=2, kills=1, seed=3)
    assert found["posts"] == found["announcements"] == 6
    assert (found["doubled"], found["lost"], found["without_page"]) == (0, 0, 0)
    assert found["kills"] == 1
    assert found["exit_code"] == 0

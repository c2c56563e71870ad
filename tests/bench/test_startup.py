"""The short form of `bench/startup.py`."""

from __future__ import annotations

from bench.startup import measured


def test_every_kind_of_start_is_measured() -> None:
    """The program starts the real one in each way, and every announcement of its news is on the account."""
    found = measured(sources=3, news=2, times=1)
    assert found["posts"] == found["wanted_posts"] == 2
    assert all(seconds > 0 for name, seconds in found["cpu_seconds"].items() if name != "bare_requests")
    assert found["nothing_due_ratio"] > 0

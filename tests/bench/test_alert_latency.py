"""The short form of `bench/alert_latency.py`."""

from __future__ import annotations

from bench.alert_latency import measured


def test_an_alert_does_not_wait_for_what_waits() -> None:
    """With a queue that the budget holds back, an alert still leaves, and its time is measured."""
    found = measured(waiting=30, alerts=2, every=1, latency=0.0, seed=1)
    assert found["waiting"] == 29
    assert found["alerts"] == 2
    assert 0 < found["median"] <= found["slowest"]

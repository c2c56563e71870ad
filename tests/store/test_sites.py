"""What sites let programs read, kept on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from bot.robots import Known
from bot.store.engine import reading
from bot.store.sites import SiteRules
from bot.store.tables import site_rules

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STAD, DORP = "https://stad.example", "https://dorp.example"


def test_rules_are_kept_replaced_and_forgotten(engine: Engine) -> None:
    """The last answer of a site counts; rules that could not be read are remembered as such; what is over goes."""
    memory = SiteRules(engine)
    assert memory.recall(STAD) is None
    memory.keep(NOW, STAD, Known(NOW + DAY, "User-agent: *"))
    memory.keep(NOW, STAD, Known(NOW + DAY, None))
    assert memory.recall(STAD) == Known(NOW + DAY, None)
    memory.keep(NOW + 2 * DAY, DORP, Known(NOW + 3 * DAY, ""))
    assert memory.recall(STAD) is None
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(site_rules)) == 1

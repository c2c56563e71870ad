"""What sites let programs read, as far as they were asked: a program that is started every few minutes asks once a day, too."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.robots import Known
from bot.store.engine import reading, writing
from bot.store.tables import site_rules


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The memory of ``bot.robots.Robots``."""

    engine: Engine

    def recall(self, origin: str) -> Known | None:
        """Give what is known of a site."""
        query = select(site_rules.c.until, site_rules.c.rules).where(site_rules.c.origin == origin)
        with reading(self.engine) as connection:
            row = connection.execute(query).one_or_none()
        return Known(row.until, row.rules) if row else None

    def keep(self, now: datetime, origin: str, known: Known) -> None:
        """Remember it, and forget what has had its time."""
        values = {"until": known.until, "rules": known.rules}
        with writing(self.engine) as connection:
            connection.execute(delete(site_rules).where(site_rules.c.until <= now))
            if connection.execute(update(site_rules).where(site_rules.c.origin == origin).values(values)).rowcount:
                return
            with suppress(IntegrityError), connection.begin_nested():  # who asked at the same moment has kept the same
                connection.execute(insert(site_rules).values(origin=origin, **values))

"""What is to be said, before it is put into words: an announcement in one version, and what became of its post. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model import Content, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An announcement as far as composing is concerned.

    ``created`` is when its publication was first wanted, ``sent`` when its post first appeared, ``changed`` when the
    announcement last changed; each None where that is not known. ``rung`` is the step of the ladder of fallbacks: 1 is
    without our own hashtags, 2 with nothing that could be refused.
    """

    content: Content
    kind: Literal["news", "alert", "digest"] = "news"
    notice: str | None = None
    rung: int = 0
    created: datetime | None = None
    sent: datetime | None = None
    changed: datetime | None = None

    @property
    def corrected(self) -> datetime | None:
        """When what the post says was changed since it appeared; None where it never was."""
        if self.notice or self.sent is None or self.changed is None or self.changed <= self.sent:
            return None
        said = self.content.updated
        return said if said and self.sent < said <= self.changed else self.changed


def draft_of(wanted: Wanted) -> Draft:
    """Give what composing needs of a publication."""
    return Draft(
        content=wanted.content,
        kind=wanted.kind,
        notice=wanted.notice,
        rung=wanted.rung,
        created=wanted.created,
        sent=wanted.sent,
        changed=wanted.changed,
    )

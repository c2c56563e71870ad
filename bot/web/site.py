"""What the pages are about, and what they are handed: nothing in here reads a configuration or a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from bot.store.pages import Told
from bot.web.desk.handed import Desk
from bot.web.push import Receiver

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAgency:
    """A public body whose announcements are mirrored. ``url``: its own site; ``parent``: the id of what it is part of."""

    name: str
    url: str | None = None
    domains: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccount:
    """An account where we publish. ``official``: ids of the agencies whose own account it is."""

    kind: str
    official: tuple[str, ...] = ()
    server: str | None = None


def own_page(told: Told) -> str | None:
    """Give an announcement's own address."""
    return told.content.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One installation's pages.

    ``operator`` is who runs it: a mail address, a web address, or words. ``agencies``, ``accounts`` and
    ``alert_sources`` go by their ids in the configuration. ``public_url`` is where citizens find the pages, without a
    slash at its end; None where that is not known. ``alive`` gives checks of process and scheduler by name. ``engine``
    is only read from; ``writer`` is for what operators do at the ``desk`` and for what hubs say: without it nothing is
    written at all. ``receivers`` take the pushes of sources, by their ids.
    """

    engine: Engine = field(repr=False)
    writer: Engine | None = field(default=None, repr=False)
    title: str
    operator: str
    language: Language = "nl"
    agencies: Mapping[str, SiteAgency]
    accounts: Mapping[str, SiteAccount]
    alert_sources: frozenset[str] = frozenset()
    public_url: str | None = None
    now: Callable[[], datetime]
    alive: Callable[[], Mapping[str, bool]]
    version: str
    desk: Desk | None = None
    receivers: Mapping[str, Receiver] = field(default_factory=dict, repr=False)
    leads: Callable[[Told], str | None] = own_page
    """Where readers of an announcement are led: its own page, or a way around a login wall."""

    def is_official(self, account: str, agency: str) -> bool:
        """Whether an account is an agency's own; all others are mirrors, and say so."""
        known = self.accounts.get(account)
        return known is not None and agency in known.official

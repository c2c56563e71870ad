"""Who says it, and how: everything about account, agency and source that composing needs. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.filters import ContentWarning
from bot.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The settings of one source on one account.

    ``agency`` is the agency's name, ``official`` whether the account is its own; ``body`` is the agency's id, for the
    ``policy`` that says where posts about it may lead. ``account`` and ``source`` are ids, for wording of their own. ``language`` is that of posts where the item says none, ``around`` that of the words around a
    text in a language without wording. ``tags`` come before ``account_tags``; ``refused`` are tags that the server does
    not take. ``handles`` names the platform whose handles stand in the text, "" where they are nobody's. ``thread`` is
    the most parts of a text that does not fit, 0 for none; ``pictures`` whether the source's pictures may be shown.
    """

    agency: str
    official: bool
    body: str = ""
    policy: Policy = field(default_factory=Policy)
    account: str = ""
    source: str = ""
    language: str = "nl"
    around: str = "nl"
    time_zone: str = "Europe/Amsterdam"
    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    warnings: tuple[ContentWarning, ...] = ()
    tags: tuple[str, ...] = ()
    account_tags: tuple[str, ...] = ()
    category_tags: Mapping[str, str] = field(default_factory=dict)
    max_tags: int = 3
    refused: frozenset[str] = frozenset()
    allow_tags: bool = False
    handles: str = ""
    thread: int = 0
    pictures: bool = False
    alt: Literal["omit", "text", "hold"] = "omit"

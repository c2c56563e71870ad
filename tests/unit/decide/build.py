"""Small worlds to decide in: one source, two accounts, and what memory holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from adapters.contract import Alert
from bot.decide.look import Sight, decide
from bot.filters import Pattern
from bot.model import (
    Content,
    Decision,
    Known,
    KnownAnnouncement,
    KnownItem,
    KnownLink,
    KnownPublication,
    KnownRoute,
    Observed,
)
from bot.rule import RULE

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
SOURCE = 1
ACCOUNT, OTHER = 11, 12


@dataclass
class Policy:
    """A source's settings, with the defaults of the configuration."""

    id: str = "voorbeeldstad"
    agency: str = "voorbeeldstad"
    language: str | None = None
    identity: str = "auto"
    merge: str = "link"
    first_run: int = 0
    burst: int = 20
    alert_burst: int = 0
    settle: timedelta = timedelta()
    urgent: bool = False
    edit_window: timedelta = timedelta(hours=48)
    withdrawal: str = "hold"
    personal: bool = False
    digest: str = "none"
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()


def observed(key: str, **changes: Any) -> Observed:
    """An item as a document shows it: ``title``, ``published``, ``alert`` and so on go to its content."""
    content_fields = {name: changes.pop(name) for name in tuple(changes) if name in Content.__slots__}
    content = replace(
        Content(
            title=f"Bericht {key}",
            text="Tekst.",
            url=f"https://voorbeeldstad.example/{key}",
            own_page=True,
            language="nl",
            published=NOW - timedelta(minutes=5),
        ),
        **content_fields,
    )
    base = Observed(
        key=key,
        native_id=key,
        link=f"https://voorbeeldstad.example/{key}",
        digest=f"digest-{key}",
        meaning=f"meaning-{key}",
        content=content,
    )
    return replace(base, **changes)


def known_item(no: int, one: Observed, **changes: Any) -> KnownItem:
    """The item as memory has it."""
    base = KnownItem(
        no=no,
        source=SOURCE,
        key=one.key,
        link=one.link,
        digest=one.digest,
        meaning=one.meaning,
        rule=RULE,
        version=1,
        state="known",
        announcement=f"a{no}",
        title=one.content.title,
        published=one.content.published,
        first_seen=NOW - timedelta(hours=1),
        changed=NOW - timedelta(hours=1),
    )
    return replace(base, **changes)


def known_announcement(no: int, one: Observed, *publications: KnownPublication, **changes: Any) -> KnownAnnouncement:
    """The announcement that item ``no`` leads."""
    base = KnownAnnouncement(
        id=f"a{no}",
        identity=f"item:voorbeeldstad\n{one.key}",
        lead=no,
        lead_source=SOURCE,
        agency="voorbeeldstad",
        language="nl",
        created=NOW - timedelta(hours=1),
        version=1,
        kind="alert" if one.content.alert else "news",
        content=one.content,
        publications=publications,
    )
    return replace(base, **changes)


def publication(id_: str, **changes: Any) -> KnownPublication:
    """A publication that is on the account since an hour."""
    base = KnownPublication(
        id=id_,
        account=ACCOUNT,
        state="sent",
        operation="publish",
        wanted=1,
        seen=1,
        reason=None,
        sent=NOW - timedelta(hours=1),
        remote_id=f"remote-{id_}",
    )
    return replace(base, **changes)


def routes(
    *, first_contact: datetime | None = LONG_AGO, accounts: Iterable[int] = (ACCOUNT,)
) -> tuple[KnownRoute, ...]:
    """Ways to accounts, all met at one moment, or never."""
    return tuple(KnownRoute(account=one, account_id=str(one), first_contact=first_contact) for one in accounts)


def remembers(*pairs: tuple[KnownItem, KnownAnnouncement | None], links: bool = True, **changes: Any) -> Known:
    """What memory holds: items with their announcements, found by key and by link."""
    items = {item.key: item for item, _ in pairs}
    by_link: dict[str, tuple[KnownItem, ...]] = {}
    for item, _ in pairs:
        if item.link:
            by_link[item.link] = (*by_link.get(item.link, ()), item)
    announcements = {one.id: one for _, one in pairs if one}
    known_links = {
        item.link: KnownLink(link=item.link, announcement=item.announcement, shared=False)
        for item, one in pairs
        if links and one and item.link and item.announcement
    }
    base = Known(
        items=items,
        items_by_link=by_link,
        links=known_links,
        announcements=announcements,
        routes=routes(),
        had_items=True,
    )
    return replace(base, **changes)


def ids() -> Callable[[], str]:
    """Ids that tests can name: n0, n1 and so on."""
    numbers = count()
    return lambda: f"n{next(numbers)}"


def look(known: Known, *shown: Observed, policy: Policy | None = None, now: datetime = NOW, **sight: Any) -> Decision:
    """Decide about one look at the source."""
    return decide(now, policy or Policy(), Sight(source=SOURCE, observed=shown, **sight), known, ids())


def alert(**changes: Any) -> Alert:
    """An alert in force since a minute."""
    base = Alert(status="actual", message="alert", sent=NOW - timedelta(minutes=1), expires=NOW + timedelta(hours=2))
    return replace(base, **changes)


def verdicts(decision: Decision) -> list[tuple[str, str]]:
    """Give (verdict, rule) of every event."""
    return [(one.verdict, one.rule) for one in decision.events]

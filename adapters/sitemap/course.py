"""What is new in a sitemap, and what a cursor keeps of it. Pure: the fetch around it does the asking.

Of each known entry a mark of eight characters is kept. An entry whose title comes from its page is marked by its address,
so that a site which touches all its dates at night is not read anew; any other is marked by all that it says.

A site with more entries than can be remembered is ``crowded``: then only what changed since the last fetch can be new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.contract import Batch, Broken, Cursor, Hints, Item
from adapters.marks import mark
from adapters.sitemap.document import Child, Sitemap, problems

MOST_SEEN = 3500
"""Entries that are remembered: 42 KiB."""
MOST_CHILDREN = 250
"""Sitemaps of an index that are followed, the newest first."""
_LATE = timedelta(days=2)
"""How long after it was dated an entry may turn up."""
_MOST_TRIED = 50
_TRIES = 3
_RULE = 1
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Course:
    """One fetch. ``met``: first contact was completed before it; ``pause`` is what a site asked for, in seconds.

    ``complete``: everything that there is was looked at, now or before. ``settled``: and nothing waits for the next fetch.
    """

    cursor: Cursor
    now: datetime
    wants: Callable[[str | None], bool]
    by_page: bool
    met: bool = False
    crowded: bool = False
    known: dict[str, None] = field(default_factory=dict)
    children: dict[str, str] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    shown: list[Item] = field(default_factory=list)
    there: dict[str, None] = field(default_factory=dict)
    fresh: dict[str, Item] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)
    broken: dict[str, Broken] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    complete: bool = True
    settled: bool = True
    pause: float | None = None

    def __post_init__(self) -> None:
        if self.cursor.get("rule") == _RULE:
            self.met = self.cursor.get("met", False)
            self.crowded = self.cursor.get("crowded", False)
            self.known = dict.fromkeys(self.cursor.get("seen", ()))
            self.children = dict(self.cursor.get("children", {}))
            self.tried = dict(self.cursor.get("tried", {}))

    # ── sitemaps ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def due(self, index: Sitemap, most: int) -> list[Child]:
        """Give the sitemaps of an index that are to be read now: those never read, then those read longest ago.

        One that bears the date it had when it was read is left alone; one without a date may always have changed.
        """
        self.notes += index.notes
        newest = sorted(index.children, key=lambda child: child.changed, reverse=True)[:MOST_CHILDREN]
        turns = {name: turn for turn, name in enumerate(self.children)}
        waiting = [one for one in newest if not one.changed or self.children.get(mark(one.url)) != one.changed]
        waiting.sort(key=lambda child: turns.get(mark(child.url), -1))
        self.complete = all(mark(child.url) in turns for child in waiting[most:])
        self.settled = len(waiting) <= most and all(child.changed for child in newest)
        return waiting[:most]

    def take_child(self, child: Child, inside: Sitemap) -> None:
        """Take in a sitemap that an index names. An index inside an index is against the protocol, and left alone."""
        self.take(inside)
        self.notes["sitemap.nested"] += inside.index
        self.children.pop(mark(child.url), None)
        self.children[mark(child.url)] = child.changed

    def take(self, sitemap: Sitemap) -> None:
        """Take in the entries of a sitemap, as far as they are wanted."""
        self.notes += sitemap.notes
        for entry in sitemap.entries:
            if isinstance(entry, Broken):
                self.broken.setdefault(entry.digest, entry)
            elif self.wants(entry.url):
                self.shown.append(entry)

    def sort(self) -> None:
        """Tell what is new from what is known, once all sitemaps of this fetch were taken in."""
        beyond = max(0, len(self.shown) - MOST_SEEN)
        self.crowded = self.crowded or beyond > 0
        newest = sorted(self.shown, key=_changed, reverse=True)[:MOST_SEEN] if beyond else self.shown
        since = self._crowded_since()
        for item in newest:
            name = self.name(item)
            self.there.setdefault(name)
            if name in self.known:
                self.unchanged.add(item.digest)
            elif since is None or _changed(item) >= since:
                self.fresh.setdefault(name, item)
        self.notes["sitemap.too-many-pages"] += self.crowded

    def _crowded_since(self) -> datetime | None:
        """Give the time since which an entry must have changed to count as new; None where that does not matter."""
        last = self.cursor.get("last") if self.crowded and self.met else None
        return datetime.fromisoformat(last) - _LATE if last else None

    def name(self, item: Item) -> str:
        """Give the mark under which an entry is remembered."""
        return mark(item.url or "") if self.by_page and item.title is None else mark(item.digest)

    # ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def untitled(self) -> list[Item]:
        """Give the new entries whose pages are to be asked for a title, those first whose turn it is.

        At first contact that are the newest, since no others may be published; later the oldest, and last those that
        could not be had before.
        """
        waiting = [item for item in self.fresh.values() if self.by_page and item.title is None]
        if not self.met:
            return sorted(waiting, key=_changed, reverse=True)
        return sorted(waiting, key=lambda item: (self.tried.get(self.name(item), 0), _changed(item)))

    def entitle(self, item: Item, titled: Item) -> None:
        """Put an entry with its title in the place of the one without."""
        self.fresh[self.name(item)] = titled

    def drop(self, item: Item, reason: str = "") -> None:
        """Leave an entry out for good; with a reason that is told."""
        if not self.met:
            return
        name = self.name(item)
        del self.fresh[name]
        self.tried.pop(name, None)
        if reason:
            self.broken.setdefault(item.digest, Broken(digest=item.digest, raw=item.raw, reason=reason))

    def retry(self, item: Item, reason: str) -> None:
        """Leave an entry for the next fetch; for good, after a few times."""
        if not self.met:
            return
        name = self.name(item)
        self.tried[name] = self.tried.get(name, 0) + 1
        if self.tried[name] >= _TRIES:
            self.drop(item, reason)
        else:
            self._forget(name)

    def leave(self) -> None:
        """Leave every new entry that has no title yet for the next fetch. First contact remembers them without."""
        if self.met:
            for item in self.untitled():
                self._forget(self.name(item))

    def _forget(self, name: str) -> None:
        del self.fresh[name], self.there[name]
        self.complete = self.settled = False

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def batch(self, zone: str, validators: dict[str, Any]) -> Batch:
        """Give what was found. Validators are kept only where nothing waits that they would hide."""
        seen = [*self.there, *(name for name in self.known if name not in self.there)]
        cursor = {
            "rule": _RULE,
            "met": self.met or self.complete,
            "crowded": self.crowded or len(seen) > MOST_SEEN,
            "last": self.now.isoformat(timespec="seconds"),
            "seen": seen[:MOST_SEEN],
            "children": dict(list(self.children.items())[-MOST_CHILDREN:]),
            "tried": dict(list(self.tried.items())[-_MOST_TRIED:]),
            **(validators if self.settled and not self.broken else {}),
        }
        items = tuple(self.fresh.values())
        return Batch(
            items=items,
            unchanged=frozenset(self.unchanged),
            broken=tuple(self.broken.values()),
            cursor=cursor,
            # Sitemaps that did not change were not asked for, so that nothing known need be in those that were.
            whole=self.complete and (not self.met or bool(self.unchanged) or not items),
            problems=problems(self.notes, zone),
            hints=Hints(interval=self.pause),
        )


def _changed(item: Item) -> datetime:
    return item.updated or item.published or _LONG_AGO

"""What is remembered between two polls of a CAP source, in the form that a cursor keeps.

``seen``: digests of items that stood in the document itself. ``read``: for each message behind a link, by a hash of
its address and date, the digests of its items. ``missed``: how often such a message could not be fetched. ``told``:
which items the newest messages became, for references. ``pause``: until when a host asked to be left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.cap.references import Told, recall
from adapters.contract import Cursor

RULE = 1
"""Which way of making digests the cursor's are of. Digests of another rule are not compared with ours."""
MOST_SEEN = 800
MOST_READ = 500
"""Messages behind links that are remembered; an index of more is read up to here, the newest first."""
_LONGEST_TITLE = 300


@dataclass(slots=True, kw_only=True)
class Memory:
    """What one poll knows from the last, and leaves to the next."""

    seen: frozenset[str] = frozenset()
    read: dict[str, list[str]] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    told: Told = field(default_factory=Told)

    @property
    def known(self) -> frozenset[str]:
        """Every digest that needs no telling."""
        return self.seen.union(*self.read.values())


def remember(cursor: Cursor) -> Memory:
    """Read a cursor. What was made by other rules is forgotten, so that everything is read again."""
    if cursor.get("rule") != RULE:
        return Memory()
    return Memory(
        seen=frozenset(cursor.get("seen", ())),
        read={key: list(digests) for key, digests in cursor.get("read", {}).items()},
        missed=dict(cursor.get("missed", {})),
        told=recall(cursor.get("told", ())),
    )


def pause_of(cursor: Cursor) -> datetime | None:
    """Give the moment until which a host asked to be left alone."""
    kept = cursor.get("pause")
    return datetime.fromisoformat(kept) if kept else None


def keep(
    memory: Memory, seen: Iterable[str], validators: Mapping[str, Any], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a cursor. ``validators`` is empty where the document must be asked for again whatever happens."""
    title = about.get("title")
    return {
        "rule": RULE,
        **validators,
        "seen": list(dict.fromkeys(seen))[:MOST_SEEN],
        "read": memory.read,
        "missed": memory.missed,
        "told": memory.told.as_json(),
        **about,
        "title": title and title[:_LONGEST_TITLE],
    }

"""What is remembered between two polls of a CAP source, in the form that a cursor keeps.

``seen``: digests of items that stood in the document itself. ``read``: for each message behind a link, by a hash of
its address and date, the digests of its items. ``broken``: what was wrong with it, as digest and reason.
``missed``: how often such a message could not be had. ``told``: which items the newest messages became, for references.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.cap.references import Told, recall
from adapters.contract import Cursor

RULE = 1
"""Which way of making digests the cursor's are of. Digests of another rule are not compared with ours."""
MOST_SEEN = 500
MOST_READ = 400
"""Messages behind links that are remembered; of an index of more the oldest are left out."""
_MOST_BROKEN = 40
_LONGEST_TITLE = 300


@dataclass(slots=True, kw_only=True)
class Memory:
    """What one poll knows from the last, and leaves to the next."""

    seen: frozenset[str] = frozenset()
    read: dict[str, list[str]] = field(default_factory=dict)
    broken: dict[str, list[list[str]]] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    told: Told = field(default_factory=Told)

    @property
    def known(self) -> frozenset[str]:
        """Every digest that needs no telling."""
        return self.seen.union(*self.read.values())

    def settle(self, key: str, digests: list[str], wrong: list[list[str]]) -> None:
        """Note that a message was read: the digests of its items, and what of it is broken."""
        self.read[key] = digests
        self.missed.pop(key, None)
        if wrong and len(self.broken) < _MOST_BROKEN:
            self.broken[key] = wrong[:_MOST_BROKEN]


def remember(cursor: Cursor) -> Memory:
    """Read a cursor. What was made by other rules is forgotten, so that everything is read again."""
    if cursor.get("rule") != RULE:
        return Memory()
    return Memory(
        seen=frozenset(cursor.get("seen", ())),
        read={key: list(digests) for key, digests in cursor.get("read", {}).items()},
        broken=dict(cursor.get("broken", {})),
        missed=dict(cursor.get("missed", {})),
        told=recall(cursor.get("told", ())),
    )


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
        "broken": memory.broken,
        "missed": memory.missed,
        "told": memory.told.as_json(),
        **about,
        "title": title and title[:_LONGEST_TITLE],
    }

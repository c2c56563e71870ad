"""Pushes, as a source: what the service put in the spool (``spool``), oldest first.

A push is deleted when the cursor comes back that says it was read: only then is it in memory for sure.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from adapters.contract import Batch, Broken, Cursor, Document, Item, NoOptions, Offload, SourceConfig
from adapters.digest import digest_of
from adapters.errors import Malformed, Permanent, Temporary
from adapters.feed.entry import RAW_LIMIT
from adapters.pushed.dropped import read_dropped
from adapters.pushed.spool import unwrap
from adapters.reply import mapping, parse

if TYPE_CHECKING:
    from adapters.http import HttpClient

_RULE = 1
_MOST = 200
_MOST_SEEN = 1000
_MARK = re.compile(rb'[\s]{0,16}\{[^{}\[\]]{0,1000}"omroeper_webhook"\s{0,9}:\s{0,9}1\b')
_NAME = re.compile(r"[0-9]{1,20}-[0-9a-f]{1,64}\.json", re.ASCII)


class WebhookSource:
    """Pushes of one body; ``url`` is the path of its spool folder. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = NoOptions
    secrets: ClassVar[tuple[str, ...]] = ("secret",)
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False
    every: ClassVar[str] = "15s"

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:  # noqa: ARG002 - asks nobody
        self._config = config
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Read what waits, and delete what was read last time. Raises ``Permanent`` and ``Temporary`` (``webhook.spool``)."""
        if not self._config.url:
            raise Permanent(
                "There is no spool folder for pushes.",
                code="webhook.no-spool",
                remedy="Pushes are taken by the service: start it with `omroeper run` and `listen` set.",
            )
        return await self._offload(_collect, self._config, cursor)

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read one file of the spool. Raises ``Malformed``."""
        try:
            body, content_type = unwrap(mapping(parse(document.body)))
        except ValueError as error:
            raise Malformed(
                "this is no file of the spool of pushes",
                code="webhook.not-a-push",
                remedy="Inspect what was pushed itself, with the kind that it is of.",
            ) from error
        batch = read_dropped(body, config, content_type=content_type)
        return replace(batch, cursor={})

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a push as it lies in the spool."""
        return _MARK.match(document.body[:2048]) is not None


@dataclass(slots=True, kw_only=True)
class _Harvest:
    known: frozenset[str]
    items: dict[str, Item] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    unchanged: set[str] = field(default_factory=set)
    problems: dict[str, None] = field(default_factory=dict)

    def take(self, document: Document, config: SourceConfig) -> None:
        try:
            batch = WebhookSource.read(document, config)
        except Malformed as error:
            # It was readable when it was accepted: a person should see what became of it.
            body = document.body
            self.broken.append(Broken(digest=digest_of(body), raw=body[:RAW_LIMIT], reason=str(error)))
            return
        for item in batch.items:
            if item.digest in self.known:
                self.unchanged.add(item.digest)
            else:
                self.items.setdefault(item.digest, item)
        self.broken += batch.broken
        self.problems |= dict.fromkeys(batch.problems)


def _collect(config: SourceConfig, cursor: Cursor) -> Batch:
    spool = Path(config.url)
    done = [one for one in cursor.get("done", ()) if _NAME.fullmatch(one)]
    current = cursor.get("rule") == _RULE
    harvest = _Harvest(known=frozenset(cursor.get("seen", ())) if current else frozenset())
    read: list[str] = []
    try:
        for name in done:
            (spool / name).unlink(missing_ok=True)
        for name, body in _waiting(spool):
            harvest.take(Document(body=body), config)
            read.append(name)
    except OSError as error:
        raise Temporary(
            f"The spool of pushes cannot be read: {os.strerror(error.errno or 0).lower()}.",
            code="webhook.spool",
            remedy="Look at the disk and at the rights of the spool folder.",
        ) from error
    seen = [*harvest.items, *(one for one in cursor.get("seen", ()) if one in harvest.known)]
    return Batch(
        items=tuple(harvest.items.values()),
        unchanged=frozenset(harvest.unchanged),
        broken=tuple(harvest.broken),
        cursor={"rule": _RULE, "done": read, "seen": seen[:_MOST_SEEN]},
        # Each push is a new one: that nothing of the last ones is among them is no gap.
        whole="rule" not in cursor or not harvest.items,
        problems=tuple(harvest.problems),
    )


def _waiting(spool: Path) -> Iterator[tuple[str, bytes]]:
    names = sorted(path.name for path in spool.glob("*.json") if _NAME.fullmatch(path.name)) if spool.is_dir() else []
    for name in names[:_MOST]:
        yield name, (spool / name).read_bytes()

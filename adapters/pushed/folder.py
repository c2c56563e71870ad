"""A drop folder: whoever may write in it announces by putting a file down.

A file is read once it has not been touched for a while, or at once where it was moved in when it was done; links are not
followed, so that nobody publishes what lies elsewhere. Files stay where they are: what becomes of them is their owner's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from adapters.contract import Batch, Broken, Cursor, Document, Item, Offload, SourceConfig
from adapters.digest import digest_of
from adapters.errors import AdapterError, AuthFailed, Gone, Malformed, Temporary
from adapters.feed.entry import RAW_LIMIT
from adapters.pushed.dropped import read_dropped
from adapters.pushed.note import has_head

if TYPE_CHECKING:
    from adapters.http import HttpClient

SUFFIXES = frozenset({".json", ".xml", ".txt", ".md", ".cap"})
_RULE = 1
_MOST_FILES = 300
_MOST_BYTES = 16 * 1024 * 1024
LARGEST = 1024 * 1024
"""Bytes of one file."""
_MOST_SEEN = 1000
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOptions:
    """``quiet``: seconds for which a file must not have been touched before it is read."""

    quiet: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.quiet <= 3600:  # noqa: PLR2004 - an hour is a mistake in the unit
            raise ValueError("quiet is 0 to 3600 seconds")


class FolderSource:
    """A folder; ``url`` is its path. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = FolderOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False
    every: ClassVar[str] = "1m"

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:  # noqa: ARG002 - asks nobody
        self._config = config
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Look what lies there.

        Raises ``Gone`` (``folder.missing``), ``Malformed`` (``folder.not-a-folder``), ``AuthFailed``
        (``folder.unreadable``) and ``Temporary`` (``folder.unreachable``).
        """
        return await self._offload(_look, self._config, cursor, datetime.now(UTC))

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read one file. Raises ``Malformed``."""
        name = document.url.rpartition("/")[2]
        return read_dropped(document.body, config, name=name, content_type=document.content_type)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it is a note with a head; what other adapters know is theirs."""
        return has_head(document.body)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _File:
    """A file that can be read, and by what a change of it shows."""

    touched: int
    name: str
    size: int


@dataclass(slots=True, kw_only=True)
class _Harvest:
    known: frozenset[str]
    items: list[Item] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    unchanged: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def take(self, name: str, body: bytes, config: SourceConfig) -> None:
        try:
            batch = read_dropped(body, config, name=name)
        except Malformed as error:
            self.broken.append(Broken(digest=digest_of(body), raw=body[:RAW_LIMIT], reason=f"{name}: {error}"))
            return
        seen = {item.digest for item in self.items}
        for item in batch.items:
            if item.digest in self.known:
                self.unchanged.add(item.digest)
            elif item.digest not in seen:
                self.items.append(item)
        self.broken += batch.broken
        self.problems += [f"{problem} ({name})" for problem in batch.problems]


def _look(config: SourceConfig, cursor: Cursor, now: datetime) -> Batch:
    folder = Path(config.url)
    options: FolderOptions = config.options or FolderOptions()
    files, left = _newest(sorted(_files(folder, now, options.quiet), reverse=True))
    signature = digest_of(repr([(one.name, one.touched, one.size) for one in files]).encode("utf-8", "surrogateescape"))
    current = cursor.get("rule") == _RULE
    if current and cursor.get("signature") == signature:
        return Batch(not_modified=True, cursor=cursor)
    harvest = _Harvest(known=frozenset(cursor.get("seen", ())) if current else frozenset())
    if left:
        harvest.problems.append(f"folder.too-many: older files are left unread, since there are too many: {left}")
    for one in files:
        body = _body(folder / one.name)
        if body is not None:
            harvest.take(one.name, body, config)
    seen = [item.digest for item in harvest.items] + [one for one in cursor.get("seen", ()) if one in harvest.known]
    return Batch(
        items=tuple(harvest.items),
        unchanged=frozenset(harvest.unchanged),
        broken=tuple(harvest.broken),
        cursor={"rule": _RULE, "signature": signature, "seen": seen[:_MOST_SEEN]},
        problems=tuple(harvest.problems[:_MOST_PROBLEMS]),
    )


def _files(folder: Path, now: datetime, quiet: int) -> Iterator[_File]:
    """Give the files that are done: of a kind that we read, not hidden, no links, and not touched just now."""
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except OSError as error:
        raise _failure(folder, error) from error
    for entry in entries:
        if entry.name.startswith(".") or Path(entry.name).suffix.lower() not in SUFFIXES:
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue  # it went while we looked
        waits = abs(now.timestamp() - status.st_mtime) < quiet
        if stat.S_ISREG(status.st_mode) and not waits and status.st_size <= LARGEST:
            yield _File(touched=status.st_mtime_ns, name=entry.name, size=status.st_size)


def _newest(files: list[_File]) -> tuple[list[_File], int]:
    """Give as many files as one look may read, newest first, and how many are left."""
    kept: list[_File] = []
    total = 0
    for one in files[:_MOST_FILES]:
        total += one.size
        if total > _MOST_BYTES:
            break
        kept.append(one)
    return kept, len(files) - len(kept)


def _body(path: Path) -> bytes | None:
    """Read a file; None where it is not there any more, or is a link now."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as opened:
        return opened.read(LARGEST + 1)


def _failure(folder: Path, error: OSError) -> AdapterError:
    if isinstance(error, FileNotFoundError):
        return Gone(f"{folder} is not there.", code="folder.missing", remedy="Make the folder, or correct `url`.")
    if isinstance(error, NotADirectoryError):
        return Malformed(f"{folder} is no folder.", code="folder.not-a-folder", remedy="Correct `url`.")
    if isinstance(error, PermissionError):
        return AuthFailed(
            f"{folder} may not be read.",
            code="folder.unreadable",
            remedy="Let the service's own user read the folder and the files in it.",
        )
    return Temporary(
        f"{folder} cannot be read: {os.strerror(error.errno or 0).lower()}.",
        code="folder.unreachable",
        remedy="Look at the disk, or at the share that it is on.",
    )

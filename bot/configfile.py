"""A configuration as files: TOML, what it includes, and the place of every key.

``read`` never stops at a mistake: each becomes a ``Finding``, and what can be read is read. It knows which tables come
in numbers (``[[source]]``) and which are single (``[network]``), and nothing else about what they mean.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot import tomltext
from bot.problems import At, Finding, Key, Place, Term, show
from bot.shipped import config_folder

DEFAULT = Path("config") / "omroeper.toml"

WILDCARDS = frozenset("*?[")

SHIPPED = "shipped:"
"""What a name in ``include`` begins with where it means a file of sources that comes with the program."""

_PAIR = re.compile(r"""\s*([A-Za-z0-9_-]+)\s*=\s*["']?([A-Za-z0-9-]*)""")


def find_config(option: str | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Say which file is the configuration: ``--config``, else ``OMROEPER_CONFIG``, else ``./config/omroeper.toml``.

    A folder means the ``omroeper.toml`` in it. The file need not exist: ``load`` says so where it does not. Problems
    name files the way this path does: with ``Path()`` as ``cwd`` they stay as short as they were typed.
    """
    named = option or environ.get("OMROEPER_CONFIG")
    path = cwd / named if named else cwd / DEFAULT
    return path / DEFAULT.name if path.is_dir() else path


class Document:
    """One file: its path as it was named, its values, and (when asked) its lines."""

    def __init__(self, path: Path, reading: tomltext.Reading) -> None:
        self.path = path
        self.values = reading.values
        self._text = reading.text

    @cached_property
    def folder(self) -> Path:
        """Its absolute folder."""
        return self.path.absolute().parent

    @cached_property
    def _lines(self) -> dict[Key, int]:
        return tomltext.lines(self._text)

    def place(self, key: Key) -> Place:
        """Give the line of a key; of what it stands in where the key itself is not there."""
        while key and key not in self._lines:
            key = key[:-1]
        return Place(file=str(self.path), line=self._lines.get(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPair:
    """A key and its value (as far as it looks like an id) in a line that could not be read, and its table's header."""

    key: str
    value: str
    header: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The values of all files together, the mistakes found while reading, and where everything came from.

    ``whole`` is false where a file could not be read. ``lost`` are the pairs in lines that could not be: what refers to
    them, or misses them, is not wrong for that.
    """

    path: Path
    values: dict[str, Any]
    findings: tuple[Finding, ...]
    whole: bool
    lost: tuple[LostPair, ...]
    origins: dict[Key, tuple[Document, Key]]

    def place(self, key: Key) -> Place:
        """Give the file and line of a key, or of what it stands in."""
        found = self._origin(key)
        return found[0].place(found[1]) if found else Place(file=str(self.path))

    def misses(self, key: Key) -> bool:
        """Whether a key is not there only because its line could not be read, or may be in a table that was lost."""
        table = self.place(key[:-1])
        return any(pair.key == key[-1] and (table.line is None or table == pair.header) for pair in self.lost)

    def folder(self, key: Key) -> Path:
        """Give the absolute folder of the file that sets a key: relative paths start there."""
        found = self._origin(key)
        return found[0].folder if found else self.path.absolute().parent

    def _origin(self, key: Key) -> tuple[Document, Key] | None:
        for length in (2, 1):
            if key[:length] in self.origins:
                document, own = self.origins[key[:length]]
                return document, (*own, *key[length:])
        return None


def read(
    path: Path,
    *,
    arrays: frozenset[str],
    tables: frozenset[str],
    beneath: tuple[Path, ...] = (),
    instead: Mapping[Path, bytes] = MappingProxyType({}),
) -> Configuration:
    """Read a configuration. ``arrays`` name the tables that come in numbers, ``tables`` the single ones.

    ``beneath`` are files that count in every configuration; their tables come behind its own. ``instead`` are bytes that
    count for a file (resolved) in the place of what it holds: how a change is tried before it is made.
    """
    reader = _Reader(arrays, tables, instead)
    reader.file(path, Place(file=str(path)))
    if reader.whole:
        for file in beneath:
            reader.file(file, Place(file=str(file)))
    return Configuration(
        path=path,
        values=reader.values,
        findings=tuple(reader.findings),
        whole=reader.whole,
        lost=tuple(reader.lost),
        origins=reader.origins,
    )


@dataclass(slots=True)
class _Reader:
    """What was read so far."""

    arrays: frozenset[str]
    tables: frozenset[str]
    instead: Mapping[Path, bytes]
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    origins: dict[Key, tuple[Document, Key]] = field(default_factory=dict)
    seen: set[Path] = field(default_factory=set)
    lost: list[LostPair] = field(default_factory=list)
    whole: bool = True

    def file(self, path: Path, named: Place) -> None:
        """Read a file and what it includes; a file that several name is read once."""
        resolved = path.resolve()
        if resolved in self.seen:
            return
        self.seen.add(resolved)
        document = self._document(path, named)
        if document:
            for key, value in document.values.items():
                self._take(document, key, value)
            self._include(document)

    def _document(self, path: Path, named: Place) -> Document | None:
        try:
            body = self.instead[path.resolve()] if path.resolve() in self.instead else path.read_bytes()
        except FileNotFoundError:
            self._lost_file(Finding("config.missing", named))
        except OSError as error:
            self._lost_file(Finding("file.unreadable", Place(file=str(path)), {"reason": error.strerror or str(error)}))
        else:
            return self._parse(path, body)
        return None

    def _parse(self, path: Path, body: bytes) -> Document | None:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            line = body.count(b"\n", 0, error.start) + 1
            self._lost_file(Finding("file.encoding", Place(file=str(path), line=line)))
            return None
        reading = tomltext.read(text)
        for mistake in reading.mistakes:
            code = "toml.twice" if mistake.twice else "toml.syntax"
            self.findings.append(Finding(code, Place(file=str(path), line=mistake.line), {"detail": mistake.detail}))
        for left_out in reading.left_out:
            if found := _PAIR.match(left_out.row):
                header = Place(file=str(path), line=left_out.header)
                self.lost.append(LostPair(key=found[1], value=found[2], header=header))
                self.whole = self.whole and found[1] != "include"
        return Document(path, reading)

    def _lost_file(self, finding: Finding) -> None:
        self.whole = False
        self.findings.append(finding)

    # ── putting files together ───────────────────────────────────────────────────────────────────────────────────────

    def _take(self, document: Document, key: str, value: object) -> None:
        if key == "include":
            return
        if key in self.arrays:
            self._take_array(document, key, value)
        elif key in self.tables:
            self._take_table(document, key, value)
        else:
            self._set((key,), value, document, (key,), self.values)

    def _take_array(self, document: Document, key: str, value: object) -> None:
        if isinstance(value, dict):
            self._wrong("table.single", document, (key,), table=key)
            self._append(document, key, value, (key,))
        elif isinstance(value, list):
            for index, element in enumerate(value):
                if isinstance(element, dict):
                    self._append(document, key, element, (key, index))
                else:
                    self._no_table(document, (key, index), element)
        else:
            self._no_table(document, (key,), value)

    def _append(self, document: Document, key: str, value: dict[str, Any], own: Key) -> None:
        elements = self.values.setdefault(key, [])
        self.origins[key, len(elements)] = (document, own)
        elements.append(value)

    def _take_table(self, document: Document, key: str, value: object) -> None:
        elements: list[tuple[Key, object]] = [((key,), value)]
        if isinstance(value, list):
            self._wrong("table.many", document, (key,), table=key)
            elements = [((key, index), element) for index, element in enumerate(value)]
        for own, element in elements:
            if isinstance(element, dict):
                self._merge(document, key, element, own)
            else:
                self._no_table(document, own, element)

    def _merge(self, document: Document, key: str, value: dict[str, Any], own: Key) -> None:
        self.origins.setdefault((key,), (document, own))
        table = self.values.setdefault(key, {})
        for name, setting in value.items():
            self._set((key, name), setting, document, (*own, name), table)

    def _set(self, key: Key, value: object, document: Document, own: Key, into: dict[Any, Any]) -> None:
        if key in self.origins:
            self.findings.append(Finding("key.twice", document.place(own), {"other": At(key)}))
            return
        self.origins[key] = (document, own)
        into[key[-1]] = value

    def _no_table(self, document: Document, own: Key, value: object) -> None:
        self._wrong("value.type", document, own, value=show(value), expected=Term("table"))

    def _wrong(self, code: str, document: Document, own: Key, **values: object) -> None:
        self.findings.append(Finding(code, document.place(own), values))

    # ── include ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _include(self, document: Document) -> None:
        patterns = document.values.get("include", [])
        if not isinstance(patterns, list):
            patterns = [patterns]
        for index, pattern in enumerate(patterns):
            place = document.place(("include", index))
            if isinstance(pattern, str) and pattern:
                self._include_one(document.path.parent, pattern, place)
            else:
                self.findings.append(Finding("include.missing", place, {"pattern": show(pattern)}))

    def _include_one(self, folder: Path, pattern: str, place: Place) -> None:
        if pattern.startswith(SHIPPED):
            folder, pattern = config_folder() / "sources.d", pattern.removeprefix(SHIPPED)
        if not WILDCARDS.intersection(pattern):
            if not (folder / pattern).exists():
                self._lost_file(Finding("include.missing", place, {"pattern": show(pattern)}))
            else:
                self.file(folder / pattern, place)
            return
        names = sorted(glob.glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207  # Path.glob refuses absolute ones
        if not names:
            self.findings.append(Finding("include.nothing", place, {"pattern": show(pattern)}))
        for name in names:
            self.file(folder / name, place)

"""Wording as files: one TOML file per language in a folder, and every mistake in it with its line.

wording/nl.toml       news = \"\"\"…\"\"\", [phrases], [account.ID], [source.ID]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot import tomltext
from bot.problems import Finding, Place, Term, say, show
from bot.remedies import REMEDIES
from bot.shipped import config_folder
from bot.text import entities
from bot.wording.catalogue import EVERYBODY, Book, Page, Scope, TemplateError, Wording
from bot.wording.template import Template, parse
from bot.wording.vocabulary import NEEDS_LINK, NEEDS_MIRROR, PHRASES, SCOPES, TEXTS

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ANY_VALUE = "x"
_QUOTES = ('"""', "'''")
_SAYS = frozenset({"title", "text", "headline"})


@dataclass(slots=True, kw_only=True)
class Volume:
    """A folder that was read: its book, and every mistake in it."""

    book: Book
    findings: list[Finding] = field(default_factory=list)


def wording(own: Path | None) -> Wording:
    """Give the wording of an installation: what stands in its own folder, then what is shipped.

    Files are read again only when they changed, so that a mended template counts at once.
    """
    folders = [own] if own else []
    return Wording(books=tuple(_bound(folder, _stamp(folder)).book for folder in (*folders, shipped())))


def shipped() -> Path:
    """Give the folder with the shipped wording."""
    return config_folder() / "wording"


def read_folder(folder: Path) -> Volume:
    """Read a folder of wording whole. Never raises for what stands in it."""
    reader = _Reader()
    for path in _files(folder):
        reader.file(path)
    book = Book(pages=reader.pages, unreadable=reader.unreadable)
    return Volume(book=book, findings=reader.findings)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    stats = ((path.name, path.stat()) for path in _files(folder))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=8)
def _bound(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Volume:  # noqa: ARG001 - makes changed files new
    return read_folder(folder)


@dataclass(slots=True)
class _Reader:
    """What was read so far."""

    pages: dict[tuple[str, Scope], Page] = field(default_factory=dict)
    unreadable: dict[str, TemplateError] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def file(self, path: Path) -> None:
        language, whole = path.stem, Place(file=str(path))
        if not _LANGUAGE.fullmatch(language):
            self.wrong(Finding("wording.language", whole, {"name": path.name}))
            return
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            self._lost(language, Finding("file.unreadable", whole, {"reason": error.strerror or str(error)}))
            return
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            self._lost(language, Finding("file.encoding", Place(file=str(path), line=line)))
            return
        reading = tomltext.read(text)
        for mistake in reading.mistakes:
            code = "toml.twice" if mistake.twice else "toml.syntax"
            self._lost(language, Finding(code, Place(file=str(path), line=mistake.line), {"detail": mistake.detail}))
        _File(path, language, reading.text, self).take(reading.values)

    def wrong(self, finding: Finding) -> str:
        """Keep a mistake, and give it as a sentence with its place."""
        self.findings.append(finding)
        assert isinstance(finding.at, Place)
        return f"{finding.at}: {say(finding.code, 'en', finding.at, **finding.values).message}"

    def _lost(self, language: str, finding: Finding) -> None:
        self.unreadable.setdefault(language, TemplateError(self.wrong(finding)))


class _File:
    """One file on its way into pages."""

    def __init__(self, path: Path, language: str, text: str, into: _Reader) -> None:
        self._path = path
        self._language = language
        self._rows = text.split("\n")
        self._lines = tomltext.lines(text)
        self._into = into

    def take(self, values: Mapping[str, Any]) -> None:
        general = {key: value for key, value in values.items() if key not in SCOPES}
        self._page(EVERYBODY, general, ())
        for kind in SCOPES:
            tables = values.get(kind, {})
            if not isinstance(tables, Mapping):
                self._type((kind,), tables, "table")
                continue
            for name, table in tables.items():
                if isinstance(table, Mapping):
                    self._page((kind, name), table, (kind, name))
                else:
                    self._type((kind, name), table, "table")

    def _page(self, scope: Scope, values: Mapping[str, Any], at: tuple[str, ...]) -> None:
        phrases = values.get("phrases", {})
        if not isinstance(phrases, Mapping):
            self._type((*at, "phrases"), phrases, "table")
            phrases = {}
        texts = {key: value for key, value in values.items() if key != "phrases"}
        page = Page(
            texts=dict(self._templates(texts, TEXTS, at)),
            phrases=dict(self._templates(phrases, PHRASES, (*at, "phrases"))),
        )
        if page.texts or page.phrases:
            self._into.pages[self._language, scope] = page

    def _templates(
        self, written: Mapping[str, Any], known: Mapping[str, frozenset[str]], at: tuple[str, ...]
    ) -> Iterator[tuple[str, Template | TemplateError]]:
        for key, value in written.items():
            place = self._place((*at, key))
            if key not in known:
                names = ", ".join(sorted(known))
                self._into.wrong(Finding("wording.unknown-kind", place, {"name": show(key), "known": names}))
            elif not isinstance(value, str):
                yield key, TemplateError(self._type((*at, key), value, "text"))
            else:
                yield key, self._template((*at, key), value, known[key])

    def _template(self, at: tuple[str, ...], text: str, names: frozenset[str]) -> Template | TemplateError:
        template, mistakes = parse(text, names)
        first = self._first_line(at)
        wrong = [
            Finding(one.code, Place(file=str(self._path), line=first + one.line - 1), one.values) for one in mistakes
        ]
        wrong += [Finding("wording.mention", self._place(at), {"name": one}) for one in _mentions(template)]
        errors = [self._into.wrong(finding) for finding in wrong]
        if not errors and at[-2:-1] != ("phrases",):
            omissions = [(finding.code, self._into.wrong(finding)) for finding in self._omissions(at, template)]
            errors += [said for code, said in omissions if REMEDIES[code].severity == "error"]
        return TemplateError(errors[0]) if errors else template

    def _omissions(self, at: tuple[str, ...], template: Template) -> Iterator[Finding]:
        kind, shown, place = at[-1], template.names(), self._place(at)
        if kind in NEEDS_LINK and "link" not in shown:
            yield Finding("wording.no-link", place, {"name": kind, "missing": "{link}"})
        if kind in NEEDS_MIRROR and not shown & {"mirror", "mirror-in-brief"}:
            yield Finding("wording.no-mirror", place, {"name": kind, "missing": "{mirror}"})
        if not shown & _SAYS:
            yield Finding("wording.says-nothing", place, {"name": kind, "missing": "{title}, {text}"})

    def _first_line(self, at: tuple[str, ...]) -> int:
        """Give the line on which a text begins: the one below its quotes where those end their line."""
        line = self._place(at).line or 1
        row = self._rows[line - 1].rstrip()
        opens = row.endswith(_QUOTES) and sum(row.count(quotes) for quotes in _QUOTES) == 1
        return line + 1 if opens else line

    def _type(self, at: tuple[str, ...], value: object, expected: Any) -> str:
        values = {"value": show(value), "expected": Term(expected)}
        return self._into.wrong(Finding("value.type", self._place(at), values))

    def _place(self, at: tuple[str, ...]) -> Place:
        key = at
        while key and key not in self._lines:
            key = key[:-1]
        return Place(file=str(self._path), line=self._lines.get(key))


def _mentions(template: Template) -> list[str]:
    """Find what would ping somebody: it hides a post from everybody who blocks that account."""
    said = f" {_ANY_VALUE} ".join(template.literals())
    return [one.value for one in entities(said) if one.kind == "mention"]

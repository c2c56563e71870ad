"""Which words a post gets: the operator's own before those that are shipped, one source's before one account's. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.wording.template import Template
from bot.wording.vocabulary import speakers

LAST_RESORT = "en"
"""The language of the words around a text in a language that nobody wrote wording for."""

Scope = tuple[str, str]
"""Whom wording is for: ``("source", id)``, ``("account", id)``, or ``EVERYBODY``."""

EVERYBODY: Scope = ("", "")


class TemplateError(Exception):
    """A template that cannot be used; the message names file and line. What it was for is held, never sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The wording of one language for one scope. A template that could not be read stands there as its error."""

    texts: Mapping[str, Template | TemplateError] = field(default_factory=dict)
    phrases: Mapping[str, Template | TemplateError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The wording of one folder. ``unreadable``: languages whose file cannot be read, so that nobody knows its words."""

    pages: Mapping[tuple[str, Scope], Page] = field(default_factory=dict)
    unreadable: Mapping[str, TemplateError] = field(default_factory=dict)

    def languages(self) -> frozenset[str]:
        """Give the languages that it has words for."""
        return frozenset(language for language, _ in self.pages) | frozenset(self.unreadable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All wording of an installation: ``books`` in the order in which they are asked, the shipped one last."""

    books: tuple[Book, ...]

    def language(self, wanted: str, otherwise: str) -> str:
        """Choose the language of the words around a text: its own, else the account's, else English."""
        spoken = frozenset[str]().union(*(book.languages() for book in self.books))
        return next((one for one in (wanted, otherwise) if one in spoken), LAST_RESORT)

    def text(self, kind: str, language: str, *, account: str = "", source: str = "") -> Template:
        """Give the template of a kind of post. Raises ``TemplateError`` where the words it should have cannot be used."""
        return self._find("texts", speakers(kind), language, account, source)

    def phrase(self, name: str, language: str, *, account: str = "", source: str = "") -> Template:
        """Give the template of a phrase. Raises ``TemplateError`` likewise."""
        return self._find("phrases", (name,), language, account, source)

    def _find(self, shelf: str, names: tuple[str, ...], language: str, account: str, source: str) -> Template:
        for page in self._pages(language, account, source):
            written: Mapping[str, Template | TemplateError] = getattr(page, shelf)
            found = next((written[name] for name in names if name in written), None)
            if isinstance(found, TemplateError):
                raise found
            if found is not None:
                return found
        raise TemplateError(f"There is no wording for {names[0]} in {language}.")

    def _pages(self, language: str, account: str, source: str) -> Iterator[Page]:
        for book in self.books:
            if language in book.unreadable:
                raise book.unreadable[language]
            for scope in (("source", source), ("account", account), EVERYBODY):
                if (language, scope) in book.pages:
                    yield book.pages[language, scope]

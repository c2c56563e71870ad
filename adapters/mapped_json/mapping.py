"""Where in JSON the parts of an item are, and an entry read by that.

The defaults are our own plain form, for bodies that write their JSON for us (docs/adapters/json.md):
``{"omroeper": 1, "items": [{"id": …, "url": …, "title": …, "text": …, "published": …}]}``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from adapters.contract import Broken, Item, Media, Text
from adapters.errors import Malformed
from adapters.feed.address import absolute, is_web
from adapters.feed.entry import RAW_LIMIT, Setting, dated
from adapters.feed.html import pointers
from adapters.mapped_json.path import Path, parse_path
from adapters.reply import identifier, language, moment, number, string, words
from adapters.window import Entry, Shape

_MILLISECONDS = 10**11
"""A number from here on counts thousandths of a second: as seconds it would lie in the year 5138."""
_SENTENCES = {
    "date-without-zone": "times that name no zone and were read as {zone}: {count}",
    "date-unreadable": "dates that cannot be read: {count}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonPaths:
    """A path for each part. ``items`` and ``next`` start at the document, the others at an item; "" is none.

    ``picture_url`` and ``picture_alt`` start at each of ``pictures``.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    items: str = "items[]"
    next: str = ""
    id: str = "id"
    link: str = "url"
    title: str = "title"
    summary: str = ""
    content: str = "text"
    published: str = "published"
    updated: str = "updated"
    language: str = "language"
    categories: str = "categories[]"
    pictures: str = "media[]"
    picture_url: str = "url"
    picture_alt: str = "alt"
    withdrawn: str = "withdrawn"

    def __post_init__(self) -> None:
        for one in fields(self):
            parse_path(getattr(self, one.name))
        if not self.items.endswith("[]"):
            raise ValueError("items ends in [], since it is the array of all items")


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads entries by paths. ``base`` is where relative addresses start; ``notes`` counts what people should hear of."""

    paths: JsonPaths
    html: bool
    base: str
    zone: str
    notes: Counter[str] = field(default_factory=Counter)

    def shape(self) -> Shape:
        """Give how documents are read."""
        return Shape(entries=self._entries, item=self._item, essence=lambda entry: entry, older=self._older)

    def problems(self) -> list[str]:
        """Give what people should hear of, as sentences."""
        return [
            f"{code}: {sentence.format(zone=self.zone, count=self.notes[code])}"
            for code, sentence in _SENTENCES.items()
            if self.notes[code]
        ]

    def _entries(self, document: Any) -> list[Any]:
        path = _path(self.paths.items)
        if not path.leads_to_an_array(document):
            raise Malformed(
                f"there is no array at {self.paths.items}",
                code="json.no-items",
                remedy="Look at the document and correct `paths`; `omroeper inspect --kind json` suggests some.",
            )
        return path.find(document)

    def _older(self, document: Any) -> str | None:
        address = absolute(string(self._one("next", document)), self.base)
        return address if is_web(address) else None

    def _item(self, entry: Entry) -> Item | Broken:
        title, summary, content = (self._text(name, entry.value) for name in ("title", "summary", "content"))
        address = absolute(string(self._one("link", entry.value)), self.base)
        native_id = identifier(self._one("id", entry.value))
        if native_id is None and not address and title is None:
            return entry.broken("neither id, link nor title is where `paths` says")
        found = [pointers(text, self.base).links for text in (summary, content)]
        return Item(
            native_id=native_id,
            url=address or None,
            digest=entry.digest,
            title=title,
            summary=summary,
            content=content,
            published=self._date("published", entry.value),
            updated=self._date("updated", entry.value),
            language=language(self._one("language", entry.value)),
            media=tuple(self._pictures(entry.value)),
            categories=tuple(dict.fromkeys(filter(None, map(string, self._each("categories", entry.value))))),
            links=tuple(dict.fromkeys(one for links in found for one in links)),
            withdrawn=self._one("withdrawn", entry.value) is True,
            raw=entry.raw[:RAW_LIMIT],
        )

    def _each(self, name: str, value: Any) -> list[Any]:
        written: str = getattr(self.paths, name)
        return _path(written).find(value) if written else []

    def _one(self, name: str, value: Any) -> Any:
        return next((one for one in self._each(name, value) if one is not None), None)

    def _text(self, name: str, value: Any) -> Text | None:
        found = words(self._one(name, value))
        return Text(value=found.value, markup=True) if found and self.html else found

    def _date(self, name: str, value: Any) -> datetime | None:
        written = self._one(name, value)
        seconds = number(written)
        if seconds is not None:
            return moment(seconds // 1000 if seconds >= _MILLISECONDS else seconds)
        setting = Setting(base=self.base, zone=ZoneInfo(self.zone), notes=self.notes)
        return dated(written, setting) if isinstance(written, str) else None

    def _pictures(self, value: Mapping[str, Any]) -> Iterator[Media]:
        for one in self._each("pictures", value):
            address = absolute(string(self._one("picture_url", one)), self.base)
            if is_web(address):
                yield Media(url=address, mime="image/*", alt=string(self._one("picture_alt", one)) or None)


@lru_cache(maxsize=512)
def _path(written: str) -> Path:
    return parse_path(written)

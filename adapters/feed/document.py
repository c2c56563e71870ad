"""One document as a batch: whatever kind of feed it is, only the entries that are not known yet.

``whole`` is false for a document whose end is missing. Entries beyond ``MOST_ENTRIES`` are as if they were not there:
a feed of so many entries is an archive, and its newest come first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from adapters.contract import Batch, Broken, Document, Hints, Item, SourceConfig
from adapters.errors import Malformed
from adapters.feed.address import first_web
from adapters.feed.channel import read_channel
from adapters.feed.charset import decode
from adapters.feed.entry import RAW_LIMIT, Setting, read_entry
from adapters.feed.hints import channel_hints
from adapters.feed.json import JsonFeed, parse_json_feed, read_json_item, serialise
from adapters.feed.loose import LONGEST, read_loosely
from adapters.feed.page import no_feed
from adapters.feed.prune import Entry, Feed, find_entries

_MOST_SEEN = 2000
"""Digests that a cursor keeps: 2,000 are 46 KiB. Entries beyond are read each time, which costs time and nothing else."""
_MOST_LOOSE = 256 * 1024
"""Characters of one document that feedparser may read: it is slow, and a document that is all broken says little."""
_EACH_LOOSE = 1024
"""Characters that the bare start of feedparser counts for."""

# In the order in which they are told. {} is how many, {zone} what zone-less times were read in.
_SENTENCES = {
    "feed.truncated": "the end of the document is missing; what could be read of it is given, and it is asked for again",
    "feed.mended": "the document is not well-formed XML and was mended before it was read",
    "feed.guessed": "entries that are no XML even so, and whose texts were guessed: {}",
    "feed.broken-entries": "entries that cannot be read: {}",
    "feed.too-many-entries": "entries left out because the document has too many: {}",
    "feed.no-entries": "the feed has no entries",
    "feed.duplicate-ids": "entries with the id of another one in the same document: {}",
    "date-without-zone": "times that name no zone and were read as {zone}: {}",
    "date-unreadable": "dates that cannot be read: {}",
}


def read_document(document: Document, config: SourceConfig, known: Collection[str]) -> Batch:
    """Read the entries of a document whose digests are not among the known ones.

    The batch's cursor has, under ``seen``, the digests of all entries that were read now or before. Raises
    ``Malformed`` for what is no feed.
    """
    if not document.body.strip():
        raise Malformed(
            "the answer is empty",
            code="feed.empty",
            remedy="If this lasts, open the address in a browser and ask the publisher.",
        )
    text = decode(document.body, document.charset)
    url = first_web(document.url)
    found = _find(text, url)
    if isinstance(found, JsonFeed):
        return _read_json(found, config, _Harvest(known=known))
    if isinstance(found, Feed):
        return _read_xml(found, url, config, _Harvest(known=known))
    raise no_feed(text, url)


def _find(text: str, url: str) -> JsonFeed | Feed | None:
    if text.lstrip("\ufeff\t\r\n ").startswith("{"):
        return parse_json_feed(text, url)
    return find_entries(text)


@dataclass(slots=True, kw_only=True)
class _Harvest:
    """What has been read of a document so far. ``loose`` counts the characters that were left to feedparser."""

    known: Collection[str]
    items: list[Item] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    seen: dict[str, None] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    loose: int = 0

    def knows(self, digest: str) -> bool:
        """Whether an entry needs no reading; then it is seen already."""
        known = digest in self.known
        if known:
            self.seen.setdefault(digest)
        return known

    def take(self, found: Item | Broken) -> None:
        """Keep what was read. What is broken is not seen, so that it is tried again."""
        if isinstance(found, Broken):
            self.broken.append(found)
        else:
            self.items.append(found)
            self.seen.setdefault(found.digest)


def _read_json(feed: JsonFeed, config: SourceConfig, harvest: _Harvest) -> Batch:
    setting = Setting(base=feed.base, zone=ZoneInfo(config.time_zone), notes=harvest.notes)
    for value in feed.items:
        digest, raw = serialise(value)
        if not harvest.knows(digest):
            harvest.take(read_json_item(value, digest, raw, setting))
    harvest.notes["feed.too-many-entries"] = feed.beyond
    return _batch(harvest, config, title=feed.title, language=feed.language, hints=feed.hints)


def _read_xml(feed: Feed, url: str, config: SourceConfig, harvest: _Harvest) -> Batch:
    channel = read_channel(feed.root, feed.names, url)
    zone = ZoneInfo(config.time_zone)
    setting = Setting(base=channel.base, zone=zone, atom=channel.atom, names=feed.names, notes=harvest.notes)
    for entry in feed.entries:
        if harvest.knows(entry.digest):
            continue
        if entry.element is not None:
            harvest.take(read_entry(entry.element, entry.digest, entry.raw, setting))
        else:
            harvest.take(_guess(entry, setting, harvest))
    harvest.notes["feed.truncated"] = feed.truncated
    harvest.notes["feed.mended"] = feed.mended and not feed.truncated
    harvest.notes["feed.too-many-entries"] = feed.beyond
    return _batch(harvest, config, title=channel.title, language=channel.language, hints=channel_hints(channel))


def _guess(entry: Entry, setting: Setting, harvest: _Harvest) -> Item | Broken:
    if len(entry.text) > LONGEST or harvest.loose > _MOST_LOOSE:
        return _broken(entry, "the entry is no XML, and too long to be guessed at")
    harvest.loose += len(entry.text) + _EACH_LOOSE
    item = read_loosely(entry.text, entry.digest, entry.raw, setting)
    if item is None:
        return _broken(entry, "the entry is no XML, and nothing in it can be recognised")
    harvest.notes["feed.guessed"] += 1
    return item


def _broken(entry: Entry, reason: str) -> Broken:
    return Broken(digest=entry.digest, raw=entry.raw[:RAW_LIMIT], reason=reason)


def _batch(harvest: _Harvest, config: SourceConfig, *, title: str | None, language: str | None, hints: Hints) -> Batch:
    notes = harvest.notes
    notes["feed.no-entries"] = not (harvest.seen or harvest.broken or notes["feed.truncated"])
    notes["feed.duplicate-ids"] = _duplicates(harvest.items)
    notes["feed.broken-entries"] = len(harvest.broken)
    return Batch(
        items=tuple(harvest.items),
        unchanged=frozenset(harvest.known) & harvest.seen.keys(),
        broken=tuple(harvest.broken),
        cursor={"seen": list(harvest.seen)[:_MOST_SEEN]},
        whole=not notes["feed.truncated"],
        title=title,
        language=language,
        problems=tuple(_problems(notes, config.time_zone)),
        hints=hints,
    )


def _duplicates(items: Iterable[Item]) -> int:
    counted = Counter(item.native_id for item in items if item.native_id and not item.withdrawn)
    return sum(count - 1 for count in counted.values())


def _problems(notes: Mapping[str, int], zone: str) -> Iterator[str]:
    for code, sentence in _SENTENCES.items():
        if notes.get(code):
            yield f"{code}: {sentence.format(notes[code], zone=zone)}"

"""A note that a person wrote for us, as plain text or Markdown: a title, a text, and a few facts above them if need be.

    ---
    title: Waterstraat dicht
    url: https://www.voorbeeldstad.example/nieuws/waterstraat
    published: 2026-11-23T08:00+01:00
    ---
    De Waterstraat is dicht tot vrijdag.

Without such a head the first line is the title, and a last line that is nothing but an address is the address.
"""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo

from adapters.contract import Batch, Item, SourceConfig, Text
from adapters.digest import digest_of
from adapters.errors import Malformed
from adapters.feed.address import is_web
from adapters.feed.entry import RAW_LIMIT, Setting, dated
from adapters.feed.html import pointers
from adapters.feed.text import clean
from adapters.reply import language

KEYS = frozenset({"id", "title", "url", "published", "updated", "language", "withdrawn"})
_HEAD = re.compile(r"---[ \t]{0,9}\r?\n((?:[a-z]{1,20}:[^\r\n]{0,2000}\r?\n){1,20})---[ \t]{0,9}(?:\r?\n|$)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((https?://[^\s()<>]{1,2000})\)")
_EMPHASIS = re.compile(r"\*\*|__")
_HEADING = re.compile(r"^#{1,6}[ \t]{1,9}", re.MULTILINE)
_REMEDY = "Write plain text in UTF-8; the documentation of the drop folder has an example."


def has_head(body: bytes) -> bool:
    """Whether a body begins with the head of a note that has a title."""
    head = _HEAD.match(body[:8192].decode("utf-8", "replace").removeprefix("\ufeff"))
    return head is not None and any(line.startswith("title:") for line in head[1].splitlines())


def read_note(body: bytes, config: SourceConfig, *, name: str = "", markdown: bool = False) -> Batch:
    """Read a note. ``name`` is that of its file, which tells it apart where it names no id. Raises ``Malformed``."""
    text = _decoded(body)
    head = _HEAD.match(text)
    facts = _facts(head[1]) if head else {}
    title, content, link = _parts(text[head.end() :] if head else text, facts, markdown=markdown)
    if not title and not content:
        raise Malformed("the note says nothing", code="note.empty", remedy=_REMEDY)
    notes: Counter[str] = Counter()
    setting = Setting(base="", zone=ZoneInfo(config.time_zone), notes=notes)
    body_text = Text(value=content) if content else None
    item = Item(
        native_id=facts.get("id") or name or None,
        url=link or None,
        digest=digest_of(name.encode("utf-8", "surrogateescape") + b"\0" + body),
        title=Text(value=title) if title else None,
        content=body_text,
        published=dated(facts.get("published", ""), setting),
        updated=dated(facts.get("updated", ""), setting),
        language=language(facts.get("language")),
        links=pointers(body_text, "").links,
        withdrawn=facts.get("withdrawn", "").lower() == "true",
        raw=body[:RAW_LIMIT],
    )
    return Batch(items=(item,), problems=tuple(_problems(facts, notes, config.time_zone)))


def _decoded(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("the note is no text in UTF-8", code="note.not-utf-8", remedy=_REMEDY) from error
    if "\0" in text or text.lstrip().startswith("<"):
        raise Malformed("this is no note, but something else", code="note.not-text", remedy=_REMEDY)
    return text


def _facts(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.splitlines())
    return {clean(key): clean(value) for key, _, value in pairs}


def _parts(text: str, facts: dict[str, str], *, markdown: bool) -> tuple[str, str, str]:
    """Give title, text and address."""
    lines = clean(_unmarked(text) if markdown else text).splitlines()
    title = facts.get("title", "")
    if not title and lines:
        title = lines.pop(0)
    link = facts.get("url", "")
    if "url" not in facts and lines and is_web(last := lines[-1].strip()) and " " not in last:
        link = last
        lines.pop()
    return " ".join(title.split()), "\n".join(lines).strip(), link


def _unmarked(text: str) -> str:
    """Take off the marks of Markdown that show in plain text; an address stands behind the words that led to it."""
    return _EMPHASIS.sub("", _HEADING.sub("", _LINK.sub(r"\1 (\2)", text)))


def _problems(facts: dict[str, str], notes: Counter[str], zone: str) -> list[str]:
    unknown = sorted(facts.keys() - KEYS)
    found = [f"note.unknown-key: the head has keys that mean nothing: {', '.join(unknown)}"] if unknown else []
    if notes["date-without-zone"]:
        found.append(
            f"date-without-zone: times that name no zone and were read as {zone}: {notes['date-without-zone']}"
        )
    if notes["date-unreadable"]:
        found.append(f"date-unreadable: dates that cannot be read: {notes['date-unreadable']}")
    return found

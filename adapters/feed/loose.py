"""An entry that no mending makes XML, read by the loose parser of feedparser, which has seen worse than anybody.

feedparser is met here alone. Three things about it decide how: given a string or bytes it may open a file or an
address of that name, so it gets a stream; it takes the description of a picture for a summary, so that is taken out
before; and its search for the address of an author is quadratic (32 KiB of letters cost 5 s), so it gets neither long
words nor long entries.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from adapters.contract import Item, Media, Text
from adapters.feed.address import absolute
from adapters.feed.entry import RAW_LIMIT, Setting, dated
from adapters.feed.html import all_images, all_links, pointers
from adapters.feed.media import described_by, media_in_text, without_copies
from adapters.feed.text import clean, guessed

LONGEST = 64 * 1024
"""Characters of an entry, with what stands around it, that may be read in this way."""

# What feedparser stumbles over itself, for instance when an end tag comes without its beginning (gml:posList).
_ITS_OWN_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

_LONG_WORD = re.compile(r"[\w.+-]{1000,}")
_OF_A_PICTURE = re.compile(
    r"<(media:(?:description|title|text|credit|copyright))\b[^<>]*>[^<]*</\1\s{0,9}>", re.IGNORECASE
)


def read_loosely(text: str, digest: str, raw: bytes, setting: Setting) -> Item | None:
    """Read the one entry in a text that is not XML. None where there is none to be found."""
    import feedparser  # here, because it takes 20 ms that a program with sound feeds never needs to spend

    plain = _LONG_WORD.sub(lambda found: found[0][:1000], _OF_A_PICTURE.sub("", text))
    try:
        found = feedparser.parse(
            io.BytesIO(plain.encode("utf-8", "ignore")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _ITS_OWN_FAULTS:
        return None
    return _item(found.entries[0], digest, raw, setting) if found.entries else None


def _item(entry: Mapping[str, Any], digest: str, raw: bytes, setting: Setting) -> Item:
    title, summary = (_text(entry.get(f"{name}_detail"), setting) for name in ("title", "summary"))
    content = next((_text(one, setting) for one in _mappings(entry, "content")), None)
    found = [pointers(text, setting.base) for text in (summary, content)]
    images = all_images(found)
    return Item(
        native_id=_string(entry, "id") or None,
        url=absolute(_string(entry, "feedburner_origlink") or _string(entry, "link"), setting.base) or None,
        digest=digest,
        title=title,
        summary=None if summary == content else summary,
        content=content,
        published=dated(_string(entry, "published"), setting),
        # Asked for a date that is missing, feedparser gives the other one, with a warning.
        updated=dated(_string(entry, "updated"), setting) if "updated" in entry else None,
        media=described_by(media_in_text(without_copies(_media(entry, setting.base)), images), images),
        categories=tuple(dict.fromkeys(term for tag in _mappings(entry, "tags") if (term := _string(tag, "term")))),
        links=all_links(found),
        raw=raw[:RAW_LIMIT],
    )


# An element that feedparser does not know is put under its own name, also where that is the name of one of its lists.


def _string(values: Mapping[str, Any], key: str) -> str:
    found = values.get(key)
    return clean(found) if isinstance(found, str) else ""


def _mappings(values: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = values.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(detail: object, setting: Setting) -> Text | None:
    value = _string(detail, "value") if isinstance(detail, Mapping) else ""
    if not value or not isinstance(detail, Mapping):
        return None
    return Text(value=value, markup=detail.get("type") != "text/plain") if setting.atom else guessed(value)


def _media(entry: Mapping[str, Any], base: str) -> list[Media]:
    enclosures = [link for link in _mappings(entry, "links") if link.get("rel") == "enclosure"]
    return [
        Media(url=absolute(_string(one, "href") or _string(one, "url"), base), mime=_string(one, "type") or None)
        for one in (*enclosures, *_mappings(entry, "media_content"))
    ]

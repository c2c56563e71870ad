"""Text from outside, made fit for a page: paragraphs, lines, and links that lead where they say. Pure.

Nothing of the text is ever taken for HTML. What cannot be seen but changes what is seen (controls, direction overrides)
is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_ADDRESS = re.compile(r"(?<![\w@])https?://[^\s<>\"«»“”„‘’…]+", re.IGNORECASE)
_NEVER_LAST = ".,;:!?'*_~|"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LONGEST_ADDRESS = 2048


def clean(text: str) -> str:
    """Leave out what cannot be seen, and bring line ends into one form."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """Give a text as one line."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> list[str]:
    """Cut a text where it has blank lines."""
    return [one.strip() for one in _BLANK_LINES.split(clean(text)) if one.strip()]


def beginning(texts: list[str], room: int) -> list[str]:
    """Give whole paragraphs from the start until so many characters are full; always the first."""
    taken: list[str] = []
    for one in texts:
        if taken and sum(map(len, taken)) + len(one) > room:
            break
        taken.append(one)
    return taken


def shorten(line: str, room: int) -> str:
    """Cut a line at a word where it is longer than it may be."""
    if len(line) <= room:
        return line
    kept = line[: room - 1]
    return (kept[: kept.rfind(" ")] if " " in kept[room // 2 :] else kept).rstrip(" ,;:.") + "…"


def as_html(paragraph: str) -> Markup:
    """Give one paragraph as HTML: its lines kept, its addresses made links. Everything else is escaped."""
    return Markup("<br>\n").join(_line(line) for line in clean(paragraph).split("\n"))


def safe_link(url: str | None) -> str | None:
    """Give an address that may be linked to; None where it is no plain http or https address.

    A name before the host (``https://gemeente.nl@elders.example/``) is how look-alikes are made, and is refused.
    """
    if not url or len(url) > _LONGEST_ADDRESS or url != clean(url) or any(one.isspace() for one in url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # reading it is what checks it
    except ValueError:
        return None
    plain = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return url if plain and "\\" not in parts.netloc else None


def host(url: str) -> str:
    """Give the host of an address, as it is looked up: look-alike letters show as what they are."""
    name = urlsplit(url).hostname or ""
    try:
        return name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        return name


def _line(line: str) -> Markup:
    return Markup("").join(_pieces(line))


def _pieces(line: str) -> Iterator[Markup]:
    end = 0
    for match in _ADDRESS.finditer(line):
        address = _trimmed(match.group())
        link = safe_link(address)
        if link is None:
            continue
        yield escape(line[end : match.start()])
        yield Markup('<a href="{}" rel="nofollow">{}</a>').format(link, address)
        end = match.start() + len(address)
    yield escape(line[end:])


def _trimmed(address: str) -> str:
    """Leave the end of the sentence out of an address; a bracket only stays where it was opened inside."""
    unopened = {closing: address.count(closing) - address.count(opening) for closing, opening in _PAIRS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in _NEVER_LAST:
            break
        end -= 1
    return address[:end]

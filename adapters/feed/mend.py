"""What is nearly XML, made XML: without guessing at structure, and without losing a word.

Most broken feeds are broken in the same five ways: a bare ``&``, an entity of HTML, a ``<`` that is no tag, a control
character, a prefix that nobody declared. All five can be put right in the text, in linear time, and then the entries
are read exactly as in a sound document. What is left after that (tags that do not match) is cut into entries, so that
one bad entry spoils no other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from html.entities import html5

from adapters.feed.names import CUSTOMARY

ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]{0,40}:)?(?:rss|feed|RDF|channel|entry))(?=[\s/>])", re.IGNORECASE)

_OPAQUE = re.compile(r"<!\[CDATA\[|<!--|<\?")
_CLOSERS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_LONE_BRACKET = re.compile(r"<(?!/?[A-Za-z_]|[!?])")
_AMPERSAND = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9.]{0,31});)?", re.ASCII)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What is no character in XML (XML 1.0, section 2.2)."""
_PREDEFINED = {"amp", "lt", "gt", "quot", "apos"}
# Only values without a reference inside: what is built of other entities is how bombs are built.
_DECLARED = re.compile(
    r"<!ENTITY\s{1,9}([A-Za-z][A-Za-z0-9.]{0,31})\s{1,9}(?:\"([^\"&<]{0,200})\"|'([^'&<]{0,200})')\s{0,9}>"
)
_DECLARED_CODE = re.compile(
    r"<!ENTITY\s{1,9}([A-Za-z][A-Za-z0-9.]{0,31})\s{1,9}[\"']&#(\d{1,7}|[xX][0-9a-fA-F]{1,6});[\"']\s{0,9}>"
)
_USED_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,40}):|\s([A-Za-z_][\w.-]{0,40}):[\w.-]{1,60}\s{0,9}=", re.ASCII)
_DECLARED_PREFIX = re.compile(r"\sxmlns:([\w.-]{1,41})\s{0,9}=", re.ASCII)
_ENTRY = re.compile(r"<((?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry|deleted-entry))(?=[\s/>])", re.IGNORECASE)
_PARENT_END = re.compile(r"</(?:[A-Za-z_][\w.-]{0,40}:)?(?:channel|rss|feed|RDF)\s{0,9}>", re.IGNORECASE)
_DEEPEST = 20
"""Elements that may stand around an entry; two are usual."""
_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]{0,80})([^<>]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A document from its root on, as near to XML as it gets. ``truncated``: its end is missing."""

    text: str
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """A document cut up: each entry as text, and the tags that were open around the entries.

    ``frames`` is the document without its entries, in several forms: the fullest first, the likeliest to be XML last.
    """

    entries: tuple[str, ...]
    frames: tuple[str, ...]
    before: str
    after: str


def mend(text: str) -> Mended | None:
    """Put right what can be put right in the text. None where there is no feed in it at all."""
    text = _FORBIDDEN.sub("", text)
    root = ROOT.search(text)
    if not root:
        return None
    entities = _entities(text[: root.start()])
    body, truncated = _to_the_end(text[root.start() :], root[1])
    body = _outside_opaque(body, lambda part: _mend_part(part, entities))
    return Mended(text=_with_prefixes(body), truncated=truncated)


def cut(mended: Mended) -> Slices:
    """Cut a document into its entries. An entry that the end of the document cut off is left out."""
    text = mended.text
    visible = _masked(text)
    spans = list(_entry_spans(visible, truncated=mended.truncated))
    first = min((start for start, _, _ in spans), default=len(text))
    open_tags = _open_tags(visible, text, first)
    before = "".join(tag for _, tag in open_tags)
    after = "".join(f"</{name}>" for name, _ in reversed(open_tags))
    return Slices(
        entries=tuple(text[start:end] + closer for start, end, closer in spans),
        frames=(_without(text, spans), text[:first] + after, before + after),
        before=before,
        after=after,
    )


def _without(text: str, spans: list[tuple[int, int, str]]) -> str:
    starts = [start for start, _, _ in spans] + [len(text)]
    ends = [0] + [end for _, end, _ in spans]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


# ── putting right ────────────────────────────────────────────────────────────────────────────────────────────────────


def _to_the_end(body: str, root: str) -> tuple[str, bool]:
    """Cut off what follows the root element, and say whether its end is missing."""
    end = body.rfind(f"</{root}")
    close = body.find(">", end)
    if end >= 0 and close >= 0:
        return body[: close + 1], False
    return body, not re.match(r"<[^<>]*/>\s*$", body)


def _outside_opaque(text: str, change: Callable[[str], str]) -> str:
    """Change a text except for its CDATA sections, comments and processing instructions.

    One that never ends is not one: its opening is written out as text.
    """
    pieces, position, unclosed = [], 0, set()
    while found := _OPAQUE.search(text, position):
        pieces.append(change(text[position : found.start()]))
        opener = found[0]
        close = -1 if opener in unclosed else text.find(_CLOSERS[opener], found.end())
        if close < 0:
            unclosed.add(opener)
            pieces.append("" if opener == "<![CDATA[" else escape(opener))
            position = found.end()
        else:
            position = close + len(_CLOSERS[opener])
            pieces.append(text[found.start() : position])
    return "".join([*pieces, change(text[position:])])


def _mend_part(part: str, entities: dict[str, str]) -> str:
    part = _AMPERSAND.sub(lambda found: _reference(found[1], entities), part) if "&" in part else part
    return _LONE_BRACKET.sub("&lt;", part)


def _reference(name: str | None, entities: dict[str, str]) -> str:
    """Give what a reference stands for, as XML. What nobody declared stands for itself."""
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        return f"&{name};" if _is_character(name[1:]) else ""
    if name in _PREDEFINED:
        return f"&{name};"
    value = entities.get(name) or html5.get(f"{name};")
    return f"&amp;{name};" if value is None else escape(value)


def _is_character(code: str) -> bool:
    """Whether a character reference, without its frame, stands for something that XML can hold."""
    number = int(code[1:], 16) if code[0] in "xX" else int(code)
    return number <= sys.maxunicode and not _FORBIDDEN.match(chr(number))


def _entities(prolog: str) -> dict[str, str]:
    """Read the entities that a document declares for itself, as far as they are plain text."""
    found = {match[1]: match[2] or match[3] or "" for match in _DECLARED.finditer(prolog)}
    for match in _DECLARED_CODE.finditer(prolog):
        if _is_character(match[2]):
            found[match[1]] = chr(int(match[2][1:], 16) if match[2][0] in "xX" else int(match[2]))
    return found


def _with_prefixes(body: str) -> str:
    """Declare at the root every prefix that is used and declared nowhere."""
    used = {name for found in _USED_PREFIX.findall(body) for name in found}
    missing = used - set(_DECLARED_PREFIX.findall(body)) - {"", "xml", "xmlns"}
    declarations = "".join(
        f' xmlns:{prefix}="{CUSTOMARY.get(prefix.lower(), f"urn:undeclared:{prefix}")}"'
        for prefix in sorted(missing)[:200]
    )
    root = ROOT.match(body)
    assert root
    return body[: root.end()] + declarations + body[root.end() :]


# ── cutting up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _masked(text: str) -> str:
    """Blank everything that only looks like tags, keeping every position."""
    pieces, position = [], 0
    while found := _OPAQUE.search(text, position):
        close = text.find(_CLOSERS[found[0]], found.end())
        end = len(text) if close < 0 else close + len(_CLOSERS[found[0]])
        pieces += [text[position : found.start()], " " * (end - found.start())]
        position = end
    return "".join([*pieces, text[position:]])


def _entry_spans(visible: str, *, truncated: bool) -> Iterator[tuple[int, int, str]]:
    """Give where each entry begins and ends, and the end tag that it lacks."""
    position = 0
    while found := _ENTRY.search(visible, position):
        end, closer = _entry_end(visible, found)
        if closer and truncated and end == len(visible):
            return
        yield found.start(), end, closer
        position = end


def _entry_end(visible: str, found: re.Match[str]) -> tuple[int, str]:
    """Give where an entry ends, at the latest where the next one begins, and what its end tag lacks."""
    following = _ENTRY.search(visible, found.end())
    limit = following.start() if following else len(visible)
    opened = visible.find(">", found.end(), limit)
    if opened >= 0 and visible[opened - 1] == "/":
        return opened + 1, ""
    close = visible.find(f"</{found[1]}", found.end(), limit)
    if close >= 0:
        end = visible.find(">", close, limit)
        return (end + 1, "") if end >= 0 else (limit, ">")
    parent = _PARENT_END.search(visible, found.end(), limit)
    return (parent.start() if parent else limit), f"</{found[1]}>"


def _open_tags(visible: str, text: str, end: int) -> list[tuple[str, str]]:
    """Give the tags, as name and text, that are open where the first entry begins."""
    stack: list[tuple[str, str]] = []
    for found in _TAG.finditer(visible, 0, end):
        closes, name, rest = found.groups()
        if not closes and not rest.endswith("/") and len(stack) < _DEEPEST:
            stack.append((name, text[found.start() : found.end()]))
        elif closes and any(name == opened for opened, _ in stack):
            while stack.pop()[0] != name:
                pass
    return stack

"""Documents made worse: a good one in, one that a careless or hostile source might serve out. The same seed, the same document.

Half of the changes know what they change: elements, attributes, JSON values, dates, addresses, words. The other half are noise
on bytes. One document gets a few of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

LARGEST = 200_000
"""Bytes of a changed document: what is worse than linear shows long before."""

_TAG = re.compile(rb"<[^<>]{0,2000}>")
_ELEMENT = re.compile(rb"<([A-Za-z][\w:.-]{0,40})\b[^<>]{0,500}>[^<]{0,4000}</\1>")
_BLOCK = re.compile(rb"<(item|entry|url|alert|info|area|record)\b[^<>]{0,500}>.{0,6000}?</\1>", re.DOTALL)
_BETWEEN = re.compile(rb">([^<>]{1,4000})<")
_ATTRIBUTE = re.compile(rb"\s[\w:.-]{1,40}=(\"[^\"<>]{0,500}\"|'[^'<>]{0,500}')")
_ADDRESS = re.compile(rb"https?:(?:\\?/){2}[^\s\"'<>]{0,300}")
_DATE = re.compile(
    rb"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{5,15}(?:Z|[+-][0-9:]{4,6})?)?"
    rb"|[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{5,8} [A-Z0-9+-]{1,5}"
)
_DECLARED = re.compile(rb"encoding=[\"'][\w.-]{1,40}[\"']")

TOKENS = (
    "<", ">", "&", '"', "'", "/>", "</", "]]>", "<![CDATA[", "<!--", "-->", "<?", "?>", "\0", "\x1b[31m", "\r", "\n\n\n",
    "&amp;", "&#0;", "&#x110000;", "&#55296;", "&eacute;", "&nbsp;", "&lt;b&gt;", "%00", "%", "{{", "${x}", "{0}", "\\u0000",
    "\\ud800", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "<!ENTITY a SYSTEM 'file:///etc/passwd'>", "&a;", "xmlns:p='q'", "<p:q>",
    "<html>", "<item>", "</item>", "<entry>", "</rss>", "[", "]", "{", "}", ":", ",", "null", "-0", "1e999", "NaN",
)  # fmt: skip
WORDS = (
    "@politie", "@politie@mastodon.example", "＠politie", "@\u200bpolitie", "\u2066@politie", "#hashtag", "＃tag", "a@b.nl",
    "x@", ".@politie", ",@x", "@@x", "@/x", "@ı", "\u202egnp.exe", "\u2067", "\u200b", "\ufeff", "\u00ad", "\u2060", "\u061c",
    "Z" + "\u0301\u0352\u0489" * 40, "\u0e33" * 30, "👩‍👩‍👧‍👦", "🏴\U000e0067\U000e0062\U000e007f", "🇳🇱🇳", "\U000e0041\U000e0042", "İstanbul", "ﬁ",
    "ß", "ǆ", "\u0345", "\u1e9e", "https://a.example/(b)c_(d)", "http://voorbeeld.example/@x", "https://пример.example", "voorbeeld.nl",
    "https://voorbeeld.nl/?a=,@politie", "https://voorbeeld.nl/-#tag", "www.voorbeeld.nl/#@x", "\ud83d", "\x9b31m", "\x85", "\u2028",
    "<b onclick=x>vet</b>", "<script>alert(1)</script>", "<a href='javascript:x'>y</a>", "<a href=//127.0.0.1/>politie.nl</a>",
    "&lt;img src=x onerror=y&gt;", "<ol start=99999999999999999999><li>x", "<table><tr><td>a<td>b", "<q><sup>2</sup>",
    "zin. " * 40, "woord" * 60, "1.2.3.4.5.", "art. 5 lid 2", "€ 1.000.000,00", "10 km/h", " " * 300, "…" * 20, "(" * 40, "'\"`",
)  # fmt: skip
DATES = (
    "0000-00-00", "9999-12-31T23:59:59Z", "10000-01-01", "1969-12-31T23:59:59-12:00", "2026-11-23T25:61:61Z", "2026-02-30",
    "2026-11-23T07:00:00+99:99", "2026-11-23T07:00:00.123456789123456789Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "Mon, 23 Nov 2026 07:00:00 CET", "ma, 23 nov. 2026 07:00", "23/11/26", "1e400", "-1", "99999999999999999999", "1764000000",
    "Mon, 99 Foo 99999 99:99:99 +9999", "2026-W48-1", "2026-327", "morgen", "", "٢٠٢٦-١١-٢٣", "2026-11-23T07:00:00[Europe/Amsterdam]",
    "Mon, 23 Nov 0000 07:00:00 GMT", "2026-11-23T07:00:60Z", "24:00", "0" * 400,
)  # fmt: skip
ADDRESSES = (
    "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]:80/", "http://2130706433/", "file:///etc/passwd", "//a.example/b",
    "javascript:alert(1)", "data:text/html,x", "http://u:p@a.example/", "http://a.example:99999/", "http://[/", "http:///x", "https://",
    "https://xn--80ak6aa92e.example/", "https://аррӏе.example/", "http://a.example/" + "a" * 5000, "http://a.example/?" + "a=b&" * 400,
    "https://a.example/@x", "https://a.example/a,@x", "https://a.example/#@x", "https://a.example/?q=[]{}|\\^`", "http://a..example/",
    "https://a.example/\u202e/b", "https://a.example/\u200b", "https://a.example/é", "https://a.example/%ff%fe", "HTTP://A.EXAMPLE/",
    "https://a.example\\@b.example/", "https://a.example/\t\nb", "https://voorbeeldstad.example/", "https://www.voorbeeldstad.example",
    "https://t.co/" + "a" * 60, "https://a.nl/(((((", "https://a.nl/)?)", "https://a.nl/?#", "https://a.nl/;jsessionid=1?utm_source=x#y",
    "https://voorbeeld.nl/x?a=,@politie", "https://voorbeeld.nl/x?a=.#tag", "tag:a.example,2026:1", "urn:uuid:0", " https://a.example/ ",
)  # fmt: skip
HOSTS = ("a.nl", "é.nl", "voorbeeldstad.example", "xn--a.nl", "中.example", "[::1]", "1.2.3.4", "a_b.nl", "..", "")
PIECES = (
    "/", "//", "?", "#", "##", "#?", ":8080", ":", "%41", "%2", "%zz", "%", "()", "((", ")", "a", "b.c", "é", "中", "…", "\u202e", "\n",
    "@x", "#t", "&#0;", "&", "=", "utm_source=x", "!", ".", "..", "https://", "https://a.nl/",
)  # fmt: skip
"""What addresses are put together from: of these came ``https://a.nl##g``, which once stopped the program."""

NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    2**31,
    2**63,
    2**200,
    10**400,
    1e308,
    -0.0,
    0.1,
    True,
    None,
    "",
    [],
    {},
    "0",
    [[]],
    {"a": {}},
)
CHARSETS = (
    "utf-8",
    "latin-1",
    "cp1252",
    "utf-16",
    "utf-16-be",
    "utf-32",
    "utf-7",
    "shift_jis",
    "koi8-r",
    "utf-8-sig",
    "hz",
)

Change = Callable[[Random, bytes], bytes]


def mutate(chance: Random, body: bytes, others: Sequence[bytes]) -> bytes:
    """Give a document with one to six changes. ``others`` are documents that pieces may be taken from."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        if chance.random() < 0.05:
            body = _splice(chance, body, chance.choice(others))
        else:
            knowing = _JSON if body[:64].lstrip(b"\xef\xbb\xbf \n")[:1] in {b"{", b"["} else _MARKUP
            body = chance.choice(knowing if chance.random() < 0.65 else _NOISE)(chance, body)
        body = body[:LARGEST] or b"<"
    return body


# ── noise ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _span(chance: Random, body: bytes, longest: int = 60) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.randrange(longest))


def _flip(chance: Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice((1, 1, 4, 30))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _drop(chance: Random, body: bytes) -> bytes:
    start, end = _span(chance, body, chance.choice((4, 60, 2000)))
    return body[:start] + body[end:]


def _double(chance: Random, body: bytes) -> bytes:
    start, end = _span(chance, body, 300)
    return body[:end] + body[start:end] * chance.choice((1, 1, 2, 50)) + body[end:]


def _put(chance: Random, body: bytes) -> bytes:
    start, end = _span(chance, body, 3)
    return body[:start] + _some(chance) + body[end:]


def _rubbish(chance: Random, body: bytes) -> bytes:
    start, end = _span(chance, body)
    return body[:start] + chance.randbytes(chance.choice((1, 4, 64))) + body[end:]


def _repeat(chance: Random, body: bytes) -> bytes:
    start, _ = _span(chance, body)
    return body[:start] + _some(chance) * chance.choice((10, 300, 3000)) + body[start:]


def _truncate(chance: Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _recode(chance: Random, body: bytes) -> bytes:
    charset = chance.choice(CHARSETS)
    try:
        changed = body.decode("utf-8", "replace").encode(charset, "replace")
    except (UnicodeError, LookupError):
        return body
    label = f'encoding="{charset if chance.random() < 0.5 else chance.choice(CHARSETS)}"'.encode()
    return _DECLARED.sub(label, changed) if chance.random() < 0.5 else changed


def _splice(chance: Random, body: bytes, other: bytes) -> bytes:
    start, end = _span(chance, other, 2000)
    at, until = _span(chance, body, 2000)
    return body[:at] + other[start:end] + body[until:]


def _some(chance: Random) -> bytes:
    """Give something that matters somewhere: a token, a word, a date, an address."""
    return _one_of(chance, chance.choice((TOKENS, WORDS, DATES, ADDRESSES))).encode("utf-8", "surrogatepass")


def _one_of(chance: Random, choice: Sequence[str]) -> str:
    """Give one of a choice; every other address is one that nobody has thought of."""
    if choice is ADDRESSES and chance.random() < 0.5:
        return f"https://{chance.choice(HOSTS)}{''.join(chance.choices(PIECES, k=chance.randrange(8)))}"
    return chance.choice(choice)


# ── what knows what it changes ───────────────────────────────────────────────────────────────────────────────────────


def _at(pattern: re.Pattern[bytes], give: Callable[[Random, bytes], bytes], group: int = 0) -> Change:
    """Make a change of one of the places that a pattern finds, and of noise where it finds none."""

    def change(chance: Random, body: bytes) -> bytes:
        found = list(pattern.finditer(body, 0, LARGEST))
        if not found:
            return _put(chance, body)
        start, end = chance.choice(found).span(group)
        return body[:start] + give(chance, body[start:end]) + body[end:]

    return change


def _worded(chance: Random, text: bytes) -> bytes:
    at = chance.randrange(len(text) + 1)
    return text[:at] + b" " * chance.randrange(2) + chance.choice(WORDS).encode("utf-8", "surrogatepass") + text[at:]


def _of(choice: Sequence[str]) -> Callable[[Random, bytes], bytes]:
    return lambda chance, _: _one_of(chance, choice).encode()


def _quoted(chance: Random, value: bytes) -> bytes:
    return value[:1] + _some(chance).replace(value[:1], b"") + value[-1:]


def _several(chance: Random, text: bytes) -> bytes:
    return text * chance.choice((0, 2, 2, 3, 40))


def _wrapped(chance: Random, text: bytes) -> bytes:
    before, after = chance.choice(
        (
            (b"<![CDATA[", b"]]>"),
            (b"<b>" * 300, b"</b>" * 300),
            (b"<!--", b"-->"),
            (b"&lt;p&gt;", b"&lt;/p&gt;"),
            (b"<x:y>", b""),
        )
    )
    return before + text + after


def _renamed(chance: Random, tag: bytes) -> bytes:
    name = chance.choice(
        (b"title", b"link", b"guid", b"id", b"description", b"content", b"pubDate", b"enclosure", b"loc", b"info")
    )
    return re.sub(rb"^(</?)[\w:.-]+", rb"\1" + name, tag)


_NOISE: tuple[Change, ...] = (_flip, _drop, _double, _put, _rubbish, _repeat, _truncate, _recode)
_ANYWHERE: tuple[Change, ...] = (_at(_DATE, _of(DATES)), _at(_ADDRESS, _of(ADDRESSES)))
_MARKUP: tuple[Change, ...] = (
    *_ANYWHERE,
    _at(_BETWEEN, _worded, 1),
    _at(_BETWEEN, lambda chance, _: _some(chance), 1),
    _at(_BETWEEN, _wrapped, 1),
    _at(_ATTRIBUTE, _quoted, 1),
    _at(_ELEMENT, _several),
    _at(_ELEMENT, _wrapped),
    _at(_BLOCK, _several),
    _at(_TAG, _several),
    _at(_TAG, _renamed),
)


def _json_change(chance: Random, body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _put(chance, body)
    places = list(_places(value))
    if not places:
        return _put(chance, body)
    holder, key = chance.choice(places)
    _change_value(chance, holder, key)
    return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Give every value inside a value, as what holds it and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting and len(found) < 2000:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return found


def _change_value(chance: Random, holder: Any, key: Any) -> None:
    before = holder[key]
    kind = chance.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = chance.choice(NUMBERS)
    elif kind == 2 and isinstance(holder, list):
        holder.extend([before] * chance.choice((1, 1, 30)))
    elif kind == 3:
        holder[key] = [before] if chance.random() < 0.5 else {str(key): before}
    elif isinstance(before, str):
        chosen = chance.choice((WORDS, WORDS, DATES, ADDRESSES, TOKENS))
        added = _one_of(chance, chosen)
        holder[key] = added if chance.random() < 0.4 else f"{before} {added}"
    else:
        holder[key] = _some(chance).decode("utf-8", "replace")


_JSON: tuple[Change, ...] = (*_ANYWHERE, _json_change, _json_change, _json_change, _json_change)

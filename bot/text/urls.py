"""Which addresses in a text the server sees: the rule of twitter-text 3.1.0 as Mastodon overrides it.

Sources: ``regex.rb`` and ``extractor.rb`` of twitter-text 3.1.0; ``config/initializers/twitter_regex.rb`` of Mastodon.
There it is one pattern that backtracks; here it is a scanner that comes to the same result in linear time. What makes
it longer than one would think: names without a scheme are no links, but they do swallow what follows them, so that
``a.nl/https://b.nl`` holds no link at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from bot.text.domains import MAY_PRECEDE, RUN, Label, ascii_host, first_start, labels

LONGEST = 4096
_SCHEMES = ("https", "http", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher", "gemini")

# No part of an address holds one of these, so that each stretch between two of them can be looked at on its own.
_LIMITS = " \n<>\t\r\x0b\x0c\x85"
_LIMIT = re.compile(f"[{_LIMITS}]")

_PORT = re.compile(":[0-9]+")
_SPACE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PATH = f"[^{_SPACE}<>()?]"
_PATH_RUN = re.compile(f"{_PATH}+")
_PATH_END = re.compile(f"{_PATH}*[^{_SPACE}()?!*\"'\u300c\u300d<>;:=,.$%\\[\\]~&|@]")
_PARENTHESES = re.compile(rf"\((?:{_PATH}++|{_PATH}*+\({_PATH}++\){_PATH}*+)\)")

# A path may end in parentheses only if what stands in them satisfies the rule from before Mastodon's override, which
# `twitter_regex.rb` still has in hand at that point: Latin, Cyrillic, and some punctuation.
_PLAIN = (
    r"[a-z\p{Script=Cyrillic}0-9!*';:=+,.$/%#\[\]\p{Pd}_~&|@\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256"
    r"\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff]"
)
_PLAIN_PARENTHESES = regex.compile(rf"\((?:{_PLAIN}++|{_PLAIN}*+\({_PLAIN}++\){_PLAIN}*+)\)", regex.IGNORECASE)

# `ucschar` and `iprivate` of RFC 3987, and a little more: plane 14 begins late, every plane ends two early.
_BEYOND_ASCII = "\xa0-\ufdcf\ufdf0-\uffef\U000e1000-\U000efffd" + "".join(
    f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in (*range(1, 14), 15, 16)
)
_QUERY_END = re.compile(f"\\?[!#-;=?-\\[\\]^_a-z|~{_BEYOND_ASCII}]*[0-9A-Za-z_&=#/\\-{_BEYOND_ASCII}]")

# Twitter's own shortener takes no path beyond the slug, and no slug over 40 characters.
_SHORT_LINK = re.compile("[hH][tT][tT][pP][sS\u017f]?://[tT]\\.[cC][oO]/([0-9A-Za-z\u017f\u212a]+)")
_LONGEST_SLUG = 40


def url_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the addresses stand that the server sees in ``text``: (start, end) of each, in order."""
    end = 0
    while (position := text.find("://", end)) >= 0:
        start = max(end, *(text.rfind(limit, end, position) + 1 for limit in _LIMITS))
        limit = _LIMIT.search(text, position)
        end = limit.start() if limit else len(text)
        yield from _in_stretch(text, start, end)


def is_whole_url(text: str) -> bool:
    """Whether the server sees ``text``, from its first to its last character, as one address."""
    return list(url_spans(text)) == [(0, len(text))]


def tail_end(text: str, position: int) -> int:
    """Where an address ends whose domain ends at ``position``: port, path and query."""
    if port := _PORT.match(text, position):
        position = port.end()
    if text.startswith("/", position):
        position = _path_end(text, position + 1)
    query = _QUERY_END.match(text, position)
    return query.end() if query else position


def _path_end(text: str, position: int) -> int:
    """Where the path ends that goes on at ``position``: after its last character that can end one."""
    end = position
    while True:
        if last := _PATH_END.match(text, position):
            end = last.end()
        run = _PATH_RUN.match(text, position)
        parentheses = _PARENTHESES.match(text, run.end() if run else position)
        if not parentheses:
            return end
        position = parentheses.end()
        if _PLAIN_PARENTHESES.match(text, parentheses.start()):
            end = position


def _in_stretch(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The addresses in one stretch. Before ``free`` every character belongs to a name or address already met."""
    free = start - 1
    run = RUN.search(text, start, end)
    while run:
        names = labels(text, run.start(), run.end())
        scheme = _scheme_start(text, run.start(), run.end())
        free = _swallow(text, names, free, scheme)
        domain_end = _linked_domain_end(text, scheme, run.end() + 3, end) if free < scheme < run.end() else -1
        if domain_end < 0:
            free = _swallow(text, names, free, run.end())
        else:
            free = tail_end(text, domain_end)
            yield from _accepted(text, scheme, slice(run.end() + 3, domain_end), free)
        run = RUN.search(text, max(run.end(), free), end)


def _scheme_start(text: str, start: int, end: int) -> int:
    """Where the scheme begins that ends the run ``text[start:end]``; ``end`` where it ends in none."""
    if text.startswith("://", end):
        for scheme in _SCHEMES:
            written = text[max(start, end - len(scheme)) : end].replace("\u017f", "s")
            if written.isascii() and written.lower() == scheme:
                return end - len(scheme)
    return end


def _swallow(text: str, names: list[Label], free: int, before: int) -> int:
    """Take in every name without a scheme that begins ahead of ``before``, and say where the last of them ends."""
    for label in names:
        if label.dot > free and 0 <= (start := first_start(text, label, free + 1)) < before:
            free = tail_end(text, label.end(text, start))
    return free


def _linked_domain_end(text: str, scheme: int, domain: int, end: int) -> int:
    """Where the domain ends that follows the scheme at ``scheme``, -1 where that makes no address."""
    if scheme and not MAY_PRECEDE.match(text, scheme - 1):
        return -1
    run = RUN.match(text, domain, end)
    names = labels(text, domain, run.end()) if run else []
    return names[0].end(text, domain) if names else -1


def _accepted(text: str, start: int, domain: slice, end: int) -> Iterator[tuple[int, int]]:
    """The address ``text[start:end]``, unless it is too long or its domain cannot be written in ASCII."""
    if short := _SHORT_LINK.match(text, start, end):
        if len(short[1]) > _LONGEST_SLUG:
            return
        end = short.end()
    host = ascii_host(text[domain])
    if host is not None and end - start + max(0, len(host) - len(text[domain])) <= LONGEST:
        yield start, end

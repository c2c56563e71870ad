"""Addresses made fit to stand in a post: what the server would cut off or not see is percent-encoded."""

from __future__ import annotations

import re
from urllib.parse import quote

import regex

from bot.text.hosts import ascii_name, port_of, split_url
from bot.text.neutral import harmless
from bot.text.urls import LONGEST, is_whole_url, tail_end

# What may stand in a link as it is (RFC 3986, 2.2 and 2.3); everything else is written as its UTF-8 bytes.
_KEPT = "%/:?#[]@!$&'()*+,;=-._~"
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_LATIN_NAME = regex.compile(
    r"[a-z0-9.\-\u00df-\u00f6\u00f8-\u00ff\u0101-\u0130\u0133-\u0137\u013a-\u0148\u014b-\u017e]+"
)


def safe_url(url: str) -> str | None:
    """``url`` so written that Mastodon sees all of it as one link, wherever it knows the domain; None where none can be.

    That is: no http(s) address with a host, one with a name and password in it, one whose host the DNS cannot know, or one
    over 4,096 characters. No server finds a mention or a hashtag in it, whether it sees the link or not.
    """
    parts = split_url(url)
    if parts is None or "@" in parts.netloc or len(url) > LONGEST:
        return None
    host = _host(parts.hostname or "")
    if host is None:
        return None
    port = port_of(parts)
    origin = f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}"
    tail = parts._replace(scheme="", netloc="").geturl()
    tail = _seen_whole(harmless(quote(_STRAY_PERCENT.sub("%25", tail), safe=_KEPT, errors="replace")))
    return origin + tail if len(origin) + len(tail) <= LONGEST else None


def _host(host: str) -> str | None:
    """The host as people know it where that cannot deceive and the server sees it, else as the DNS knows it, else None."""
    if ":" in host:
        return f"[{host}]"
    if _LATIN_NAME.fullmatch(host) and is_whole_url(f"https://{host}"):
        return host
    name = ascii_name(host).removesuffix(".")
    return name if name.isascii() and all(name.split(".")) else None


def _seen_whole(tail: str) -> str:
    """Path, query and fragment with whatever stops the server encoded, one character at a time, until it is too long for a link."""
    if tail and tail[0] not in "/?":  # a fragment that follows the host; its own number sign may be encoded by now
        tail = "/" + tail
    tail = _without_empty_end(tail)
    while (end := tail_end(tail, 0)) < len(tail) <= LONGEST:
        if tail[end] in "()":
            tail = tail.replace("(", "%28").replace(")", "%29")
        elif tail[end] != "?" or "?" in tail[:end]:
            tail = _encoded(tail, end)
        elif end + 1 < len(tail):
            tail = _encoded(tail, len(tail) - 1)
        else:
            tail = _without_empty_end(tail[:end])
    return tail


def _without_empty_end(tail: str) -> str:
    """Leave out the sign of a fragment or query that has nothing in it, as whoever reads the address again would."""
    for sign in "#?#":  # either may come first
        if tail.find(sign) == len(tail) - 1:
            tail = tail[:-1]
    return tail


def _encoded(text: str, position: int) -> str:
    return f"{text[:position]}%{ord(text[position]):02X}{text[position + 1 :]}"

"""Text from outside made harmless: it pings nobody and tags nothing, on any server that we publish to.

A sign that could begin a mention or hashtag gets a word joiner (U+2060) behind it. Nobody sees or hears it, no server
takes what follows for a name, and `clean` leaves it there. Signs inside an address stay as they are, for the address
would break. Where Mastodon would find a name in one all the same (it searches the raw text, addresses included), a
character is percent-encoded, which leads to the same page.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from bot.text.urls import url_spans

_WORD_JOINER = "\u2060"

# Wider than any server's own rule, so that one spelling is safe everywhere. Only a Latin letter or digit right before the
# sign, as in an e-mail address, leaves it alone: there no server begins a name. What follows may be anything but white
# space, punctuation, the joiner itself, and what makes an emoji of `#`.
_GLUED = "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_NAMELESS = r"\s!-,./:-@\[-\^`{-~\u2010-\u2027\u2030-\u205e\u2060\u20e3\u3001-\u303f\ufe0f"
_AT = rf"(?<![{_GLUED}_])[@\uff20](?=[^{_NAMELESS}])"
_HASH = rf"(?<![{_GLUED}])[#\uff03](?=[^{_NAMELESS}])"
_MENTION_SIGN = re.compile(_AT)
_ANY_SIGN = re.compile(f"{_AT}|{_HASH}")
_HANDLE = re.compile(rf"(?<![{_GLUED}_/=])[@\uff20]([0-9A-Za-z_]+(?:\.[0-9A-Za-z_]+)*)(?![\w@\uff20]|://)")

_ADDRESS = re.compile(r"(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://[^\s<>]*", re.IGNORECASE | re.ASCII)
# After these Mastodon looks for no name.
_STRUCTURE = {"@": "/=", "\uff20": "/=", "#": "/=)", "\uff03": "/=)"}
_MENTION_IN_ADDRESS = re.compile(rf"(?<![{_GLUED}_/=])@(?=[^{_NAMELESS}])")
_EMPTY_QUERY = re.compile(rf"[?&]+(?=#[^{_NAMELESS}])")
_TAG_IN_ADDRESS = re.compile(rf"([^{_GLUED}/=)])#(?=[^{_NAMELESS}])")


def neutralise(text: str, *, allow_tags: bool = False, handle: str = "") -> str:
    """``text`` so that no server makes a mention of it, nor a hashtag unless ``allow_tags``. Idempotent.

    ``handle`` is how a bare ``@name`` is written out where it is known whose handles these are, for example
    ``"{name} (op X)"``; empty leaves ``@name`` to look as it did.
    """
    if not any(sign in text for sign in _STRUCTURE):
        return text
    text = _with_harmless_addresses(text, allow_tags=allow_tags)
    if handle:
        inside = _Inside(text)
        text = _HANDLE.sub(lambda found: found[0] if inside(found) else handle.replace("{name}", found[1]), text)
    signs = _MENTION_SIGN if allow_tags else _ANY_SIGN
    inside = _Inside(text)
    return signs.sub(lambda found: found[0] if _is_structure(found, inside) else found[0] + _WORD_JOINER, text)


def harmless(address: str, *, allow_tags: bool = False) -> str:
    """``address`` so written that no server finds a name in it, nor a tag unless ``allow_tags``, and that it leads where it did."""
    address = _MENTION_IN_ADDRESS.sub("%40", address)
    if allow_tags or "#" not in address:
        return address
    return _TAG_IN_ADDRESS.sub(_encoded_before, _EMPTY_QUERY.sub("", address))


class _Inside:
    """Tells whether a match stands inside an address of ``text``, whether a server sees that address or not."""

    def __init__(self, text: str) -> None:
        self._edges = [edge for found in _ADDRESS.finditer(text) for edge in found.span()]

    def __call__(self, found: re.Match[str]) -> bool:
        return bisect_right(self._edges, found.start()) % 2 == 1


def _is_structure(sign: re.Match[str], inside: _Inside) -> bool:
    return inside(sign) and sign.string[sign.start() - 1] in _STRUCTURE[sign[0]]


def _with_harmless_addresses(text: str, *, allow_tags: bool) -> str:
    parts: list[str] = []
    done = 0
    for start, end in url_spans(text):
        parts += (text[done:start], harmless(text[start:end], allow_tags=allow_tags))
        done = end
    return "".join((*parts, text[done:]))


def _encoded_before(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[1].encode("utf-8", "replace")) + "#"

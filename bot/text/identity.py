"""An address as identity: two spellings of one address give one form, two addresses two.

The form is for comparing, never for showing or fetching. Where it lets go of a difference, that is because no public
body was ever seen to keep two announcements apart by it: the scheme, ``www.``, a slash at the end, a fragment (but for
one that is a route: ``#!…`` and ``#/…``). The order and the letter case of everything else count.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.text.hosts import PORTS, ascii_name, split_url
from bot.text.tracking import without_tracking
from bot.text.words import words

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "%/:@!$&'()*+,;=?[]~"

_LANDING_SEGMENTS = words("landing", "segments")
_UNSPECIFIC_PARAMETERS = words("landing", "parameters")
_PAGE_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|xml|rss)\Z")


def canonical_link(url: str) -> str:
    """The form of ``url`` by which it is compared; ``url`` without its edges' white space where it is no http(s) link."""
    parts = split_url(without_tracking(url.strip()))
    if parts is None:
        return url.strip()
    host = ascii_name(parts.hostname or "")
    if host.count(".") > 1:
        host = host.removeprefix("www.")
    port = None if parts.port in PORTS.values() else parts.port
    path = _without_dots(_normal(parts.path)).rstrip("/")
    query = f"?{_normal(parts.query)}" if parts.query else ""
    fragment = f"#{_normal(parts.fragment)}" if parts.fragment.startswith(("!", "/")) else ""
    return f"https://{_bracketed(host)}{f':{port}' if port is not None else ''}{path or '/'}{query}{fragment}"


def is_landing_page(url: str) -> bool:
    """Whether ``url`` is a home page, an overview or another page that stands for no single announcement."""
    parts = split_url(without_tracking(url.strip()))
    if parts is None or parts.fragment.startswith(("!", "/")):
        return False
    names = {parameter.partition("=")[0].lower() for parameter in parts.query.split("&") if parameter}
    segments = (_PAGE_EXTENSION.sub("", segment) for segment in parts.path.lower().split("/") if segment)
    return names <= _UNSPECIFIC_PARAMETERS and _LANDING_SEGMENTS.issuperset(segments)


def _normal(text: str) -> str:
    """Percent-encoding made one (RFC 3986, 6.2.2): what needs none loses it, what needs it gets it, hex in capitals."""
    return _ESCAPE.sub(_unreserved, quote(_STRAY_PERCENT.sub("%25", text), safe=_KEPT, errors="replace"))


def _unreserved(escape: re.Match[str]) -> str:
    byte = int(escape[1], 16)
    return chr(byte) if byte in _UNRESERVED else escape[0].upper()


def _without_dots(path: str) -> str:
    """``path`` without ``.`` and ``..`` segments (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
    return "/".join(kept)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

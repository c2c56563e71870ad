"""An address with its language left out: ``/nl/nieuws/brug`` and ``/en/news/brug`` share nothing, ``/nl/x/12`` and ``/en/x/12`` do.

It ties the Dutch and the English page of one announcement together in the trace. It never merges anything, so that a wrong
tie is a line too many in ``why`` and nothing more. Pure.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TAG = r"(?:nl|en|fr|de|fy|eng|fra|dut|nld|ger|deu)"
_SEGMENT = re.compile(rf"(?<=/){_TAG}(?:-[a-z]{{2}})?(?=/)", re.IGNORECASE)
_SUFFIX = re.compile(rf"(?<=[-_.]){_TAG}(?=\.[a-z]{{2,5}}$|/|$)", re.IGNORECASE)
_HOST = re.compile(rf"^{_TAG}\.", re.IGNORECASE)
_NAMES = frozenset({"lang", "language", "taal", "hl", "locale"})
_LEFT_OUT = "·"


def without_language(link: str) -> str | None:
    """Give the address with the marks of its language left out; None where it has none, or is no address."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    host = _HOST.sub(f"{_LEFT_OUT}.", parts.netloc)
    path = _SUFFIX.sub(_LEFT_OUT, _SEGMENT.sub(_LEFT_OUT, parts.path))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, _LEFT_OUT if name.lower() in _NAMES else value) for name, value in pairs])
    if (host, path) == (parts.netloc, parts.path) and query == urlencode(pairs):
        return None
    return urlunsplit(("", host.replace(f"{_LEFT_OUT}.", "").removeprefix("www."), path, query, ""))

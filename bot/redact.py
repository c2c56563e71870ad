"""Texts of libraries and machines without the credentials that they may repeat. Pure.

Our own errors are written so that there are none (``adapters.http.address.shown``). This is for what is not ours: the words of
an exception that nobody foresaw, a traceback, a line of a library's log.
"""

from __future__ import annotations

import re

from bot.terminal import plain_line

LONGEST = 500
"""Characters that are kept of an unforeseen error's words."""

_NAME = (
    r"(?:[a-z0-9]{1,20}[_-]){0,3}(?:token|secret|passw(?:or)?d|passwd|pwd|api_?key|signature|sig|authorization|cookie)"
)
_CREDENTIALS = re.compile(
    r"(?:"
    r"(?P<scheme>\bbearer\s{1,9})[^\s\"',;]{4,4000}"
    r"|(?P<user>://[^/\s:@]{0,200}:)[^\s@\"']{1,500}(?=@)"
    r"|(?P<parameter>(?<![a-z0-9])key=)[^\s&\"'#]{1,4000}"
    rf"|(?P<named>(?<![a-z0-9]){_NAME}[\"']?\s{{0,3}}[:=]\s{{0,3}}(?:b?[\"'])?)"
    r"(?:(?:bearer|basic|digest)\s{1,3})?[^\s&\"'#,;]{1,4000}"
    r")",
    re.IGNORECASE,
)


def without_credentials(text: str) -> str:
    """Take what looks like a credential out of a text: in headers, addresses, queries, JSON and mappings as they are printed."""
    return _CREDENTIALS.sub(lambda found: f"{found[found.lastgroup or 0]}…", text)


def named(error: BaseException) -> str:
    """Give the kind and the words of an error that nobody foresaw, fit to be kept and shown."""
    return plain_line(without_credentials(f"{type(error).__name__}: {error}"[: LONGEST * 2]))[:LONGEST]

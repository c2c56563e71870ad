"""Addresses in feeds: made absolute where the document allows it, and otherwise as published."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:")
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_BREAKS = str.maketrans("", "", "\t\r\n")


def absolute(address: str, base: str) -> str:
    """Join an address to where relative ones start. What cannot be joined is given back as published.

    ``&amp;`` that survived the reading of the document was escaped once too often.
    """
    plain = address.strip().translate(_BREAKS).replace("&amp;", "&")
    if not plain or not base or _ABSOLUTE.match(plain):
        return plain
    try:
        return urljoin(base, plain)
    except ValueError:
        return plain


def is_web(address: str) -> bool:
    """Whether an address is absolute and leads to the web: what a reader can follow and a picture can come from."""
    if not _WEB.match(address):
        return False
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False


def first_web(*addresses: str | None) -> str:
    """Give the first address that leads to the web, "" where none does."""
    return next((address for address in addresses if address and is_web(address)), "")

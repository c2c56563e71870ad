"""Digests: by which an entry, or a body, is known to be the one of last time."""

from __future__ import annotations

from hashlib import blake2b

DIGEST_LENGTH = 20
"""Characters of a digest: it is written in hexadecimal."""


def digest_of(raw: bytes) -> str:
    """Hash an entry or a body: 80 bits, enough for the entries of one source, and short in a cursor."""
    return blake2b(raw, digest_size=DIGEST_LENGTH // 2).hexdigest()

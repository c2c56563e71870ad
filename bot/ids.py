"""UUIDv7 (RFC 9562, section 5.7): text ids that sort by the moment they were made.

They survive restores and moves, unlike row numbers. Python has them itself from 3.14.
"""

from __future__ import annotations

import os
from datetime import datetime

_RANDOM_BITS = 74


def new_id(now: datetime) -> str:
    """Give a fresh UUIDv7 for this moment, in its text form."""
    milliseconds = int(now.timestamp() * 1000)
    random = int.from_bytes(os.urandom(10)) & ((1 << _RANDOM_BITS) - 1)
    rand_a, rand_b = random >> 62, random & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

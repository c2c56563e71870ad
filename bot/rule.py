"""The version of our own rules: of all that a hash of meaning or a canonical link depends on.

Raise it with any change to them: memory is then re-based silently at the next sight, and no account hears of it.
"""

from __future__ import annotations

RULE = 1

"""Passwords of operators: hashed with scrypt from the standard library, compared without telling by time what was wrong.

A hash is one word without a sign that a shell, an environment file or TOML would take for its own:
``scrypt.15.8.3.<salt>.<digest>`` (log2 of the cost, block size, passes; both values in URL-safe base64).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

SHORTEST = 12
"""Characters that a password has at least: nothing else protects what it opens."""
LONGEST = 1024

LOG_COST, BLOCK, PASSES = 15, 8, 3
"""32 MiB and a tenth of a second or two: as hard as OWASP asks, on a machine with little memory."""

NOBODY = "desk"
"""Who is named in the log where one password is shared by all."""

_HASH = re.compile(r"scrypt\.(1[4-7])\.(8)\.([1-9])\.([\w-]{22})\.([\w-]{43})", re.ASCII)
_NAME = re.compile(r"[^\W_][\w .@'-]{0,63}")
_SALT, _DIGEST = 16, 32
_MEMORY = 2**28


@dataclass(frozen=True, slots=True)
class Hash:
    """A password's hash as it was written. ``matches`` takes as long for a wrong password as for the right one."""

    written: str = field(repr=False)

    def matches(self, password: str) -> bool:
        """Whether this is the password."""
        found = _HASH.fullmatch(self.written)
        assert found, "read_hash let nothing else pass"
        log_cost, block, passes = (int(one) for one in found.group(1, 2, 3))
        salt, digest = (_decoded(one) for one in found.group(4, 5))
        return hmac.compare_digest(_derived(password, salt, log_cost, block, passes), digest)


@dataclass(frozen=True, slots=True)
class Operators:
    """Who may come in: hashes by name, or the one that all share under the name ``NOBODY``."""

    hashes: Mapping[str, Hash] = field(repr=False)

    @property
    def named(self) -> bool:
        """Whether each has a name of their own."""
        return set(self.hashes) != {NOBODY}

    def identify(self, name: str, password: str) -> str | None:
        """Give the name as it goes into the log; None where name or password are wrong, and never which of the two."""
        known = {_folded(one): one for one in self.hashes}
        found = known.get(_folded(name) if self.named else NOBODY)
        right = (self.hashes[found] if found else _DECOY).matches(password)
        return found if right else None


def hash_password(password: str, salt: bytes, *, log_cost: int = LOG_COST, passes: int = PASSES) -> str:
    """Write the hash of a password. ``salt``: 16 random bytes of its own."""
    digest = _derived(password, salt, log_cost, BLOCK, passes)
    return f"scrypt.{log_cost}.{BLOCK}.{passes}.{_encoded(salt)}.{_encoded(digest)}"


def read_hash(text: str) -> Hash:
    """Read what ``hash_password`` wrote. Raises ``ValueError``."""
    if not _HASH.fullmatch(text):
        raise ValueError("this is no hash of a password")
    return Hash(text)


def read_operators(text: str) -> dict[str, Hash]:
    """Read lines of ``name:hash``; empty ones and those that start with # are passed over. Raises ``ValueError``."""
    found: dict[str, Hash] = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, written = line.partition(":")
        if not is_name(name.strip()) or _folded(name) in map(_folded, found):
            raise ValueError("this is no name of an operator, or one for the second time")
        found[name.strip()] = read_hash(written.strip())
    if not found:
        raise ValueError("there is no operator")
    return found


def is_name(text: str) -> bool:
    """Whether an operator can be called so: it stands in a line before a colon, and in the log."""
    return _NAME.fullmatch(text) is not None and _folded(text) != NOBODY


def is_weak(password: str) -> bool:
    """Whether a password is too short, or the same few signs over and over."""
    return not SHORTEST <= len(password) <= LONGEST or len(set(password)) < SHORTEST // 2


def _derived(password: str, salt: bytes, log_cost: int, block: int, passes: int) -> bytes:
    # what one keyboard writes as one sign another writes as two (NIST SP 800-63B, section 3.1.1.2)
    typed = unicodedata.normalize("NFKC", password[:LONGEST]).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=2**log_cost, r=block, p=passes, maxmem=_MEMORY, dklen=_DIGEST)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode("ascii").rstrip("=")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


_DECOY = Hash(f"scrypt.{LOG_COST}.{BLOCK}.{PASSES}.{'A' * 22}.{'A' * 43}")
"""What a password is compared with where nobody has the name: it takes as long, and is right for no password."""

"""Who is signed in: kept here, so that signing out ends it for sure. The browser holds a signed number and nothing else.

A number that we signed is not yet a session: whoever looks at the form to sign in gets one too, so that this form has a
token like every other. Signing in gives a new number, so that nobody can prepare one for somebody else.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

IDLE = 30 * 60.0
"""Seconds after the last request until a session ends by itself."""
LONGEST = 10 * 3600.0
"""Seconds after which it ends however busy it is: a long shift."""
MOST = 200

_NUMBER_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What came of the last act, to be said once: a text's key, and what it says."""

    key: str
    places: tuple[tuple[str, str], ...] = ()
    good: bool = True


@dataclass(slots=True, kw_only=True)
class Session:
    """An operator who is signed in, since a moment and last seen at another (seconds of a clock that never jumps)."""

    name: str
    started: float
    seen: float
    notice: Notice | None = None


@dataclass(slots=True, kw_only=True)
class Sessions:
    """The sessions of one process. Its secret is its own: a restart signs everybody out."""

    secret: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    _open: OrderedDict[str, Session] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def stranger(self) -> str:
        """Give a signed number that belongs to nobody."""
        number = secrets.token_urlsafe(_NUMBER_BYTES)
        return f"{number}.{self._mac('number', number)}"

    def start(self, name: str, now: float) -> str:
        """Open a session, and give its number. The oldest one ends where there are too many."""
        made = self.stranger()
        with self._lock:
            self._open[made] = Session(name=name, started=now, seen=now)
            while len(self._open) > MOST:
                self._open.popitem(last=False)
        return made

    def find(self, number: str, now: float) -> Session | None:
        """Give the session of a number, which lives on from now; None where there is none, or none any more."""
        if not self.is_ours(number):
            return None
        with self._lock:
            found = self._open.get(number)
            if found is None:
                return None
            if now - found.seen > IDLE or now - found.started > LONGEST:
                del self._open[number]
                return None
            found.seen = now
            self._open.move_to_end(number)
            return found

    def end(self, number: str) -> None:
        """Close a session."""
        with self._lock:
            self._open.pop(number, None)

    def is_ours(self, number: str) -> bool:
        """Whether we signed a number."""
        plain, _, mac = number.partition(".")
        return _same(mac, self._mac("number", plain))

    def token(self, number: str) -> str:
        """Give the token that every form of a session carries."""
        return self._mac("form", number)

    def fits(self, number: str, token: str) -> bool:
        """Whether a form came from a page of this very session."""
        return self.is_ours(number) and _same(token, self.token(number))

    def _mac(self, use: str, text: str) -> str:
        return hmac.new(self.secret, f"{use}:{text}".encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))

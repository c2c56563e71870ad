"""What becomes of a picture from outside: bytes that a server takes, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.contract import Picture

_NAMES = {"image/jpeg": "picture.jpg", "image/png": "picture.png", "image/webp": "picture.webp"}


class NoPicture(Exception):
    """What came is no picture that can be shown. ``code`` is stable: ``picture.<what>``."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A picture as bytes, with its media type."""

    body: bytes
    mime: str

    def described(self, alt: str) -> Picture:
        """Give it as what a publisher takes."""
        return Picture(body=self.body, mime=self.mime, alt=alt, name=_NAMES[self.mime])

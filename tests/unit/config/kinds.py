"""Kinds of sources as an adapter would bring them: what the configuration asks of their classes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class FeedOptions:
    mode: Literal["brief", "full"] = "brief"
    depth: int = 1
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SquareOptions:
    handle: str

    def __post_init__(self) -> None:
        if not self.handle.startswith("@"):
            raise ValueError("a handle starts with @")


class Feed:
    """An ordinary source."""

    Options: ClassVar[type] = FeedOptions
    secrets: ClassVar[Sequence[str]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False


class Sirens:
    """A source of alerts that needs two secrets."""

    Options: ClassVar[type] = FeedOptions
    secrets: ClassVar[Sequence[str]] = ("token", "signature")
    urgent: ClassVar[bool] = True
    mergeable: ClassVar[bool] = False


class Square:
    """A platform, with an option that must be there."""

    Options: ClassVar[type] = SquareOptions
    secrets: ClassVar[Sequence[str]] = ("token",)
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = True


class Notices:
    """A source of which there is much, and whose addresses tell whether it shows people."""

    Options: ClassVar[type] = FeedOptions
    secrets: ClassVar[Sequence[str]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False
    digest: ClassVar[str] = "daily"
    every: ClassVar[str] = "6h"

    @staticmethod
    def shows_people(url: str) -> bool:
        return "/gezocht" in url


SOURCES = {
    "feed": f"{__name__}:Feed",
    "folder": f"{__name__}:Feed",
    "webhook": f"{__name__}:Feed",
    "sirens": f"{__name__}:Sirens",
    "square": f"{__name__}:Square",
    "notices": f"{__name__}:Notices",
    "tiktok": f"{__name__}:Feed",
    "broken": "no_such_package_anywhere:Source",
}

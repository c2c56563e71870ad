"""What each source of the registry is tried against: its documents, and a place that behaves in every way it can.

``tests/contract/rigs/<kind>.py`` has one name that counts, ``RIG``; the suite finds it by the name of the module. In
its ``modes`` it says how the place answers: a list of replies, of which each request gets the next and the last one is
repeated, or a function from request to reply. Every mode is either there or in ``lacks``, with the reason. Documents
are written for the rig, about bodies that do not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

from adapters import load_source
from adapters.contract import Document, SourceConfig

Mode = Literal[
    "success",  # what the place shows on an ordinary day; asked again, nothing is new
    "news",  # the same, and one announcement or more beside it
    "empty",  # the place has nothing to show
    "paging",  # more than fits into one answer
    "rate-limit",  # it asks for a pause, and says how long
    "revoked",  # it does not accept us (any more)
    "gone",  # there is no such thing (any more)
    "changed-shape",  # it answers with something else altogether
    "down",  # it is there and cannot answer
]
MODES: tuple[Mode, ...] = get_args(Mode)

SECRET = "geheim-4711"
"""Secrets in rigs begin with this: the suite looks for it wherever it must not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked. ``count``: how many requests came before it in this mode; ``base`` is the place's own address."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    count: int
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered. With ``drop`` the connection ends without an answer."""

    body: bytes = b""
    status: int = 200
    type: str = "application/xml"
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False


Script = Sequence[Reply] | Callable[[Request], Reply]

Shown = tuple[str | None, str | None]
"""The native id and the address of an item, exactly as they should come out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A document of a kind: what it shows, in its own order."""

    name: str
    document: Document
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A document that is not of a kind: it is not recognised, and reading it raises ``Malformed``."""

    name: str
    document: Document


COMMON_STRANGERS = (
    Stranger(name="nothing", document=Document(body=b"")),
    Stranger(name="a page", document=Document(body=b"<!doctype html><title>Storing</title><p>Even geduld.")),
    Stranger(name="noise", document=Document(body=bytes(range(256)) * 4)),
)


def plain_options(kind: str) -> Callable[[str], Any]:
    """Give the options that a source has when none is configured."""
    return lambda base: load_source(kind).Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """Everything that the suite needs to hold one kind of source up to the law."""

    kind: str
    samples: tuple[Sample, ...]
    telltale: tuple[bytes, bytes]
    """Bytes that stand in exactly one entry of the first sample, and others that may stand there instead."""
    modes: Mapping[Mode, Script]
    lacks: Mapping[Mode, str] = field(default_factory=dict)
    """Modes that this kind does not have, each with the reason in a sentence."""
    strangers: tuple[Stranger, ...] = COMMON_STRANGERS
    also: Mapping[str, str] = field(default_factory=dict)
    """Other kinds that may recognise the samples too, each with the reason."""
    unrecognised: str = ""
    """Why the samples cannot be recognised by what is in them; "" where they can."""
    url: str = "{base}/bron"
    """The address of the source: ``{base}`` is the stand-in, ``{folder}`` a folder of the test's own."""
    options: Callable[[str], Any] | None = None
    """The options, given the stand-in's address; None for the defaults."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    paged: int = 0
    """How many items the mode ``paging`` has in all."""
    most_requests: int = 20
    """How many requests one fetch may make."""
    asks: bool = True
    """Whether it asks over the network; false for places that are folders or that are told."""
    arrange: Callable[[Mode, Path], None] | None = None
    """Puts files into ``{folder}`` before a mode is played, for kinds that read folders."""

    def config(self, base: str = "http://127.0.0.1:9", folder: Path = Path("nowhere")) -> SourceConfig:
        """Give what an operator would have configured."""
        return SourceConfig(
            id="proef",
            url=self.url.format(base=base, folder=folder),
            options=(self.options or plain_options(self.kind))(base),
            secrets=self.secrets,
        )


def find_rig(kind: str) -> Rig | None:
    """Give the rig of a kind, None where there is none."""
    if find_spec(f"{__name__}.{kind}") is None:
        return None
    found: Rig = import_module(f"{__name__}.{kind}").RIG
    return found

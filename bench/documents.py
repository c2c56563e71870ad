"""Documents to start from: the repository's own of every kind, and those of folders that somebody names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from adapters import SOURCES, load_source
from adapters.contract import Document, SourceConfig
from bench.mutation import LARGEST

ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("feed", "bekendmakingen", "rijksoverheid", "politie", "sitemap", "cap", "nl_alert", "burgernet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A document to start from. ``ours``: it was written for this repository, so that what is found may be kept."""

    name: str
    kind: str
    document: Document
    config: SourceConfig
    ours: bool


def seeds(corpus: Path | None = None, kind: str | None = None) -> list[Seed]:
    """Give every document to start from, in a fixed order."""
    found = [*_samples()]
    for folder in _FOLDERS:
        paths = sorted((ROOT / "tests" / "golden" / folder).glob("*.[xjc]*"))
        found += [_recognised(path, ours=True) for path in paths if ".batch" not in path.suffixes]
    captures = os.environ.get("OMROEPER_CAPTURES")
    for place, ours in ((corpus, True), (Path(captures, "feeds") if captures else None, False)):
        if place is not None:
            found += [_recognised(path, ours=ours) for path in sorted(place.rglob("*")) if path.is_file()]
    return [seed for seed in found if kind in {None, seed.kind}]


@cache
def _samples() -> tuple[Seed, ...]:
    """Give the samples of the contract's tests: some of every kind."""
    from tests.contract.rigs import find_rig

    found = []
    for kind in SOURCES:
        rig = find_rig(kind)
        assert rig is not None
        found += [
            Seed(name=f"{kind}:{sample.name}", kind=kind, document=sample.document, config=rig.config(), ours=True)
            for sample in rig.samples
        ]
    return tuple(found)


def _recognised(path: Path, *, ours: bool) -> Seed:
    document = Document(body=path.read_bytes()[:LARGEST], url=f"https://voorbeeldstad.example/{path.name}")
    kind = next((one for one in SOURCES if load_source(one).recognises(document)), "feed")
    config = next(seed.config for seed in _samples() if seed.kind == kind)
    return Seed(name=path.name, kind=kind, document=document, config=config, ours=ours)

"""What the program is made of: a bill of materials from the hashed lock, and the licence of each part.

    python bench/sbom.py [--lock requirements/run.txt] [--out FILE]    a CycloneDX 1.6 document (JSON)
    python bench/sbom.py --licences [--lock …]                         the rows of docs/licences.md

The lock says which versions and which files; what is installed says under which licence, and who needs whom. The same lock
and the same installation give the same document, byte for byte: there is no clock and no chance in it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]*))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What people write where SPDX has a name for it."""

SEEN = {
    "jinja2": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "backports-zstd": "PSF-2.0",
    "psycopg-binary": "LGPL-3.0-only",
}
"""Licences read in the package's own file: its metadata says only "BSD", or it is not installed with every Python."""

_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*| (?:AND|OR) \([^()]+\))*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One line of a lock: a version, when it is wanted (a marker, "" for always), and the SHA-256 of each of its files."""

    name: str
    version: str
    marker: str = ""
    hashes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def purl(self) -> str:
        """Its name among all packages of the world (package URL)."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins(lock: str) -> list[Pin]:
    """Read a lock as ``uv`` writes it."""
    found = []
    for block in re.split(r"\n(?=\S)", lock):
        match = _PIN.match(block)
        if match:
            hashes = tuple(sorted(set(_HASH.findall(block))))
            name, version, marker = match["name"], match["version"], (match["marker"] or "").strip()
            found.append(Pin(name=canonicalize_name(name), version=version, marker=marker, hashes=hashes))
    return sorted(found, key=lambda one: (one.name, one.version))


def licence(name: str) -> str:
    """Give the licence of an installed package as an SPDX expression. Raises ``LookupError`` where it says none."""
    if name in SEEN:
        return SEEN[name]
    try:
        told = metadata(name)
    except PackageNotFoundError as error:
        raise LookupError(f"{name} is not installed, and its licence is not in SEEN") from error
    classifiers = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License ::")
    ]
    for said in (*(told.get_all("License-Expression") or ()), *(told.get_all("License") or ()), *classifiers):
        expression = WORDS.get(str(said), str(said))
        if _SPDX.fullmatch(expression) and expression not in {"BSD", "Apache"}:
            return expression
    raise LookupError(f"{name} says no licence that SPDX knows; read its file and add it to SEEN")


def needs(name: str, among: frozenset[str], extras: Mapping[str, frozenset[str]]) -> list[str]:
    """Give which of the pinned packages an installed package needs, in this environment."""
    try:
        told = metadata(name).get_all("Requires-Dist") or []
    except PackageNotFoundError:
        return []
    wanted = [Requirement(one) for one in told]
    asked = extras.get(name, frozenset()) | {""}
    return sorted(
        {
            canonicalize_name(one.name)
            for one in wanted
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in asked)
        }
        & among
    )


def document(lock: str, project: Mapping[str, Any]) -> dict[str, Any]:
    """Make the bill of materials of a lock. ``project``: the table of that name in ``pyproject.toml``."""
    parts = pins(lock)
    own = [
        Requirement(one)
        for one in (*project["dependencies"], *project.get("optional-dependencies", {}).get("postgres", ()))
    ]
    extras: dict[str, frozenset[str]] = {canonicalize_name(one.name): frozenset(one.extras) for one in own}
    names = frozenset(one.name for one in parts)
    places = {one.name: one.purl for one in parts}
    root = f"pkg:generic/{project['name']}@{project['version']}"
    direct: list[str] = sorted({canonicalize_name(one.name) for one in own} & names)
    graph: list[tuple[str, list[str]]] = [
        (root, direct),
        *((one.purl, needs(one.name, names, extras)) for one in parts),
    ]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, root + lock)}",
        "version": 1,
        "metadata": {"component": _program(project, root)},
        "components": [_component(one) for one in parts],
        "dependencies": [{"ref": ref, "dependsOn": [places[name] for name in wanted]} for ref, wanted in graph],
    }


def _program(project: Mapping[str, Any], root: str) -> dict[str, Any]:
    return {
        "type": "application",
        "bom-ref": root,
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "licenses": [{"license": {"id": project["license"]}}],
        "purl": root,
    }


def _component(one: Pin) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "hashes": [{"alg": "SHA-256", "content": content} for content in one.hashes],
        "licenses": [_licensed(licence(one.name))],
        "purl": one.purl,
    }
    if one.marker:
        found["properties"] = [{"name": "omroeper:marker", "value": one.marker}]
    return found


def _licensed(expression: str) -> dict[str, Any]:
    return {"expression": expression} if " " in expression else {"license": {"id": expression}}


def rows(lock: str) -> Iterator[str]:
    """Give the rows of a table: name and licence of each package of a lock, once."""
    for name in dict.fromkeys(one.name for one in pins(lock)):
        yield f"| {name} | {licence(name)} |"


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements" / "run.txt")
    parser.add_argument("--out", type=Path, help="a file; stdout otherwise")
    parser.add_argument("--licences", action="store_true")
    options = parser.parse_args()
    lock = options.lock.read_text(encoding="utf-8")
    if options.licences:
        print("\n".join(rows(lock)))
        return 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = json.dumps(document(lock, project), indent=2, ensure_ascii=False) + "\n"
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

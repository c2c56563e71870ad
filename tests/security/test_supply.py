"""What the program is made of and shipped in: locks, licences, bill of materials, container, unit.

Guards boundary 9 (supply) of ``docs/security.md``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from bench.sbom import Pin, document, licence, pins, rows

ROOT = Path(__file__).parent.parent.parent
RUN = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
DEV = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALLOWED = {
    "MIT", "MIT-CMU", "ISC", "BSD-2-Clause", "BSD-3-Clause", "PSF-2.0", "CNRI-Python", "Apache-2.0", "MPL-2.0", "LGPL-3.0-only",
}  # fmt: skip


def page(name: str) -> str:
    """Give a page of the documentation."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


# ── locks and licences ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lock", [RUN, DEV], ids=["run", "dev"])
def test_every_package_is_pinned_with_hashes(lock: str) -> None:
    """Each line of a lock is one version with the SHA-256 of its files; nothing comes from an address or a branch."""
    found = pins(lock)
    names = [line for line in lock.splitlines() if re.match(r"[a-z0-9]", line)]
    assert len(found) == len(names) > 40
    assert all(one.hashes for one in found)


def test_what_is_installed_is_what_is_locked() -> None:
    """Licences and needs are read from the very versions that the lock names, and everything that is declared is locked."""
    for one in pins(RUN):
        try:
            assert version(one.name) == one.version
        except PackageNotFoundError:
            assert one.marker, one.name
    declared = {re.split(r"[^A-Za-z0-9._-]", one)[0].replace(".", "-").lower() for one in PROJECT["dependencies"]}
    assert declared <= {one.name for one in pins(RUN)}


def test_every_licence_is_known_and_named() -> None:
    """The page of licences has a row for each package of both locks, as its metadata says today, and no licence is a surprise."""
    told = page("licences.md")
    run, dev = list(rows(RUN)), list(rows(DEV))
    assert [line for line in told.splitlines() if line.startswith("| ") and line in {*run, *dev}] == [
        *run,
        *(row for row in dev if row not in run),
    ]
    for one in pins(DEV):
        parts = set(re.split(r"[ ()]+", licence(one.name))) - {"AND", "OR", "WITH", ""}
        assert parts <= ALLOWED, one.name
        assert "LGPL-3.0-only" not in parts or one.name.startswith("psycopg"), one.name


def test_a_licence_that_is_not_said_is_an_error() -> None:
    """A package without a licence that SPDX knows stops the bill of materials instead of being passed over."""
    with pytest.raises(LookupError, match="not installed"):
        licence("a-package-that-does-not-exist")


# ── the bill of materials ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bill_of_materials_has_everything() -> None:
    """Each pinned package stands there once with version, files and licence, and is reached from the program."""
    made = document(RUN, PROJECT)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    parts = {one["purl"]: one for one in made["components"]}
    assert len(parts) == len(made["components"]) == len(pins(RUN))
    for one in pins(RUN):
        component = parts[one.purl]
        assert [each["content"] for each in component["hashes"]] == list(one.hashes)
        assert component["licenses"]
    graph = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    reached, waiting = set(), [made["metadata"]["component"]["bom-ref"]]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += graph[ref]
    # what only another Python needs is pinned, and here nobody's
    assert {one.purl for one in pins(RUN) if not one.marker} <= reached


def test_the_bill_of_materials_is_the_same_twice(tmp_path: Path) -> None:
    """The program that `make sbom` runs writes the same file for the same lock, and names no place to download from."""
    texts = []
    for name in ("one.json", "two.json"):
        command = [sys.executable, "bench/sbom.py", "--out", str(tmp_path / "made" / name)]
        subprocess.run(command, cwd=ROOT, check=True, timeout=30)
        texts.append((tmp_path / "made" / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert re.findall(r"https?://[^\"]+", texts[0]) == [json.loads(texts[0])["$schema"]]


def test_a_lock_is_read_as_it_is_written() -> None:
    """Extras, markers and several files of one package are understood; comments and options are not packages."""
    lock = f"""# a comment
Some_Package[extra]==1.2.3 ; python_version < '3.14' \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
    # via something
other==2
"""
    assert pins(lock) == [
        Pin(name="other", version="2"),
        Pin(name="some-package", version="1.2.3", marker="python_version < '3.14'", hashes=("a" * 64, "b" * 64)),
    ]


# ── container and unit ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_image_is_small_in_rights() -> None:
    """It installs by hash alone, runs as a numbered user, keeps no secret, fetches nothing by itself, and says how it is."""
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = image.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9][0-9]*:[1-9][0-9]*$", final, re.MULTILINE)
    assert final.index("USER ") < final.index("ENTRYPOINT")
    for word in ("HEALTHCHECK", "STOPSIGNAL SIGTERM", "VOLUME /data", "PYTHONDONTWRITEBYTECODE=1"):
        assert word in final
    lines = image.replace("\\\n", " ").splitlines()
    installs = [part for line in lines if line.startswith("RUN") for part in line.split("&&") if "pip install" in part]
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps dist/" in one for one in installs)
    assert not re.search(r"^ADD |curl|wget|sudo|chmod 777|TOKEN|PASSWORD|apt-get", image, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", "secrets", ".env", "**/*.db*"} <= set(ignored)


def test_the_run_line_takes_every_right_away() -> None:
    """The documented way to run it has a read-only root and no capability, by hand and with compose alike."""
    told = page("container.md")
    for option in (
        "--read-only",
        "--cap-drop ALL",
        "no-new-privileges",
        "--memory",
        "--pids-limit",
        ":/config:ro",
        ":/secrets:ro",
        "-p 127.0.0.1:",
    ):
        assert option in told, option
    for key in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "stop_grace_period: 60s"):
        assert key in told, key


def unit() -> str:
    """Give the unit file as the documentation has it, with a program that is on every machine."""
    found = re.search(r"```ini\n(\[Unit\].*?)```", page("operate-systemd.md"), re.DOTALL)
    assert found
    return found[1].replace("/opt/omroeper/bin/omroeper", "/bin/true")


def test_the_unit_runs_shut_in() -> None:
    """The unit has a user of its own, a read-only system, no capability, few calls, and leaves time to end well."""
    lines = set(unit().splitlines())
    assert {
        "DynamicUser=yes", "ProtectSystem=strict", "ProtectHome=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "PrivateDevices=yes",
        "SystemCallFilter=@system-service", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "RestartPreventExitStatus=2", "TimeoutStopSec=60",
    } <= lines  # fmt: skip
    assert not [line for line in lines if line.startswith("Environment=") and re.search(r"TOKEN|SECRET|PASSWORD", line)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze to judge the unit")
def test_systemd_calls_the_unit_safe(tmp_path: Path) -> None:
    """What systemd itself says of the unit's exposure is as good as the documentation tells."""
    path = tmp_path / "omroeper.service"
    path.write_text(unit(), encoding="utf-8")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    found = re.search(r"Overall exposure level for omroeper.service: ([0-9.]+)", done.stdout)
    if found is None:
        pytest.skip(f"this systemd-analyze cannot judge a file: {done.stderr.strip()[:100]}")
    assert float(found[1]) <= 2.0

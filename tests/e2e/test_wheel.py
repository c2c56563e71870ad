"""What people install: the wheel, alone in an environment of its own, used from another folder.

With ``OMROEPER_WHEEL_FROM_INDEX=1`` (``make wheel``) the dependencies come from the hashed lock; otherwise those of this
environment are lent, without the checkout.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def call(*command: str | Path, cwd: Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a command that has to succeed, with nothing of this environment's own settings."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(cwd)}
    environ |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    target = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT, cwd=target)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and its dependencies, and nothing else of ours."""
    folder = tmp_path_factory.mktemp("clean")
    from_index = os.environ.get("OMROEPER_WHEEL_FROM_INDEX") == "1"
    venv.create(folder, with_pip=from_index)
    python = folder / "bin" / "python"
    if from_index:
        locked = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")]
        call(python, *locked, cwd=folder)
        call(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel, cwd=folder)
    else:
        call(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel, cwd=folder)
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder


def test_wheel_holds_code_and_data_under_two_names(wheel: Path) -> None:
    """Only `bot` and `adapters` become importable; migrations and configuration travel inside `bot`."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"bot", "adapters"}
    assert "bot/_migrations/env.py" in names
    assert "bot/_migrations/versions/0001_first_schema.py" in names
    assert "bot/_config/omroeper.toml" in names
    assert "bot/_config/demo/omroeper.toml" in names
    assert any(name.startswith("bot/web/templates/") for name in names)
    assert not [name for name in names if name.endswith((".db", ".pyc"))]


def test_installed_program_plays_the_demo_from_anywhere(installed: Path, tmp_path: Path) -> None:
    """The demonstration migrates, collects, posts and ends well, away from the checkout."""
    done = call(installed / "bin" / "omroeper", "demo", "--once", cwd=tmp_path)
    assert "Kerkstraat" in done.stderr
    assert (
        str(ROOT)
        not in call(installed / "bin" / "python", "-c", "import bot; print(bot.__file__)", cwd=tmp_path).stdout
    )


def test_installed_program_writes_a_configuration_that_checks(installed: Path, tmp_path: Path) -> None:
    """`init` gives a configuration without mistakes, and `migrate` makes its database."""
    program = installed / "bin" / "omroeper"
    call(program, "init", cwd=tmp_path)
    call(program, "check", cwd=tmp_path)
    call(program, "migrate", cwd=tmp_path)
    assert list(tmp_path.rglob("*.db"))

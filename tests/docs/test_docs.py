"""Documentation is part of the program: links lead somewhere, every command and adapter has its words."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from adapters import PUBLISHERS, SOURCES
from bot.cli import COMMANDS

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]\n]+\]\(([^)\s#]+)(#[^)\s]*)?\)")


def anchors(page: Path) -> set[str]:
    """The places of a page that a link may name."""
    heads = re.findall(r"^#+\s+(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    """A reader who follows a link finds the page, and the heading that was meant."""
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        found = (page.parent / target).resolve()
        assert found.exists(), f"{page.name} → {target}"
        if anchor and found.suffix == ".md":
            assert anchor[1:] in anchors(found), f"{page.name} → {target}{anchor}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """An operator finds each command in one page, with what it does."""
    assert f"`{command}" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [*SOURCES, *PUBLISHERS])
def test_every_adapter_has_a_page(kind: str) -> None:
    """Each place that can be read or posted to has a page that says how, and on which terms."""
    assert (ROOT / "docs" / "adapters" / f"{kind}.md").is_file()


def test_index_names_every_page() -> None:
    """No page is lost: the index of the documentation leads to each."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        if page.name != "README.md":
            assert str(page.relative_to(ROOT / "docs")) in index, page.name


def test_nothing_names_a_package_registry() -> None:
    """Whoever installs chooses where packages come from: no file of the repository names an index."""
    hosts = "|".join(("pypi" + r"\.org", "files\\.pythonhosted", "registry" + r"\.npmjs", "npmjs" + r"\.org"))
    found = subprocess.run(["git", "grep", "-nIE", hosts], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_locks_name_no_address() -> None:
    """A lock says what and which hash, never where from."""
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name


def test_nothing_is_left_for_later() -> None:
    """The code holds no note of work that somebody else should do."""
    words = "|".join((r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\b" + "X" * 3 + r"\b", "NotImplemented" + "Error"))
    found = subprocess.run(
        ["git", "grep", "-nIE", words, "--", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout == ""

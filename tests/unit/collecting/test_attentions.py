"""Whatever may need a person has a remedy and an explanation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import adapters.http
from bot.attentions import REMEDIES, attend

HEALTH = (Path(__file__).parents[3] / "docs" / "health.md").read_text(encoding="utf-8")
HTTP = re.findall(r"``(http\.[a-z-]+)``", adapters.http.__doc__ or "")


@pytest.mark.parametrize("code", [*REMEDIES, *HTTP])
def test_every_code_is_explained(code: str) -> None:
    """An operator who looks a code up finds what it means and what to do."""
    assert f"`{code}`" in HEALTH


def test_a_code_without_words_of_its_own_has_those_of_its_family() -> None:
    """A reason that was added later is never without a remedy, and one that nobody knows says what happened alone."""
    assert attend("account", "held.brand-new", "Three.").message == f"Three. {REMEDIES['held']}"
    assert attend("stad", "x.never-heard", "Something.").message == "Something."

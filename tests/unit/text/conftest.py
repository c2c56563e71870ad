"""What the tests of the text package share: the captured conformance files, where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder with the conformance files of twitter-text and Unicode."""
    captures = os.environ.get("OMROEPER_CAPTURES")
    if not captures:
        pytest.skip("needs the captured conformance files: set OMROEPER_CAPTURES to the folder that holds them")
    return Path(captures) / "conformance"

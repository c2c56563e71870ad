"""What every test may ask for: the captures, an installation in a folder of its own, and a PostgreSQL where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def captures() -> Path:
    """The documents that agencies really published; they are not in this repository."""
    folder = os.environ.get("OMROEPER_CAPTURES")
    if not folder:
        pytest.skip("needs the captured documents: set OMROEPER_CAPTURES to their folder")
    return Path(folder)

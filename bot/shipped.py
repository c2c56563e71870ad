"""Where the data that travels with the program is: inside the installed package, or in the checkout."""

from __future__ import annotations

from pathlib import Path


def config_folder() -> Path:
    """Give the folder with the starter configuration, the shipped sources, the wording and the sample day."""
    packaged = Path(__file__).parent / "_config"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "config"

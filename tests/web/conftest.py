"""One filled world, served once, for all tests that only look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile

import pytest

from bot.store.engine import open_engine
from tests.web.served import Served, serving
from tests.web.world import World, fill, make_world


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A filled world, what was told in it by short name, and its running site."""

    world: World
    told: dict[str, str]
    site: Served


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give the world that nobody changes."""
    world = make_world(tmp_path_factory.mktemp("town"))
    told = fill(world)
    with serving(world.site()) as site:
        yield Town(world=world, told=told, site=site)
    world.engine.dispose()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Give an empty world to be copied: migrating costs more than everything else that a test does."""
    made = make_world(tmp_path_factory.mktemp("blank"))
    made.engine.dispose()
    return made


@pytest.fixture
def world(blank: World, tmp_path: Path) -> Iterator[World]:
    """Give an empty world of one's own."""
    path = tmp_path / "world.db"
    copyfile(str(blank.engine.url.database), path)
    made = replace(blank, engine=open_engine(f"sqlite:///{path}"))
    yield made
    made.engine.dispose()

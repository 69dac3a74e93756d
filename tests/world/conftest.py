"""One running news world for the tests that only look at it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadsheet.world.process import World, start
from broadsheet.world.truth import Truth

START = datetime(2026, 11, 26, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Whoever uses it leaves its clock alone."""
    with start(tmp_path_factory.mktemp("world"), now=START) as running:
        yield running


@pytest.fixture(scope="session")
def truths(world: World) -> list[Truth]:
    return world.truth()


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A world to turn the clock of."""
    with start(tmp_path, now=START) as running:
        yield running

"""What was applied to each environment, once for all tests of alarms."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from scripts.common import environments
from tests.alarms.world import START, World, world_of
from tests.support import moments

type Worlds = Callable[..., World]


@pytest.fixture(scope="session")
def snapshot_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    cache = tmp_path_factory.mktemp("cache")
    return lambda name: moments.operating(name, cache)


@pytest.fixture
def world(snapshot_of: Callable[[str], Path], tmp_path: Path) -> Iterator[Worlds]:
    """Start an environment at a time; it ends with the test."""
    with ExitStack() as stack:

        def start(name: str, at: datetime = START) -> World:
            return stack.enter_context(world_of(environments.load(name), snapshot_of(name), tmp_path, at))

        yield start

"""One platform with the packaged functions for all tests of this directory."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.faults.packaged.arenas import ARENAS, PackagedArena
from tests.faults.packaged.platform import Platform, platform


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("platform")) as made:
        yield made


@pytest.fixture(scope="session")
def arenas(deployed: Platform) -> Iterator[Callable[[str], PackagedArena]]:
    """Give each database when it is first asked for."""
    made: dict[str, PackagedArena] = {}
    with ExitStack() as running:

        def arena(name: str) -> PackagedArena:
            if name not in made:
                made[name] = running.enter_context(ARENAS[name](deployed))
            return made[name]

        yield arena

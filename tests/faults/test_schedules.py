"""Seeded schedules of faults over each database; `make soak` runs more of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.faults.places import Place, oracle_place, postgresql_place, sqlite_place
from tests.faults.soak import failure_of

SEEDS = {"sqlite": range(30), "postgresql": range(30, 50), "oracle": range(50, 60)}
"""Schedules for each database; over the slower ones there are fewer."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Place]]:
    """Give each database when it is first asked for."""
    made: dict[str, Place] = {}
    makers = {
        "sqlite": lambda: sqlite_place(tmp_path_factory.mktemp("faults")),
        "postgresql": postgresql_place,
        "oracle": oracle_place,
    }
    with ExitStack() as running:

        def place(name: str) -> Place:
            if name not in made:
                made[name] = running.enter_context(makers[name]())
            return made[name]

        yield place


@pytest.mark.parametrize(("name", "seed"), [(name, seed) for name, seeds in SEEDS.items() for seed in seeds])
def test_the_law_holds_after_any_schedule(places: Callable[[str], Place], name: str, seed: int) -> None:
    assert failure_of(places(name), seed) is None

"""Seeded schedules of faults through the packaged functions; `make soak` runs more of them."""

from collections.abc import Callable

import pytest

from tests.faults.packaged.arenas import PackagedArena
from tests.faults.soak import failure_of

SEEDS = {"sqlite": (0,), "postgresql": (1, 2), "oracle": (3,)}


@pytest.mark.parametrize(("name", "seed"), [(name, seed) for name, seeds in SEEDS.items() for seed in seeds])
def test_the_law_holds_after_any_schedule_of_packages(
    arenas: Callable[[str], PackagedArena], name: str, seed: int
) -> None:
    assert failure_of(arenas(name), seed) is None

"""Seeded schedules of faults over SQLite and PostgreSQL; `make soak` runs more of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.places import Place, postgresql_place, sqlite_place
from tests.faults.soak import failure_of

SEEDS = range(40)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("faults")
    with sqlite_place(folder) if request.param == "sqlite" else postgresql_place() as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_the_law_holds_after_any_schedule(place: Place, seed: int) -> None:
    assert failure_of(place, seed) is None

"""The law notices what it is there to notice, and a schedule that breaks it is told in its shortest form."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.faults.law import Breach, settle, violations
from tests.faults.places import Place, sqlite_place
from tests.faults.schedule import OF_SIMULATIONS, Event, Plan, What
from tests.faults.simulated import SimulatedWorld
from tests.faults.soak import failure_of

DAMAGES = [
    ("DELETE FROM pairs WHERE name = (SELECT MIN(name) FROM pairs)", Breach.LOST),
    ("UPDATE pairs SET load_line = load_line + 1 WHERE name = (SELECT MIN(name) FROM pairs)", Breach.LOST),
    ("INSERT INTO pairs (name, amount, load_sequence, load_line) VALUES ('nobody', 1, 1, 1)", Breach.DOUBLED),
    ("UPDATE csvbatch_batch SET rows_merged = rows_merged + 1", Breach.COUNTS),
    ("UPDATE csvbatch_batch SET state = 'loading'", Breach.OTHER),
    (
        "INSERT INTO csvbatch_lease (name, owner, expires_at) VALUES ('batch/x', 'x', '2026-01-01T00:00:00.000000')",
        Breach.OTHER,
    ),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with sqlite_place(tmp_path_factory.mktemp("law")) as made:
        yield made


def damage(world: SimulatedWorld, statement: str) -> None:
    database = world.open_database()
    database.begin(write=True)
    database.execute(statement, {})
    database.commit()
    database.close()


@pytest.mark.parametrize(("statement", "breach"), DAMAGES)
def test_what_breaks_the_law_is_named(place: Place, statement: str, breach: Breach) -> None:
    with place.running() as world:
        world.happen(Event(What.FILE_ARRIVES, 14))
        assert settle(world) == []
        damage(world, statement)
        assert breach in {one.breach for one in violations(world)}


def test_a_message_that_is_left_breaks_the_law(place: Place) -> None:
    with place.running() as world:
        world.happen(Event(What.FILE_ARRIVES, 14))
        world.process()
        assert {one.breach for one in violations(world)} == {Breach.OTHER}


@dataclass(frozen=True)
class Losing:
    """Has a file of which a row is missing, if a file was overwritten and the clock jumped back."""

    place: Place
    name: str = "a place that loses rows"
    plan: Plan = OF_SIMULATIONS

    @contextmanager
    def running(self) -> Iterator[SimulatedWorld]:
        with self.place.running() as world:
            recover = world.recover

            def lose() -> None:
                recover()
                if world.happened[What.FILE_IS_OVERWRITTEN] and world.happened[What.CLOCK_JUMPS_BACK]:
                    world.dropped |= {world.put("incoming/pairs/lost.csv", b"name,amount\n"): b"name,amount\nlost,1\n"}

            world.recover = lose  # type: ignore[method-assign]
            yield world


def test_a_schedule_that_fails_is_told_with_its_seed_and_in_its_shortest_form(place: Place) -> None:
    arena = Losing(place)
    seed = next(
        seed
        for seed in range(100)
        if {What.FILE_IS_OVERWRITTEN, What.CLOCK_JUMPS_BACK} <= {event.what for event in arena.plan.schedule(seed)}
    )
    told = failure_of(arena, seed)
    assert told is not None
    assert told.startswith(f"seed {seed} on a place that loses rows:\n")
    shortest = told.partition("Shortest schedule that shows it:\n")[2].splitlines()
    assert sorted(line.strip().partition(",")[0] for line in shortest) == ["clock jumps back", "file is overwritten"]

"""Each kind of fault, at every call of a processor and of a handler that it can strike."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from tests.faults.law import settle
from tests.faults.places import Place, sqlite_place
from tests.faults.schedule import Event, What
from tests.faults.weather import SIMULATED, Fault, Kind

MOST_CALLS = 200


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with sqlite_place(tmp_path_factory.mktemp("faults")) as made:
        yield made


def two_files() -> list[Event]:
    return [Event(What.FILE_ARRIVES, seed) for seed in (11, 12)]


@pytest.mark.parametrize("kind", SIMULATED)
def test_a_fault_at_any_call_of_the_processor(place: Place, kind: Kind) -> None:
    for at in range(1, MOST_CALLS):
        with place.running() as world:
            for event in two_files():
                world.happen(event)
            world.process(Fault(kind, at))
            struck = world.struck.total()
            assert settle(world) == [], at
        if not struck:
            break
    assert at > 1, "it never struck"


IN_HANDLERS = tuple(kind for kind in SIMULATED if kind not in (Kind.QUEUE_THROTTLES, Kind.QUEUE_TAKES_SOME))


@pytest.mark.parametrize("kind", IN_HANDLERS)
def test_a_fault_at_any_call_of_a_handler(place: Place, kind: Kind) -> None:
    for at in range(1, MOST_CALLS):
        with place.running() as world:
            for event in two_files():
                world.happen(event)
            world.process()
            world.handle(Random(at), Fault(kind, at))
            struck = world.struck.total()
            assert settle(world) == [], at
        if not struck:
            break
    assert at > 1, "it never struck"


@pytest.mark.parametrize("seconds", [1, 59 * 60, 3 * 86400])
def test_a_clock_that_jumps_back_between_any_two_steps(place: Place, seconds: int) -> None:
    steps = (
        Event(What.PROCESSOR_RUNS, 1),
        Event(What.HANDLER_RUNS, 2),
        Event(What.HANDLER_RUNS, 3),
        Event(What.PROCESSOR_RUNS, 4),
    )
    for at in range(len(steps) + 1):
        with place.running() as world:
            for event in (*two_files(), *steps[:at]):
                world.happen(event)
            world.pass_time(-timedelta(seconds=seconds))
            for event in steps[at:]:
                world.happen(event)
            assert settle(world) == [], at

"""Each kind of fault, at every call of a processor and of a handler that it can strike."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.law import heal, violations
from tests.faults.places import Place, sqlite_place
from tests.faults.schedule import Event, What
from tests.faults.soak import small_windows
from tests.faults.weather import Fault, Kind
from tests.faults.world import World

MOST_CALLS = 200


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with sqlite_place(tmp_path_factory.mktemp("faults")) as made:
        yield made


def world_with_two_files(place: Place) -> World:
    place.empty()
    world = World(place.open)
    for seed in (11, 12):
        world.happen(Event(What.FILE_ARRIVES, seed))
    return world


@pytest.mark.parametrize("kind", Kind)
def test_a_fault_at_any_call_of_the_processor(place: Place, kind: Kind) -> None:
    for at in range(1, MOST_CALLS):
        world = world_with_two_files(place)
        with small_windows():
            world.process(Fault(kind, at))
            struck = world.struck.total()
            heal(world)
        assert violations(world) == [], at
        if not struck:
            break
    assert at > 1, "it never struck"


IN_HANDLERS = tuple(kind for kind in Kind if kind not in (Kind.QUEUE_THROTTLES, Kind.QUEUE_TAKES_SOME))


@pytest.mark.parametrize("kind", IN_HANDLERS)
def test_a_fault_at_any_call_of_a_handler(place: Place, kind: Kind) -> None:
    for at in range(1, MOST_CALLS):
        world = world_with_two_files(place)
        with small_windows():
            world.process()
            world.handle(Random(at), Fault(kind, at))
            struck = world.struck.total()
            heal(world)
        assert violations(world) == [], at
        if not struck:
            break
    assert at > 1, "it never struck"

"""Every alarm of every environment is fired by its fault and cleared by its repair."""

from collections.abc import Callable

import pytest

from tests.alarms.catalogue import CATALOGUE
from tests.alarms.play import key_of, play
from tests.alarms.slow import environments
from tests.alarms.world import World

ENVIRONMENTS = environments()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_alarm_has_a_fault(world: Callable[..., World], environment: str) -> None:
    there = world(environment)
    assert {key_of(there, alarm.name) for alarm in there.account.alarms()} <= set(CATALOGUE)


@pytest.mark.parametrize("key", CATALOGUE)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_alarm_rings_once_for_its_fault_and_ends_with_its_repair(
    world: Callable[..., World], environment: str, key: str
) -> None:
    there = world(environment)
    if f"{there.account.prefix}-{key}" not in {alarm.name for alarm in there.account.alarms()}:
        pytest.skip(f"{environment} has no such alarm")
    play(there, key)

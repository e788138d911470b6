"""No alarm rings while nothing is wrong, whatever the clocks do."""

from collections.abc import Callable

import pytest

from scripts.common import environments
from tests.alarms.quiet import WEEK_MINUTES, WEEKS
from tests.alarms.world import World

ENVIRONMENTS = environments.names()


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_alarm_rings_in_a_quiet_week(world: Callable[..., World], environment: str, week: str) -> None:
    there = world(environment, WEEKS[week])
    there.run(WEEK_MINUTES)
    rang = {change.alarm.name for watch in (there.watch, *there.others) for change in watch.rang(watch.states)}
    assert rang == set()
    assert there.files == 28
